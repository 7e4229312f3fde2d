// SPDX-License-Identifier: GPL-2.0-only
// Resident memory of kunit-gate: it does not grow with the log, but with the names of the group
// that is open.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "measure.h"

namespace gate {
namespace {

constexpr std::uint64_t kMegabyte = 1024 * 1024;
constexpr std::uint64_t kBase = 32 * kMegabyte;  // Whatever the log.

// The peak of what the command line `source` makes the gate hold; 0: a program failed to start.
std::uint64_t Peak(const std::string& source, const std::string& outputs) {
  const auto cost =
      measure::Run({"sh", "-c", source + " | '" KUNIT_GATE "' --no-end-line " + outputs + " -"});
  EXPECT_TRUE(cost.ok());
  return cost.ok() ? cost->peak_bytes : 0;
}

TEST(MemoryTest, DoesNotGrowWithTheLog) {
  for (const char* shape : {"flat", "deep"}) {
    for (const char* outputs : {"", "--junit /dev/null --json /dev/null --ktap /dev/null"}) {
      const std::string log =
          fmt::format("'" GENERATE_LOG "' --bytes 40MB --failures 50 --skips 50 --shape {}", shape);
      const std::uint64_t peak = Peak(log, outputs);
      EXPECT_GT(peak, 0u);
      EXPECT_LT(peak, kBase) << shape << " " << outputs;
    }
  }
}

TEST(MemoryTest, DoesNotGrowWithALine) {
  const std::uint64_t peak = Peak("head -c 100000000 /dev/zero | tr '\\0' x", "");
  EXPECT_GT(peak, 0u);
  EXPECT_LT(peak, kBase);
}

TEST(MemoryTest, TakesThirtyTwoBytesForEachNameOfTheOpenGroup) {
  for (const std::uint64_t names : {1'000'000, 2'500'000}) {
    const std::string log = fmt::format(
        "awk 'BEGIN {{ print \"KTAP version 1\"; print \"1..1\"; print \"# Subtest: s\";"
        " for (i = 1; i <= {}; i++) print \"ok \" i \" case_\" i }}'",
        names);
    const std::uint64_t peak = Peak(log, "");
    EXPECT_GT(peak, 16 * names) << "the names are there";
    EXPECT_LT(peak, kBase + 32 * names) << names;
  }
}

}  // namespace
}  // namespace gate
