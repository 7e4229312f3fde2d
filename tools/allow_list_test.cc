// SPDX-License-Identifier: GPL-2.0-only
#include "allow_list.h"

#include <gtest/gtest.h>

#include "test_files.h"

namespace gate {
namespace {

TEST(AllowListTest, MatchesByScopeAndExpression) {
  const TestFolder folder;
  auto list = AllowList::Read(
      folder.Write("a", "# 6.12\nboot\tvirt-pci\\.c:[0-9]+\tno device id\n?test\t^BUG\tknown\n"));
  ASSERT_TRUE(list.ok()) << list.error();
  ASSERT_EQ(list->entries().size(), 2u);
  EXPECT_FALSE(list->entries()[0].optional);
  EXPECT_TRUE(list->entries()[1].optional);
  EXPECT_NE(list->Find(Scope::kBoot, "WARNING: at virt-pci.c:1005 fn"), nullptr);
  EXPECT_EQ(list->Find(Scope::kTest, "WARNING: at virt-pci.c:1005 fn"), nullptr);
  EXPECT_EQ(list->Find(Scope::kBoot, "WARNING: at virt-pciXc:1005 fn"), nullptr);
  EXPECT_NE(list->Find(Scope::kTest, "BUG: x"), nullptr);
  EXPECT_EQ(list->entries()[0].hits, 1u);
}

TEST(AllowListTest, FaultsNameTheLineAndTheRemedy) {
  const TestFolder folder;
  EXPECT_NE(AllowList::Read(folder.Write("a", "boot\tx\n")).error().find("a:1: want scope"),
            std::string::npos)
      << "the reason is missing";
  EXPECT_NE(
      AllowList::Read(folder.Write("b", "later\tx\ty\n")).error().find("b:1: \"later\" is no"),
      std::string::npos);
  EXPECT_NE(AllowList::Read(folder.Write("c", "\nboot\t(x\ty\n")).error().find("c:2: \"(x\" is no"),
            std::string::npos);
  EXPECT_FALSE(AllowList::Read(folder.Path("none")).ok());
}

TEST(AllowListTest, NamesTheBaseThatItIsFor) {
  const TestFolder folder;
  const auto list = AllowList::Read(folder.Write("a", "# why\nbase\t6.12\nboot\tx\ty\n"));
  ASSERT_TRUE(list.ok()) << list.error();
  EXPECT_EQ(list->base(), "6.12");
  EXPECT_EQ(list->base_line(), 2u);
  for (const char* kernel : {"6.12", "6.12.57+deb12", "6.12-rc1"}) {
    EXPECT_TRUE(list->IsFor(kernel)) << kernel;
  }
  for (const char* kernel : {"6.1", "6.120", "6.13.0", "7.3.0", ""}) {
    EXPECT_FALSE(list->IsFor(kernel)) << kernel;
  }
  EXPECT_TRUE(AllowList::Read(folder.Write("b", "boot\tx\ty\n"))->IsFor("7.3.0"));
  for (const char* text :
       {"base\n", "base\t\n", "base\tx\n", "boot\tx\ty\nbase\t6.12\n", "base\t6.12\nbase\t7.3\n"}) {
    const auto wrong = AllowList::Read(folder.Write("c", text));
    ASSERT_FALSE(wrong.ok()) << text;
    EXPECT_NE(wrong.error().find("want \"base\""), std::string::npos) << wrong.error();
  }
}

}  // namespace
}  // namespace gate
