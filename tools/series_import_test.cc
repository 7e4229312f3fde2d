// SPDX-License-Identifier: GPL-2.0-only
#include "series_import.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "files.h"
#include "mail_form.h"
#include "patch_mail.h"
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

constexpr char kDiff[] = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";

/// kDiff behind "Why.\n---\n", in base64.
std::string Encoded(const std::string& subject) {
  return Mail(subject +
                  "\nContent-Type: text/plain; charset=utf-8"
                  "\nContent-Transfer-Encoding: base64",
              "V2h5LgotLS0KZGlmZiAtLWdpdCBhL2YgYi9mCi0tLSBhL2YKKysrIGIvZgpAQCAtMSArMSBAQAot\n"
              "YQorYgo=\n");
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

  std::vector<std::string> Names(const std::string& folder = "kernel") const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(project() + "/" + folder, error)) {
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
                .find("gap: error: holds no patch 2/3; fetch the missing one"),
            std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Write("two", Patch("[PATCH 1/1] a") + Patch("[PATCH 1/1] b")))
                .find("two: error: holds 2 mails with the number 1/1; keep the right one"),
            std::string::npos);
}

TEST_F(ImportTest, APatchWithoutItsDiffIsNotPassedOver) {
  for (const auto& mails :
       {Patch("[PATCH] a") + Mail("[PATCH] cut", "Why."),
        Patch("[PATCH 1/2] a") + Mail("[PATCH 2/2] cut", "Why."),
        Patch("[PATCH] a") + Mail("[PATCH 2/2] cut", "Why."),
        Mail("[PATCH] letter", "Why.") + Mail("[PATCH] cut", "Why.") + Patch("[PATCH] a")}) {
    const std::string error = ErrorOf(folder_.Write("in", mails));
    EXPECT_NE(error.find("cut\" holds no diff; fetch the whole mail"), std::string::npos)
        << mails << error;
  }
}

TEST_F(ImportTest, LineEndsOfTheMailAreNotThoseOfTheFiles) {
  const std::string patch = Patch("[PATCH] a");
  std::string saved;
  for (const char letter : patch) saved += letter == '\n' ? "\r\n" : std::string(1, letter);
  ASSERT_TRUE(Take(folder_.Write("saved", saved)).ok());
  const std::string clear = files::ReadOrEmpty(project() + "/kernel/0001-a.patch");
  EXPECT_NE(clear.find(kDiff), std::string::npos) << clear;
  EXPECT_EQ(clear.find('\r'), std::string::npos) << clear;
  // A patch to a file whose lines end so.
  ASSERT_TRUE(Take(folder_.Write("dos", Mail("[PATCH] a",
                                             "Why.\n---\ndiff --git a/f b/f\n--- a/f\n"
                                             "+++ b/f\n@@ -1 +1 @@\n-a\r\n+b\r")))
                  .ok());
  EXPECT_NE(files::ReadOrEmpty(project() + "/kernel/0001-a.patch").find("\n-a\r\n+b\r\n"),
            std::string::npos);
}

TEST_F(ImportTest, TwoVersionsAreAnError) {
  EXPECT_NE(
      ErrorOf(folder_.Write("both", Patch("[PATCH 1/2] a") + Patch("[PATCH 2/2] b") +
                                        Patch("[PATCH v2 1/2] a") + Patch("[PATCH v2 2/2] b")))
          .find("both: error: there is a version 2 of this: \"[PATCH 1/2] a\", "
                "\"[PATCH 2/2] b\"; give"),
      std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Write("one", Patch("[PATCH] a") + Patch("[PATCH v2] a")))
                .find("one: error: there is a version 2 of this: \"[PATCH] a\"; give"),
            std::string::npos);
  // What a person may well send.
  for (const auto& mails : {Patch("[PATCH] a") + Patch("[PATCH v2] b"),
                            Mail("[PATCH 0/1] letter", "Why.") + Patch("[PATCH v2 1/1] a"),
                            Patch("[PATCH v2 1/2] a") + Patch("[PATCH v2.1 2/2] b")}) {
    EXPECT_TRUE(Take(folder_.Write("sent", mails)).ok()) << mails;
  }
}

TEST_F(ImportTest, WhatHoldsNoPatchIsAnError) {
  EXPECT_NE(ErrorOf(folder_.Write("empty", ""))
                .find("empty: error: holds no patch; give an mbox, a mail or a folder of mails"),
            std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Write("text", "Dear all,\n")).find("error: holds no patch"),
            std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Path("gone")).find("gone: error: is no file or folder"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(project())) << "what was made goes again";
  fs::create_directory(project());
  EXPECT_NE(ErrorOf(folder_.Path("text")), "");
  EXPECT_TRUE(fs::is_empty(project()));
}

TEST_F(ImportTest, AFailedOneLeavesTheEarlierOne) {
  ASSERT_TRUE(Take(folder_.Write("a", Patch("[PATCH] a"))).ok());
  EXPECT_NE(ErrorOf(folder_.Write("text", "Dear all,\n")), "");
  EXPECT_EQ(Names(), std::vector<std::string>{"0001-a.patch"});
}

TEST_F(ImportTest, AFolderThatNoImportMadeStays) {
  ASSERT_TRUE(files::Write(project() + "/kernel/0001-own.patch", "own").ok());
  ASSERT_TRUE(files::Write(project() + "/tools/own.cc", "own").ok());
  const std::string series = folder_.Write("a", Patch("[PATCH] a"));
  EXPECT_NE(ErrorOf(series).find("project: error: no import has made this"), std::string::npos);
  EXPECT_NE(ErrorOf(folder_.Write("text", "Dear all,\n")), "");
  EXPECT_EQ(Names(), std::vector<std::string>{"0001-own.patch"});
  EXPECT_EQ(Names("tools"), std::vector<std::string>{"own.cc"});
  // An import that was killed goes on, but tools/ is somebody's.
  ASSERT_TRUE(files::Write(project() + "/imported", "").ok());
  EXPECT_NE(ErrorOf(series).find("tools: error: is no link"), std::string::npos);
  EXPECT_EQ(Names("tools"), std::vector<std::string>{"own.cc"});
  fs::remove_all(project() + "/tools");
  EXPECT_TRUE(Take(series).ok());
  EXPECT_EQ(Names(), std::vector<std::string>{"0001-a.patch"});
}

TEST_F(ImportTest, AFileIsNoFolder) {
  ASSERT_TRUE(files::Write(project(), "own").ok());
  EXPECT_NE(ErrorOf(folder_.Write("a", Patch("[PATCH] a"))).find("no import has made this"),
            std::string::npos);
  EXPECT_EQ(files::ReadOrEmpty(project()), "own");
}

TEST_F(ImportTest, AnEncodedPatchIsTaken) {
  const std::string quoted =
      Mail("[PATCH] c\nContent-Transfer-Encoding: quoted-printable",
           "Why=\n.\n---\n=64iff --git a/f b/f\n=2d-- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b=3D\n");
  const std::string mbox =
      folder_.Write("a", Patch("[PATCH] a") + Encoded("[PATCH] b") + "\n" + quoted);
  ASSERT_TRUE(Take(mbox).ok());
  EXPECT_EQ(Names(), (std::vector<std::string>{"0001-a.patch", "0002-b.patch", "0003-c.patch"}));
  const std::string clear = files::ReadOrEmpty(project() + "/kernel/0002-b.patch");
  EXPECT_NE(clear.find(std::string("\n\nWhy.\n---\n") + kDiff), std::string::npos) << clear;
  EXPECT_EQ(clear.find("base64"), std::string::npos) << clear;
  EXPECT_NE(files::ReadOrEmpty(project() + "/kernel/0003-c.patch").find("\n+b=\n"),
            std::string::npos);
  EXPECT_NE(files::ReadOrEmpty(project() + "/mails/0002-b.patch").find("base64"), std::string::npos)
      << "as it came";
}

TEST_F(ImportTest, WhatCannotBeReadIsNotPassedOver) {
  const std::string html = Mail(
      "[PATCH] b\nContent-Type: text/html\nContent-Transfer-Encoding: base64", "PGI+aGk8L2I+Cg==");
  EXPECT_NE(ErrorOf(folder_.Write("a", Patch("[PATCH] a") + html))
                .find("a: error: cannot read \"[PATCH] b\"; fetch it as plain text"),
            std::string::npos);
}

TEST_F(ImportTest, ALetterWithAnInterdiffIsNoPatch) {
  ASSERT_TRUE(
      Take(folder_.Write("a", Mail("[PATCH v2 0/1] letter", kDiff) + Patch("[PATCH v2 1/1] a")))
          .ok());
  EXPECT_EQ(Names(), std::vector<std::string>{"0001-a.patch"});
}

TEST_F(ImportTest, MailsOfSomethingElseAreNamed) {
  const auto part = [&](const char* what) {
    return std::string("in: error: not of the series of 2: ") + what +
           "; give an mbox or a folder with the mails of one series only";
  };
  const std::string letter = Mail("[PATCH 0/2] letter", "Why.");
  const std::string both = Patch("[PATCH 1/2] a") + Patch("[PATCH 2/2] b");
  for (const auto& [mails, what] : std::vector<std::pair<std::string, const char*>>{
           {letter + Patch("[PATCH 2/2] b") + Patch("[PATCH] fixup"), "\"[PATCH] fixup\""},
           {both + Patch("[PATCH 1/3] c"), "\"[PATCH 1/3] c\""},
           {Patch("[PATCH 1/3] c") + both, "\"[PATCH 1/3] c\""},
           {both + Patch("[PATCH 3/2] c"), "\"[PATCH 3/2] c\""}}) {
    const std::string error = ErrorOf(folder_.Write("in", mails));
    EXPECT_NE(error.find(part(what)), std::string::npos) << error;
  }
}

// The checks of the form look at the series as a whole.
TEST_F(ImportTest, TheMailsAreKeptWithTheirLetter) {
  const std::string signed_off = "\n\nSigned-off-by: A U Thor <author@example.org>\n---\n";
  const auto patch = [&](const std::string& subject) {
    return Mail(subject, "It is needed." + signed_off + kDiff);
  };
  const std::string letter = "[PATCH v2 0/2] media: foo: Make it good";
  const std::string mbox =
      folder_.Write("a", Mail(letter, "They do it.\n\nChanges in v2:\n- a word") +
                             patch("[PATCH v2 1/2] media: foo: First") +
                             patch("[PATCH v2 2/2] media: foo: Then"));
  ASSERT_TRUE(Take(mbox).ok());
  EXPECT_EQ(Names("mails"),
            (std::vector<std::string>{"0000-cover-letter.patch", "0001-media-foo-First.patch",
                                      "0002-media-foo-Then.patch"}));
  EXPECT_EQ(Names(),
            (std::vector<std::string>{"0001-media-foo-First.patch", "0002-media-foo-Then.patch"}));
  const auto mails = patch_mail::Read({project() + "/mails"});
  ASSERT_TRUE(mails.ok()) << mails.error();
  const auto outcome = mail_form::Check(*mails, {});
  EXPECT_EQ(outcome.letters, 1u);
  EXPECT_EQ(outcome.patches, 2u);
  for (const auto& finding : outcome.findings) {
    EXPECT_NE(finding.id, "cover-letter") << finding.Text();
    EXPECT_NE(finding.id, "changelog") << finding.Text();
  }
  ASSERT_TRUE(Take(folder_.Write("b", patch("[PATCH] media: foo: Else"))).ok());
  EXPECT_EQ(Names("mails"), std::vector<std::string>{"0001-media-foo-Else.patch"});
}

TEST_F(ImportTest, ALetterWithoutANumberIsKept) {
  const std::string letter = Mail("[PATCH] letter", "Why.");
  ASSERT_TRUE(Take(folder_.Write("a", letter + Patch("[PATCH] a"))).ok());
  EXPECT_EQ(Names("mails"), (std::vector<std::string>{"0000-cover-letter.patch", "0001-a.patch"}));
  EXPECT_EQ(Names(), std::vector<std::string>{"0001-a.patch"});
}

TEST_F(ImportTest, BringsTheConfigurationAndTheTools) {
  ASSERT_TRUE(files::Write(folder_.Path("home/tools/remake.mk"), "all:\n").ok());
  ASSERT_TRUE(files::Write(folder_.Path("home/kunit/um.config"), "CONFIG_VIRTIO_UML=y\n").ok());
  const std::string series = folder_.Write("a", Patch("[PATCH] a"));
  ASSERT_TRUE(Take(series, folder_.Write("config", "CONFIG_KUNIT=y\n")).ok());
  EXPECT_EQ(files::ReadOrEmpty(project() + "/kunit/kunit.config"), "CONFIG_KUNIT=y\n");
  EXPECT_EQ(files::ReadOrEmpty(project() + "/kunit/um.config"), "CONFIG_VIRTIO_UML=y\n");
  EXPECT_EQ(files::ReadOrEmpty(project() + "/tools/remake.mk"), "all:\n");
}

}  // namespace
}  // namespace series_import
