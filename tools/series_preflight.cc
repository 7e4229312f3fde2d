// SPDX-License-Identifier: GPL-2.0-only
/// series-preflight: whether the series can be mailed; runs each check whose result does not hold
/// any more, and prints one table.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "all_written.h"
#include "ci_matrix.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "preflight_plan.h"
#include "preflight_report.h"
#include "preflight_result.h"
#include "preflight_runner.h"
#include "process.h"
#include "supervise.h"

namespace {

using gate::Error;
using gate::ExitCode;
using gate::Result;
using preflight::Check;
using preflight::Plan;
using preflight::Tier;

struct Arguments {
  std::string plan;
  std::vector<std::string> names;
  bool full = false;
  bool b4 = false;
  std::string form;
  std::string output;
};

int Complain(const std::string& error, ExitCode code = ExitCode::kInfrastructure) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(code);
}

/// The checks that are asked for, with what they need, in the plan's order.
Result<std::vector<const Check*>> Wanted(const Plan& plan, const Arguments& arguments) {
  std::set<std::string> names(arguments.names.begin(), arguments.names.end());
  for (const auto& name : names) {
    if (plan.Find(name) == nullptr) {
      return Error{
          fmt::format("error: there is no check {}; `series-preflight list` tells them", name)};
    }
  }
  if (names.empty()) {
    for (const auto& check : plan.checks) {
      if (arguments.full || check.tier == Tier::kRequired) names.insert(check.name);
    }
  }
  // A need stands before what needs it.
  for (auto check = plan.checks.rbegin(); check != plan.checks.rend(); ++check) {
    if (names.contains(check->name)) names.insert(check->needs.begin(), check->needs.end());
  }
  std::vector<const Check*> wanted;
  for (const auto& check : plan.checks) {
    if (names.contains(check.name)) wanted.push_back(&check);
  }
  if (wanted.empty()) return Error{"error: the plan holds no check of that tier"};
  return wanted;
}

int Run(const Plan& plan, const Arguments& arguments) {
  const auto wanted = Wanted(plan, arguments);
  if (!wanted.ok()) return Complain(wanted.error(), ExitCode::kUsage);
  const bool whole = arguments.names.empty();
  if (whole) {
    // A run that is ended leaves no report of an earlier one.
    const auto removed = preflight::RemoveReports(plan);
    if (!removed.ok()) return Complain(removed.error());
  }
  preflight::Report report{&plan, *wanted, preflight::RunChecks(plan, *wanted), {}};
  if (!whole) {
    // Of the checks, and not of the whole: the reports stay as they are.
    for (std::size_t i = 0; i < wanted->size(); ++i) {
      const auto& result = report.results[i];
      if (result.outcome == preflight::Outcome::kPassed) continue;
      for (const auto& finding : result.findings) {
        // What it says stands in its line already.
        if (finding.text != result.says) gate::Put(stdout, finding.text + "\n");
      }
    }
    gate::Put(stdout, report.LastLine() + "\n");
    return static_cast<int>(report.Verdict());
  }
  for (const auto& check : plan.checks) {
    if (std::find(wanted->begin(), wanted->end(), &check) == wanted->end()) {
      report.left_out.push_back(&check);
    }
  }
  const auto written = preflight::WriteReports(report);
  if (!written.ok()) return Complain(written.error());
  gate::Put(stdout, preflight::FormatText(report));
  return static_cast<int>(report.Verdict());
}

/// Tells of each check that keeps the series from being sent. Nothing is run.
int Status(const Plan& plan, const Arguments& arguments) {
  const auto wanted = Wanted(plan, arguments);
  if (!wanted.ok()) return Complain(wanted.error(), ExitCode::kUsage);
  std::vector<preflight::CheckResult> results;
  std::set<std::string> lacking;
  for (const Check* check : *wanted) {
    auto known = preflight::Known(plan, *check);
    if (!known.ok()) return Complain(known.error());
    // What it depends on may not be up to date.
    for (const auto& need : check->needs) {
      if (!lacking.contains(need)) continue;
      known->outcome = preflight::Outcome::kNotYet;
      known->says = fmt::format("needs {}, which does not hold", need);
    }
    if (known->outcome != preflight::Outcome::kPassed) lacking.insert(check->name);
    const bool excused = check->optional && known->outcome == preflight::Outcome::kNotRun;
    if (known->outcome != preflight::Outcome::kPassed && !excused && !arguments.b4) {
      gate::Put(stderr, fmt::format("error: {} {}: {}; {}\n", check->name,
                                    preflight::OutcomeName(known->outcome), known->says,
                                    plan.Reproduce(*check)));
    }
    results.push_back(std::move(*known));
  }
  const preflight::Report report{&plan, *wanted, std::move(results), {}};
  if (arguments.b4) {
    gate::Put(stdout, preflight::FormatForB4(report));
    return 0;  // b4 takes the verdict from each entry.
  }
  gate::Put(stderr, report.LastLine() + "\n");
  return static_cast<int>(report.Verdict());
}

int List(const Plan& plan) {
  for (const auto& check : plan.checks) {
    gate::Put(stdout, fmt::format("{:<22} {:<9} {}{}\n", check.name,
                                  check.tier == Tier::kRequired ? "required" : "full", check.title,
                                  check.optional ? " (where its tool is installed)" : ""));
  }
  return 0;
}

int WriteMatrix(const Plan& plan, const Arguments& arguments) {
  const std::string text =
      arguments.form == "gitlab" ? ci_matrix::ForGitLab(plan) : ci_matrix::ForGitHub(plan);
  if (arguments.output.empty()) {
    gate::Put(stdout, text);
    return 0;
  }
  auto output = gate::OutputFile::Create(arguments.output);
  if (!output.ok()) return Complain(output.error());
  gate::Put(output->stream(), text);
  const std::string error = output->Commit();
  return error.empty() ? 0 : Complain(error);
}

}  // namespace

int main(int argc, char** argv) {
  if (!gate::OpenStandardStreams()) return static_cast<int>(ExitCode::kInfrastructure);
  CLI::App app(
      "Tells whether the series can be mailed. Each check's result is kept until something\n"
      "changes that it depends on.",
      "series-preflight");
  app.require_subcommand(1);
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  const auto add = [&](const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command
        ->add_option("--plan", arguments.plan,
                     "The checks, as CMake wrote them: preflight/plan.json")
        ->required();
    return command;
  };
  CLI::App* run = add("run", "Run what does not hold any more, and print the table");
  CLI::App* status = add("status", "Run nothing; exit with 0 only where all is known and passed");
  for (CLI::App* command : {run, status}) {
    command->add_flag("--full", arguments.full, "Also what is of the tier \"full\"");
    command->add_option("CHECK", arguments.names, "Only these, and what they need");
  }
  status->add_flag("--b4", arguments.b4,
                   "Print what is known as b4's review-series-check-cmd does");
  CLI::App* list = add("list", "Name the checks");
  CLI::App* matrix = add("matrix", "Write a pipeline that gives each check a runner");
  matrix->add_option("--form", arguments.form)
      ->required()
      ->check(CLI::IsMember({"gitlab", "github"}));
  matrix->add_option("--output", arguments.output, "File; default: standard output");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  const auto plan = preflight::ReadPlan(arguments.plan);
  if (!plan.ok()) return Complain(plan.error());
  process::CleanEnvironment();
  if (list->parsed()) return gate::AllWritten(List(*plan));
  if (matrix->parsed()) return gate::AllWritten(WriteMatrix(*plan, arguments));
  if (status->parsed()) return gate::AllWritten(Status(*plan, arguments));
  return supervise::RunLocked(plan->Folder(), [&] { return Run(*plan, arguments); });
}
