// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_GATE_H_
#define TOOLS_GATE_H_

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "case_record.h"
#include "ktap_line.h"
#include "path_map.h"
#include "report.h"
#include "result.h"
#include "verdict.h"

/// The gate: one verdict from one console log, streamed while the kernel runs.
namespace gate {

/// The command line of kunit-gate, as a structure. An empty file name turns that output off.
struct Options {
  std::string log_name;       ///< How messages name the input, e.g. "build/kunit.log" or "-".
  std::string expected_file;  ///< Manifest of tests that must run: one `suite.case` a line.
  std::string filter;         ///< kunit.filter_glob of this boot; what it excludes is not expected.
  std::string allow_file;     ///< Splats that are known and tolerated, each with its reason.
  std::string image_file;     ///< The kernel's image: a splat's stack is shown with source lines.
  std::string verdict_file;   ///< verdict.json.
  std::string junit_file;     ///< JUnit XML.
  std::string html_file;      ///< A page for people.
  std::string ktap_file;      ///< The run's KTAP in one form.
  std::string cases_file;     ///< Each case's outcome, reasons and log slice: see cases_file.h.
  std::string json_file;      ///< kunit.py's JSON, of kunit_tool's verdict.
  std::vector<PathMap> path_maps;
  std::string reproduce;    ///< Command that runs one test again; "{}" stands for suite.case.
  std::FILE* out = stdout;  ///< Terminal view and summary; nullptr: silent.
  ColorMode color = ColorMode::kAuto;
  ToolVersion tool = ToolVersion::k6_12;  ///< Whose kunit_tool Verdict::tool is that of.
  bool github = false;                    ///< Workflow commands for GitHub, on `out`.
  /// The log is a whole console, and its end must show: without a line of the kernel's that says
  /// so, it may have died after its last test. False for an extract, as dmesg gives it.
  bool end_line = true;
  /// Hears of each case, as those files do; may be null.
  std::function<void(const CaseRecord&)> on_case;
  /// Seconds, for how long a case took where the console has no printk times. Only for a console
  /// that is read while the kernel runs; null: unknown.
  std::function<double()> clock;
  bool live = true;  ///< One line that changes, for the running test; on a terminal only.
};

/// The names of all files that a run with these options writes; empty where one is not asked for.
std::vector<const std::string*> OutputFiles(const Options& options);

/// Reads a console in pieces of any size and judges it at the end. Not thread safe.
class Gate {
 public:
  /// Opens the outputs and reads the manifest and the allow list. The error is one line.
  static Result<Gate> Create(const Options& options);

  Gate(Gate&&) noexcept;
  Gate& operator=(Gate&&) noexcept;
  ~Gate();

  /// Takes the next bytes of the console. Everything that a complete line says is shown at once.
  void Feed(std::string_view bytes);

  /// suite.case of the test that runs now (or its suite, between cases); empty where none does.
  std::string Running() const;

  /// Adds a fault of the machine that only the caller knows of (the kernel did not start, a read
  /// failed). The verdict is then kInfrastructure.
  void AddInfrastructureFault(std::string_view message);

  /// Ends the input, closes every output, prints the summary. A failed write is part of the
  /// verdict. Call it once; no Feed() after it.
  Verdict Finish(EndOfInput how);

 private:
  struct Impl;
  explicit Gate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gate

#endif  // TOOLS_GATE_H_
