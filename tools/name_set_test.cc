// SPDX-License-Identifier: GPL-2.0-only
#include "name_set.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace gate {
namespace {

TEST(NameSetTest, TellsDuplicatesAmongMany) {
  NameSet names;
  for (int i = 0; i < 300000; ++i) {
    ASSERT_EQ(names.Add(fmt::format("case_{}", i)), NameSet::Added::kNew) << i;
  }
  for (int i = 0; i < 300000; i += 777) {
    EXPECT_EQ(names.Add(fmt::format("case_{}", i)), NameSet::Added::kDuplicate) << i;
  }
  EXPECT_EQ(names.size(), 300000u);
}

TEST(NameSetTest, LengthAndZeroBytesCount) {
  using namespace std::string_view_literals;
  NameSet names;
  for (const auto name :
       {""sv, "\0"sv, "\0\0"sv, "a"sv, "a\0"sv, "aaaaaaaa"sv, "aaaaaaaa\0"sv, "aaaaaaaaa"sv}) {
    EXPECT_EQ(names.Add(name), NameSet::Added::kNew) << name.size();
  }
}

TEST(NameSetTest, ForgetsWhenCleared) {
  NameSet names;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 2000; ++i) {
      EXPECT_EQ(names.Add(fmt::format("{}", i)), NameSet::Added::kNew);
    }
    names.Clear();
    EXPECT_EQ(names.size(), 0u);
  }
}

TEST(NameSetTest, TellsWhatItHolds) {
  NameSet names;
  EXPECT_FALSE(names.Contains("a"));
  names.Add("a");
  EXPECT_TRUE(names.Contains("a"));
  EXPECT_FALSE(names.Contains("b"));
  names.Clear();
  EXPECT_FALSE(names.Contains("a"));
}

TEST(NameSetTest, EachByteOfANameCounts) {
  for (std::size_t size = 1; size < 70; ++size) {
    NameSet names;
    const std::string name(size, 'x');
    EXPECT_EQ(names.Add(name), NameSet::Added::kNew);
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = name;
      other[at] = 'y';
      EXPECT_EQ(names.Add(other), NameSet::Added::kNew) << at << " of " << size;
      EXPECT_EQ(names.Add(other), NameSet::Added::kDuplicate) << at << " of " << size;
    }
  }
}

}  // namespace
}  // namespace gate
