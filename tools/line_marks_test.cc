// SPDX-License-Identifier: GPL-2.0-only
#include "line_marks.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace gate {
namespace {

TEST(LineMarksTest, FindsEachByteWhereverItStands) {
  for (std::size_t size = 1; size < 70; ++size) {
    const std::string plain(size, 'x');
    const LineMarks none = FindMarks(plain);
    EXPECT_FALSE(none.colon || none.hash || none.dash || none.at || none.high) << size;
    for (std::size_t at = 0; at < size; ++at) {
      const auto with = [&](char c) {
        std::string line = plain;
        line[at] = c;
        return FindMarks(line);
      };
      EXPECT_TRUE(with(':').colon) << at << " of " << size;
      EXPECT_TRUE(with('#').hash) << at << " of " << size;
      EXPECT_TRUE(with('-').dash) << at << " of " << size;
      EXPECT_TRUE(with('@').at) << at << " of " << size;
      EXPECT_TRUE(with('\x80').high) << at << " of " << size;
    }
  }
}

TEST(LineMarksTest, AnEmptyLineHasNone) {
  const LineMarks marks = FindMarks({});
  EXPECT_FALSE(marks.colon || marks.hash || marks.dash || marks.at || marks.high);
}

}  // namespace
}  // namespace gate
