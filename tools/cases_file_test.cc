// SPDX-License-Identifier: GPL-2.0-only
#include "cases_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

constexpr char kMixed[] =
    "KTAP version 1\n1..1\n  # Subtest: s\n  1..4\n  ok 1 good\n"
    "    # bad: EXPECTATION FAILED at x.c:12\n    Expected 1\n  not ok 2 bad\n"
    "  ok 3 skipped # SKIP no device\n"
    "WARNING: CPU: 0 PID: 28 at y.c:3 fn+0x41/0xa40\n  ok 4 warns\nnot ok 1 s\n"
    "reboot: System halted\n";

class CasesFileTest : public testing::Test {
 protected:
  void Judge(std::string_view log, const std::string& expected = {},
             const std::string& filter = {}) {
    Options options;
    options.out = nullptr;
    options.log_name = "console.log";
    options.reproduce = "run {}";
    options.cases_file = file_;
    options.filter = filter;
    if (!expected.empty()) options.expected_file = folder_.Write("expected", expected);
    auto gate = Gate::Create(options);
    ASSERT_TRUE(gate.ok()) << gate.error();
    gate->Feed(log);
    gate->Finish(EndOfInput::kEof);
  }
  int Code(std::string_view test) const {
    const auto fate = ReadCaseFate(file_, test);
    EXPECT_TRUE(fate.ok()) << fate.error();
    return fate ? static_cast<int>(fate->code) : -1;
  }
  // What kunit-case prints, and its exit code in the last line.
  std::string Tell(const std::string& test) const {
    const std::string out = folder_.Path("out");
    const std::string command =
        std::string(KUNIT_CASE) + " " + file_ + " '" + test + "' >" + out + " 2>&1";
    const int status = std::system(command.c_str());
    const auto text = ReadFile(out);
    return (text ? *text : std::string()) + std::to_string(WEXITSTATUS(status));
  }

  TestFolder folder_;
  const std::string file_ = folder_.Path("cases.jsonl");
};

TEST_F(CasesFileTest, TellsEachCaseApart) {
  Judge(kMixed);
  EXPECT_EQ(Code("s.good"), 0);
  EXPECT_EQ(Code("s.bad"), 1);
  EXPECT_EQ(Code("s.skipped"), 4);
  EXPECT_EQ(Code("s.warns"), 2);
  EXPECT_EQ(Code("s.goo"), 3) << "no other case's record, though the name begins the same";
}

TEST_F(CasesFileTest, SkippedIsAFailureWhereItIsExpected) {
  Judge(kMixed, "s.good\ns.bad\ns.skipped\ns.warns\n");
  EXPECT_EQ(Code("s.skipped"), 1);
}

TEST_F(CasesFileTest, WhatTheFilterLeavesOutIsSkipped) {
  Judge("KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s\nreboot: System halted\n",
        "s.a\ns.b\n", "s.a");
  EXPECT_EQ(Code("s.a"), 0);
  EXPECT_EQ(Code("s.b"), 4);
}

TEST_F(CasesFileTest, MissingIsNoPass) {
  Judge("KTAP version 1\n1..1\n  # Subtest: s\n  1..2\n  ok 1 a\n", "s.a\ns.b\ns.c\n");
  EXPECT_EQ(Code("s.a"), 0);
  EXPECT_EQ(Code("s.b"), 3) << "was running";
  EXPECT_EQ(Code("s.c"), 3) << "its turn never came";
}

TEST_F(CasesFileTest, TheLaterOfTwoResultsHidesNothing) {
  Judge(
      "KTAP version 1\n1..1\n  # Subtest: s\n  1..2\n  not ok 1 a\n  ok 2 a\nnot ok 1 s\n"
      "reboot: System halted\n");
  EXPECT_EQ(Code("s.a"), 1);
}

TEST_F(CasesFileTest, WithoutAVerdictNothingIsKnown) {
  EXPECT_FALSE(ReadCaseFate(file_, "s.a").ok());
  folder_.Write("cases.jsonl", "");
  EXPECT_FALSE(ReadCaseFate(file_, "s.a").ok());
  Judge("", {});
  EXPECT_EQ(Code("s.a"), 6) << "an empty log";
}

TEST_F(CasesFileTest, KunitCasePrintsErrorsAndLog) {
  Judge(kMixed);
  EXPECT_EQ(Tell("s.bad"),
            "x.c:12: error: s.bad: EXPECTATION FAILED: Expected 1\n"
            "-- console.log, from line 6:\n"
            "    # bad: EXPECTATION FAILED at x.c:12\n    Expected 1\n  not ok 2 bad\n"
            "again: run s.bad\n1");
  EXPECT_EQ(Tell("s.good"), "s.good: passed\n0");
  EXPECT_EQ(Tell("s.skipped"), "s.skipped: skipped: no device\n4");
  EXPECT_EQ(Tell("s.none"), "s.none: did not run; the verdict is \"splat\"\nagain: run s.none\n3");
  EXPECT_EQ(Tell("s.bad\" x").find("s.bad\" x: did not run"), 0u);
}

}  // namespace
}  // namespace gate
