// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_EXIT_CODES_H_
#define TOOLS_EXIT_CODES_H_

#include <array>
#include <string>

namespace gate {

/// What a program of this project exits with. Each number has one meaning, so that a caller can
/// tell a fault of the patch from a fault of the machine. Where several hold, the one named earlier
/// in this order decides: infrastructure, splat, incomplete, failed, no tests. All of them are
/// listed.
enum class ExitCode : int {
  kPassed = 0,  ///< Everything that was to run ran, and passed.
  kFailed = 1,  ///< A test failed, or the run breaks a strict rule (duplicate, wrong plan, ...).
  kSplat = 2,   ///< The kernel reported a fault: BUG, WARNING, KASAN, lockdep, panic, ...
  kIncomplete = 3,      ///< The run ended early: crash, hang, time-out or truncated log.
  kNoTests = 4,         ///< The input holds no KTAP, or nothing ran.
  kUsage = 5,           ///< The command line is wrong.
  kInfrastructure = 6,  ///< A file, a tool or the machine failed; nothing is known about the tests.
};

/// One row of the table that --help, README.md and the manual pages show.
struct ExitCodeEntry {
  ExitCode code;
  const char* name;     ///< The word in verdict.json and in the summary.
  const char* meaning;  ///< For a reader.
};

/// All exit codes, by number: the one place that says what they mean.
inline constexpr std::array<ExitCodeEntry, 7> kExitCodes{{
    {ExitCode::kPassed, "passed", "passed"},
    {ExitCode::kFailed, "failed", "tests failed, or the log breaks a strict rule"},
    {ExitCode::kSplat, "splat", "kernel splat: BUG, WARNING, panic, KASAN, lockdep, ..."},
    {ExitCode::kIncomplete, "incomplete", "incomplete: crash, hang, time-out or truncated log"},
    {ExitCode::kNoTests, "no-tests", "no tests: the input is no KTAP, or nothing ran"},
    {ExitCode::kUsage, "usage", "usage: the command line is wrong"},
    {ExitCode::kInfrastructure, "infrastructure",
     "infrastructure: a missing log, tool or permission, a full disk"},
}};

/// The word for `code`: ExitCodeEntry::name.
constexpr const char* ExitCodeName(ExitCode code) {
  for (const ExitCodeEntry& entry : kExitCodes) {
    if (entry.code == code) return entry.name;
  }
  return "infrastructure";
}

/// Rank for the precedence above: where several codes hold, the highest rank is the program's.
constexpr int ExitCodeRank(ExitCode code) {
  switch (code) {
    case ExitCode::kPassed:
      return 0;
    case ExitCode::kNoTests:
      return 1;
    case ExitCode::kFailed:
      return 2;
    case ExitCode::kIncomplete:
      return 3;
    case ExitCode::kSplat:
      return 4;
    case ExitCode::kUsage:
    case ExitCode::kInfrastructure:
      return 5;
  }
  return 5;
}

constexpr ExitCode MoreSevere(ExitCode a, ExitCode b) {
  return ExitCodeRank(b) > ExitCodeRank(a) ? b : a;
}

/// What `git bisect run` wants: 0 good, 1 bad, 125 cannot be judged. A hang is bad; a run without a
/// test or on a faulty machine says nothing of the commit.
constexpr int BisectCode(ExitCode code) {
  switch (code) {
    case ExitCode::kPassed:
      return 0;
    case ExitCode::kFailed:
    case ExitCode::kSplat:
    case ExitCode::kIncomplete:
      return 1;
    case ExitCode::kNoTests:
    case ExitCode::kUsage:
    case ExitCode::kInfrastructure:
      return 125;
  }
  return 125;
}

/// For a step that is to make results, and leaves judging them to others: 0 wherever there is a
/// verdict on the tests, however bad.
constexpr int ResultsCode(ExitCode code) {
  const bool verdict = code != ExitCode::kUsage && code != ExitCode::kInfrastructure;
  return verdict ? 0 : static_cast<int>(code);
}

/// The table for a program's --help.
inline std::string ExitCodeHelp() {
  std::string text = "Exit codes:\n";
  for (const ExitCodeEntry& entry : kExitCodes) {
    text += "  " + std::to_string(static_cast<int>(entry.code)) + "  " + entry.meaning + "\n";
  }
  return text + "Where several hold, the order is 6, 2, 3, 1, 4; every reason is listed.";
}

}  // namespace gate

#endif  // TOOLS_EXIT_CODES_H_
