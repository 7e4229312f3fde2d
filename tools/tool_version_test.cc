// SPDX-License-Identifier: GPL-2.0-only
#include "tool_version.h"

#include <gtest/gtest.h>

namespace gate {
namespace {

TEST(ToolVersionTest, IsToldByTheExpressionForResults) {
  EXPECT_EQ(ToolVersionOf(
                R"(TEST_RESULT = re.compile(r'^\s*(ok|not ok) ([0-9]+) (- )?([^#]*)( # .*)?$'))"),
            ToolVersion::k6_12);
  EXPECT_EQ(
      ToolVersionOf(
          R"(TEST_RESULT = re.compile(r'^\s*(ok|not ok) ([0-9]+) ?(:?- )?([^#]*)( # .*)?$'))"),
      ToolVersion::k7_3);
  EXPECT_EQ(ToolVersionOf(""), ToolVersion::k6_12);
}

TEST(ToolVersionTest, HasTheOptionsWord) {
  EXPECT_STREQ(ToolVersionName(ToolVersion::k6_12), "6.12");
  EXPECT_STREQ(ToolVersionName(ToolVersion::k7_3), "7.3");
}

}  // namespace
}  // namespace gate
