// SPDX-License-Identifier: GPL-2.0-only
#include "measure.h"

#include <gtest/gtest.h>

namespace measure {
namespace {

TEST(MeasureTest, TellsWhatAProgramCost) {
  const auto cost = measure::Run({"sh", "-c", "sleep 0.2; exit 3"});
  ASSERT_TRUE(cost.ok()) << cost.error();
  EXPECT_EQ(cost->code, 3);
  EXPECT_GE(cost->seconds, 0.2);
  EXPECT_GT(cost->peak_bytes, 0u);
  EXPECT_FALSE(measure::Run({"./no-such-program"}).ok());
}

TEST(MeasureTest, CountsTheRunThatDidItsWork) {
  const auto rows = Measure({{"good", {"true"}, 1'000'000, 2, {0}},
                             {"bad", {"false"}, 1'000'000, 1, {0}},
                             {"known", {"false"}, 1'000'000, 1, {0, 1}}});
  EXPECT_EQ(rows[0].fault, "");
  EXPECT_GT(rows[0].megabytes_per_second, 0);
  EXPECT_EQ(rows[1].fault, "false exits with 1");
  EXPECT_EQ(rows[2].fault, "");
}

TEST(MeasureTest, OutputIsNotDevNull) {
  // grep stops at the first match where its output is that device.
  const auto cost = measure::Run({"sh", "-c", "test -f /proc/self/fd/1"});
  ASSERT_TRUE(cost.ok()) << cost.error();
  EXPECT_EQ(cost->code, 0);
}

TEST(MeasureTest, ShowsRatios) {
  Measured fast{{"fast", {}, 0, 1, {}}, 100, 200, 4'000'000, {}};
  Measured slow{{"slow", {}, 0, 1, {}}, 40, 50, 8'000'000, {}};
  Measured none{{"none", {}, 0, 1, {}}, 0, 0, 0, "no tree"};
  EXPECT_EQ(Format({fast, slow, none}, {"slow", "none"}),
            "                                              MB/s  MB/cpu s   peak MB"
            "        x slow        x none\n"
            "fast                                         100.0     200.0       4.0"
            "          4.00             -\n"
            "slow                                          40.0      50.0       8.0"
            "          1.00             -\n"
            "none                                     not run: no tree\n");
}

}  // namespace
}  // namespace measure
