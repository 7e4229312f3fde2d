// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_VERDICT_H_
#define TOOLS_VERDICT_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "exit_codes.h"
#include "ktap_events.h"
#include "reason.h"
#include "result.h"

namespace gate {

/// How the console ended. It decides the wording, and whether a missing end is a hang.
enum class EndOfInput {
  kEof,       ///< The kernel or the file ended by itself.
  kTimedOut,  ///< The caller's time limit passed with no end in sight.
  kKilled,    ///< The caller was interrupted and stopped the kernel.
};

/// What kunit_tool makes of the same log.
struct ToolVerdict {
  ToolVersion version = ToolVersion::k6_12;  ///< Whose kunit_tool: Options::tool.
  Totals totals;
  bool passed = false;  ///< `kunit.py run` would exit 0.
  bool hangs = false;   ///< It would never end: a plan stands where no plan can be.
  bool dies = false;    ///< It would end in a Python traceback, and exit 1.
  bool operator==(const ToolVerdict&) const = default;

  /// What `kunit.py parse` exits with: a run in which each test was skipped is no success to it.
  int ParseExitCode() const { return passed && totals.passed > 0 ? 0 : 1; }
};

struct Verdict {
  ExitCode code = ExitCode::kPassed;
  Totals totals;
  ToolVerdict tool;
  std::uint64_t splats = 0;          ///< Kernel reports that no allow entry covers.
  std::uint64_t allowed_splats = 0;  ///< Those that one does.
  std::vector<Reason> reasons;       ///< As they were found; bounded, see omitted_reasons.
  std::uint64_t omitted_reasons =
      0;  ///< Reasons past the bound; they count for `code` all the same.
  /// Faults that are no reasons of their own: a torn or lost line, which one of the reasons tells
  /// of, may account for them. They count for `code` all the same.
  std::uint64_t following_reasons = 0;
  std::vector<std::string> failed;  ///< suite.case of each that failed or crashed; bounded.
  std::uint64_t omitted_failed = 0;
  std::string running;    ///< What was running when the input ended early, or empty.
  std::string log;        ///< Options::log_name.
  std::string reproduce;  ///< Options::reproduce.
};

/// Every test that `verdict` blames something on, by suite and case.
std::set<std::string> Blamed(const Verdict& verdict);

/// Writes `verdict` as JSON, in one step. An empty string, or the error line.
std::string WriteVerdict(const Verdict& verdict, const std::string& file);

/// Reads what WriteVerdict() wrote. The error is one line: unreadable, no JSON, wrong form.
Result<Verdict> ReadVerdict(const std::string& file);

}  // namespace gate

#endif  // TOOLS_VERDICT_H_
