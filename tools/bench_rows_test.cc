// SPDX-License-Identifier: GPL-2.0-only
#include "bench_rows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "files.h"
#include "test_files.h"

namespace {

using bench::Format;
using bench::Judge;
using bench::Load;
using bench::Row;
using bench::Save;
using bench::Summary;
using gate::ExitCode;

Row Limited(Row::Wanted wanted, double ratio) {
  return {.what = "loop",
          .figure = "5 s",
          .beside = "theirs: 10 s",
          .ratio = ratio,
          .wanted = wanted,
          .limit = 0.7,
          .remark = "0.4 to 0.6"};
}

TEST(BenchRowsTest, LimitIsPartOfWhatIsWanted) {
  EXPECT_FALSE(Limited(Row::Wanted::kAtMost, 0.7).missed());
  EXPECT_TRUE(Limited(Row::Wanted::kAtMost, 0.71).missed());
  EXPECT_FALSE(Limited(Row::Wanted::kAtLeast, 0.7).missed());
  EXPECT_TRUE(Limited(Row::Wanted::kAtLeast, 0.69).missed());
  EXPECT_FALSE(Limited(Row::Wanted::kNothing, 9).missed());
}

TEST(BenchRowsTest, OnlyWhatRepeatsFails) {
  Row row = Limited(Row::Wanted::kAtMost, 0.9);
  EXPECT_EQ(Judge({row}), ExitCode::kPassed);
  row.repeats = true;
  EXPECT_EQ(Judge({row}), ExitCode::kFailed);
  row.ratio = 0.5;
  EXPECT_EQ(Judge({row}), ExitCode::kPassed);
}

TEST(BenchRowsTest, WhatDidNotRunHasNotPassed) {
  const Row row{.what = "memory", .not_run = "pahole is not installed"};
  EXPECT_EQ(Judge({row}), ExitCode::kInfrastructure);
  EXPECT_EQ(Judge({}), ExitCode::kInfrastructure);
  EXPECT_EQ(Judge({row, Limited(Row::Wanted::kAtMost, 0.5)}), ExitCode::kInfrastructure);
}

TEST(BenchRowsTest, TableIsInColumns) {
  const Row missing{.what = "memory of queues", .not_run = "pahole is not installed"};
  EXPECT_EQ(Format({Limited(Row::Wanted::kAtMost, 0.9), missing}),
            "what              figure  beside        ratio  wanted   verdict  remark\n"
            "loop              5 s     theirs: 10 s  0.900  <= 0.70  MISSED   0.4 to 0.6\n"
            "memory of queues                                        NOT RUN  pahole is not "
            "installed\n");
}

TEST(BenchRowsTest, ClosingLineIsTheVerdict) {
  Row row = Limited(Row::Wanted::kAtMost, 0.9);
  const Row missing{.what = "memory", .not_run = "pahole is not installed"};
  const Row met = Limited(Row::Wanted::kAtMost, 0.5);
  const Row plain{.what = "memory", .figure = "8 bytes"};
  EXPECT_EQ(Summary({met, plain}), "PASSED 2 figures: 0 of 1 limits missed\n");
  EXPECT_EQ(Summary({row, met}),
            "PASSED 2 figures: 1 of 2 limits missed, 1 by figures that are noisy\n");
  EXPECT_EQ(Summary({met, missing}),
            "INFRASTRUCTURE 2 figures: 0 of 1 limits missed, 1 not measured\n");
  row.repeats = true;
  EXPECT_EQ(Summary({row, met}), "FAILED 2 figures: 1 of 2 limits missed\n");
}

TEST(BenchRowsTest, ReadsWhatItWrote) {
  const gate::TestFolder folder;
  const std::string file = folder.Path("rows.json");
  Row row = Limited(Row::Wanted::kAtLeast, 0.65);
  row.repeats = true;
  ASSERT_EQ(Save({row}, file), "");
  auto rows = Load(file);
  ASSERT_TRUE(rows.ok()) << rows.error();
  EXPECT_EQ(Judge(*rows), ExitCode::kFailed);
  const Row missing{.what = "memory", .not_run = "pahole is not installed"};
  ASSERT_EQ(Save({row, missing}, file), "");
  rows = Load(file);
  ASSERT_TRUE(rows.ok()) << rows.error();
  EXPECT_EQ(Format(*rows), Format({row, missing}));
}

TEST(BenchRowsTest, SaysWhatIsWrongWithAFile) {
  const gate::TestFolder folder;
  const std::string file = folder.Path("rows.json");
  EXPECT_NE(Load(file).error().find(file), std::string::npos);
  for (const char* text :
       {"", "[{\"what\": 1}]", "{\"what\": \"x\"}", "[", "[{\"what\": \"x\"}]"}) {
    ASSERT_TRUE(files::Write(file, text).ok());
    const auto rows = Load(file);
    ASSERT_FALSE(rows.ok()) << text;
    EXPECT_TRUE(rows.error().starts_with(file + ": error: ")) << rows.error();
    EXPECT_EQ(rows.error().find('\n'), std::string::npos) << rows.error();
  }
}

}  // namespace
