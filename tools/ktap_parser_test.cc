// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "console.h"
#include "line_splitter.h"

namespace gate {
namespace {

const char* Name(Status status) {
  switch (status) {
    case Status::kPassed:
      return "passed";
    case Status::kFailed:
      return "failed";
    case Status::kSkipped:
      return "skipped";
    case Status::kCrashed:
      return "crashed";
    case Status::kNoTests:
      return "no tests";
  }
  return "";
}

// Writes down what the parser tells.
class Recorder : public KtapHandler {
 public:
  void OnResult(const ResultEvent& e) override {
    lines.push_back(fmt::format("{} [{}] {}", Name(e.status), e.parent, e.name));
  }
  void OnGroupEnd(const GroupEndEvent& e) override {
    if (e.depth > 0) {
      lines.push_back(fmt::format("end {} [{}] {}/{}", Name(e.status), e.path, e.children,
                                  e.children + e.missing));
    }
  }
  void OnProblem(const ProblemEvent& e) override { problems.push_back(e.kind); }

  std::vector<std::string> lines;
  std::vector<ProblemKind> problems;
};

struct Parsed {
  std::vector<std::string> lines;
  std::vector<ProblemKind> problems;
  Totals totals;
  Status status = Status::kNoTests;
  bool hangs = false;
};

// `due`: lines go by way of TakeDue(), as far as it takes them.
Parsed ParseBy(bool due, std::string_view text, ToolVersion version) {
  Recorder recorder;
  KtapParser parser(&recorder, version);
  Console console;
  LineSplitter splitter;
  std::uint64_t number = 0;
  const auto take = [&](const LineSplitter::Line& line) {
    const Console::Line placed = console.Place(line.text);
    ++number;
    const bool plain = line.marks == 0 && !line.more_marks && placed.part == Part::kTests;
    if (due && plain && parser.TakeDue(placed.text, number)) {
      return;
    }
    parser.Line(placed, ParseKtapLine(placed.text, version), number);
  };
  splitter.Feed(text, take);
  splitter.Finish(take);
  parser.Finish();
  return {recorder.lines, recorder.problems, parser.tool_totals(), parser.tool_status(),
          parser.tool_hangs()};
}

// Both ways, which must not differ.
Parsed Parse(std::string_view text, ToolVersion version = ToolVersion::k6_12) {
  const Parsed all = ParseBy(false, text, version);
  const Parsed due = ParseBy(true, text, version);
  EXPECT_EQ(all.lines, due.lines) << text;
  EXPECT_EQ(all.problems, due.problems) << text;
  EXPECT_EQ(all.totals, due.totals) << text;
  EXPECT_EQ(all.status, due.status) << text;
  return all;
}

using Strings = std::vector<std::string>;
using Problems = std::vector<ProblemKind>;

constexpr char kTwoSuites[] =
    "KTAP version 1\n1..2\n"
    "    KTAP version 1\n    # Subtest: one\n    # module: m\n    1..2\n"
    "    ok 1 a\n    # b.speed: slow\n    ok 2 b\n# one: pass:2 fail:0 skip:0 total:2\nok 1 one\n"
    "    KTAP version 1\n    # Subtest: two\n    1..1\n"
    "        KTAP version 1\n        # Subtest: c\n        ok 1 x y\n        not ok 2 z\n"
    "    not ok 1 c\nnot ok 2 two\n";

TEST(KtapParserTest, FollowsSuitesCasesAndParameters) {
  const Parsed parsed = Parse(kTwoSuites);
  EXPECT_EQ(parsed.lines, Strings({"passed [one] a", "passed [one] b", "end passed [one] 2/2",
                                   "passed [two.c] x y", "failed [two.c] z",
                                   "end failed [two.c] 2/2", "end failed [two] 1/1"}));
  EXPECT_EQ(parsed.problems, Problems());
  EXPECT_EQ(parsed.totals, (Totals{3, 1, 0, 0, 0}));
  EXPECT_EQ(parsed.status, Status::kFailed);
}

TEST(KtapParserTest, EveryTruncationIsTold) {
  const std::string_view text = kTwoSuites;
  const std::size_t last = text.rfind("not ok 2 two");
  for (std::size_t size = sizeof("KTAP version 1\n1..2\n") - 1; size < last; ++size) {
    const Parsed parsed = Parse(text.substr(0, size));
    ASSERT_FALSE(parsed.problems.empty()) << "cut at " << size;
    // A name that is cut short may pass for another test: that is a problem of its own.
    if (text[size - 1] != '\n') continue;
    EXPECT_EQ(parsed.problems.back(), ProblemKind::kTruncated) << "cut at " << size;
  }
}

TEST(KtapParserTest, AGroupWithoutAHeaderLineTakesItsResultsName) {
  const Parsed parsed = Parse("KTAP version 1\n1..1\n KTAP version 1\n 1..1\n ok 1 a\nok 1 s\n");
  EXPECT_EQ(parsed.lines, Strings({"passed [] a", "end passed [s] 1/1"}));
  EXPECT_EQ(parsed.problems, Problems());
}

TEST(KtapParserTest, IndentationMeansNothing) {
  std::string ragged;
  std::size_t indent = 0;
  for (std::string_view rest = kTwoSuites; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    line.remove_prefix(line.find_first_not_of(' '));
    // What stands before the first version line is a prefix; before a later one nothing would say
    // that a kernel has booted anew.
    if (!ragged.empty()) ragged += std::string(1 + indent++ % 5, ' ');
    ragged += line;
  }
  EXPECT_EQ(Parse(ragged).lines, Parse(kTwoSuites).lines) << ragged;
  EXPECT_EQ(Parse(ragged).problems, Problems());
}

TEST(KtapParserTest, AGroupWithoutAPlanEndsWithItsNameOrTheInput) {
  constexpr char kOpen[] = "KTAP version 1\n1..1\n# Subtest: s\nok 1 a\nok 2 b\n";
  const Parsed named = Parse(std::string(kOpen) + "ok 1 s\n");
  EXPECT_EQ(named.lines, Strings({"passed [s] a", "passed [s] b", "end passed [s] 2/2"}));
  const Parsed open = Parse(kOpen);
  EXPECT_EQ(open.lines, Strings({"passed [s] a", "passed [s] b", "end crashed [s] 2/2"}));
  EXPECT_EQ(open.problems.back(), ProblemKind::kTruncated);
}

// bubble_up_test_results() and TestCounts.get_status() of kunit_parser.py.
TEST(KtapParserTest, TheWorstOfTheTestsIsTheGroups) {
  constexpr char kPass[] = "ok 1 a\n";
  constexpr char kSkip[] = "ok 2 b # SKIP x\n";
  constexpr char kFail[] = "not ok 3 c\n";
  const auto status = [](const std::string& plan, const std::string& tests) {
    return Parse("KTAP version 1\n" + plan + tests).status;
  };
  EXPECT_EQ(status("1..2\n", std::string(kPass) + kSkip), Status::kPassed);
  EXPECT_EQ(status("1..1\n", kSkip), Status::kSkipped);
  EXPECT_EQ(status("1..3\n", std::string(kPass) + kSkip + kFail), Status::kFailed);
  EXPECT_EQ(status("1..2\n", std::string(kSkip) + kFail), Status::kFailed);
  EXPECT_EQ(status("1..4\n", std::string(kPass) + kSkip + kFail), Status::kCrashed);
}

TEST(KtapParserTest, PlannedTestsThatAreMissingCrash) {
  const Parsed parsed = Parse("KTAP version 1\n1..1\n# Subtest: s\n1..200000\nok 1 a\nok 1 s\n");
  EXPECT_EQ(parsed.problems, Problems({ProblemKind::kMissingChildren}));
  EXPECT_EQ(parsed.totals, (Totals{1, 0, 199999, 0, 199999}));
}

TEST(KtapParserTest, AGroupWithNoTestIsNoTests) {
  const Parsed parsed = Parse("KTAP version 1\n1..1\n# Subtest: s\n1..0\nok 1 s\n");
  EXPECT_EQ(parsed.lines, Strings({"end no tests [s] 0/0"}));
  EXPECT_EQ(parsed.totals, (Totals{0, 0, 1, 0, 1})) << "the document itself counts as crashed";
  EXPECT_EQ(parsed.status, Status::kCrashed);
}

TEST(KtapParserTest, ASkippedEmptySuiteIsSkipped) {
  const Parsed parsed = Parse("KTAP version 1\n1..1\n# Subtest: s\n1..0\nok 1 s # SKIP\n");
  EXPECT_EQ(parsed.totals, (Totals{0, 0, 0, 1, 0}));
}

TEST(KtapParserTest, TheParentOfPassingTestsMayFailUnseen) {
  const Parsed parsed = Parse("KTAP version 1\n1..1\n# Subtest: s\n1..1\nok 1 a\nnot ok 1 s\n");
  EXPECT_EQ(parsed.status, Status::kPassed) << "6.12 exits 0 here";
  EXPECT_EQ(parsed.lines.back(), "end failed [s] 1/1");
}

TEST(KtapParserTest, NumbersAreChecked) {
  const Parsed parsed = Parse("KTAP version 1\n1..2\nok 1 a\nok 3 b\n");
  EXPECT_EQ(parsed.problems, Problems({ProblemKind::kNumber}));
  EXPECT_EQ(parsed.totals, (Totals{2, 0, 0, 0, 1}));
}

TEST(KtapParserTest, OneLostLineIsOneProblem) {
  const Parsed leaves = Parse("KTAP version 1\n1..4\nok 1 a\nok 3 c\nok 4 d\nok 5 e\n");
  EXPECT_EQ(leaves.problems, Problems({ProblemKind::kNumber}));
  EXPECT_EQ(leaves.totals.errors, 3u) << "as kunit_tool counts them";
  const Parsed groups = Parse(
      "KTAP version 1\n1..3\n  # Subtest: b\n  1..1\n  ok 1 x\nok 2 b\n"
      "  # Subtest: c\n  1..1\n  ok 1 x\nok 3 c\nok 4 d\n");
  EXPECT_EQ(groups.problems, Problems({ProblemKind::kNumber}));
}

TEST(KtapParserTest, VersionsAreChecked) {
  EXPECT_EQ(Parse("KTAP version 2\n1..1\nok 1 a\n").problems, Problems({ProblemKind::kVersion}));
  EXPECT_EQ(Parse("TAP version 12\n1..1\nok 1 a\n").problems, Problems({ProblemKind::kVersion}));
  EXPECT_EQ(Parse("TAP version 13\n1..1\nok 1 a\n").problems, Problems());
}

TEST(KtapParserTest, ResultsPastTheDocumentsPlanAreTold) {
  const Parsed parsed = Parse("KTAP version 1\n1..1\nok 1 a\nnot ok 2 b\n");
  EXPECT_EQ(parsed.problems, Problems({ProblemKind::kPastPlan}));
  EXPECT_EQ(parsed.lines, Strings({"passed [] a", "failed [] b"}));
  EXPECT_EQ(parsed.totals, (Totals{1, 0, 0, 0, 0})) << "kunit_tool stops at the plan";
}

TEST(KtapParserTest, ACasePastItsSuitesPlanKeepsItsSuite) {
  const Parsed parsed = Parse(
      "KTAP version 1\n1..1\n    # Subtest: s\n    1..1\n    ok 1 a\n    not ok 2 b\nok 1 s\n");
  ASSERT_GE(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0], ProblemKind::kMissingResult);
  ASSERT_GE(parsed.lines.size(), 3u);
  EXPECT_EQ(parsed.lines[2], "failed [s] b");
}

TEST(KtapParserTest, ASecondDocumentIsToldAndRead) {
  const Parsed parsed = Parse("KTAP version 1\n1..1\nok 1 a\nKTAP version 1\n1..1\nnot ok 1 b\n");
  EXPECT_EQ(parsed.problems, Problems({ProblemKind::kSecondDocument}));
  EXPECT_EQ(parsed.lines, Strings({"passed [] a", "failed [] b"}));
  EXPECT_EQ(parsed.status, Status::kPassed) << "kunit_tool does not see it";
}

TEST(KtapParserTest, ARebootInTheMiddleStartsNamesAfresh) {
  const Parsed parsed = Parse(
      "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: s\n  1..2\n  ok 1 a\n"
      "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: s\n  1..2\n  ok 1 a\n  ok 2 b\nok 1 "
      "s\n");
  EXPECT_EQ(parsed.problems[0], ProblemKind::kSecondDocument);
  EXPECT_EQ(parsed.lines, Strings({"passed [s] a", "passed [s] a", "passed [s] b",
                                   "end passed [s] 2/2", "end crashed [s] 2/2"}))
      << "to kunit_tool the second document is a group in the first";
}

TEST(KtapParserTest, ALineInsideAHeaderIsTold) {
  const Parsed parsed = Parse(
      "KTAP version 1\n1..1\n  KTAP version 1\nnoise\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s\n");
  ASSERT_FALSE(parsed.problems.empty());
  EXPECT_EQ(parsed.problems[0], ProblemKind::kSplitHeader);
}

TEST(KtapParserTest, AStrayPlanFillsTheSlotsThatAreLeft) {
  const Parsed parsed = Parse("KTAP version 1\n1..3\nok 1 a\n1..3\nok 2 b\n");
  EXPECT_EQ(parsed.problems[0], ProblemKind::kStrayPlan);
  EXPECT_EQ(parsed.totals, (Totals{1, 0, 2, 0, 0}));
  EXPECT_FALSE(parsed.hangs);
  EXPECT_TRUE(Parse("KTAP version 1\nok 1 a\n1..3\nok 2 b\n").hangs);
}

TEST(KtapParserTest, In73ALatePlanIsPassedOver) {
  const Parsed parsed =
      Parse("KTAP version 1\n1..3\nok 1 a\n1..3\nok 2 b\nok 3 c\n", ToolVersion::k7_3);
  EXPECT_EQ(parsed.problems, Problems({ProblemKind::kStrayPlan}));
  EXPECT_EQ(parsed.totals, (Totals{3, 0, 0, 0, 0}));
  EXPECT_EQ(Parse("KTAP version 1\nok 1 a\n1..1\n", ToolVersion::k7_3).totals,
            (Totals{1, 0, 0, 0, 1}));
}

TEST(KtapParserTest, In73TheParentOfPassingTestsFailsByItself) {
  constexpr char kText[] = "KTAP version 1\n1..1\n# Subtest: s\n1..1\nok 1 a\nnot ok 1 s\n";
  EXPECT_EQ(Parse(kText, ToolVersion::k7_3).totals, (Totals{1, 1, 0, 0, 0}));
  EXPECT_EQ(Parse(kText, ToolVersion::k6_12).totals, (Totals{1, 0, 0, 0, 0}));
}

TEST(KtapParserTest, AResultThatKunitToolLosesIsTold) {
  EXPECT_EQ(Parse("KTAP version 1\n1..1\nok 1 a#b\nok 1 a\n").problems,
            Problems({ProblemKind::kLooseResult}));
}

TEST(KtapParserTest, NestingIsBounded) {
  std::string text = "KTAP version 1\n1..1\n";
  for (int i = 0; i < 100000; ++i) text += "    # Subtest: s\n";
  const Parsed parsed = Parse(text);
  ASSERT_FALSE(parsed.problems.empty());
  EXPECT_EQ(parsed.problems[0], ProblemKind::kTooDeep);
}

TEST(KtapParserTest, TheEndMarkEndsTheDocument) {
  const Parsed parsed = Parse("KTAP version 1\n1..2\nok 1 a\nreboot: System halted\nok 2 b\n");
  EXPECT_EQ(parsed.problems, Problems({ProblemKind::kTruncated}));
  EXPECT_EQ(parsed.totals, (Totals{1, 0, 1, 0, 1}));
}

TEST(KtapParserTest, NothingIsOneErrorAsInKunitTool) {
  EXPECT_EQ(Parse("boot\n").totals, (Totals{0, 0, 0, 0, 1}));
  EXPECT_EQ(Parse("KTAP version 1\n").totals, (Totals{0, 0, 0, 0, 1}));
}

TEST(KtapParserTest, ResultsThatAreDueMayBeTakenTheShortWay) {
  std::string suite = "KTAP version 1\n1..1\n  # Subtest: s\n  1..1001\n";
  for (int i = 1; i <= 1000; ++i) suite += fmt::format("  ok {} case_{}\n", i, i);
  const Parsed whole = Parse(suite + "  not ok 1001 last\nnot ok 1 s\n");
  EXPECT_EQ(whole.totals.passed, 1000u);
  EXPECT_EQ(whole.totals.failed, 1u);
  EXPECT_TRUE(whole.problems.empty());
  // What is not what was due: another number, indentation or form, the group's own name, no name,
  // one past the plan, a name too long.
  for (const std::string& line :
       {std::string("  ok 3 c"), std::string(" ok 2 b"), std::string("  ok 02 b"),
        std::string("  ok 2 s"), std::string("  ok 2 "), std::string("  ok 2 - b"),
        std::string("  ok 2  b"), std::string("  ok 2\tb"), std::string("  OK 2 b"),
        "  ok 2 " + std::string(KtapParser::kMaxName, 'x'),
        "  ok 2 " + std::string(KtapParser::kMaxName + 1, 'x')}) {
    for (const char* plan : {"", "  1..1\n", "  1..2\n", "  1..3\n"}) {
      Parse(fmt::format("KTAP version 1\n1..1\n  # Subtest: s\n{}  ok 1 a\n{}\n  ok 3 d\nok 1 s\n",
                        plan, line));
    }
  }
}

}  // namespace
}  // namespace gate
