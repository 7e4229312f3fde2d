// SPDX-License-Identifier: GPL-2.0-only
#include "expected_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "file_io.h"
#include "test_files.h"

namespace gate {
namespace {

using Strings = std::vector<std::string>;

TEST(ExpectedListTest, TakesTheListFromAConsole) {
  const auto tests = ReadTestList(
      "[    T0] Linux version 6.12\n[    T0] no.test\n[    T1] KTAP version 1\n"
      "[    T1] suite.one\n[    T1] random: crng init done\n[    T1] suite.two\n"
      "[    T1] /lib/x.c\n[    T1] a.b.c\n[    T1] reboot: System halted\n[    T1] late.one\n");
  ASSERT_TRUE(tests.ok()) << tests.error();
  EXPECT_EQ(*tests, Strings({"suite.one", "suite.two"}));
}

TEST(ExpectedListTest, AConsoleWithoutAListIsAnError) {
  EXPECT_FALSE(ReadTestList("").ok());
  EXPECT_FALSE(ReadTestList("KTAP version 1\n1..1\nok 1 a\n").ok());
  EXPECT_FALSE(ReadTestList("KTAP version 1\ns.a\ns.b\ns.a\n").ok());
}

TEST(ExpectedListTest, SaysWhatLeftAndWhatCame) {
  const TestFolder folder;
  const std::string file = folder.Write("expected", "# what must run\n\ns.a\ns.b\n");
  const auto changes = WriteExpected({"s.b", "s.c"}, file);
  ASSERT_TRUE(changes.ok()) << changes.error();
  EXPECT_EQ(*ReadFile(file), "# what must run\n\ns.b\ns.c\n");
  EXPECT_EQ(FormatChanges(*changes, "f"), "f: 1 left, 1 came\n  left: s.a\n  came: s.c\n");
  EXPECT_EQ(FormatChanges(*WriteExpected({"s.b", "s.c"}, file), "f"), "f: unchanged\n");
  EXPECT_EQ(FormatChanges(*WriteExpected({"s.c", "s.b"}, file), "f"),
            "f: the same tests, in another order\n");
}

TEST(ExpectedListTest, ANewListIsAllNew) {
  const TestFolder folder;
  const std::string file = folder.Path("expected");
  const auto changes = WriteExpected({"s.a"}, file);
  ASSERT_TRUE(changes.ok()) << changes.error();
  EXPECT_EQ(changes->came, Strings({"s.a"}));
  EXPECT_EQ(*ReadFile(file), "s.a\n");
}

TEST(ExpectedListTest, WhatIsNoListIsNotReplaced) {
  const TestFolder folder;
  const std::string file = folder.Write("notes", "my diary\n");
  EXPECT_FALSE(WriteExpected({"s.a"}, file).ok());
  EXPECT_EQ(*ReadFile(file), "my diary\n");
}

}  // namespace
}  // namespace gate
