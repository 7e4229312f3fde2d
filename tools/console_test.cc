// SPDX-License-Identifier: GPL-2.0-only
#include "console.h"

#include <gtest/gtest.h>

#include <string>

namespace gate {
namespace {

TEST(ConsoleTest, StartsAtAVersionLineWhereverItStands) {
  Console console;
  EXPECT_EQ(console.Place("KTAP version one").part, Part::kBoot);
  EXPECT_EQ(console.Place("KTAP version 1 or so").part, Part::kBoot);
  EXPECT_EQ(console.Place("ok 1 early").part, Part::kBoot);
  const Console::Line line = console.Place("[    0.06][    T1] KTAP version 1\t ");
  EXPECT_EQ(line.part, Part::kStart);
  EXPECT_EQ(line.text, "KTAP version 1");
}

TEST(ConsoleTest, CutsThePrefixOfTheVersionLineFromEachLine) {
  Console console;
  console.Place("[  1] TAP version 14");
  EXPECT_EQ(console.Place("[ 12] \tok 1 a ").text, "\tok 1 a");
  EXPECT_EQ(console.Place("x").text, "");
}

TEST(ConsoleTest, CountsThePrefixInCharacters) {
  Console console;
  console.Place("\u00e9\u00e9 KTAP version 1");
  EXPECT_EQ(console.Place("abc1..1").text, "1..1");
  EXPECT_EQ(console
                .Place("\u65e5\u672c\u8a9e"
                       "1..1")
                .text,
            "1..1");
  EXPECT_EQ(CountCharacters("\xff"
                            "a"),
            5u)
      << "Python puts \\xff in place of the byte";
}

TEST(ConsoleTest, EndsWhereKunitToolStops) {
  for (const char* end : {"reboot: System halted", "[ 1] List of all partitions:",
                          "Kernel panic - not syncing: VFS: Unable to mount root fs"}) {
    Console console;
    EXPECT_EQ(console.Place(end).part, Part::kBoot) << end;
    console.Place("KTAP version 1");
    EXPECT_EQ(console.Place("Kernel panic - not syncing: other").part, Part::kTests);
    EXPECT_EQ(console.Place(end).part, Part::kEnd) << end;
    EXPECT_EQ(console.Place("ok 1 late").part, Part::kAfter);
    EXPECT_EQ(console.Place("[ 9] KTAP version 1").part, Part::kStart) << "a second boot";
    EXPECT_EQ(console.Place("[ 9] 1..1").text, "1..1");
  }
}

TEST(ConsoleTest, HearsTheExecutorBeforeTheStartOnly) {
  Console console;
  EXPECT_EQ(console.Place("[ 1] kunit executor: unknown action 'x'").part, Part::kExecutor);
  console.Place("KTAP version 1");
  EXPECT_EQ(console.Place("kunit executor: unknown action 'x'").part, Part::kTests);
}

}  // namespace
}  // namespace gate
