// SPDX-License-Identifier: GPL-2.0-only
#include "fence_probe_expected.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace {

using fence_probe::Expect;

TEST(FenceProbeExpected, NamesEachObservationOnce) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& row : fence_probe::Expectations()) {
    EXPECT_TRUE(seen.emplace(row.scenario, row.what).second) << row.scenario << " " << row.what;
  }
}

TEST(FenceProbeExpected, KeepsAScenarioTogether) {
  std::set<std::string_view> closed;
  std::string_view open;
  for (const auto& row : fence_probe::Expectations()) {
    if (row.scenario == open) continue;
    EXPECT_FALSE(closed.contains(row.scenario)) << row.scenario;
    closed.insert(open);
    open = row.scenario;
  }
}

TEST(FenceProbeExpected, SaysForBothKernelsWhatIsToBeSeen) {
  for (const auto& row : fence_probe::Expectations()) {
    EXPECT_FALSE(row.unfenced.empty() || row.fenced.empty() || row.meaning.empty())
        << row.scenario << " " << row.what;
  }
}

// A row points an editor at its own line.
TEST(FenceProbeExpected, RowsKnowTheirLines) {
  std::set<unsigned> lines;
  for (const auto& row : fence_probe::Expectations()) {
    EXPECT_GT(row.line, 0u);
    EXPECT_TRUE(lines.insert(row.line).second) << row.scenario << " " << row.what;
  }
}

TEST(FenceProbeExpected, TellsTheKernelsApart) {
  const auto rows = fence_probe::ExpectationsOf("running_job");
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front()->what, "poll_in");
  EXPECT_EQ(rows.front()->Wanted(Expect::kUnfenced), "ready");
  EXPECT_EQ(rows.front()->Wanted(Expect::kFenced), "busy");
}

TEST(FenceProbeExpected, KnowsNoOtherScenario) {
  EXPECT_TRUE(fence_probe::ExpectationsOf("running").empty());
}

// What holds whatever the kernel: nothing that waits for user space is published.
TEST(FenceProbeExpected, StarvedBuffersAreReadyOnBothKernels) {
  for (const auto* row : fence_probe::ExpectationsOf("starved_output")) {
    EXPECT_EQ(row->unfenced, row->fenced) << row->what;
  }
}

}  // namespace
