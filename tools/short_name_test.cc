// SPDX-License-Identifier: GPL-2.0-only
#include "short_name.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace gate {
namespace {

TEST(ShortNameTest, CopiesNamesOfAnySize) {
  ShortName copy;
  for (std::size_t size = 0; size <= ShortName::kMax + 10; ++size) {
    std::string name;
    for (std::size_t i = 0; i < size; ++i) name.push_back(static_cast<char>('a' + i % 26));
    copy.Assign(name);
    EXPECT_EQ(copy.view(), name.substr(0, ShortName::kMax));
    EXPECT_EQ(copy.empty(), name.empty());
  }
  copy.Clear();
  EXPECT_TRUE(copy.empty());
}

}  // namespace
}  // namespace gate
