// SPDX-License-Identifier: GPL-2.0-only
#include "walk_shrinker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

namespace {

using Outcome = Trial::Outcome;

/// Fails where all of some steps are there, in the last of them.
class FakeKernel {
 public:
  explicit FakeKernel(std::set<int> needed, bool tells_step = true)
      : needed_(std::move(needed)), tells_step_(tells_step) {}

  gate::Result<Trial> operator()(const Walk& walk) {
    ++tries;
    if (!std::includes(walk.begin(), walk.end(), needed_.begin(), needed_.end())) return Trial{};
    return Trial{Outcome::kFailed,
                 tells_step_ ? std::optional<int>(*needed_.rbegin()) : std::nullopt};
  }

  int tries = 0;

 private:
  std::set<int> needed_;
  bool tells_step_;
};

Walk Shrink(FakeKernel& kernel, int length) {
  const auto shrunk = WalkShrinker(std::ref(kernel)).Shrink(length);
  EXPECT_TRUE(shrunk.ok());
  EXPECT_EQ(shrunk->not_tried, 0u);
  return shrunk->walk;
}

TEST(WalkTest, IsWrittenAsRanges) {
  EXPECT_EQ(FormatWalk({}), "");
  EXPECT_EQ(FormatWalk({4}), "4");
  EXPECT_EQ(FormatWalk({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
  EXPECT_EQ(FormatWalk(WholeWalk(1000)), "0-999");
}

TEST(WalkShrinkerTest, LeavesAWalkThatPasses) {
  FakeKernel kernel({1000});
  EXPECT_EQ(Shrink(kernel, 1000), Walk());
  EXPECT_EQ(kernel.tries, 1);
}

TEST(WalkShrinkerTest, FindsTheStepsThatAreNeeded) {
  for (const std::set<int>& needed :
       {std::set<int>{0}, {999}, {0, 999}, {3, 4, 5}, {17, 400, 401, 760}, {998, 999}}) {
    for (const bool tells_step : {true, false}) {
      FakeKernel kernel(needed, tells_step);
      EXPECT_EQ(Shrink(kernel, 1000), Walk(needed.begin(), needed.end()));
    }
  }
}

TEST(WalkShrinkerTest, NeedsAllOfAShortWalk) {
  FakeKernel kernel({0, 1, 2});
  EXPECT_EQ(Shrink(kernel, 3), (Walk{0, 1, 2}));
}

TEST(WalkShrinkerTest, TakesFewBootsForALongWalk) {
  FakeKernel kernel({100, 4000, 4001, 9000, 12000});
  EXPECT_EQ(Shrink(kernel, 12500).size(), 5u);
  EXPECT_LT(kernel.tries, 150);
}

TEST(WalkShrinkerTest, CutsTheEndOffAtOnceWhereTheStepIsTold) {
  FakeKernel told({0});
  Shrink(told, 12500);
  EXPECT_EQ(told.tries, 1);
}

// Not every walk with a failing one in it fails: 7 hides the fault unless 40 comes, too. Both stand
// between steps that are needed, and 40 can go only once 7 is gone.
TEST(WalkShrinkerTest, NoSingleStepCanBeDropped) {
  const std::set<int> needed = {6, 8, 39, 41};
  const auto kernel = [&](const Walk& walk) -> gate::Result<Trial> {
    const std::set<int> steps(walk.begin(), walk.end());
    const bool hidden = steps.contains(7) && !steps.contains(40);
    const bool meets = std::includes(steps.begin(), steps.end(), needed.begin(), needed.end());
    return Trial{meets && !hidden ? Outcome::kFailed : Outcome::kPassed, std::nullopt};
  };
  const auto shrunk = WalkShrinker(kernel).Shrink(64);
  ASSERT_TRUE(shrunk.ok());
  EXPECT_EQ(shrunk->walk, Walk(needed.begin(), needed.end()));
}

// The fault shows in an earlier step once others are gone.
TEST(WalkShrinkerTest, FollowsAFailureThatMovesForward) {
  const auto kernel = [](const Walk& walk) -> gate::Result<Trial> {
    const std::set<int> steps(walk.begin(), walk.end());
    if (steps.contains(10) && !steps.contains(11)) return Trial{Outcome::kFailed, 10};
    if (steps.contains(90)) return Trial{Outcome::kFailed, 90};
    return Trial{};
  };
  const auto shrunk = WalkShrinker(kernel).Shrink(100);
  ASSERT_TRUE(shrunk.ok());
  EXPECT_EQ(shrunk->walk.size(), 1u);
}

TEST(WalkShrinkerTest, CountsWhatCouldNotBeTried) {
  FakeKernel kernel({2, 40, 80});
  const auto shrunk = WalkShrinker([&](const Walk& walk) -> gate::Result<Trial> {
                        if (FormatWalk(walk).size() > 6) return Trial{Outcome::kNotTried, {}};
                        return kernel(walk);
                      }).Shrink(100);
  ASSERT_TRUE(shrunk.ok());
  EXPECT_GT(shrunk->not_tried, 0u);
  EXPECT_EQ(kernel(shrunk->walk)->outcome, Outcome::kFailed);
}

TEST(WalkShrinkerTest, EndsWithAFaultOfTheMachine) {
  int tries = 0;
  const auto shrunk = WalkShrinker([&](const Walk&) -> gate::Result<Trial> {
                        if (++tries < 5) return Trial{Outcome::kFailed, {}};
                        return gate::Error{"no kernel"};
                      }).Shrink(100);
  ASSERT_FALSE(shrunk.ok());
  EXPECT_EQ(shrunk.error(), "no kernel");
  EXPECT_EQ(tries, 5);
}

}  // namespace
