// SPDX-License-Identifier: GPL-2.0-only
#include "line_splitter.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gate {
namespace {

using Lines = std::vector<std::string>;

// Feeds `text` in pieces of `size` bytes.
Lines Split(std::string_view text, std::size_t size) {
  LineSplitter splitter;
  Lines lines;
  const auto take = [&lines](const LineSplitter::Line& line) { lines.emplace_back(line.text); };
  for (std::size_t at = 0; at < text.size(); at += size) {
    splitter.Feed(text.substr(at, size), take);
  }
  splitter.Finish(take);
  return lines;
}

TEST(LineSplitterTest, EveryLineEndIsOneEndHoweverTheBytesArrive) {
  const std::string_view text = "a\nbc\r\n\r\nd\re\r\r\nf\n\nlast";
  const Lines expected = {"a", "bc", "", "d", "e", "", "f", "", "last"};
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EXPECT_EQ(Split(text, size), expected) << "in pieces of " << size;
  }
}

TEST(LineSplitterTest, AnEndAtTheEndMakesNoEmptyLine) {
  EXPECT_EQ(Split("a\n", 1), Lines({"a"}));
  EXPECT_EQ(Split("a\r", 2), Lines({"a"}));
  EXPECT_EQ(Split("", 1), Lines());
}

TEST(LineSplitterTest, KeepsTheHeadOfALongLineAndSaysSo) {
  const std::string head(LineSplitter::kMaxLine, 'x');
  for (const std::size_t size : {std::size_t{1000}, std::size_t{1} << 20}) {
    LineSplitter splitter;
    std::vector<std::pair<std::string, bool>> lines;
    const std::string text = head + "\n" + head + "tail\nshort\n";
    const auto take = [&lines](const LineSplitter::Line& line) {
      lines.emplace_back(line.text, line.cut);
    };
    for (std::size_t at = 0; at < text.size(); at += size) {
      splitter.Feed(std::string_view(text).substr(at, size), take);
    }
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0], std::pair(head, false));
    EXPECT_EQ(lines[1], std::pair(head, true));
    EXPECT_EQ(lines[2], std::pair(std::string("short"), false));
  }
}

TEST(LineSplitterTest, TellsOfTheMarksOfEachLine) {
  std::string text;
  for (std::size_t size = 0; size < 200; ++size) {
    for (const char* mark : {"", ":", "#", "-", "@", "\xc3"}) {
      text += std::string(size, 'x') + mark + std::string(size % 70, 'y') + mark;
      text += size % 3 == 0 ? "\r\n" : "\n";
    }
  }
  for (const std::size_t size : {std::size_t{1}, std::size_t{63}, std::size_t{1000}, text.size()}) {
    LineSplitter splitter;
    const bool whole = size == text.size();  // What comes in pieces is not looked at for this.
    const auto take = [whole](const LineSplitter::Line& line) {
      std::uint64_t marks = 0;
      bool more = false;
      for (std::size_t at = 0; at < line.text.size(); ++at) {
        if (line.text[at] == 'x' || line.text[at] == 'y') continue;
        more = more || at >= 64;
        if (at < 64) marks |= std::uint64_t{1} << at;
      }
      EXPECT_TRUE(line.more_marks || !more) << line.text;
      EXPECT_TRUE(!whole || line.more_marks == more) << line.text;
      if (whole || !line.more_marks) EXPECT_EQ(line.marks, marks) << line.text;
    };
    for (std::size_t at = 0; at < text.size(); at += size) {
      splitter.Feed(std::string_view(text).substr(at, size), take);
    }
  }
}

}  // namespace
}  // namespace gate
