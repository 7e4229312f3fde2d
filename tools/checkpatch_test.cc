// SPDX-License-Identifier: GPL-2.0-only
// With the real checkpatch.pl of a kernel tree.
#include "checkpatch.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "patch_mail.h"
#include "test_files.h"

namespace {

/// A mail whose diff is that of one hunk with these lines.
patch_mail::Mail Mail(const std::string& message, const std::string& lines, int before, int after) {
  const std::string diff = "--- a/drivers/media/x.c\n+++ b/drivers/media/x.c\n@@ -1," +
                           std::to_string(before) + " +1," + std::to_string(after) + " @@\n" +
                           lines;
  return patch_mail::Parse(
             "From: A <a@example.org>\nSubject: [PATCH] media: x: do\n"
             "Content-Transfer-Encoding: quoted-printable\n\n" +
                 message +
                 "---\n drivers/media/x.c | 2 +-\n\n"
                 "diff --git a/drivers/media/x.c b/drivers/media/x.c\n" +
                 diff + "-- \n2.39.5\n",
             "x.patch")
      .at(0);
}

constexpr char kMessage[] = "It was not done at all before, and so there is=\n more to say.\n\n";
constexpr char kSigned[] = "Signed-off-by: A <a@example.org>\n";

class CheckpatchTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.tree = KERNEL_TREE;
    for (const bool spelling : {false, true}) {
      options_.spelling = spelling;
      ASSERT_EQ(checkpatch::Missing(options_), "");
    }
    options_.spelling = false;
  }

  /// "line level type", one a line.
  std::string Judge(const std::vector<patch_mail::Mail>& mails) {
    auto outcome = checkpatch::Run(mails, options_);
    if (!outcome.ok()) return outcome.error();
    std::string text;
    for (const auto& finding : outcome->findings) {
      text += std::to_string(finding.line) + (finding.error ? " error " : " warning ") +
              finding.id + "\n";
    }
    ignored_ = outcome->ignored;
    old_ = outcome->old;
    return text;
  }

  checkpatch::Options options_;
  std::map<std::string, int> ignored_;
  std::size_t old_ = 0;
};

TEST_F(CheckpatchTest, FindingHasTheLineOfTheEncodedMail) {
  const auto good = Mail(kMessage + std::string(kSigned), " int a;\n+int c;\n int b;\n", 2, 3);
  EXPECT_EQ(Judge({good}), "");
  const auto bad = Mail(kMessage + std::string(kSigned), " int a;\n+int c; \n int b;\n", 2, 3);
  EXPECT_EQ(Judge({good, bad}), "");  // Such a blank is none of the text.
  const auto worse = Mail(kMessage + std::string(kSigned), " int a;\n+int c;=20\n int b;\n", 2, 3);
  EXPECT_EQ(Judge({good, worse}), "17 error TRAILING_WHITESPACE\n");
}

TEST_F(CheckpatchTest, SignOffToComeIsCountedAndNoFinding) {
  const auto mail = Mail(kMessage, " int a;\n+int c;\n int b;\n", 2, 3);
  EXPECT_NE(Judge({mail}).find("error MISSING_SIGN_OFF"), std::string::npos);
  options_.unsigned_patches = true;
  EXPECT_EQ(Judge({mail}), "");
  EXPECT_EQ(ignored_["MISSING_SIGN_OFF"], 1);
}

TEST_F(CheckpatchTest, MovedLineIsNotNew) {
  const std::string text = kMessage + std::string(kSigned);
  const auto moved = Mail(text, "-int aB = 1 ;\n int a;\n+int aB = 1 ;\n int b;\n", 3, 3);
  EXPECT_EQ(Judge({moved}), "");
  EXPECT_GT(old_, 0u);
  EXPECT_NE(Judge({Mail(text, " int a;\n+int aB = 1 ;\n int b;\n", 2, 3)}), "");
}

TEST_F(CheckpatchTest, LineOutsideTheHunksExcusesNothing) {
  const std::string bad = "int aB = 1 ;\n";
  const std::string lines = " int a;\n+" + bad + " int b;\n";
  const std::string plain = Judge({Mail(kMessage + std::string(kSigned), lines, 2, 3)});
  EXPECT_NE(plain, "");
  const auto kept = [&](const patch_mail::Mail& mail) {
    const auto found = Judge({mail});
    return std::count(found.begin(), found.end(), '\n') >=
               std::count(plain.begin(), plain.end(), '\n') &&
           old_ == 0;
  };
  EXPECT_TRUE(kept(Mail(kMessage + ("-" + bad) + "\n" + kSigned, lines, 2, 3)));
  EXPECT_TRUE(
      kept(Mail(kMessage + (kSigned + ("---\n@@ -1 +0,0 @@\n-" + bad)) + "\n", lines, 2, 3)));
  EXPECT_TRUE(kept(Mail(kMessage + std::string(kSigned), lines + "-" + bad, 2, 3)));
  auto shifted = Mail(kMessage + std::string(kSigned) + "---\n-" + bad, lines, 2, 3);
  for (auto& header : shifted.headers) {
    // The note stands nine lines above the hunk's new line.
    if (header.name == "Subject") header.value += std::string(9, '\n') + "x";
  }
  shifted.body.insert(shifted.body.end(), 20, shifted.body.back());
  EXPECT_TRUE(kept(shifted));
}

TEST_F(CheckpatchTest, SpellingFindsAWordOfTheMessageAndNothingElse) {
  options_.spelling = true;
  const auto typo = Mail("It was recieved.\n\n", " int a;\n+int c; /* adress */\n int b;\n", 2, 3);
  EXPECT_EQ(Judge({typo}), "5 warning TYPO_SPELLING\n15 warning TYPO_SPELLING\n");
  const auto kept = Mail("Why.\n\n", "-/* adress */\n+/* old adress */\n int b;\n", 2, 2);
  EXPECT_EQ(Judge({kept}), "");
  EXPECT_EQ(old_, 1u);
}

TEST_F(CheckpatchTest, DictionaryIsRead) {
  const gate::TestFolder folder;
  options_.spelling = true;
  options_.dictionary = folder.Write("words.txt", "vidbuf->videobuf\n");
  const auto mail = Mail("The vidbuf.\n\n", " int a;\n+int c;\n int b;\n", 2, 3);
  EXPECT_EQ(Judge({mail}), "5 warning TYPO_SPELLING\n");
}

TEST_F(CheckpatchTest, LetterIsNoBrokenPatch) {
  const auto letter = patch_mail::Parse("Subject: [PATCH 0/1] x\n\nIt was recieved.\n", "0.patch");
  EXPECT_NE(Judge(letter).find("holds no patch"), std::string::npos);
  options_.spelling = true;
  EXPECT_EQ(Judge(letter), "3 warning TYPO_SPELLING\n");
}

TEST_F(CheckpatchTest, WhatALetterSaysHasGoneIsNotMisspelt) {
  options_.spelling = true;
  for (const char* begin : {"Range-diff against v1:", "Interdiff against v1:", "Range-diff:"}) {
    const auto letter = patch_mail::Parse(
        fmt::format("Subject: [PATCH v2 0/1] x\n\nIt was recieved.\n{}\n    -It was recieved.\n",
                    begin),
        "0.patch");
    EXPECT_EQ(Judge(letter), "3 warning TYPO_SPELLING\n") << begin;
  }
  const auto patch = patch_mail::Parse(
      "Subject: [PATCH] x\n\nRange-diff:\nIt was recieved.\n---\ndiff --git a/a b/a\n--- a/a\n"
      "+++ b/a\n@@ -1 +1 @@\n-a\n+b\n",
      "1.patch");
  EXPECT_EQ(Judge(patch), "4 warning TYPO_SPELLING\n");
}

TEST_F(CheckpatchTest, LetterWithAnInterdiffIsNoPatch) {
  auto mail = Mail(kMessage, " int a;\n+int c;\n int b;\n", 2, 3);
  EXPECT_NE(Judge({mail}), "");
  for (auto& header : mail.headers) {
    if (header.name == "Subject") header.value = "[PATCH v2 0/1] media: x: do";
  }
  EXPECT_NE(Judge({mail}).find("holds no patch"), std::string::npos);
}

TEST_F(CheckpatchTest, TreeThatCannotBeLookedAtIsAnError) {
  const gate::TestFolder folder;
  std::filesystem::create_symlink("loop", folder.Path("loop"));
  options_.tree = folder.Path("loop");
  const auto mail = Mail(kMessage, " int a;\n+int c;\n int b;\n", 2, 3);
  EXPECT_EQ(Judge({mail}), folder.Path("loop/scripts/checkpatch.pl") +
                               ": error: Too many levels of symbolic links; name a kernel tree");
}

TEST_F(CheckpatchTest, WhatCheckpatchCannotReadIsNoVerdict) {
  const gate::TestFolder folder;
  options_.spelling = true;
  options_.dictionary = folder.Path("absent");
  const auto mail = Mail(kMessage, " int a;\n+int c;\n int b;\n", 2, 3);
  EXPECT_NE(Judge({mail}).find("error: could not look at everything: "), std::string::npos);
}

}  // namespace
