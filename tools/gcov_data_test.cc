// SPDX-License-Identifier: GPL-2.0-only
// testdata/coverage/gcov.jsonl is what gcov 12 told of two small objects, compiled in /k/obj: one()
// with the outcome of one call, unused(), and half(), a function of a header that both objects
// hold, which ran in the second alone.
#include "gcov_data.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "files.h"

namespace {

std::string Recorded() {
  const auto text = files::Read(TOOLS_TESTDATA "/coverage/gcov.jsonl");
  EXPECT_TRUE(text.ok()) << text.error();
  return text.ok() ? *text : "";
}

TEST(GcovDataTest, ReadsLinesBranchesAndFunctions) {
  GcovData data;
  const auto done = data.Add(Recorded(), "/k/tree");
  ASSERT_TRUE(done.ok()) << done.error();
  ASSERT_TRUE(data.files().contains("drivers/x/one.c"));
  const auto& one = data.files().at("drivers/x/one.c");
  EXPECT_EQ(one.lines.at(5).count, 1U);
  EXPECT_EQ(one.lines.at(5).branches, (std::vector<std::uint64_t>{1, 0, 0, 1}));
  EXPECT_EQ(one.lines.at(6).count, 0U);
  EXPECT_FALSE(one.lines.contains(4)) << "a brace is no code";
  EXPECT_EQ(one.functions.at("one").count, 1U);
  EXPECT_EQ(one.functions.at("unused").count, 0U);
}

TEST(GcovDataTest, HeaderCountsWithEachObjectThatHoldsIt) {
  GcovData data;
  ASSERT_TRUE(data.Add(Recorded(), "/k/tree").ok());
  const auto& header = data.files().at("include/half.h");
  EXPECT_EQ(header.functions.at("half").count, 1U);
  EXPECT_EQ(header.lines.at(4).count, 1U);
  EXPECT_EQ(header.lines.at(3).branches, (std::vector<std::uint64_t>{1, 0}));
  ASSERT_TRUE(data.Add(Recorded(), "/k/tree").ok());
  EXPECT_EQ(header.lines.at(3).branches, (std::vector<std::uint64_t>{2, 0}));
}

TEST(GcovDataTest, FilesOutsideOfTheTreeArePassedOver) {
  GcovData data;
  ASSERT_TRUE(data.Add(Recorded(), "/k/tree/drivers").ok());
  EXPECT_TRUE(data.files().contains("x/one.c"));
  EXPECT_EQ(data.files().size(), 2U) << "the header is elsewhere";
}

TEST(GcovDataTest, CopyWithMostWaysOnIsTold) {
  const std::string head = R"({"current_working_directory": "/k", "files": [{"file": "a.c",)"
                           R"( "functions": [], "lines": [{"line_number": 1, "count": 1,)";
  const std::string two = R"( "branches": [{"count": 1}, {"count": 0}]}]}]})";
  const std::string none = R"( "branches": []}]}]})";
  for (const auto& text : {head + two + "\n" + head + none, head + none + "\n" + head + two}) {
    GcovData data;
    const auto done = data.Add(text, "/k");
    ASSERT_TRUE(done.ok()) << done.error();
    const auto& line = data.files().at("a.c").lines.at(1);
    EXPECT_EQ(line.count, 2U);
    EXPECT_EQ(line.branches, (std::vector<std::uint64_t>{1, 0}));
  }
}

TEST(GcovDataTest, FunctionAtIsTheInnermost) {
  GcovData::File file;
  file.functions["outer"] = {.first = 10, .last = 30, .count = 1};
  file.functions["inner"] = {.first = 12, .last = 14, .count = 1};
  EXPECT_EQ(file.FunctionAt(13), "inner");
  EXPECT_EQ(file.FunctionAt(30), "outer");
  EXPECT_EQ(file.FunctionAt(31), "");
}

TEST(GcovDataTest, OtherTextIsAnError) {
  GcovData data;
  EXPECT_FALSE(data.Add("a.gcno:cannot open notes file\n", "/k").ok());
  EXPECT_FALSE(data.Add("{\"files\": []}\n", "/k").ok());
  EXPECT_TRUE(data.Add("\n", "/k").ok());
}

}  // namespace
