// SPDX-License-Identifier: GPL-2.0-only
// patch-form, as a reviewer runs it: on mails of the real git, and on the patches of this project.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

process::Output Form(std::vector<std::string> arguments, std::string input = {}) {
  process::Command command;
  command.argv = {PATCH_FORM};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.input = std::move(input);
  const auto output = process::Run(command);
  EXPECT_TRUE(output.ok());
  return *output;
}

class PatchFormTest : public RepositoryTest {
 protected:
  void SetUp() override {
    Write(theirs() / "drivers/media/x.c", "a\n");
    BeginSeries();
  }

  /// A commit of the author's: subject, and the message below it.
  void Add(const std::string& subject, const std::string& message) const {
    Write(author() / "drivers/media/x.c", subject);
    Git(author(), {"add", "-A"});
    Git(author(), {"commit", "-q", "-m", subject + "\n\n" + message});
  }

  /// What git format-patch makes of them.
  std::string Mbox(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"format-patch", "--stdout"});
    options.emplace_back("origin/main");
    return Git(author(), std::move(options)) + "\n";
  }

  static constexpr char kWhy[] = "Why.\n\nSigned-off-by: A U Thor <author@example.org>";
};

TEST_F(PatchFormTest, SeriesOfGitPasses) {
  Add("media: one", kWhy);
  Add("media: two \u00e9",
      "D\u00e9j\u00e0 vu = 1.\n\nSigned-off-by: A U Thor <author@example.org>");
  const fs::path mails = author() / "mails";
  Git(author(), {"format-patch", "-q", "--cover-letter", "-o", mails.string(), "origin/main"});
  Replace(mails / "0000-cover-letter.patch", "*** SUBJECT HERE ***", "media: both");
  Replace(mails / "0000-cover-letter.patch", "*** BLURB HERE ***", "Why.");
  const auto output = Form({mails.string()});
  EXPECT_EQ(output.out, "PASSED form: 2 patches, 1 cover letters, 0 findings\n") << output.err;
  EXPECT_EQ(output.code, 0);
}

TEST_F(PatchFormTest, FindingsFailAndNameTheLineOfTheMbox) {
  Add("media: one", kWhy);
  Add("media: two.", kWhy);
  const auto output = Form({"-"}, Mbox({"--cover-letter"}));
  EXPECT_EQ(output.code, 1);
  EXPECT_NE(output.out.find("error: the cover letter is still git's template [cover-letter]\n"),
            std::string::npos)
      << output.out;
  EXPECT_NE(output.out.find("error: the subject ends in a period [subject-period]\n"),
            std::string::npos)
      << output.out;
  EXPECT_TRUE(output.out.ends_with("FAILED form: 2 patches, 1 cover letters, 2 findings\n"))
      << output.out;
}

TEST_F(PatchFormTest, MboxOfThreeWithoutLetter) {
  for (const char* subject : {"media: one", "media: two", "media: three"}) Add(subject, kWhy);
  const fs::path file = top_ / "three.mbox";
  Write(file, Mbox({"-n"}));
  const auto output = Form({file.string()});
  EXPECT_EQ(output.out, file.string() +
                            ":4: error: no cover letter (0/3) [cover-letter]\n"
                            "FAILED form: 3 patches, 0 cover letters, 1 findings\n");
}

TEST_F(PatchFormTest, B4SeesFindingsAlone) {
  Add("media: one", kWhy);
  const auto good = Form({"--b4", "-"}, Mbox());
  EXPECT_EQ(good.out + good.err, "");
  EXPECT_EQ(good.code, 0);
  Add("media: two.", kWhy);
  Git(author(), {"reset", "-q", "--soft", "HEAD^"});
  Git(author(), {"commit", "-q", "--amend", "-m", "media: two.\n\n" + std::string(kWhy)});
  const auto bad = Form({"--b4", "-"}, Mbox());
  EXPECT_EQ(bad.out, "-:4: ERROR: the subject ends in a period [subject-period]\n") << bad.err;
}

TEST_F(PatchFormTest, WhatCannotBeJudgedIsNoVerdict) {
  fs::create_directories(top_ / "none");
  for (const auto& argument :
       {(top_ / "none").string(), (top_ / "absent").string(), std::string("-")}) {
    const auto output = Form({argument});
    EXPECT_EQ(output.code, 6) << argument;
    EXPECT_EQ(output.out, "");
    EXPECT_NE(output.err.find(argument + ": error: "), std::string::npos) << output.err;
  }
  EXPECT_EQ(Form({"-"}, "From: A <a@example.org>\nSubject: hello\n\nText\n").code, 6);
}

TEST_F(PatchFormTest, WrongCommandLines) {
  EXPECT_EQ(Form({}).code, 5);
  EXPECT_EQ(Form({"--check", "checkpatch", "-"}).code, 5);
  EXPECT_EQ(Form({"--check", "other", "-"}).code, 5);
}

TEST_F(PatchFormTest, StoredPatchesPass) {
  for (const char* folder : {PROJECT_KERNEL, PROJECT_KERNEL "/7.3"}) {
    const auto output = Form({"--unsigned", folder});
    EXPECT_EQ(output.code, 0) << output.out << output.err;
    EXPECT_NE(output.out.find("; to do: sign-off of "), std::string::npos) << output.out;
    const auto sent = Form({folder});
    EXPECT_EQ(sent.code, 1);
    EXPECT_NE(sent.out.find("error: no \"Signed-off-by:\" [sign-off]\n"), std::string::npos);
  }
}

TEST_F(PatchFormTest, TreeWithoutCheckpatchIsNoVerdict) {
  Add("media: one", kWhy);
  const auto output = Form({"--check", "spelling", "--tree", theirs().string(), "-"}, Mbox());
  EXPECT_EQ(output.code, 6);
  EXPECT_NE(output.err.find("scripts/checkpatch.pl: error: does not exist"), std::string::npos)
      << output.err;
}

TEST_F(PatchFormTest, MissingDictionaryIsNamed) {
  Add("media: one", kWhy);
  const auto output = Form({"--check", "spelling", "--tree", theirs().string(), "--dictionary",
                            (top_ / "absent").string(), "-"},
                           Mbox());
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(output.err.starts_with("NOT RUN spelling: ")) << output.err;
  EXPECT_TRUE(output.err.ends_with("(Debian has one in: codespell)\n")) << output.err;
}

}  // namespace
