// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_GATE_H_
#define TOOLS_GATE_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exit_codes.h"
#include "result.h"

/// The gate: one verdict from one console log, streamed while the kernel runs.
namespace gate {

/// Rewrites a path as the kernel prints it to the path where the user edits that file. The longest
/// `from` that a path starts with wins; an empty `from` matches every relative path.
struct PathMap {
  std::string from;
  std::string to;
};

enum class ColorMode { kAuto, kAlways, kNever };

/// The command line of kunit-gate, as a structure. An empty file name turns that output off.
struct Options {
  std::string log_name;       ///< How messages name the input, e.g. "build/kunit.log" or "-".
  std::string expected_file;  ///< Manifest of tests that must run: one `suite.case` a line.
  std::string filter;         ///< kunit.filter_glob of this boot; what it excludes is not expected.
  std::string allow_file;     ///< Splats that are known and tolerated, each with its reason.
  std::string verdict_file;   ///< verdict.json.
  std::string junit_file;     ///< JUnit XML.
  std::vector<PathMap> path_maps;
  std::string reproduce;    ///< Command that runs one test again; "{}" stands for suite.case.
  std::FILE* out = stdout;  ///< Terminal view and summary; nullptr: silent.
  ColorMode color = ColorMode::kAuto;
  bool live = true;  ///< One line that changes, for the running test; on a terminal only.
};

/// How the console ended. It decides the wording, and whether a missing end is a hang.
enum class EndOfInput {
  kEof,       ///< The kernel or the file ended by itself.
  kTimedOut,  ///< The caller's time limit passed with no end in sight.
  kKilled,    ///< The caller was interrupted and stopped the kernel.
};

/// One thing that is wrong with the run.
struct Reason {
  std::string kind;  ///< Which rule: "expectation", "splat", "duplicate", "missing-test", ...
  ExitCode code = ExitCode::kFailed;  ///< What this reason alone would exit with.
  std::string test;                   ///< suite.case, or empty.
  std::string file;                   ///< Source file as the user edits it, or empty.
  std::uint64_t line = 0;             ///< Line in `file`, 1-based; 0: unknown.
  std::string message;                ///< One line, free of control bytes.
  std::uint64_t log_line = 0;         ///< Line in the log, 1-based; 0: the log as a whole.
};

/// Counts as kunit_tool gives them: leaves of the tree, parameters included.
struct Totals {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t crashed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t errors = 0;  ///< Malformed KTAP, as kunit_tool counts it.

  std::uint64_t tests() const { return passed + failed + crashed + skipped; }
  bool operator==(const Totals&) const = default;
};

struct Verdict {
  ExitCode code = ExitCode::kPassed;
  Totals totals;
  std::uint64_t splats = 0;     ///< Kernel reports that no allow entry covers.
  std::vector<Reason> reasons;  ///< In log order; bounded, see omitted_reasons.
  std::uint64_t omitted_reasons =
      0;  ///< Reasons past the bound; they count for `code` all the same.
  std::vector<std::string>
      failed;           ///< suite.case of each case that failed or crashed; bounded too.
  std::string running;  ///< The test that was running when the input ended early, or empty.
  std::string log;      ///< Options::log_name.
};

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

/// Reads what Options::verdict_file wrote. The error is one line: unreadable, no JSON, wrong form.
Result<Verdict> ReadVerdict(const std::string& file);

/// Prints the failures and the summary of `verdict` as the live run did, marked "(cached)".
void PrintCachedVerdict(const Verdict& verdict, std::FILE* out, ColorMode color);

}  // namespace gate

#endif  // TOOLS_GATE_H_
