// SPDX-License-Identifier: GPL-2.0-only
#include "flaky_tally.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gate {
namespace {

CaseRecord Record(const std::string& test, std::optional<Status> outcome,
                  const std::string& error = {}) {
  CaseRecord record;
  record.test = test;
  record.outcome = outcome;
  if (!error.empty()) {
    Reason reason;
    reason.test = test;
    reason.file = "x.c";
    reason.line = 1;
    reason.message = error;
    record.reasons.push_back(reason);
  }
  return record;
}

void RunOf(FlakyTally* tally, const std::vector<CaseRecord>& records) {
  Verdict verdict;
  for (const CaseRecord& record : records) {
    tally->Add(record);
    if (record.failed()) verdict.code = ExitCode::kFailed;
  }
  tally->EndRun(verdict);
}

using Strings = std::vector<std::string>;

TEST(FlakyTallyTest, NamesWhatDoesNotComeOutAlike) {
  FlakyTally tally;
  RunOf(&tally, {Record("s.good", Status::kPassed), Record("s.bad", Status::kFailed, "no"),
                 Record("s.odd", Status::kPassed), Record("s.gone", Status::kPassed),
                 Record("s.skips", Status::kSkipped)});
  RunOf(&tally, {Record("s.good", Status::kPassed), Record("s.bad", Status::kFailed, "no"),
                 Record("s.odd", Status::kFailed, "raced"), Record("s.skips", Status::kPassed)});
  EXPECT_EQ(tally.Flaky(), Strings({"s.gone", "s.odd", "s.skips"}));
  EXPECT_EQ(tally.code(), ExitCode::kFailed);
  EXPECT_EQ(tally.Report(Style(false)),
            "failed: s.bad: in all 2 runs\n"
            "  x.c:1: error: no\n"
            "flaky:  s.gone: passed in 1, missing in 1, of 2 runs\n"
            "flaky:  s.odd: failed in 1 (run 2), passed in 1, of 2 runs\n"
            "  x.c:1: error: raced\n"
            "flaky:  s.skips: skipped in 1 (run 1), passed in 1, of 2 runs\n"
            "FAILED 2 runs, 5 cases: 3 flaky, 1 failed in every run\n");
}

TEST(FlakyTallyTest, AllAlikeIsNotFlaky) {
  FlakyTally tally;
  for (int i = 0; i < 3; ++i) RunOf(&tally, {Record("s.a", Status::kPassed)});
  EXPECT_EQ(tally.Flaky(), Strings());
  EXPECT_EQ(tally.code(), ExitCode::kPassed);
  EXPECT_EQ(tally.Report(Style(false)), "PASSED 3 runs, 1 cases: 0 flaky, 0 failed in every run\n");
}

TEST(FlakyTallyTest, ALaterWordOnATestCounts) {
  FlakyTally tally;
  RunOf(&tally, {Record("s.a", Status::kPassed)});
  RunOf(&tally, {Record("s.a", Status::kPassed), Record("s.a", std::nullopt, "late")});
  RunOf(&tally, {Record("s.a", std::nullopt, "late"), Record("s.a", Status::kPassed)});
  EXPECT_EQ(tally.Flaky(), Strings({"s.a"}));
  EXPECT_NE(tally.Report(Style(false)).find("failed in 2 (runs 2, 3)"), std::string::npos);
}

TEST(FlakyTallyTest, AFaultOfSomeRunsIsFlakyToo) {
  FlakyTally tally;
  RunOf(&tally, {Record("s.a", Status::kPassed)});
  RunOf(&tally, {Record("", std::nullopt, "splat at boot"), Record("s.a", Status::kPassed)});
  EXPECT_EQ(tally.Flaky(), Strings({"(run)"}));
  EXPECT_NE(tally.Report(Style(false)).find("(run): failed in 1 (run 2), of 2 runs\n"),
            std::string::npos)
      << tally.Report(Style(false));
}

}  // namespace
}  // namespace gate
