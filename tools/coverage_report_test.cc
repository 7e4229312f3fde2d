// SPDX-License-Identifier: GPL-2.0-only
#include "coverage_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "files.h"
#include "test_files.h"

namespace {

using coverage::Evaluate;
using coverage::Report;
using gate::ExitCode;

/// See gcov_data_test.cc: one() with some branches taken, unused(), and half() of a header.
class CoverageReportTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto text = files::Read(TOOLS_TESTDATA "/coverage/gcov.jsonl");
    ASSERT_TRUE(text.ok()) << text.error();
    ASSERT_TRUE(data_.Add(*text, "/k/tree").ok());
  }

  Report Judge(const AddedLines& added, const std::string& list) const {
    auto parsed = UncoveredList::Parse("list", list);
    EXPECT_TRUE(parsed.ok()) << parsed.error();
    return Evaluate(added, data_, {"drivers/x/one.c", "drivers/x/two.c"}, std::move(*parsed));
  }

  GcovData data_;
};

const AddedLines kReached = {{"drivers/x/one.c", {{3, "int one(int n)"}, {4, "{"}}}};

TEST_F(CoverageReportTest, OnlyLinesThatAreAddedAndHoldCodeCount) {
  const Report report = Judge(kReached, "");
  EXPECT_EQ(report.Code(), ExitCode::kPassed) << FormatText(report);
  ASSERT_EQ(report.files.size(), 1U);
  EXPECT_EQ(report.files[0].tally.lines, 1U);
  EXPECT_EQ(report.files[0].tally.lines_run, 1U);
  EXPECT_TRUE(report.gaps.empty());
}

TEST_F(CoverageReportTest, LineThatNeverRanFails) {
  const Report report = Judge({{"drivers/x/one.c", {{6, "\t\treturn half(n);"}}}}, "");
  EXPECT_EQ(report.Code(), ExitCode::kFailed);
  ASSERT_EQ(report.gaps.size(), 1U);
  EXPECT_EQ(report.gaps[0].text, "return half(n);");
  EXPECT_EQ(report.gaps[0].function, "one");
  EXPECT_NE(FormatText(report).find("drivers/x/one.c:6: error: never run: return half(n);\n"),
            std::string::npos)
      << FormatText(report);
}

TEST_F(CoverageReportTest, BranchThatWasNotTakenFails) {
  const AddedLines added = {{"drivers/x/one.c", {{5, "\tif (n > 3 || n < -3)"}}}};
  const Report report = Judge(added, "");
  EXPECT_EQ(report.Code(), ExitCode::kFailed);
  EXPECT_EQ(report.Total().branches, 4U);
  EXPECT_EQ(report.Total().branches_taken, 2U);
  EXPECT_NE(FormatText(report).find("one.c:5: error: 2 of 4 ways on never taken: if (n > 3"),
            std::string::npos)
      << FormatText(report);
  // What may stay untaken is no excuse for a line that does not run.
  EXPECT_EQ(
      Judge(added, "line\tdrivers/x/one.c\tif (n > 3 || n < -3)\twhy\n").faults_of_list.size(), 1U);
  const Report excused = Judge(added, "branch\tdrivers/x/one.c\tif (n > 3 || n < -3)\twhy\n");
  EXPECT_EQ(excused.Code(), ExitCode::kPassed) << FormatText(excused);
  EXPECT_EQ(excused.Total().branches_excused, 2U);
}

TEST_F(CoverageReportTest, ReasonExcusesALine) {
  const AddedLines added = {{"drivers/x/one.c", {{6, "\t\treturn half(n);"}}}};
  const Report report = Judge(added, "line\tdrivers/x/one.c\treturn half(n);\tneeds a large n\n");
  EXPECT_EQ(report.Code(), ExitCode::kPassed);
  EXPECT_EQ(report.Total().lines_excused, 1U);
  EXPECT_EQ(report.Total().lines_run, 0U);
  EXPECT_NE(
      FormatText(report).find("excused  drivers/x/one.c:6: never run: return half(n);: needs"),
      std::string::npos)
      << FormatText(report);
}

TEST_F(CoverageReportTest, ReasonExcusesAFunctionThatIsNeverCalled) {
  const AddedLines added = {{"drivers/x/one.c", {{10, "int unused(void)"}, {12, "\treturn 1;"}}}};
  const Report report = Judge(added, "function\tdrivers/x/one.c\tunused\tat exit\n");
  EXPECT_EQ(report.Code(), ExitCode::kPassed) << FormatText(report);
  EXPECT_EQ(report.gaps.size(), 2U);
  // One that is called must not hide behind it.
  EXPECT_EQ(Judge({{"drivers/x/one.c", {{6, "\t\treturn half(n);"}}}},
                  "function\tdrivers/x/one.c\tone\twhy\n")
                .Unexcused(),
            1U);
}

TEST_F(CoverageReportTest, EntryForWhatChanceDecidesMayExcuseNothing) {
  const std::string list = "chance\tdrivers/x/one.c\tint one(int n)\twhy\n";
  EXPECT_EQ(Judge(kReached, list).Code(), ExitCode::kPassed);
}

TEST_F(CoverageReportTest, EntryThatExcusesNothingFails) {
  const Report report = Judge(kReached, "line\tdrivers/x/one.c\tint one(int n)\twhy\n");
  EXPECT_EQ(report.Code(), ExitCode::kFailed);
  ASSERT_EQ(report.faults_of_list.size(), 1U);
  EXPECT_TRUE(report.faults_of_list[0].starts_with("list:1: error: excuses nothing"))
      << report.faults_of_list[0];
  EXPECT_EQ(report.Unexcused(), 0U);
}

TEST_F(CoverageReportTest, SourceThatIsNotBuiltNeedsAReason) {
  AddedLines added = kReached;
  added["drivers/board/b.c"] = {{1, "int b;"}, {2, "int c;"}};
  added["drivers/board/b.h"] = {{1, "int b;"}};
  EXPECT_EQ(Judge(added, "").Code(), ExitCode::kFailed);
  const Report report = Judge(added, "not-built\tdrivers/board/\tneeds a board\n");
  EXPECT_EQ(report.Code(), ExitCode::kPassed) << FormatText(report);
  ASSERT_EQ(report.not_run.size(), 1U);
  EXPECT_EQ(report.not_run[0].lines, 2U);
  EXPECT_NE(FormatText(report).find("NOT RUN  drivers/board/b.c: 2 new lines: needs a board\n"),
            std::string::npos)
      << FormatText(report);
}

TEST_F(CoverageReportTest, NothingToCoverIsNoPass) {
  EXPECT_EQ(Judge({}, "").Code(), ExitCode::kNoTests);
  EXPECT_TRUE(Summary(Judge({}, "")).starts_with("FAILED"));
}

TEST_F(CoverageReportTest, HeaderCounts) {
  const Report report =
      Judge({{"include/half.h", {{3, "\tif (n < 0)"}, {5, "\treturn n / 2;"}}}}, "");
  ASSERT_EQ(report.files.size(), 1U);
  EXPECT_EQ(report.files[0].tally.branches_taken, 1U);
  ASSERT_EQ(report.files[0].functions.size(), 1U);
  EXPECT_EQ(report.files[0].functions[0].name, "half");
}

TEST_F(CoverageReportTest, JsonTellsTheSame) {
  const AddedLines added = {{"drivers/x/one.c", {{5, "\tif (n)"}, {6, "\t\treturn half(n);"}}}};
  const auto note = nlohmann::json::parse(FormatJson(Judge(added, "")));
  EXPECT_EQ(note["verdict"], "failed");
  EXPECT_EQ(note["lines"]["all"], 2);
  EXPECT_EQ(note["lines"]["run"], 1);
  EXPECT_EQ(note["branches"]["taken"], 2);
  EXPECT_EQ(note["files"][0]["functions"][0]["function"], "one");
  EXPECT_EQ(note["gaps"][1]["line"], 6);
}

TEST_F(CoverageReportTest, PageTellsWhatIsMissing) {
  const gate::TestFolder folder;
  const std::string page = folder.Path("page.html");
  const AddedLines added = {{"drivers/x/one.c", {{6, "\t\treturn half(a<b);"}}}};
  EXPECT_EQ(WriteHtml(Judge(added, ""), page), "");
  const std::string text = files::ReadOrEmpty(page);
  EXPECT_NE(text.find("drivers/x/one.c:6"), std::string::npos);
  EXPECT_NE(text.find("return half(a&lt;b);"), std::string::npos);
  EXPECT_NE(text.find("a test is missing"), std::string::npos);
}

}  // namespace
