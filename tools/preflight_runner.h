// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PREFLIGHT_RUNNER_H_
#define TOOLS_PREFLIGHT_RUNNER_H_

#include <functional>
#include <string>
#include <vector>

#include "preflight_plan.h"
#include "preflight_result.h"
#include "result.h"

namespace preflight {

/// Runs the programs of `check`, keeps what they print in LogFile(), and the result in
/// ResultFile(). `on_line` gets the last line that they printed, as it changes, and is called about
/// once a second. Where an input changes meanwhile, the result says so and does not hold.
/// The error: an input can't be read, or the log or the result can't be written.
gate::Result<CheckResult> RunCheck(const Plan& plan, const Check& check,
                                   const std::function<void(const std::string&)>& on_line);

/// Runs `checks` in their order, each at most once; of one whose result still holds and that has
/// passed, that one is taken. What had another outcome is tried anew. Of one that RunCheck() has an
/// error for, that is the result, and the others go on. Tells on standard error how it goes. The
/// value: results by the position of the check.
std::vector<CheckResult> RunChecks(const Plan& plan, const std::vector<const Check*>& checks);

}  // namespace preflight

#endif  // TOOLS_PREFLIGHT_RUNNER_H_
