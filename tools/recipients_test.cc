// SPDX-License-Identifier: GPL-2.0-only
#include "recipients.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "files.h"
#include "test_files.h"

namespace recipients {
namespace {

namespace fs = std::filesystem;
using Addresses = std::set<std::string>;

TEST(Addressed, TakesToCcAndFromAndNothingElse) {
  EXPECT_EQ(Addressed("From: F <from@x>\n"
                      "To: A <a@x>,\n"
                      "\t\"B, Junior\" <B@x>, c@x\n"
                      "Reply-To: r@x\n"
                      "\tfolded@x\n"
                      "CC: d@x\n"
                      "\n"
                      "To: body@x\n"),
            (Addresses{"a@x", "b@x", "c@x", "d@x", "from@x"}));
  EXPECT_EQ(Addressed(""), Addresses());
}

class MissingTest : public testing::Test {
 protected:
  MissingTest() {
    // Names C for each C file that a mail changes, and the list for any.
    EXPECT_TRUE(files::Write(folder_.Path("tree/scripts/get_maintainer.pl"),
                             "#!/bin/sh\n"
                             "test -e fail && { echo 'no MAINTAINERS' >&2; exit 2; }\n"
                             "for mail; do case $mail in -*) continue;; esac\n"
                             "  grep -q '^+++ b/.*\\.c$' $mail && echo 'C Person <C@x>'; done\n"
                             "test -f \"${mail-}\" || grep -q '^+++ b/.*\\.c$' && "
                             "echo 'C Person <C@x>'\n"
                             "echo list@x\n")
                    .ok());
    fs::permissions(folder_.Path("tree/scripts/get_maintainer.pl"), fs::perms::all);
    Mail("0000-letter.patch", "list@x", "no change");
    Mail("0001-a.patch", "C Person <c@x>, list@x",
         "---\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c");
  }

  void Mail(const std::string& name, const std::string& to, const std::string& body,
            const std::string& headers = "From: F <f@x>\nSubject: s\n") const {
    EXPECT_TRUE(
        files::Write(folder_.Path("mails/" + name), headers + "To: " + to + "\n\n" + body + "\n")
            .ok());
  }

  std::vector<std::string> Find(const std::vector<std::string>& lists = {}) const {
    const auto found = FindMissing(folder_.Path("tree"), folder_.Path("mails"), lists);
    EXPECT_TRUE(found.ok()) << found.error();
    return found.ok() ? *found : std::vector<std::string>();
  }

  const gate::TestFolder folder_;
};

TEST_F(MissingTest, NobodyIs) { EXPECT_TRUE(Find({"list@x"}).empty()); }

TEST_F(MissingTest, SomebodyWhomOnePatchConcerns) {
  Mail("0002-b.patch", "list@x", "---\ndiff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c");
  EXPECT_EQ(Find(), std::vector<std::string>{folder_.Path("mails/0002-b.patch") +
                                             ":1: error: does not go to C Person <C@x>, whom "
                                             "get_maintainer.pl names"});
}

TEST_F(MissingTest, NobodyIsToldOfTheOwnPatch) {
  Mail("0002-b.patch", "list@x", "---\ndiff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c",
       "From: C Person <C@x>\nSubject: s\n");
  EXPECT_EQ(Find(), std::vector<std::string>());
}

TEST_F(MissingTest, AnEncodedPatchIsOneToo) {
  // "---\ndiff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c\n"
  Mail("0002-b.patch", "list@x", "LS0tCmRpZmYgLS1naXQgYS9iLmMgYi9iLmMKLS0tIGEvYi5jCisrKyBiL2IuYwo=",
       "From: F <f@x>\nSubject: s\nContent-Transfer-Encoding: base64\n");
  const auto found = Find();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("does not go to C Person <C@x>"), std::string::npos) << found[0];
}

TEST_F(MissingTest, ALetterWithAnInterdiffIsNoPatch) {
  Mail("0000-letter.patch", "list@x", "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c",
       "From: F <f@x>\nSubject: [PATCH v2 0/1] s\n");
  EXPECT_EQ(Find(), std::vector<std::string>());
}

TEST_F(MissingTest, AListThatEachMailGoesTo) {
  EXPECT_EQ(Find({"other@x"}).size(), 2u) << "the letter goes there as well";
}

TEST_F(MissingTest, WhatCannotBeAskedIsAnError) {
  EXPECT_TRUE(files::Write(folder_.Path("tree/fail"), "").ok());
  const auto found = FindMissing(folder_.Path("tree"), folder_.Path("mails"), {});
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().find("does not tell the recipients: no MAINTAINERS"), std::string::npos);
  EXPECT_FALSE(FindMissing(folder_.Path("tree"), folder_.Path("none"), {}).ok());
}

}  // namespace
}  // namespace recipients
