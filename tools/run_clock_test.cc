// SPDX-License-Identifier: GPL-2.0-only
#include "run_clock.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

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

TEST(PrintkSecondsTest, GivesTheNearestNumber) {
  for (const char* digits : {"0.1", "661.000298", "99999.999999", "12345.678901234", "0.000001",
                             "123456789012345.5", "7.0000000001", "18446744073709551616.25"}) {
    const auto seconds = PrintkSeconds("[" + std::string(digits) + "] x");
    const double nearest = std::strtod(digits, nullptr);
    if (nearest < 1e12) {
      EXPECT_EQ(seconds, nearest) << digits;
    } else {
      EXPECT_FALSE(seconds) << digits;
    }
  }
}

}  // namespace
}  // namespace gate
