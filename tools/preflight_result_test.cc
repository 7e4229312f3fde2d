// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_result.h"

#include <gtest/gtest.h>

#include <string>

#include "test_files.h"

namespace preflight {
namespace {

TEST(Understand, TakesTheLastWordOfAPass) {
  const auto result = Understand(0, "a.c:1: warning: the base's\nPASSED sparse: 12 objects\n");
  EXPECT_EQ(result.outcome, Outcome::kPassed);
  EXPECT_EQ(result.says, "sparse: 12 objects");
  EXPECT_TRUE(result.findings.empty());
}

TEST(Understand, EachVerdictOnTheKernelIsTheSeriesFault) {
  for (const int code : {1, 2, 3, 4}) {
    EXPECT_EQ(Understand(code, "").outcome, Outcome::kFailed) << code;
  }
}

TEST(Understand, EverythingElseIsTheMachines) {
  for (const int code : {5, 6, 7, 127, 128 + 9, 255}) {
    EXPECT_EQ(Understand(code, "").outcome, Outcome::kInfrastructure) << code;
  }
  EXPECT_EQ(Understand(6, "").says, "printed nothing, and exits with 6");
  EXPECT_EQ(Understand(6, "x: error: the disk is full\nmake: stopped\n").says,
            "x: error: the disk is full");
}

TEST(Understand, TellsTheSignalThatEndedACheck) {
  EXPECT_EQ(Understand(128 + 11, "").says, "was ended by signal 11 (Segmentation fault)");
  EXPECT_EQ(Understand(128 + 9, "one\ntwo\n").says, "was ended by signal 9 (Killed) after: two");
  EXPECT_EQ(Understand(255, "").says, "printed nothing, and exits with 255");
}

TEST(Understand, OfAWrongCommandLineTheFirstLineTellsWhy) {
  EXPECT_EQ(Understand(5, "Not expected: /x\nRun with --help for more information.\n").says,
            "Not expected: /x");
}

TEST(Understand, WhatDidNotRunHasNotPassed) {
  const auto missing = Understand(6, "NOT RUN smatch: smatch is not installed\n");
  EXPECT_EQ(missing.outcome, Outcome::kNotRun);
  EXPECT_EQ(missing.says, "smatch is not installed");
  EXPECT_EQ(Understand(0, "NOT RUN smatch: gone\n").outcome, Outcome::kNotRun);
}

TEST(Understand, SilenceIsNoPass) {
  EXPECT_EQ(Understand(0, "\n").outcome, Outcome::kInfrastructure);
}

TEST(Understand, AProgramThatContradictsItsExitCodeHasNotPassed) {
  const auto result = Understand(0, "a.c:1: error: wrong\nFAILED a: 3 findings\n");
  EXPECT_EQ(result.outcome, Outcome::kInfrastructure);
  EXPECT_EQ(result.says, "exits with 0, and says: FAILED a: 3 findings");
}

TEST(Understand, ALackThatAPassTellsOfIsNone) {
  EXPECT_EQ(Understand(0, "NOT RUN mutant: hardware\nPASSED mutants: 103 caught\n").outcome,
            Outcome::kPassed);
}

TEST(Understand, ALackDoesNotHideAFault) {
  EXPECT_EQ(Understand(1, "NOT RUN mutant: hardware\nx:1: error: survives\n").outcome,
            Outcome::kFailed);
}

TEST(Understand, KeepsFindingsAndCountsTheRest) {
  std::string printed;
  for (std::size_t i = 0; i < kMostFindings + 3; ++i) printed += "a.c:1: error: wrong\n";
  printed += "b.c:2: warning: odd\nFAILED x: many\n";
  const auto result = Understand(1, printed);
  EXPECT_EQ(result.findings.size(), kMostFindings);
  EXPECT_EQ(result.more_findings, 4u);
  EXPECT_EQ(result.says, "x: many");
}

TEST(Understand, KeepsTheBeginningOfALongLine) {
  const auto result = Understand(1, "a.c:1: error: " + std::string(300'000, 'x') + "\n");
  EXPECT_EQ(result.says.size(), kLongestLine);
  EXPECT_TRUE(result.says.starts_with("a.c:1: error: xxx")) << result.says;
  EXPECT_TRUE(result.says.ends_with("x...")) << result.says;
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].text, result.says);
}

TEST(Understand, TellsAWarningFromAnError) {
  const auto result = Understand(1, "b.c:2: warning: odd\nb.c:3: error: wrong\n");
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_TRUE(result.findings[0].warning);
  EXPECT_FALSE(result.findings[1].warning);
}

TEST(Understand, LeavesToAPersonWhatIsAPersons) {
  const auto result = Understand(0, "TO DO sign-off of 26 patches\nPASSED form: 26 mails\n");
  EXPECT_EQ(result.to_do, std::vector<std::string>{"sign-off of 26 patches"});
}

TEST(Understand, MakesAnyBytesFitToBeShown) {
  const auto result = Understand(1, "a.c:1: error: \x1b[2J\xff\n");
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].text, "a.c:1: error: \\x1b[2J\\xff");
}

class KeptResult : public testing::Test {
 protected:
  KeptResult() {
    plan_.source = folder_.Path("");
    plan_.build = folder_.Path("build");
    check_.name = "form";
    check_.inputs = {folder_.Write("input", "one")};
    result_.outcome = Outcome::kPassed;
    result_.says = "form: 3 mails";
    result_.findings = {{"a:1: error: b", false}};
    result_.more_findings = 2;
    result_.to_do = {"sign"};
    result_.inputs = *HashInputs(check_.inputs);
    result_.seconds = 7;
  }

  CheckResult Now() const {
    const auto known = Known(plan_, check_);
    EXPECT_TRUE(known.ok());
    return *known;
  }

  const gate::TestFolder folder_;
  Plan plan_;
  Check check_;
  CheckResult result_;
};

TEST_F(KeptResult, HoldsAsLongAsItsInputs) {
  EXPECT_EQ(Now().outcome, Outcome::kNotYet);
  EXPECT_EQ(Now().says, "has not run");
  ASSERT_TRUE(Save(plan_, check_, result_).ok());
  const CheckResult known = Now();
  EXPECT_EQ(known.outcome, Outcome::kPassed);
  EXPECT_TRUE(known.kept);
  EXPECT_EQ(known.says, result_.says);
  EXPECT_EQ(known.to_do, result_.to_do);
  EXPECT_EQ(known.seconds, 7);
  EXPECT_EQ(known.more_findings, 2u);
  ASSERT_EQ(known.findings.size(), 1u);
  EXPECT_EQ(known.findings[0].text, "a:1: error: b");

  folder_.Write("input", "two");
  EXPECT_EQ(Now().outcome, Outcome::kNotYet);
  EXPECT_EQ(Now().says, "has changed since: " + check_.inputs[0]);
  folder_.Write("input", "one");
  EXPECT_EQ(Now().outcome, Outcome::kPassed);
}

TEST_F(KeptResult, AFileOfAnotherFormIsNone) {
  for (const char* text : {"", "{", "[]", "{}", R"({"outcome": 1})", R"({"outcome": "fine"})"}) {
    ASSERT_TRUE(files::Write(ResultFile(plan_, check_), text).ok());
    EXPECT_FALSE(Load(plan_, check_)) << text;
  }
}

class JudgeTest : public testing::Test {
 protected:
  gate::ExitCode Verdict(Outcome outcome, bool optional) {
    Check fine;
    Check other;
    other.optional = optional;
    CheckResult passed;
    passed.outcome = Outcome::kPassed;
    CheckResult result;
    result.outcome = outcome;
    return Judge({&fine, &other}, {passed, result});
  }
};

TEST_F(JudgeTest, NotRunIsNeverAPass) {
  EXPECT_EQ(Verdict(Outcome::kPassed, false), gate::ExitCode::kPassed);
  EXPECT_EQ(Verdict(Outcome::kFailed, false), gate::ExitCode::kFailed);
  EXPECT_EQ(Verdict(Outcome::kNotRun, false), gate::ExitCode::kInfrastructure);
  EXPECT_EQ(Verdict(Outcome::kNotYet, false), gate::ExitCode::kInfrastructure);
  EXPECT_EQ(Verdict(Outcome::kInfrastructure, false), gate::ExitCode::kInfrastructure);
}

TEST_F(JudgeTest, AnOptionalToolMayLackAndDoNothingElse) {
  EXPECT_EQ(Verdict(Outcome::kNotRun, true), gate::ExitCode::kPassed);
  EXPECT_EQ(Verdict(Outcome::kFailed, true), gate::ExitCode::kFailed);
  EXPECT_EQ(Verdict(Outcome::kNotYet, true), gate::ExitCode::kInfrastructure);
  EXPECT_EQ(Verdict(Outcome::kInfrastructure, true), gate::ExitCode::kInfrastructure);
}

TEST_F(JudgeTest, WithoutAResultThereIsNoPass) {
  const Check check;
  EXPECT_EQ(Judge({&check}, {}), gate::ExitCode::kInfrastructure);
}

}  // namespace
}  // namespace preflight
