// SPDX-License-Identifier: GPL-2.0-only
#include "compiler_messages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

const CompilerMessages::PathMaps kMaps = {{"../../linux/", ""}, {"/build/linux/", ""}};

CompilerMessages Parse(const std::string& log) { return CompilerMessages::Parse(log, kMaps); }

// What gcc, clang, sparse and kernel-doc print, as kbuild puts it.
const char kLog[] =
    "  CALL    ../../linux/scripts/checksyscalls.sh\n"
    "  CC      drivers/media/a.o\n"
    "../../linux/drivers/media/a.c: In function 'probe':\n"
    "../../linux/drivers/media/a.c:12:6: warning: unused variable 'x' [-Wunused-variable]\n"
    "   12 |  int x;\n"
    "      |      ^\n"
    "../../linux/drivers/media/a.c:9:6: note: declared here\n"
    "  CC [M]  drivers/media/b.o\n"
    "  CHECK   ../../linux/drivers/media/b.c\n"
    "/build/linux/drivers/media/b.c:7:1: warning: symbol 'b' was not declared\n"
    "../../linux/drivers/media/b.c:40: warning: Function parameter 'q' not described in 'b'\n"
    "  CC [M]  drivers/media/c.o\n"
    "../../linux/drivers/media/c.c:3:10: fatal error: absent.h: No such file or directory\n"
    "compilation terminated.\n"
    "make[3]: *** [../scripts/Makefile.build:229: drivers/media/c.o] Error 1\n"
    "  CC      drivers/media/d.o\n";

TEST(CompilerMessagesTest, AreThoseOfTheirObject) {
  const auto messages = Parse(kLog);
  ASSERT_EQ(messages.objects().size(), 4u);
  EXPECT_EQ(messages.count(), 4u);
  const auto& a = messages.objects().at("drivers/media/a.o");
  ASSERT_EQ(a.size(), 1u);
  EXPECT_EQ(a[0].Line(), "drivers/media/a.c:12: warning: unused variable 'x' [-Wunused-variable]");
  const auto& b = messages.objects().at("drivers/media/b.o");
  ASSERT_EQ(b.size(), 2u);
  EXPECT_EQ(b[0].Line(), "drivers/media/b.c:7: warning: symbol 'b' was not declared");
  EXPECT_EQ(b[1].line, 40u);
  EXPECT_FALSE(b[1].error);
  EXPECT_TRUE(messages.objects().at("drivers/media/c.o")[0].error);
  EXPECT_TRUE(messages.objects().at("drivers/media/d.o").empty());
  EXPECT_EQ(
      messages.WithMessages(),
      (std::vector<std::string>{"drivers/media/a.o", "drivers/media/b.o", "drivers/media/c.o"}));
}

TEST(CompilerMessagesTest, OfSmatchNameTheFunction) {
  const auto messages = Parse(
      "  CC [M]  drivers/media/a.o\n"
      "  CHECK   ../../linux/drivers/media/a.c\n"
      "../../linux/drivers/media/a.c:12 probe() warn: inconsistent returns '&dev->lock'.\n"
      "  Locked on  : 8\n"
      "../../linux/drivers/media/a.c:20 remove() error: uninitialized symbol 'ret'.\n"
      "../../linux/drivers/media/a.c:21 remove() info: ignoring unreachable code.\n");
  const auto& said = messages.objects().at("drivers/media/a.o");
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].Line(),
            "drivers/media/a.c:12: warning: probe(): inconsistent returns '&dev->lock'.");
  EXPECT_EQ(said[1].Line(), "drivers/media/a.c:20: error: remove(): uninitialized symbol 'ret'.");
}

TEST(CompilerMessagesTest, OfAnObjectMadeAgainReplaceTheOldOnes) {
  const auto messages = Parse(std::string(kLog) + "  CC      drivers/media/a.o\n");
  EXPECT_TRUE(messages.objects().at("drivers/media/a.o").empty());
}

TEST(CompilerMessagesTest, ThatHaveMovedAreNotNew) {
  std::string after = kLog;
  const std::size_t at = after.find("a.c:12:6");
  after.replace(at, 8, "a.c:99:6");
  EXPECT_TRUE(CompilerMessages::Divide(Parse(kLog), Parse(after)).fresh.empty());
}

TEST(CompilerMessagesTest, ThatTellOfALineThatHasMovedAreNotNew) {
  const std::vector<CompilerMessage> before = {
      {"a.c", 9, false, "no unlock (see line 7)"},
      {"a.c", 9, true, "symbol 'x' redeclared (originally declared at a.h:12)"}};
  const std::vector<CompilerMessage> moved = {
      {"a.c", 19, false, "no unlock (see line 117)"},
      {"a.c", 19, true, "symbol 'x' redeclared (originally declared at a.h:2)"}};
  EXPECT_TRUE(CompilerMessages::Divide(before, moved).fresh.empty());
  const std::vector<CompilerMessage> other = {{"a.c", 9, false, "argument 2 of line 7 is wrong"}};
  const std::vector<CompilerMessage> another = {{"a.c", 9, false, "argument 3 of line 7 is wrong"}};
  EXPECT_EQ(CompilerMessages::Divide(other, another).fresh.size(), 1u);
}

TEST(CompilerMessagesTest, ThatTheBaseLacksAreNew) {
  const auto fresh =
      CompilerMessages::Divide(Parse("  CC      drivers/media/a.o\n"), Parse(kLog)).fresh;
  ASSERT_EQ(fresh.size(), 4u);
  EXPECT_EQ(fresh[0].line, 12u);
}

TEST(CompilerMessagesTest, ASecondOneOfAKindIsNew) {
  const std::string twice = std::string(kLog) +
                            "  CC      drivers/media/d.o\n"
                            "drivers/media/d.c:1:1: warning: w\n"
                            "drivers/media/d.c:2:1: warning: w\n";
  const std::string once = std::string(kLog) +
                           "  CC      drivers/media/d.o\n"
                           "drivers/media/d.c:1:1: warning: w\n";
  EXPECT_EQ(CompilerMessages::Divide(Parse(once), Parse(twice)).fresh.size(), 1u);
  EXPECT_TRUE(CompilerMessages::Divide(Parse(twice), Parse(once)).fresh.empty());
}

TEST(CompilerMessagesTest, CanBeForgotten) {
  auto messages = Parse(kLog);
  messages.Forget([](const std::string& object) { return object == "drivers/media/a.o"; });
  EXPECT_EQ(messages.objects().size(), 3u);
  EXPECT_EQ(messages.count(), 3u);
}

TEST(CompilerMessagesTest, BeforeTheFirstObjectCount) {
  const auto messages = Parse("scripts/x.c:3:1: warning: w\n");
  EXPECT_EQ(messages.count(), 1u);
  EXPECT_TRUE(messages.WithMessages().empty());
}

}  // namespace
