// SPDX-License-Identifier: GPL-2.0-only
#include "uncovered_list.h"

#include <gtest/gtest.h>

#include <string>

#include "files.h"

namespace {

using Kind = UncoveredList::Kind;

TEST(UncoveredListTest, FindsByKindFileAndText) {
  auto list = UncoveredList::Parse("l",
                                   "# why\n\n"
                                   "not-built\tdrivers/gpu/\tneeds a board\n"
                                   "function\ta.c\tf\tonly at exit\n"
                                   "line\ta.c\treturn -EIO;\tneeds a fault\n"
                                   "branch\ta.c\tif (x)\tx is set\n");
  ASSERT_TRUE(list.ok()) << list.error();
  EXPECT_EQ(list->Find(Kind::kNotBuilt, "drivers/gpu/drm/x.c", "")->line, 3U);
  EXPECT_EQ(list->Find(Kind::kNotBuilt, "drivers/gpux.c", ""), nullptr);
  EXPECT_EQ(list->Find(Kind::kFunction, "a.c", "f")->reason, "only at exit");
  EXPECT_EQ(list->Find(Kind::kLine, "a.c", "return -EIO;")->reason, "needs a fault");
  EXPECT_EQ(list->Find(Kind::kLine, "b.c", "return -EIO;"), nullptr);
  EXPECT_EQ(list->Find(Kind::kLine, "a.c", "if (x)"), nullptr) << "that entry is for a branch";
  EXPECT_EQ(list->entries()[2].uses, 1U);
  EXPECT_EQ(list->entries()[3].uses, 0U);
}

TEST(UncoveredListTest, ChanceIsABranch) {
  auto list = UncoveredList::Parse("l", "chance\ta.c\tif (x)\twhy\n");
  ASSERT_TRUE(list.ok()) << list.error();
  EXPECT_NE(list->Find(Kind::kBranch, "a.c", "if (x)"), nullptr);
  EXPECT_TRUE(list->entries()[0].by_chance);
}

TEST(UncoveredListTest, NotBuiltFileIsThatFileAlone) {
  auto list = UncoveredList::Parse("l", "not-built\ta/b.c\twhy\n");
  ASSERT_TRUE(list.ok());
  EXPECT_NE(list->Find(Kind::kNotBuilt, "a/b.c", ""), nullptr);
  EXPECT_EQ(list->Find(Kind::kNotBuilt, "a/b.cc", ""), nullptr);
}

TEST(UncoveredListTest, ErrorNamesTheLine) {
  for (const char* wrong : {"lines\ta.c\tx\twhy\n", "line\ta.c\tx\n", "line\ta.c\tx\t\n",
                            "not-built\ta.c\tx\twhy\n", "line a.c x why\n", "line\t\tx\twhy\n"}) {
    const auto list = UncoveredList::Parse("kunit/l.txt", std::string("# head\n") + wrong);
    ASSERT_FALSE(list.ok()) << wrong;
    EXPECT_TRUE(list.error().starts_with("kunit/l.txt:2: error: ")) << list.error();
  }
}

TEST(UncoveredListTest, EachLineNeedsAnEntry) {
  auto list = UncoveredList::Parse("l",
                                   "line\ta.c\tbreak;\twhy\n"
                                   "branch\ta.c\tif (x)\twhy\nbranch\ta.c\tif (x)\tbecause\n");
  ASSERT_TRUE(list.ok()) << list.error();
  EXPECT_NE(list->Find(Kind::kLine, "a.c", "break;"), nullptr);
  EXPECT_EQ(list->Find(Kind::kLine, "a.c", "break;"), nullptr);
  EXPECT_EQ(list->Find(Kind::kBranch, "a.c", "if (x)")->line, 2U);
  EXPECT_EQ(list->Find(Kind::kBranch, "a.c", "if (x)")->line, 3U);
  EXPECT_EQ(list->Find(Kind::kBranch, "a.c", "if (x)"), nullptr);
}

TEST(UncoveredListTest, NothingIsExcusedTwice) {
  const auto list = UncoveredList::Parse("l", "function\ta.c\tf\twhy\nfunction\ta.c\tf\tbecause\n");
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error(), "l:2: error: line 1 says this already");
}

TEST(UncoveredListTest, ListOfTheProjectIsOne) {
  const auto text = files::Read(PROJECT_KUNIT "/uncovered.txt");
  ASSERT_TRUE(text.ok()) << text.error();
  const auto list = UncoveredList::Parse("kunit/uncovered.txt", *text);
  ASSERT_TRUE(list.ok()) << list.error();
  EXPECT_FALSE(list->entries().empty());
}

}  // namespace
