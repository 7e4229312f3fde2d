// SPDX-License-Identifier: GPL-2.0-only
#include "fence_probe_timing.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

TEST(FenceProbeTiming, NothingMeasuredHasNoSamples) {
  const auto timing = fence_probe::Summarise("x", {});
  EXPECT_EQ(timing.name, "x");
  EXPECT_EQ(timing.samples, 0u);
}

TEST(FenceProbeTiming, OneSampleIsItsOwnMedian) {
  const auto timing = fence_probe::Summarise("x", {1500});
  EXPECT_EQ(timing.samples, 1u);
  EXPECT_DOUBLE_EQ(timing.median_us, 1.5);
  EXPECT_DOUBLE_EQ(timing.p99_us, 1.5);
}

TEST(FenceProbeTiming, TakesTheNearestRankOfUnsortedSamples) {
  std::vector<std::int64_t> samples;
  for (std::int64_t i = 200; i >= 1; --i) samples.push_back(i * 1000);
  const auto timing = fence_probe::Summarise("x", samples);
  EXPECT_EQ(timing.samples, 200u);
  EXPECT_DOUBLE_EQ(timing.median_us, 100.0);
  EXPECT_DOUBLE_EQ(timing.p99_us, 198.0);
}

TEST(FenceProbeTiming, ADeviceThatIsNoneIsAnError) {
  fence_probe::Target target;
  target.path = "/dev/null";
  const auto timings = fence_probe::Measure(target, 1);
  ASSERT_FALSE(timings.ok());
  EXPECT_EQ(timings.error().find("/dev/null: VIDIOC_QUERYCAP"), 0u) << timings.error();
}

}  // namespace
