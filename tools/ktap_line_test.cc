// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_line.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string_view>

namespace gate {
namespace {

TEST(KtapLineTest, TakesAResultApart) {
  const KtapLine line = ParseKtapLine("    not ok 12 - some test");
  EXPECT_EQ(line.kind, LineKind::kResult);
  EXPECT_FALSE(line.ok);
  EXPECT_FALSE(line.skipped);
  EXPECT_EQ(line.number, 12u);
  EXPECT_EQ(line.name, "some test");
  EXPECT_EQ(line.indent, 4u);
}

struct NameCase {
  const char* text;
  LineKind kind;
  const char* name;
  const char* match_name;
  const char* reason;
  bool skipped;
};

class ResultNameTest : public testing::TestWithParam<NameCase> {};

// What the regular expressions TEST_RESULT and TEST_RESULT_SKIP of kunit_parser.py give.
TEST_P(ResultNameTest, IsWhatKunitToolTakes) {
  const NameCase& want = GetParam();
  const KtapLine line = ParseKtapLine(want.text);
  EXPECT_EQ(line.kind, want.kind);
  if (want.kind != LineKind::kResult) return;
  EXPECT_EQ(line.name, want.name);
  EXPECT_EQ(line.match_name, want.match_name);
  EXPECT_EQ(line.reason, want.reason);
  EXPECT_EQ(line.skipped, want.skipped);
}

constexpr LineKind kResult = LineKind::kResult;
constexpr LineKind kLoose = LineKind::kLooseResult;
constexpr LineKind kOther = LineKind::kOther;
INSTANTIATE_TEST_SUITE_P(
    Forms, ResultNameTest,
    testing::Values(NameCase{"ok 1 a", kResult, "a", "a", "", false},
                    NameCase{"ok 1 - a", kResult, "a", "a", "", false},
                    NameCase{"ok 1 -a", kResult, "-a", "-a", "", false},
                    NameCase{"ok 1 -", kResult, "-", "-", "", false},
                    NameCase{"ok 1 - # SKIP", kResult, "-", "-", "", true},
                    NameCase{"ok 1  # SKIP x", kResult, "", "", "x", true},
                    NameCase{"ok 1 a # SKIP why", kResult, "a", "a", "why", true},
                    NameCase{"ok 1 a # SKIP", kResult, "a", "a", "", true},
                    NameCase{"ok 1 a # skip why", kResult, "a", "a", "", false},
                    NameCase{"ok 1 a # TODO why", kResult, "a", "a", "", false},
                    NameCase{"not ok 1 a # XFAIL why", kResult, "a", "a", "", false},
                    NameCase{"Bail out! no device", kOther, "", "", "", false},
                    NameCase{"ok 1 a # x # SKIP y", kResult, "a # x", "a", "y", true},
                    NameCase{"ok 1 a # SKIP x # SKIP y", kResult, "a # SKIP x", "a", "y", true},
                    NameCase{"ok 5 volts", kResult, "volts", "volts", "", false},
                    NameCase{"ok 1 a#b", kLoose, "", "", "", false},
                    NameCase{"ok 1 a #b", kLoose, "", "", "", false},
                    NameCase{"ok 1 a# b", kLoose, "", "", "", false},
                    NameCase{"ok 2 # SKIP", kLoose, "", "", "", false},
                    NameCase{"ok 1", kLoose, "", "", "", false},
                    NameCase{"ok 1a b", kOther, "", "", "", false},
                    NameCase{"ok", kOther, "", "", "", false},
                    NameCase{"okay 1 a", kOther, "", "", "", false},
                    NameCase{"not ok", kOther, "", "", "", false},
                    NameCase{"ok one a", kOther, "", "", "", false}));

struct NewForm {
  const char* text;
  LineKind kind;
  std::uint64_t number;
  const char* name;
};

class KtapLine73Test : public testing::TestWithParam<NewForm> {};

TEST_P(KtapLine73Test, TakesWhat73Takes) {
  const KtapLine line = ParseKtapLine(GetParam().text, ToolVersion::k7_3);
  EXPECT_EQ(line.kind, GetParam().kind);
  EXPECT_EQ(line.number, GetParam().number);
  if (line.kind == LineKind::kResult) {
    EXPECT_EQ(line.name, GetParam().name);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, KtapLine73Test,
                         testing::Values(NewForm{"ok 1 - a", LineKind::kResult, 1, "a"},
                                         NewForm{"ok 1", LineKind::kResult, 1, ""},
                                         NewForm{"not ok 12 # SKIP x", LineKind::kResult, 12, ""},
                                         NewForm{"ok 3:- a", LineKind::kResult, 3, "a"},
                                         NewForm{"ok 3 :- a", LineKind::kResult, 3, "a"},
                                         NewForm{"ok 5volts", LineKind::kResult, 5, "volts"},
                                         NewForm{"ok 1 a#b", LineKind::kLooseResult, 1, ""},
                                         NewForm{"ok 1# a", LineKind::kLooseResult, 1, ""},
                                         NewForm{"ok one", LineKind::kOther, 0, ""}));

TEST(KtapLineTest, SkipWinsOverNotOk) {
  const KtapLine line = ParseKtapLine("not ok 3 a # SKIP no device");
  EXPECT_EQ(line.kind, LineKind::kResult);
  EXPECT_TRUE(line.skipped);
}

TEST(KtapLineTest, VersionsStandAlone) {
  EXPECT_EQ(ParseKtapLine("  KTAP version 1").kind, LineKind::kVersion);
  EXPECT_EQ(ParseKtapLine("KTAP version 27").number, 27u);
  EXPECT_TRUE(ParseKtapLine("TAP version 14").tap);
  EXPECT_EQ(ParseKtapLine("KTAP version 1 ").kind, LineKind::kOther);
  EXPECT_EQ(ParseKtapLine("KTAP version").kind, LineKind::kOther);
  EXPECT_EQ(ParseKtapLine("x KTAP version 1").kind, LineKind::kOther);
  EXPECT_EQ(ParseKtapLine("# TAP version 13").kind, LineKind::kDiagnostic);
}

TEST(KtapLineTest, SubtestNeedsItsExactForm) {
  EXPECT_EQ(ParseKtapLine("\t# Subtest: a b").name, "a b");
  EXPECT_EQ(ParseKtapLine("#Subtest: a").kind, LineKind::kDiagnostic);
  EXPECT_EQ(ParseKtapLine("# Subtest:").kind, LineKind::kDiagnostic);
}

TEST(KtapLineTest, PlanMayHaveATail) {
  EXPECT_EQ(ParseKtapLine(" 1..30 # x").number, 30u);
  EXPECT_EQ(ParseKtapLine("1..").kind, LineKind::kOther);
  EXPECT_EQ(ParseKtapLine("2..3").kind, LineKind::kOther);
}

TEST(KtapLineTest, NumbersSaturate) {
  EXPECT_EQ(ParseKtapLine("1..99999999999999999999999").number,
            std::numeric_limits<std::uint64_t>::max());
}

TEST(KtapLineTest, EmptyAndBlankLinesSayNothing) {
  EXPECT_EQ(ParseKtapLine("").kind, LineKind::kOther);
  EXPECT_EQ(ParseKtapLine("   \t").kind, LineKind::kOther);
}

}  // namespace
}  // namespace gate
