// SPDX-License-Identifier: GPL-2.0-only
#include "dma_buf.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

namespace {

TEST(DmaBuf, ReadyTellsOneStateFromTheOther) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  auto ready = dma_buf::Ready(in.get(), POLLIN, 0);
  ASSERT_TRUE(ready.ok());
  EXPECT_FALSE(*ready);
  ASSERT_EQ(::write(out.get(), "x", 1), 1);
  ready = dma_buf::Ready(in.get(), POLLIN, 0);
  ASSERT_TRUE(ready.ok());
  EXPECT_TRUE(*ready);
}

TEST(DmaBuf, ReadyReportsADescriptorThatIsNone) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_FALSE(dma_buf::Ready(ends[0], POLLIN, 0).ok());
}

TEST(DmaBuf, CallsOnAnotherFileFailByName) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const UniqueFd in(ends[0]);
  const UniqueFd out(ends[1]);
  const auto exported = dma_buf::ExportSyncFile(in.get(), dma_buf::Access::kRead);
  ASSERT_FALSE(exported.ok());
  EXPECT_EQ(exported.error().find("DMA_BUF_IOCTL_EXPORT_SYNC_FILE: "), 0u);
  const auto described = dma_buf::Describe(in.get());
  ASSERT_FALSE(described.ok());
  EXPECT_EQ(described.error().find("SYNC_IOC_FILE_INFO: "), 0u);
  const auto merged = dma_buf::Merge(in.get(), out.get());
  ASSERT_FALSE(merged.ok());
  EXPECT_EQ(merged.error().find("SYNC_IOC_MERGE: "), 0u);
}

TEST(DmaBuf, TheClockGoesOn) {
  const auto before = dma_buf::Now();
  EXPECT_GT(before, 0);
  EXPECT_GE(dma_buf::Now(), before);
}

}  // namespace
