// SPDX-License-Identifier: GPL-2.0-only
#include "flaky_tally.h"

#include <fmt/format.h>

#include <algorithm>

namespace gate {
namespace {

constexpr std::size_t kMaxErrors = 3;  // Distinct errors shown of one test.
constexpr std::size_t kMaxRuns = 10;   // Runs that a line names.
constexpr char kWholeRun[] = "(run)";

std::string Runs(const std::vector<std::size_t>& runs) {
  std::string text = runs.size() == 1 ? "run " : "runs ";
  for (std::size_t i = 0; i < std::min(runs.size(), kMaxRuns); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", runs[i]);
  }
  return runs.size() > kMaxRuns ? text + ", ..." : text;
}

}  // namespace

void FlakyTally::Add(const CaseRecord& record) {
  const std::string name = record.test.empty() ? kWholeRun : record.test;
  Outcome outcome = Outcome::kPassed;
  if (record.failed()) {
    outcome = Outcome::kFailed;
  } else if (record.outcome != Status::kPassed) {
    outcome = Outcome::kSkipped;
  }
  const auto [place, fresh] = run_.emplace(name, outcome);
  if (!fresh && place->second != Outcome::kFailed) place->second = outcome;
  std::vector<std::string>& errors = tests_[name].errors;
  for (const Reason& reason : record.reasons) {
    // Without the test, which the line above names, and without a line of a log that is not kept.
    Reason bare = reason;
    bare.test.clear();
    std::string error = FormatReason(bare, {}, Style(false));
    if (errors.size() < kMaxErrors &&
        std::find(errors.begin(), errors.end(), error) == errors.end()) {
      errors.push_back(std::move(error));
    }
  }
}

void FlakyTally::EndRun(const Verdict& verdict) {
  ++runs_;
  code_ = MoreSevere(code_, verdict.code);
  for (const auto& [name, outcome] : run_) {
    History& history = tests_[name];
    switch (outcome) {
      case Outcome::kPassed:
        history.passed.push_back(runs_);
        break;
      case Outcome::kFailed:
        history.failed.push_back(runs_);
        break;
      case Outcome::kSkipped:
        history.skipped.push_back(runs_);
        break;
    }
  }
  run_.clear();
}

// A test that some runs do not tell of is flaky too: it was missing there.
bool FlakyTally::IsFlaky(const History& history) const {
  return std::max({history.passed.size(), history.failed.size(), history.skipped.size()}) != runs_;
}

std::vector<std::string> FlakyTally::Flaky() const {
  std::vector<std::string> names;
  for (const auto& [name, history] : tests_) {
    if (IsFlaky(history)) names.push_back(name);
  }
  return names;
}

std::string FlakyTally::Report(const Style& style) const {
  std::string text;
  std::size_t flaky = 0;
  std::size_t failed = 0;
  std::size_t cases = 0;
  for (const auto& [name, history] : tests_) {
    if (name.find('.') != std::string::npos) ++cases;
    if (IsFlaky(history)) {
      ++flaky;
      std::string what;
      const auto add = [&what](const char* word, const std::vector<std::size_t>& in) {
        if (in.empty()) return;
        what += fmt::format("{}{} in {} ({})", what.empty() ? "" : ", ", word, in.size(), Runs(in));
      };
      add("failed", history.failed);
      add("skipped", history.skipped);
      if (!history.passed.empty()) {
        what += fmt::format("{}passed in {}", what.empty() ? "" : ", ", history.passed.size());
      }
      // Nothing is said of a suite or a run where there is nothing to say.
      const bool silent = name == kWholeRun || name.find('.') == std::string::npos;
      if (!silent && history.present() < runs_) {
        what += fmt::format(", missing in {}", runs_ - history.present());
      }
      text += fmt::format("{} {}: {}, of {} runs\n", style.Yellow("flaky: "), name, what, runs_);
    } else if (!history.failed.empty()) {
      ++failed;
      text += fmt::format("{} {}: in all {} runs\n", style.Red("failed:"), name, runs_);
    } else {
      continue;
    }
    for (const std::string& error : history.errors) text += fmt::format("  {}\n", error);
  }
  const bool passed = code_ == ExitCode::kPassed;
  text += fmt::format("{} {} runs, {} cases: {} flaky, {} failed in every run\n",
                      passed ? style.Green("PASSED") : style.Red("FAILED"), runs_, cases, flaky,
                      failed);
  return text;
}

}  // namespace gate
