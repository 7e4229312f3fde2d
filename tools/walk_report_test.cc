// SPDX-License-Identifier: GPL-2.0-only
#include "walk_report.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using Strings = std::vector<std::string>;

constexpr char kConsole[] =
    "        KTAP version 1\n"
    "    # walk_agrees_with_model: seed=7 kind=a-capture-1 steps=500\n"
    "        ok 1 a-capture-1\n"
    "    # walk_agrees_with_model: seed=7 kind=b-output-2 steps=500\r\n"
    "    # walk_agrees_with_model: step 3: exporter: CREATE_BUFS\n"
    "[    1.250000]     # walk_agrees_with_model: step 41: exporter: arm 0\n"
    "    # walk_agrees_with_model: EXPECTATION FAILED at tests/f.c:11\n"
    "    # walk_agrees_with_model: seed=7 kind=b-output-2 failed at step 41 of 500; the last:\n"
    "    # walk_agrees_with_model: step 3: exporter: CREATE_BUFS\n"
    "    # walk_agrees_with_model: step 41: exporter: arm 0\n"
    "        not ok 2 b-output-2\n"
    "    # walk_agrees_with_model: seed=7 kind=c steps=500\n";

TEST(WalkReportTest, TellsTheWalksApart) {
  const auto reports = ReadWalkReports(kConsole);
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[0].kind, "a-capture-1");
  EXPECT_EQ(reports[0].steps, 500);
  EXPECT_FALSE(reports[0].failed);
  EXPECT_TRUE(reports[0].names.empty());
  EXPECT_EQ(reports[1].kind, "b-output-2");
  EXPECT_TRUE(reports[1].failed);
  EXPECT_EQ(reports[1].failed_step, 41);
  EXPECT_EQ(reports[1].names,
            Strings({"step 3: exporter: CREATE_BUFS", "step 41: exporter: arm 0"}));
  EXPECT_FALSE(reports[2].failed);
}

TEST(WalkReportTest, SuspectsFirstWhoSaysSoThenTheLast) {
  EXPECT_EQ(SuspectKinds(ReadWalkReports(kConsole)), Strings({"b-output-2", "c", "a-capture-1"}));
  EXPECT_EQ(SuspectKinds({}), Strings());
}

TEST(WalkReportTest, TakesNothingFromOtherLines) {
  EXPECT_TRUE(ReadWalkReports("").empty());
  EXPECT_TRUE(ReadWalkReports("seed=1 kind=a steps=3\n# other: seed=1 kind=a steps=3").empty());
  EXPECT_TRUE(ReadWalkReports("# walk_agrees_with_model: step 3: before any walk\n").empty());
  EXPECT_TRUE(ReadWalkReports("# walk_agrees_with_model: seed=1 kind=a steps=x\n").empty());
  const auto torn = ReadWalkReports(
      "# walk_agrees_with_model: seed=1 kind=a steps=3\n"
      "# walk_agrees_with_model: seed=1 kind=a failed at step ");
  ASSERT_EQ(torn.size(), 1u);
  EXPECT_TRUE(torn[0].failed);
  EXPECT_EQ(torn[0].failed_step, std::nullopt);
}

}  // namespace
