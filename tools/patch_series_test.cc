// SPDX-License-Identifier: GPL-2.0-only
#include "patch_series.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "files.h"

namespace {

namespace fs = std::filesystem;

constexpr const char kPatch[] =
    "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
    "From: A U Thor <author@example.org>\n"
    "Subject: [PATCH] media: x\n"
    "\n"
    "Why.\n"
    "---\n"
    " a.c | 2 +-\n"
    " 1 file changed, 1 insertion(+), 1 deletion(-)\n"
    "\n"
    "diff --git a/a.c b/a.c\n"
    "index 1234567..89abcde 100644\n"
    "--- a/a.c\n"
    "+++ b/a.c\n"
    "@@ -10,3 +10,3 @@ int f(void)\n"
    " x\n"
    "-y\n"
    "+z\n"
    "@@ -30,3 +30,3 @@ int g(void)\n"
    " x\n"
    "-y\n"
    "+z\n"
    "diff --git a/new.c b/new.c\n"
    "new file mode 100644\n"
    "index 0000000..89abcde\n"
    "--- /dev/null\n"
    "+++ b/new.c\n"
    "@@ -0,0 +1 @@\n"
    "+n\n";

class PatchListTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "patch_series_test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  void Add(const std::string& name) { ASSERT_TRUE(files::Write(folder_ / name, "x").ok()); }

  fs::path folder_;
};

TEST_F(PatchListTest, TakesPatchesByNumberWithoutCoverLetter) {
  for (const char* name : {"0002-b.patch", "0001-a.patch", "0000-cover-letter.patch", "README.md",
                           "0003-c.patch~", "12-x.patch"}) {
    Add(name);
  }
  const auto list = patch_series::List(folder_, "6.12");
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].file.filename(), "0001-a.patch");
  EXPECT_EQ((*list)[1].file.filename(), "0002-b.patch");
}

TEST_F(PatchListTest, FileOfABaseReplacesItsNumber) {
  for (const char* name : {"0001-a.patch", "0002-b.patch", "7.3/0002-other.patch"}) Add(name);
  const auto common = patch_series::List(folder_, "6.12");
  const auto own = patch_series::List(folder_, "7.3");
  EXPECT_EQ((*common)[1].file, folder_ / "0002-b.patch");
  EXPECT_FALSE((*common)[1].for_base);
  ASSERT_EQ(own->size(), 2U);
  EXPECT_EQ((*own)[1].file, folder_ / "7.3/0002-other.patch");
  EXPECT_TRUE((*own)[1].for_base);
}

TEST_F(PatchListTest, RefusesTwoOfOneNumber) {
  Add("0001-a.patch");
  Add("0001-b.patch");
  EXPECT_FALSE(patch_series::List(folder_, "6.12").ok());
}

TEST(PatchSeriesTest, FindsTheHunkThatFailed) {
  const std::string complaint = "error: patch failed: a.c:30\nerror: a.c: patch does not apply\n";
  const auto place = patch_series::FindFailure(kPatch, complaint);
  EXPECT_EQ(patch_series::DescribeFailure("kernel/0001-x.patch", place, complaint),
            "kernel/0001-x.patch:18: error: does not apply: a.c, hunk #2 (@@ -30,3 +30,3 @@)");
}

TEST(PatchSeriesTest, FindsTheFileThatIsInTheWay) {
  const std::string complaint = "error: new.c: already exists in working directory\n";
  const auto place = patch_series::FindFailure(kPatch, complaint);
  EXPECT_EQ(patch_series::DescribeFailure("p", place, complaint),
            "p:22: error: does not apply: new.c: already exists in working directory");
}

TEST(PatchSeriesTest, ListsWhatAPatchTouches) {
  const auto touched = patch_series::TouchedFiles(kPatch);
  EXPECT_NE(std::find(touched.begin(), touched.end(), "a.c"), touched.end());
  EXPECT_NE(std::find(touched.begin(), touched.end(), "new.c"), touched.end());
  EXPECT_EQ(std::find(touched.begin(), touched.end(), "/dev/null"), touched.end());
}

TEST(PatchSeriesTest, TellsAbbreviationFromChange) {
  std::string longer = kPatch;
  longer.replace(longer.find("1234567..89abcde"), 16, "1234567aaaa..89abcdebbbb");
  EXPECT_TRUE(patch_series::SameButAbbreviation(kPatch, longer));
  std::string other = kPatch;
  other.replace(other.find("1234567..89abcde"), 16, "1234567..99abcde");
  EXPECT_FALSE(patch_series::SameButAbbreviation(kPatch, other));
  std::string edited = kPatch;
  edited.replace(edited.find("+z"), 2, "+w");
  EXPECT_FALSE(patch_series::SameButAbbreviation(kPatch, edited));
}

TEST(PatchSeriesTest, CarriesNotesOver) {
  const std::string notes = "v2: better\n\n";
  const std::string with = patch_series::WithNotes(kPatch, notes);
  EXPECT_NE(with.find("---\nv2: better\n\n a.c | 2"), std::string::npos);
  EXPECT_EQ(patch_series::Notes(with), notes);
  EXPECT_EQ(patch_series::Notes(kPatch), "");
  EXPECT_EQ(patch_series::WithNotes(with, ""), kPatch);
}

}  // namespace
