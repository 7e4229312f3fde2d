// SPDX-License-Identifier: GPL-2.0-only
#include "run_clock.h"

#include <gtest/gtest.h>

namespace gate {
namespace {

TEST(PrintkSecondsTest, TakesPrintksForms) {
  EXPECT_EQ(PrintkSeconds("[    0.060000] x"), 0.06);
  EXPECT_EQ(PrintkSeconds("<6>[12345.500000][   T1] x"), 12345.5);
  for (const char* other : {"", "[", "[x] y", "[ 1.0", "<6>", "<6 [1.0] x", "x [1.0]", "[1.0 ]",
                            "[nan]", "[inf]", "[-1.0]"}) {
    EXPECT_FALSE(PrintkSeconds(other)) << other;
  }
}

TEST(RunClockTest, ConsolesOwnTimeGoesFirst) {
  double now = 5;
  RunClock clock([&now] { return now; });
  EXPECT_EQ(clock.Now(), 5.0);
  clock.Line("[    7.000000] x");
  EXPECT_EQ(clock.Now(), 7.0);
  clock.Line("a line without");
  EXPECT_EQ(clock.Now(), 7.0);
  EXPECT_FALSE(RunClock(nullptr).Now());
}

TEST(RunClockTest, AKernelThatCountsAfreshGivesNoTime) {
  EXPECT_EQ(SecondsBetween(1.0, 3.0), 2.0);
  EXPECT_FALSE(SecondsBetween(3.0, 1.0));
  EXPECT_FALSE(SecondsBetween(std::nullopt, 1.0));
}

}  // namespace
}  // namespace gate
