// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PREFLIGHT_REPORT_H_
#define TOOLS_PREFLIGHT_REPORT_H_

#include <string>
#include <vector>

#include "exit_codes.h"
#include "preflight_plan.h"
#include "preflight_result.h"
#include "result.h"

namespace preflight {

/// What is told of one run. Checks and results have the same positions.
struct Report {
  const Plan* plan = nullptr;
  std::vector<const Check*> checks;
  std::vector<CheckResult> results;
  std::vector<const Check*> left_out;  ///< Of the plan, since another tier was asked for.

  gate::ExitCode Verdict() const { return Judge(checks, results); }
  /// "PASSED preflight: 20 checks: 18 passed, 2 not run; to do: ...".
  std::string LastLine() const;
};

/// For a terminal: a table of check, verdict, what it says, what proves it and the target to have
/// it alone, and below it each check that has not passed, with what it found and the command that
/// reproduces it.
std::string FormatText(const Report& report);

/// The same as Markdown, for a cover letter, a merge request or a wiki.
std::string FormatMarkdown(const Report& report);

/// For programs: an object with the verdict and a list "checks".
std::string FormatJson(const Report& report);

/// That list alone: what b4 0.16 takes from a command that it is given as
/// b4.review-series-check-cmd. An entry has the keys tool, status (pass, warn or fail), summary,
/// url and details, of b4's own (src/b4/review/checks.py there), and some of ours.
std::string FormatForB4(const Report& report);

/// For a person: one page that needs no other file. An empty string, or the error line.
std::string WriteHtml(const Report& report, const std::string& file);

/// Removes what WriteReports() writes, of an earlier run.
gate::Result<files::Done> RemoveReports(const Plan& plan);

/// All four, as report.txt, .md, .json and .html in the plan's folder.
gate::Result<files::Done> WriteReports(const Report& report);

}  // namespace preflight

#endif  // TOOLS_PREFLIGHT_REPORT_H_
