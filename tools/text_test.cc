// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace gate {
namespace {

TEST(TextTest, LeavesPlainAndForeignTextAlone) {
  EXPECT_EQ(Printable("ok 1 - name_a"), "ok 1 - name_a");
  EXPECT_EQ(Printable("Grüße, \u65e5\u672c, \U0001f600"), "Grüße, \u65e5\u672c, \U0001f600");
}

TEST(TextTest, EscapesWhatCouldMoveTheCursor) {
  EXPECT_EQ(Printable("a\033[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(Printable("a\rb\x7f"), "a\\x0db\\x7f");
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m")
      << "C1 CSI";
  EXPECT_EQ(Printable("a\tb"), "a b");
}

TEST(TextTest, EscapesDirectionOverrides) {
  EXPECT_EQ(Printable("\u202e"), "\\xe2\\x80\\xae");
  EXPECT_EQ(Printable("\u2066"), "\\xe2\\x81\\xa6");
}

TEST(TextTest, EscapesBytesThatAreNoUtf8) {
  EXPECT_EQ(Printable("\xff"), "\\xff");
  EXPECT_EQ(Printable("\xc3"), "\\xc3") << "cut short";
  EXPECT_EQ(Printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "past U+10FFFF";
}

TEST(TextTest, PlainIsWhatNoFormatEscapes) {
  const std::string_view special = "\"&'<>\\";
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int value = 0; value < 256; ++value) {
        const char c = static_cast<char>(value);
        std::string text(size, 'x');
        text[at] = c;
        const bool plain = value >= 0x20 && value < 0x7f && special.find(c) == special.npos;
        ASSERT_EQ(IsPlain(text), plain) << value << " at " << at << " of " << size;
      }
    }
  }
  EXPECT_TRUE(IsPlain(""));
}

TEST(Cut, LeavesWholeCharacters) {
  EXPECT_EQ(Cut("abcdef", 6), "abcdef");
  EXPECT_EQ(Cut("abcdefg", 6), "abc...");
  EXPECT_EQ(Cut("ab\u65e5\u672c\u65e5", 8), "ab\u65e5...");
  EXPECT_EQ(Cut("ab\u65e5\u672c\u65e5", 7), "ab...");
  EXPECT_EQ(Cut("\U0001f600\U0001f600", 6), "...");
}

}  // namespace
}  // namespace gate
