// SPDX-License-Identifier: GPL-2.0-only
#include "line_marks.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
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

TEST(LineMarksTest, TellsThePlacesOfColonsAndHashes) {
  for (std::size_t size = 1; size < 150; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {':', '#'}) {
        std::string line(size, 'x');
        line[at] = c;
        const LineMarks marks = FindMarks(line);
        const std::uint64_t places = c == ':' ? marks.colons : marks.hashes;
        EXPECT_EQ(FindPlace(line, c, places, 0), at) << size;
        EXPECT_EQ(FindPlace(line, c, places, at), at) << size;
        EXPECT_EQ(FindPlace(line, c, places, at + 1), std::string::npos) << size;
      }
    }
  }
}

TEST(ScanBlockTest, FindsEndsAndMarks) {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    for (std::size_t at = 0; at < BlockMarks::kSize; ++at) {
      std::string bytes(BlockMarks::kSize, 'x');
      bytes[at] = c;
      const LineMarks marks = FindMarks(bytes);
      const bool any = marks.colon || marks.hash || marks.dash || marks.at || marks.high;
      const BlockMarks block = ScanBlock(bytes.data());
      EXPECT_EQ(block.marks, std::uint64_t{any} << at) << value;
      EXPECT_EQ(block.ends, std::uint64_t{c == '\n' || c == '\r'} << at) << value;
    }
  }
}

}  // namespace
}  // namespace gate
