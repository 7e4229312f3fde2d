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

/// What is put back after a mutant is the contents of the files that it edits.
TEST(MutantTest, MayOnlyEditLines) {
  const char* const diffs[] = {
      "--- /dev/null\n+++ b/drivers/new.c\n@@ -0,0 +1 @@\n+x\n",
      "--- a/drivers/a.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
      "rename from drivers/a.c\nrename to drivers/b.c\n",
      "copy from drivers/a.c\ncopy to drivers/b.c\n",
      "old mode 100644\nnew mode 100755\n",
      "new file mode 100644\nindex 0000000..e69de29\n",
      "--- a/drivers/a.c\n+++ b/drivers/b.c\n@@ -1 +1 @@\n-x\n+y\n",
  };
  for (const std::string diff : diffs) {
    // A second file is as good as the first.
    for (const char* before : {"", kDiff}) {
      const auto mutant =
          Mutant::Parse("m.patch", std::string("F.\n\nCaught-by: s.c\n\n") + before +
                                       "diff --git a/drivers/a.c b/drivers/b.c\n" + diff);
      ASSERT_FALSE(mutant.ok()) << diff;
      EXPECT_TRUE(mutant.error().starts_with("m.patch: error: a mutant may edit lines, and not "))
          << mutant.error();
      EXPECT_EQ(mutant.error().find('\n'), std::string::npos) << mutant.error();
    }
  }
}

TEST(MutantTest, LinesThatLookLikeHeadsAreLines) {
  const auto mutant =
      Mutant::Parse("m.patch",
                    "F.\n\nCaught-by: s.c\n\n"
                    "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n"
                    "@@ -1,2 +1,2 @@ int f(void)\n--- /dev/null\n+++ b/other.c\n x\n"
                    "--- a/b.c\n+++ b/b.c\n@@ -7 +7,0 @@\n-rename x\n");
  ASSERT_TRUE(mutant.ok()) << mutant.error();
  EXPECT_EQ(mutant->files, (std::vector<std::string>{"a.c", "b.c"}));
}

TEST(MutantTest, NamesEachCaseOnce) {
  const auto mutant =
      Mutant::Parse("m.patch", "F.\n\nCaught-by: s.c\nCaught-by: s.c\n\n" + std::string(kDiff));
  ASSERT_FALSE(mutant.ok());
  EXPECT_EQ(mutant.error(), "m.patch: error: two lines \"Caught-by:\" are the same");
}

/// A case that was renamed would leave its mutants behind.
TEST(MutantTest, TheProjectsOwnNameCasesThatRun) {
  const std::filesystem::path kunit = PROJECT_KUNIT;
  const auto cases_of = [&](const std::string& profile) {
    std::set<std::string> cases;
    for (const std::string& list : {std::string("expected.txt"), "expected-" + profile + ".txt"}) {
      for (const auto& line : git::SplitLines(files::ReadOrEmpty(kunit / list))) cases.insert(line);
    }
    return cases;
  };
  ASSERT_GT(cases_of("kunit").size(), 100u);
  const auto mutants = Mutant::ReadAll(kunit / "mutants");
  ASSERT_TRUE(mutants.ok()) << mutants.error();
  EXPECT_GE(mutants->size(), 40u);
  for (const auto& mutant : *mutants) {
    const auto cases = cases_of(mutant.profile);
    for (const auto& test : mutant.caught_by) {
      EXPECT_TRUE(cases.contains(test))
          << mutant.name << ": " << mutant.profile << " has no " << test;
    }
  }
}

}  // namespace
