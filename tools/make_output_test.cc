// SPDX-License-Identifier: GPL-2.0-only
#include "make_output.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

class MakeOutputTest : public testing::Test {
 protected:
  std::vector<std::string> messages_;
  MakeOutput output_{{{"/t/drivers/v/tests/", "kunit/"}, {"/t/", "build/linux/"}},
                     [this](const std::string& line) { messages_.push_back(line); }};
};

TEST_F(MakeOutputTest, CountsObjectsAndHidesSteps) {
  output_.Feed("  CC      lib/glob.o\n  AR      lib/built-in.a\n  HOSTCC  scripts/x.o\n");
  EXPECT_EQ(output_.objects(), 2U);
  EXPECT_EQ(output_.last_step(), "HOSTCC scripts/x.o");
  EXPECT_TRUE(messages_.empty());
}

TEST_F(MakeOutputTest, TakesPiecesOfAnySize) {
  for (const char c : std::string("  CC      lib/glob.o\n/t/lib/a.c:1: error: x\n")) {
    output_.Feed({&c, 1});
  }
  EXPECT_EQ(output_.objects(), 1U);
  EXPECT_EQ(messages_, std::vector<std::string>{"build/linux/lib/a.c:1: error: x"});
}

TEST_F(MakeOutputTest, NamesFilesAsTheUserEditsThem) {
  output_.Feed("In file included from /t/include/a.h:3,\n/t/drivers/v/tests/s.c:7:2: error: x\n");
  EXPECT_EQ(messages_[0], "In file included from build/linux/include/a.h:3,");
  EXPECT_EQ(messages_[1], "kunit/s.c:7:2: error: x");
}

TEST_F(MakeOutputTest, LeavesLongerPathsAlone) {
  output_.Feed("/other/t/a.c:1: note\n");
  EXPECT_EQ(messages_[0], "/other/t/a.c:1: note");
}

TEST_F(MakeOutputTest, KeepsQuotedSourceAndLastLine) {
  output_.Feed(
      "  264 | void f(void)\n      |      ^\nmake[1]: Entering directory '/t'\nmake: *** x");
  output_.Finish();
  EXPECT_EQ(messages_,
            (std::vector<std::string>{"  264 | void f(void)", "      |      ^", "make: *** x"}));
}

}  // namespace
