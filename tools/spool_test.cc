// SPDX-License-Identifier: GPL-2.0-only
#include "spool.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gate {
namespace {

std::string Drain(Spool* spool) {
  std::string all;
  spool->Drain([&all](std::string_view piece) { all += piece; });
  return all;
}

TEST(SpoolTest, GivesBackWhatItGot) {
  Spool spool;
  EXPECT_TRUE(spool.empty());
  spool.Append("one ");
  spool.Append("two");
  EXPECT_FALSE(spool.empty());
  EXPECT_EQ(Drain(&spool), "one two");
  EXPECT_TRUE(spool.empty());
  EXPECT_EQ(Drain(&spool), "");
}

TEST(SpoolTest, WhatIsTooMuchForMemoryKeepsItsOrder) {
  Spool spool;
  for (int round = 0; round < 2; ++round) {
    std::string want;
    for (int i = 0; want.size() < 3 * Spool::kMemory; ++i) {
      const std::string text = std::to_string(i) + ",";
      spool.Append(text);
      want += text;
    }
    EXPECT_FALSE(spool.empty());
    EXPECT_TRUE(Drain(&spool) == want) << round;
    EXPECT_FALSE(spool.failed());
  }
}

}  // namespace
}  // namespace gate
