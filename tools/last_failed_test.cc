// SPDX-License-Identifier: GPL-2.0-only
#include "last_failed.h"

#include <gtest/gtest.h>

namespace {

TEST(LastFailedTest, GlobOfOneTestIsItsName) {
  EXPECT_EQ(LastFailed::Parse("suite.case\n").Glob(), "suite.case");
}

TEST(LastFailedTest, GlobSelectsEveryFailedTest) {
  for (const char* text : {"s.done_a\ns.done_b\n", "s.a\nt.b\n", "s.aba\ns.a\n", "s\ns.a\n",
                           "vb2_a.x\nvb2_ba.y\n", "s.a*\ns.a?b\n"}) {
    const auto list = LastFailed::Parse(text);
    const std::string glob = list.Glob();
    const std::string tests = list.Serialize();
    for (size_t at = 0; at < tests.size(); at = tests.find('\n', at) + 1) {
      const std::string test = tests.substr(at, tests.find('\n', at) - at);
      EXPECT_TRUE(LastFailed::Matches(glob, test)) << glob << " on " << test;
    }
  }
}

TEST(LastFailedTest, GlobIsNarrow) {
  EXPECT_EQ(LastFailed::Parse("s.done_a\ns.done_b\n").Glob(), "s.done_*");
  EXPECT_EQ(LastFailed::Parse("s.arm_twice\ns.attach_twice\n").Glob(), "s.a*_twice");
  EXPECT_EQ(LastFailed::Parse("vb2_a.x\nvb2_b.y\n").Glob(), "vb2_*");
}

TEST(LastFailedTest, ParametersCountAsTheirCase) {
  EXPECT_EQ(LastFailed::Parse("s.case.row 1\n").Glob(), "s.case");
}

TEST(LastFailedTest, PassingTakesATestOffTheList) {
  auto list = LastFailed::Parse("s.a\ns.b\nt.c\n");
  list.Update("s.*", {"s.b"}, /*complete=*/true);
  EXPECT_EQ(list.Serialize(), "s.b\nt.c\n");
  list.Update("", {}, /*complete=*/true);
  EXPECT_TRUE(list.empty());
}

TEST(LastFailedTest, RunThatEndedEarlyProvesNothingPassed) {
  auto list = LastFailed::Parse("s.a\n");
  list.Update("", {"s.b"}, /*complete=*/false);
  EXPECT_EQ(list.Serialize(), "s.a\ns.b\n");
}

TEST(LastFailedTest, MatchesAsTheKernelDoes) {
  EXPECT_TRUE(LastFailed::Matches("", "s.a"));
  EXPECT_TRUE(LastFailed::Matches("s", "s.a"));
  EXPECT_FALSE(LastFailed::Matches("s", "st.a"));
  EXPECT_TRUE(LastFailed::Matches("s*.?b", "st.ab"));
  EXPECT_FALSE(LastFailed::Matches("s.a", "s.ab"));
}

}  // namespace
