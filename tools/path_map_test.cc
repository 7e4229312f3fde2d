// SPDX-License-Identifier: GPL-2.0-only
#include "path_map.h"

#include <gtest/gtest.h>

namespace gate {
namespace {

TEST(PathMapTest, TheLongestPrefixWins) {
  const std::vector<PathMap> maps = {
      {"", "/tree/"}, {"drivers/media/", "/m/"}, {"drivers/", "/d/"}};
  EXPECT_EQ(MapPath("drivers/media/a.c", maps), "/m/a.c");
  EXPECT_EQ(MapPath("drivers/b.c", maps), "/d/b.c");
  EXPECT_EQ(MapPath("./drivers/b.c", maps), "/d/b.c");
  EXPECT_EQ(MapPath("lib/c.c", maps), "/tree/lib/c.c");
  EXPECT_EQ(MapPath("/abs/c.c", maps), "/abs/c.c");
  EXPECT_EQ(MapPath("lib/c.c", {}), "lib/c.c");
}

TEST(PathMapTest, WholePartsMatch) {
  EXPECT_EQ(MapPath("drivers2/a.c", {{"drivers", "/d"}}), "drivers2/a.c");
  EXPECT_EQ(MapPath("drivers/a.c", {{"drivers", "/d"}}), "/d/a.c");
}

TEST(PathMapTest, DetoursDoNotCount) {
  const std::vector<PathMap> maps = {{"", "/tree/"}, {"drivers/", "/d/"}};
  EXPECT_EQ(MapPath("lib/.././drivers/x/../a.c", maps), "/d/a.c");
  EXPECT_EQ(MapPath("../../drivers/a.c", maps), "/d/a.c");
  EXPECT_EQ(MapPath("../lib/a.c", maps), "/tree/lib/a.c");
  EXPECT_EQ(MapPath("../lib/a.c", {{"../", "/up/"}, {"", "/tree/"}}), "/up/lib/a.c");
  EXPECT_EQ(MapPath("../lib/a.c", {}), "../lib/a.c");
}

}  // namespace
}  // namespace gate
