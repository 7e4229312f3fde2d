// SPDX-License-Identifier: GPL-2.0-only
#include "mutant.h"

#include <gtest/gtest.h>

#include <set>

#include "files.h"
#include "git.h"

namespace {

const char kDiff[] =
    "diff --git a/drivers/a.c b/drivers/a.c\n"
    "--- a/drivers/a.c\n"
    "+++ b/drivers/a.c\n"
    "@@ -1 +1 @@\n"
    "-Caught-by: not.this\n"
    "+x\n";

TEST(MutantTest, ReadsTheHead) {
  const auto mutant = Mutant::Parse("kunit/mutants/x-y.patch",
                                    "The fault,\nin two lines.\n\nProfile: kunit-debug\n"
                                    "Caught-by: s.one\nCaught-by: s.two\n\n" +
                                        std::string(kDiff));
  ASSERT_TRUE(mutant.ok()) << mutant.error();
  EXPECT_EQ(mutant->name, "x-y");
  EXPECT_EQ(mutant->fault, "The fault, in two lines.");
  EXPECT_EQ(mutant->profile, "kunit-debug");
  EXPECT_EQ(mutant->caught_by, (std::vector<std::string>{"s.one", "s.two"}));
  EXPECT_EQ(mutant->files, std::vector<std::string>{"drivers/a.c"});
  EXPECT_TRUE(mutant->not_run.empty());
}

TEST(MutantTest, RunsInThePlainProfileUnlessTold) {
  const auto mutant = Mutant::Parse("m.patch", "F.\n\nCaught-by: s.c\n\n" + std::string(kDiff));
  ASSERT_TRUE(mutant.ok()) << mutant.error();
  EXPECT_EQ(mutant->profile, "kunit");
}

TEST(MutantTest, SaysWhatIsMissing) {
  const auto no_fault = Mutant::Parse("m.patch", "Caught-by: s.c\n\n" + std::string(kDiff));
  ASSERT_FALSE(no_fault.ok());
  EXPECT_EQ(no_fault.error(), "m.patch: error: it does not say what is wrong with the kernel");
  const auto no_diff = Mutant::Parse("m.patch", "F.\n\nCaught-by: s.c\n");
  ASSERT_FALSE(no_diff.ok());
  EXPECT_EQ(no_diff.error(), "m.patch: error: it holds no diff, as git-diff(1) writes it");
  const auto no_case = Mutant::Parse("m.patch", "F.\n\n" + std::string(kDiff));
  ASSERT_FALSE(no_case.ok());
  EXPECT_EQ(no_case.error(),
            "m.patch: error: a line \"Caught-by: suite.case\" is missing, or \"Not-run: reason\"");
}

TEST(MutantTest, OneThatCannotRunNeedsNoCase) {
  const auto mutant =
      Mutant::Parse("m.patch", "F.\n\nNot-run: needs a board\n\n" + std::string(kDiff));
  ASSERT_TRUE(mutant.ok()) << mutant.error();
  EXPECT_EQ(mutant->not_run, "needs a board");
}

/// A case that was renamed would leave its mutants behind.
TEST(MutantTest, TheProjectsOwnNameCasesThatRun) {
  const std::filesystem::path kunit = PROJECT_KUNIT;
  std::set<std::string> cases;
  for (const char* list : {"expected.txt", "expected-kunit-debug.txt"}) {
    for (const auto& line : git::SplitLines(files::ReadOrEmpty(kunit / list))) cases.insert(line);
  }
  ASSERT_GT(cases.size(), 100u);
  const auto mutants = Mutant::ReadAll(kunit / "mutants");
  ASSERT_TRUE(mutants.ok()) << mutants.error();
  EXPECT_GE(mutants->size(), 40u);
  for (const auto& mutant : *mutants) {
    for (const auto& test : mutant.caught_by) {
      EXPECT_TRUE(cases.contains(test)) << mutant.name << ": there is no " << test;
    }
  }
}

}  // namespace
