// SPDX-License-Identifier: GPL-2.0-only
#include "series_import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "test_files.h"

namespace series_import {
namespace {

namespace fs = std::filesystem;

std::string Mail(const std::string& subject, const std::string& body) {
  return "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
         "From: A U Thor <author@example.org>\n"
         "Date: Mon, 1 Jan 2024 00:00:00 +0000\n"
         "Subject: " +
         subject + "\n\n" + body + "\n";
}

std::string Patch(const std::string& subject) {
  return Mail(subject, "Why.\n---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b");
}

class ImportTest : public testing::Test {
 protected:
  std::string project() const { return folder_.Path("project"); }

  gate::Result<std::string> Take(const std::string& series, const std::string& config = "") const {
    return Import({series, config, folder_.Path("home")}, project());
  }

  std::string ErrorOf(const std::string& series) const {
    const auto done = Take(series);
    return done.ok() ? "" : done.error();
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(project() + "/kernel")) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  const gate::TestFolder folder_;
};

TEST_F(ImportTest, AnMboxBecomesItsPatchesInOrder) {
  const std::string mbox = folder_.Write(
      "a.mbox", Mail("[PATCH v2 0/2] letter", "Why.") +
                    Patch("[PATCH v2 2/2] media: foo: second, at last") +
                    Patch("[PATCH v2 1/2] media:\n foo: first") +
                    Mail("Re: [PATCH v2 1/2] media: foo: first", "diff --git a/f b/f"));
  const auto taken = Take(mbox);
  ASSERT_TRUE(taken.ok()) << taken.error();
  EXPECT_EQ(*taken, "-- took 2 patches of " + mbox);
  EXPECT_EQ(Names(), (std::vector<std::string>{"0001-media-foo-first.patch",
                                               "0002-media-foo-second-at-last.patch"}));
  const auto again = Take(mbox);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, "") << "nothing is written where nothing has changed";
}

TEST_F(ImportTest, AFolderBecomesItsFilesInOrder) {
  folder_.Write("a.patch", Patch("[PATCH] first"));
  fs::create_directory(folder_.Path("in"));
  folder_.Write("in/0002-b.patch", Patch("[PATCH] second"));
  folder_.Write("in/0001-a.patch", Patch("[PATCH] first"));
  ASSERT_TRUE(Take(folder_.Path("in")).ok());
  EXPECT_EQ(Names(), (std::vector<std::string>{"0001-first.patch", "0002-second.patch"}));
}

TEST_F(ImportTest, WhatAnotherSeriesLeftGoes) {
  ASSERT_TRUE(Take(folder_.Write("a", Patch("[PATCH 1/2] a") + Patch("[PATCH 2/2] b"))).ok());
  ASSERT_TRUE(Take(folder_.Write("b", Patch("[PATCH] c"))).ok());
  EXPECT_EQ(Names(), std::vector<std::string>{"0001-c.patch"});
}

TEST_F(ImportTest, APatchThatIsMissingOrThereTwiceIsAnError) {
  EXPECT_NE(ErrorOf(folder_.Write("gap", Patch("[PATCH 1/3] a") + Patch("[PATCH 3/3] c")))
                .find("gap: error: holds 0 patches with the number 2/3"),
            std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Write("two", Patch("[PATCH 1/1] a") + Patch("[PATCH 1/1] b")))
                .find("two: error: holds 2 patches with the number 1/1"),
            std::string::npos);
}

TEST_F(ImportTest, WhatHoldsNoPatchIsAnError) {
  EXPECT_NE(ErrorOf(folder_.Write("empty", "")).find("empty: error: holds no patch"),
            std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Write("text", "Dear all,\n")).find("error: holds no patch"),
            std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Path("gone")).find("gone: error: is no file or folder"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(project() + "/kernel"));
}

TEST_F(ImportTest, BringsTheConfigurationAndTheTools) {
  ASSERT_TRUE(files::Write(folder_.Path("home/tools/remake.mk"), "all:\n").ok());
  const std::string series = folder_.Write("a", Patch("[PATCH] a"));
  ASSERT_TRUE(Take(series, folder_.Write("config", "CONFIG_KUNIT=y\n")).ok());
  EXPECT_EQ(files::ReadOrEmpty(project() + "/kunit/kunit.config"), "CONFIG_KUNIT=y\n");
  EXPECT_EQ(files::ReadOrEmpty(project() + "/tools/remake.mk"), "all:\n");
}

}  // namespace
}  // namespace series_import
