// SPDX-License-Identifier: GPL-2.0-only
#include "fence_cost_report.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using bench::Row;
using fence_cost::Compare;
using fence_cost::Kernel;
using fence_cost::ReadSamples;
using fence_cost::ReadSizes;

Kernel Before() {
  Kernel kernel;
  kernel.samples = {{"cycle", {1000, 990, 1500}}};
  kernel.sizes = {{"vb2_queue", 800}, {"vb2_dc_buf", 200}};
  return kernel;
}

Kernel After() {
  Kernel kernel;
  kernel.samples = {{"cycle", {1005, 1000, 1400}},
                    {"fenced_cycle", {1095, 1090, 1600}},
                    {"by_hand", {80, 80, 90}}};
  kernel.sizes = {{"vb2_queue", 816}, {"vb2_vmalloc_buf", 300}, {"vb2_release_fence", 112}};
  return kernel;
}

const Row& Find(const std::vector<Row>& rows, const std::string& what) {
  for (const auto& row : rows) {
    if (row.what == what) return row;
  }
  static const Row kNone;
  ADD_FAILURE() << what;
  return kNone;
}

TEST(FenceCostReportTest, ReadsSamplesOfAConsole) {
  const auto samples = ReadSamples(
      "KTAP version 1\n    # cycle: cost: cycle 1140 1139 3802\r\n    ok 1 cycle\n"
      "[    1.5]     # by_hand: cost: by_hand 7 6 8\n");
  ASSERT_TRUE(samples.ok()) << samples.error();
  ASSERT_EQ(samples->size(), 2U);
  EXPECT_EQ(samples->at("cycle").median, 1140U);
  EXPECT_EQ(samples->at("cycle").least, 1139U);
  EXPECT_EQ(samples->at("cycle").most, 3802U);
  EXPECT_EQ(samples->at("by_hand").median, 7U);
}

TEST(FenceCostReportTest, TornSampleIsNoFigure) {
  for (const char* line :
       {" cost: cycle 1140 1139", " cost: cycle 1140 1139 x", " cost: cycle 1 2 3 4",
        " cost: ", " cost: cycle -1 2 3", " cost: cycle 99999999999999999999 2 3"}) {
    EXPECT_FALSE(ReadSamples(line).ok()) << line;
  }
  EXPECT_FALSE(ReadSamples(" cost: cycle 1 1 1\n cost: cycle 2 2 2\n").ok()) << "which one?";
}

TEST(FenceCostReportTest, ReadsSizesOfPahole) {
  const auto sizes = ReadSizes("vb2_queue\t840\t3\nvb2_buffer\t680\t1\n\nnoise\n");
  EXPECT_EQ(sizes, (std::map<std::string, std::uint64_t>{{"vb2_queue", 840}, {"vb2_buffer", 680}}));
}

TEST(FenceCostReportTest, ComparesTheKernels) {
  const auto rows = Compare(Before(), After(), "");
  ASSERT_TRUE(rows.ok()) << rows.error();
  const Row& fence = Find(*rows, "attach, arm, signal and put a fence");
  EXPECT_EQ(fence.figure, "90 instructions");
  EXPECT_DOUBLE_EQ(fence.ratio, 90.0 / 80.0);
  EXPECT_FALSE(fence.missed());
  const Row& plain = Find(*rows, "QBUF to DQBUF, without opt-in");
  EXPECT_DOUBLE_EQ(plain.ratio, 1.005);
  EXPECT_EQ(plain.remark, "1000 to 1400");
  EXPECT_FALSE(plain.missed());
  const Row& fenced = Find(*rows, "QBUF to DQBUF, with a release fence");
  EXPECT_EQ(fenced.beside, "before the series: 1000");
  EXPECT_EQ(fenced.remark, "1090 to 1600; ratio by hand: 1.085");
  const Row& queue = Find(*rows, "queue: struct vb2_queue");
  EXPECT_EQ(queue.figure, "816 bytes");
  EXPECT_EQ(queue.beside, "before the series: 800");
  EXPECT_EQ(Find(*rows, "fence, while it lives: struct vb2_release_fence").beside,
            "before the series: none");
  EXPECT_EQ(Find(*rows, "plane, vmalloc: struct vb2_vmalloc_buf").not_run,
            "pahole does not know it in the kernel without the series");
  EXPECT_EQ(Find(*rows, "plane, dma-contig: struct vb2_dc_buf").not_run,
            "pahole does not know it in the kernel with the series");
}

TEST(FenceCostReportTest, DearerThanItMayBeIsMissed) {
  Kernel after = After();
  after.samples["cycle"].median = 1011;
  after.samples["fenced_cycle"].median = 1111;
  const auto rows = Compare(Before(), after, "");
  ASSERT_TRUE(rows.ok());
  EXPECT_TRUE(Find(*rows, "attach, arm, signal and put a fence").missed());
  EXPECT_TRUE(Find(*rows, "QBUF to DQBUF, without opt-in").missed());
}

TEST(FenceCostReportTest, WhatWasNotMeasuredIsAnError) {
  EXPECT_FALSE(Compare({}, After(), "").ok());
  for (const char* name : {"cycle", "fenced_cycle", "by_hand"}) {
    Kernel after = After();
    after.samples.erase(name);
    EXPECT_FALSE(Compare(Before(), after, "").ok()) << name;
  }
}

TEST(FenceCostReportTest, CycleThatCostsNothingMoreHadNoFence) {
  Kernel after = After();
  after.samples["fenced_cycle"] = after.samples["cycle"];
  EXPECT_FALSE(Compare(Before(), after, "").ok());
}

TEST(FenceCostReportTest, SaysWhyThereAreNoSizes) {
  const auto rows = Compare(Before(), After(), "pahole is not installed (Debian: pahole)");
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->back().not_run, "pahole is not installed (Debian: pahole)");
  EXPECT_EQ(rows->size(), 4U);
}

}  // namespace
