// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PREFLIGHT_RESULT_H_
#define TOOLS_PREFLIGHT_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exit_codes.h"
#include "files.h"
#include "preflight_inputs.h"
#include "preflight_plan.h"
#include "result.h"

namespace preflight {

enum class Outcome : std::uint8_t {
  kPassed,
  kFailed,          ///< The series' fault.
  kInfrastructure,  ///< The machine's, or a program's: nothing is known of the series.
  kNotRun,          ///< A tool or a machine is missing.
  kNotYet,          ///< It was not asked, or what it depends on has changed since.
};

/// "passed", "FAILED", "infrastructure", "NOT RUN", "not yet".
const char* OutcomeName(Outcome outcome);

/// One line that a checker told: its text, and whether it is no more than a warning.
struct Finding {
  std::string text;
  bool warning = false;
};

/// What a check answered.
struct CheckResult {
  Outcome outcome = Outcome::kNotYet;
  std::string says{};                ///< Its last word, one line: figures, or the first fault.
  std::vector<Finding> findings{};   ///< At most kMostFindings of them.
  std::size_t more_findings = 0;     ///< Those beyond.
  std::vector<std::string> to_do{};  ///< What only a person may do: to sign off, for one.
  Inputs inputs{};                   ///< When it began.
  std::int64_t seconds = 0;          ///< That it took.
  bool kept = false;                 ///< From an earlier run of the same inputs.
  bool begun = true;                 ///< What is in the log, and what else it made, is of this run.
};

inline constexpr std::size_t kMostFindings = 50;
/// Of a line that is kept, in bytes; the log has it whole.
inline constexpr std::size_t kLongestLine = 1000;

/// What the programs of a check printed and ended with, as a result without inputs and time.
/// `code` is the last one's. A line "NOT RUN NAME: REASON" tells of what is missing: unless a line
/// "PASSED ..." takes the whole for passed without it, that has not passed, whatever the code, and
/// neither has what printed nothing. A line "TO DO ..." tells what is left to a person.
CheckResult Understand(int code, std::string_view printed);

/// Where the result of `check` is kept, and what it printed.
std::filesystem::path ResultFile(const Plan& plan, const Check& check);
std::filesystem::path LogFile(const Plan& plan, const Check& check);

gate::Result<files::Done> Save(const Plan& plan, const Check& check, const CheckResult& result);

/// What was kept of `check`, whether it still holds or not. Nothing where there is none, or where
/// the file is none of Save().
std::optional<CheckResult> Load(const Plan& plan, const Check& check);

/// What is known of `check` for the inputs that it has now: what was kept, or kNotYet with the
/// reason in `says`.
gate::Result<CheckResult> Known(const Plan& plan, const Check& check);

/// The verdict on checks of `plan`, by position; those without a result count as not asked.
/// kFailed where one is the series' fault; else kInfrastructure where one that is not optional has
/// not passed, for whatever reason.
gate::ExitCode Judge(const std::vector<const Check*>& checks,
                     const std::vector<CheckResult>& results);

}  // namespace preflight

#endif  // TOOLS_PREFLIGHT_RESULT_H_
