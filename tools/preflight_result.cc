// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_result.h"

#include <fmt/core.h>

#include <array>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "git.h"
#include "text.h"

namespace preflight {
namespace {

using gate::Error;
using gate::ExitCode;
using gate::Result;
using nlohmann::json;

constexpr std::array<std::pair<Outcome, const char*>, 5> kNames{{
    {Outcome::kPassed, "passed"},
    {Outcome::kFailed, "FAILED"},
    {Outcome::kInfrastructure, "infrastructure"},
    {Outcome::kNotRun, "NOT RUN"},
    {Outcome::kNotYet, "not yet"},
}};

bool IsVerdictOfTests(int code) {
  return code >= static_cast<int>(ExitCode::kFailed) &&
         code <= static_cast<int>(ExitCode::kNoTests);
}

/// A shell, and process::Run(), add a signal's number to this.
constexpr int kSignalled = 128;

constexpr std::string_view kNotRun = "NOT RUN ";
constexpr std::string_view kToDo = "TO DO ";

/// The reason in "NOT RUN name: reason".
std::string ReasonOf(std::string_view line) {
  line.remove_prefix(kNotRun.size());
  const auto colon = line.find(": ");
  return std::string(colon == std::string_view::npos ? line : line.substr(colon + 2));
}

}  // namespace

const char* OutcomeName(Outcome outcome) {
  for (const auto& [value, name] : kNames) {
    if (value == outcome) return name;
  }
  return "?";
}

CheckResult Understand(int code, std::string_view printed) {
  CheckResult result;
  std::string not_run;
  std::string verdict;
  std::string first_error;
  std::string first;
  std::string last;
  for (const auto& raw : git::SplitLines(printed)) {
    const std::string line = gate::Cut(gate::Printable(raw), kLongestLine);
    if (line.empty()) continue;
    if (first.empty()) first = line;
    last = line;
    if (line.starts_with(kNotRun) && not_run.empty()) not_run = ReasonOf(line);
    if (line.starts_with(kToDo)) result.to_do.push_back(line.substr(kToDo.size()));
    if (line.starts_with("PASSED ") || line.starts_with("FAILED ")) verdict = line;
    const bool error = line.find("error: ") != std::string::npos;
    const bool warning = !error && line.find(": warning: ") != std::string::npos;
    if (error && first_error.empty()) first_error = line;
    if (!error && !warning) continue;
    if (result.findings.size() < kMostFindings) {
      result.findings.push_back({line, warning});
    } else {
      ++result.more_findings;
    }
  }
  const bool passed = code == 0 && verdict.starts_with("PASSED ");
  if (!not_run.empty() && !IsVerdictOfTests(code) && !passed) {
    result.outcome = Outcome::kNotRun;
    result.says = not_run;
    return result;
  }
  if (code == 0 && verdict.starts_with("FAILED ")) {
    result.outcome = Outcome::kInfrastructure;
    result.says = fmt::format("exits with 0, and says: {}", verdict);
    return result;
  }
  // A program that does what a check should tells what it looked at.
  if (code == 0 && !last.empty()) {
    result.outcome = Outcome::kPassed;
    result.findings.clear();  // Of others, then: what a base is known for.
    result.more_findings = 0;
    result.says = !verdict.empty() ? verdict.substr(verdict.find(' ') + 1) : last;
    return result;
  }
  result.outcome = IsVerdictOfTests(code) ? Outcome::kFailed : Outcome::kInfrastructure;
  if (!verdict.empty() && result.outcome == Outcome::kFailed) {
    result.says = verdict.substr(verdict.find(' ') + 1);
  } else if (!first_error.empty()) {
    result.says = first_error;
  } else if (code > kSignalled && code < kSignalled + NSIG) {
    result.says =
        fmt::format("was ended by signal {} ({}){}", code - kSignalled,
                    ::strsignal(code - kSignalled), last.empty() ? "" : " after: " + last);
  } else {
    // Of a wrong command line CLI11 tells first what is wrong, and last how to get help.
    result.says = code == static_cast<int>(ExitCode::kUsage) ? first : last;
  }
  if (result.says.empty()) result.says = fmt::format("printed nothing, and exits with {}", code);
  return result;
}

std::filesystem::path ResultFile(const Plan& plan, const Check& check) {
  return plan.Folder() / (check.name + ".json");
}

std::filesystem::path LogFile(const Plan& plan, const Check& check) {
  return plan.Folder() / (check.name + ".log");
}

Result<files::Done> Save(const Plan& plan, const Check& check, const CheckResult& result) {
  json findings = json::array();
  for (const auto& finding : result.findings) {
    findings.push_back({{"text", finding.text}, {"warning", finding.warning}});
  }
  const json document = {{"outcome", OutcomeName(result.outcome)},
                         {"says", result.says},
                         {"findings", findings},
                         {"more_findings", result.more_findings},
                         {"to_do", result.to_do},
                         {"inputs", result.inputs},
                         {"seconds", result.seconds}};
  return files::Write(ResultFile(plan, check),
                      document.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

std::optional<CheckResult> Load(const Plan& plan, const Check& check) {
  const json document = json::parse(files::ReadOrEmpty(ResultFile(plan, check)), nullptr,
                                    /*allow_exceptions=*/false);
  if (!document.is_object()) return std::nullopt;
  // A file of another version of this program may hold the same keys with other types.
  try {
    CheckResult result;
    const auto name = document.at("outcome").get<std::string>();
    bool known = false;
    for (const auto& [value, word] : kNames) {
      if (name != word) continue;
      result.outcome = value;
      known = true;
    }
    if (!known) return std::nullopt;
    result.says = document.at("says").get<std::string>();
    for (const auto& finding : document.at("findings")) {
      result.findings.push_back(
          {finding.at("text").get<std::string>(), finding.at("warning").get<bool>()});
    }
    result.more_findings = document.at("more_findings").get<std::size_t>();
    result.to_do = document.at("to_do").get<std::vector<std::string>>();
    result.inputs = document.at("inputs").get<Inputs>();
    result.seconds = document.at("seconds").get<std::int64_t>();
    return result;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

Result<CheckResult> Known(const Plan& plan, const Check& check) {
  auto inputs = HashInputs(check.AllInputs());
  if (!inputs.ok()) return Error{inputs.error()};
  const auto outputs = HashInputs(check.outputs);
  if (!outputs.ok()) return Error{outputs.error()};
  inputs->insert(outputs->begin(), outputs->end());
  auto kept = Load(plan, check);
  CheckResult result;
  result.inputs = std::move(*inputs);
  if (!kept) {
    result.says = "has not run";
    return result;
  }
  if (const std::string changed = Differences(kept->inputs, result.inputs); !changed.empty()) {
    result.says = "has changed since: " + changed;
    return result;
  }
  kept->kept = true;
  return *kept;
}

ExitCode Judge(const std::vector<const Check*>& checks, const std::vector<CheckResult>& results) {
  bool unknown = false;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const Outcome outcome = i < results.size() ? results[i].outcome : Outcome::kNotYet;
    if (outcome == Outcome::kFailed) return ExitCode::kFailed;
    // That a tool is not installed is what an optional check may say, and nothing else.
    const bool excused = checks[i]->optional && outcome == Outcome::kNotRun;
    unknown |= outcome != Outcome::kPassed && !excused;
  }
  return unknown ? ExitCode::kInfrastructure : ExitCode::kPassed;
}

}  // namespace preflight
