// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_COVERAGE_REPORT_H_
#define TOOLS_COVERAGE_REPORT_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "added_lines.h"
#include "exit_codes.h"
#include "gcov_data.h"
#include "uncovered_list.h"

/// How much of what the series adds the tests reach.
namespace coverage {

struct Tally {
  std::size_t lines = 0;  ///< That hold code.
  std::size_t lines_run = 0;
  std::size_t lines_excused = 0;
  std::size_t branches = 0;  ///< Ways on from a line that has more than one.
  std::size_t branches_taken = 0;
  std::size_t branches_excused = 0;

  void Add(const Tally& other);
};

/// A line, or a branch on it, that no test reaches.
struct Gap {
  std::string file;
  std::size_t line = 0;
  std::string text;      ///< The line, without blanks at its ends.
  std::string function;  ///< Empty: outside of any.
  bool ran = false;      ///< The line did; some ways on from it were not taken.
  std::size_t ways = 0;  ///< On from the line.
  std::size_t taken = 0;
  std::string reason;  ///< By the list; empty: a test is missing.
};

struct Function {
  std::string name;
  Tally tally;
};

struct File {
  std::string name;
  Tally tally;
  std::vector<Function> functions;  ///< In the order of the file.
};

/// A source that the series touches and the kernel of the tests does not hold.
struct NotRun {
  std::string file;
  std::size_t lines = 0;  ///< That the series adds, code or not.
  std::string reason;     ///< By the list; empty: none is known.
};

struct Report {
  std::vector<File> files;
  std::vector<Gap> gaps;  ///< By file and line.
  std::vector<NotRun> not_run;
  std::vector<std::string> faults_of_list;  ///< Entries that excuse nothing: "list:3: error: ...".

  Tally Total() const;
  std::size_t Unexcused() const;  ///< Gaps, and sources not run, for which there is no reason.
  /// kFailed where something is not excused, or an entry excuses nothing; kNoTests where no line
  /// that the series adds holds code.
  gate::ExitCode Code() const;
};

/// `compiled`: the sources (*.c) that the kernel holds, as the tree names them. A header of which
/// gcov knows nothing has no code that could run.
Report Evaluate(const AddedLines& added, const GcovData& data,
                const std::set<std::string>& compiled, UncoveredList list);

/// For a terminal: a table of the files, each gap and source not run, and faults of the list.
std::string FormatText(const Report& report);

/// "PASSED coverage: 310 of 312 lines, 95 of 98 branches that the series adds; 2 ...".
std::string Summary(const Report& report);

/// The report as JSON, for programs.
std::string FormatJson(const Report& report);

/// Writes the report as a page for people. An empty string, or the error.
std::string WriteHtml(const Report& report, const std::string& file);

}  // namespace coverage

#endif  // TOOLS_COVERAGE_REPORT_H_
