// SPDX-License-Identifier: GPL-2.0-only
// kernel-series letter and outgoing, as their users run them: the real program and the real git.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "exit_codes.h"
#include "files.h"
#include "git.h"
#include "process.h"
#include "test_repository.h"
#include "verdict.h"

namespace {

namespace fs = std::filesystem;

constexpr const char kKconfig[] = "drivers/media/common/videobuf2/Kconfig";
constexpr const char kLetter[] =
    "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
    "From: A U Thor <author@example.org>\n"
    "Subject: [PATCH] media: the letter's subject\n"
    "\n"
    "Why.\n"
    "\n"
    "==== cmake --build build --target kunit\n"
    "measured\n"
    "==== end\n";

class OutgoingSeriesTest : public RepositoryTest {
 protected:
  void SetUp() override {
    Write(theirs() / "Makefile", "VERSION = 6\nPATCHLEVEL = 12\n");
    Write(theirs() / "core.c", "core\n");
    Write(theirs() / kKconfig, "config CORE\n");
    // Tells each mail's people by the file that the mail changes.
    WriteProgram(theirs() / "scripts/get_maintainer.pl",
                 "#!/bin/sh\n"
                 "case \"$*\" in *--nom*) echo list@example.org; exit;; esac\n"
                 "for mail; do case $mail in -*) continue;; esac\n"
                 "  sed -n 's,^+++ b/.*\\.c$,C Person <c@example.org>,p' $mail; done\n"
                 "echo 'K Person <k@example.org>'\n");
    BeginSeries();
    Write(author() / "core.c", "core of the first patch\n");
    Commit(author(), "media: first\n\nThe reason.");
    WriteSeries();
    Write(author() / kKconfig, "config CORE\nsource \"tests/Kconfig\"\n");
    WriteHook();
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Write(project() / "kunit/suite_kunit.c", "int suite;\n");
    Write(project() / "kunit/kunit.config", "# of this project\nCONFIG_KUNIT=y\n");
    Write(project() / "kunit/expected.txt", "suite.case\n");
    Write(project() / "kunit/commit-message.txt", "media: add KUnit tests\n\nThey test.\n");
    Write(letter(), kLetter);
  }

  fs::path letter() const { return kernel() / "0000-cover-letter.patch"; }
  fs::path mails() const { return build() / "outgoing"; }

  process::Output Run(const std::string& verb, const std::vector<std::string>& more = {}) const {
    process::Command command;
    command.argv = SeriesCommand(verb, more);
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  process::Output Outgoing(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--origin", theirs().string(), "--folder", mails().string()});
    return Run("outgoing", more);
  }

  std::string Mail(const std::string& name) const {
    EXPECT_TRUE(fs::exists(mails() / name)) << name;
    return files::ReadOrEmpty(mails() / name);
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(mails(), error)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  void PutVerdict(gate::ExitCode code) const {
    gate::Verdict verdict;
    verdict.code = code;
    verdict.totals.passed = 42;
    verdict.tool.passed = code == gate::ExitCode::kPassed;
    fs::create_directories(build() / "kunit");
    ASSERT_EQ(gate::WriteVerdict(verdict, (build() / "kunit/verdict.json").string()), "");
  }

  /// Imports `mails` as somebody else's series, and applies it.
  void ExpectApplies(const fs::path& mails) const {
    const fs::path other = top_ / "other";
    process::Command command;
    command.argv = {KERNEL_SERIES,    "import", "--project",        other.string(), "--build",
                    build().string(), "--home", project().string(), "--series",     mails.string()};
    const auto imported = process::Run(command);
    ASSERT_TRUE(imported.ok() && imported->ok()) << imported->err;
    command.argv = {KERNEL_SERIES,    "applies",  "--project",       other.string(), "--build",
                    build().string(), "--origin", theirs().string(), "--only-apply"};
    const auto applied = process::Run(command);
    ASSERT_TRUE(applied.ok());
    EXPECT_EQ(applied->code, 0) << applied->err << applied->out;
    EXPECT_EQ(files::ReadOrEmpty(tree() / "core.c"), "core of the first patch\n");
  }

  /// The tree with the series, and the note of its contents, which is written first.
  void Apply() const {
    const auto output =
        Run("apply", {"--origin", theirs().string(), "--id", (build() / "linux.id").string()});
    ASSERT_EQ(output.code, 0) << output.err;
  }
};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(OutgoingSeriesTest, WritesLetterPatchesAndSuite) {
  const auto output = Outgoing();
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Names(), (std::vector<std::string>{"0000-cover-letter.patch", "0001-media-first.patch",
                                               "0002-media-add-KUnit-tests.patch"}));
  const std::string first = Mail("0000-cover-letter.patch");
  EXPECT_TRUE(Contains(first, "Subject: [PATCH 0/2] media: the letter's subject\n")) << first;
  EXPECT_TRUE(Contains(first, "From: A U Thor <author@example.org>\n")) << first;
  EXPECT_TRUE(Contains(first, "\n==== end\n\nA U Thor (2):\n  media: first\n")) << first;
  EXPECT_TRUE(Contains(first, "5 files changed")) << first;
  EXPECT_TRUE(Contains(Mail("0001-media-first.patch"), "Subject: [PATCH 1/2] media: first\n"));
  EXPECT_TRUE(Contains(output.err, "nothing was sent")) << output.err;
}

TEST_F(OutgoingSeriesTest, SuiteIsOnePatchWithWhatTheKernelNeeds) {
  ASSERT_EQ(Outgoing().code, 0);
  const std::string mail = Mail("0002-media-add-KUnit-tests.patch");
  EXPECT_TRUE(Contains(mail, "\nThey test.\n---\n")) << mail;
  EXPECT_TRUE(Contains(mail, "+source \"tests/Kconfig\"\n")) << mail;
  for (const char* name : {"Kconfig", "suite_kunit.c", ".kunitconfig"}) {
    EXPECT_TRUE(Contains(mail, std::string("+++ b/drivers/media/common/videobuf2/tests/") + name))
        << mail;
  }
  for (const char* ours : {"expected", "hook.patch", "of this project", "commit-message"}) {
    EXPECT_FALSE(Contains(mail, ours)) << mail;
  }
}

TEST_F(OutgoingSeriesTest, MailsApplyToTheBase) {
  ASSERT_EQ(Outgoing().code, 0);
  const fs::path clone = top_ / "reviewer";
  Git(top_, {"clone", "-q", theirs().string(), clone.string()});
  Git(clone, {"am", "-q", (mails() / "0001-media-first.patch").string(),
              (mails() / "0002-media-add-KUnit-tests.patch").string()});
  EXPECT_EQ(files::ReadOrEmpty(clone / "core.c"), "core of the first patch\n");
  EXPECT_EQ(files::ReadOrEmpty(clone / "drivers/media/common/videobuf2/tests/.kunitconfig"),
            "CONFIG_KUNIT=y\n");
}

TEST_F(OutgoingSeriesTest, AsksTheTreeForTheRecipients) {
  ASSERT_EQ(Outgoing().code, 0);
  for (const auto& name : Names()) {
    const std::string mail = Mail(name);
    EXPECT_TRUE(Contains(mail, "To: C Person <c@example.org>,\n\tK Person <k@example.org>\n") ||
                Contains(mail, "To: C Person <c@example.org>,\n    K Person <k@example.org>\n"))
        << mail;
    EXPECT_TRUE(Contains(mail, "Cc: list@example.org\n")) << mail;
  }
}

TEST_F(OutgoingSeriesTest, SenderIsAuthorAndSignsOffWhenAsked) {
  const auto output = Outgoing({"--sender", "S Ender <s@example.org>", "--sign-off"});
  ASSERT_EQ(output.code, 0) << output.err;
  for (const auto& name : Names()) {
    const std::string mail = Mail(name);
    EXPECT_TRUE(Contains(mail, "From: S Ender <s@example.org>\n")) << mail;
    EXPECT_FALSE(Contains(mail, "author@example.org")) << mail;
    EXPECT_EQ(Contains(mail, "\nSigned-off-by: S Ender <s@example.org>\n"),
              name != "0000-cover-letter.patch")
        << mail;
  }
  ASSERT_EQ(Outgoing({"--sender", "S Ender <s@example.org>"}).code, 0);
  EXPECT_FALSE(Contains(Mail("0001-media-first.patch"), "Signed-off-by"));
  EXPECT_TRUE(Contains(Outgoing().err, "\nTO DO Signed-off-by: "));
}

TEST_F(OutgoingSeriesTest, SaysWhatAssistedWhereTheSenderSaysSo) {
  const auto output = Outgoing(
      {"--assisted-by", "Helper:1.0", "--sender", "S Ender <s@example.org>", "--sign-off"});
  ASSERT_EQ(output.code, 0) << output.err;
  for (const char* name : {"0001-media-first.patch", "0002-media-add-KUnit-tests.patch"}) {
    EXPECT_TRUE(
        Contains(Mail(name), "\nAssisted-by: Helper:1.0\nSigned-off-by: S Ender <s@example.org>\n"))
        << Mail(name);
  }
  EXPECT_EQ(Outgoing({"--assisted-by", "a\nSigned-off-by: b"}).code, 6);
}

// What is tested has to be what is sent.
TEST_F(OutgoingSeriesTest, AppliesOnlyWhereGitWritesTheSamePatches) {
  const std::vector<std::string> origin = {"--origin", theirs().string()};
  const auto applies = Run("applies", origin);
  EXPECT_EQ(applies.code, 0) << applies.err;
  EXPECT_TRUE(applies.out.starts_with("PASSED applies")) << applies.out;

  Write(tree() / "core.c", "edited\n");
  const auto edited = Run("applies", origin);
  EXPECT_EQ(edited.code, 1);
  EXPECT_TRUE(Contains(edited.out, "error: holds edits that no patch file has")) << edited.out;
  Git(tree(), {"checkout", "-q", "--", "core.c"});

  const fs::path patch = kernel() / "0001-media-first.patch";
  Replace(patch, "[PATCH]", "[PATCH 1/1]");
  const auto unlike = Run("applies", origin);
  EXPECT_EQ(unlike.code, 1);
  EXPECT_TRUE(
      Contains(unlike.out, "0001-media-first.patch:4: error: git format-patch writes other "))
      << unlike.out;
  EXPECT_TRUE(Contains(files::ReadOrEmpty(patch), "[PATCH 1/1]")) << "a check writes nothing";
  auto only = origin;
  only.emplace_back("--only-apply");
  EXPECT_EQ(Run("applies", only).code, 0);

  Replace(patch, "-core\n", "-other\n");
  const auto broken = Run("applies", origin);
  EXPECT_EQ(broken.code, 1) << "the patch's fault, and not the machine's";
  EXPECT_TRUE(Contains(broken.out, "error: does not apply: core.c")) << broken.out;
}

TEST_F(OutgoingSeriesTest, TheMailsGoToWhomTheyConcern) {
  ASSERT_EQ(Outgoing().code, 0);
  const auto recipients = [&](const char* list) {
    return Run("recipients", {"--folder", mails().string(), "--list", list});
  };
  EXPECT_EQ(recipients("list@example.org").code, 0);
  const auto missing = recipients("other@example.org");
  EXPECT_EQ(missing.code, 1);
  EXPECT_TRUE(Contains(missing.out, "0000-cover-letter.patch:1: error: does not go to other@"))
      << missing.out;
  EXPECT_TRUE(Contains(missing.out, "FAILED recipients: 3 findings")) << missing.out;
}

// Somebody else's series goes through the same programs.
TEST_F(OutgoingSeriesTest, AnMboxOfSomebodyElseIsApplied) {
  const fs::path mbox = top_ / "theirs.mbox";
  Write(mbox, Git(author(), {"format-patch", "--stdout", "--cover-letter", "origin/main"}) + "\n");
  ExpectApplies(mbox);
}

TEST_F(OutgoingSeriesTest, AnEncodedMailOfSomebodyElseIsApplied) {
  const std::string patch = Git(author(), {"format-patch", "--stdout", "origin/main"});
  const auto body = patch.find("\n\n");
  ASSERT_NE(body, std::string::npos);
  std::string quoted;
  for (const char letter : patch.substr(body + 2)) {
    quoted += letter == '\n' ? "\n" : fmt::format("={:02X}", static_cast<unsigned char>(letter));
  }
  const fs::path mail = top_ / "theirs.eml";
  Write(mail, patch.substr(0, body) + "\nContent-Transfer-Encoding: quoted-printable\n\n" + quoted +
                  "\n");
  ExpectApplies(mail);
}

TEST_F(OutgoingSeriesTest, AnImportDoesNotTouchAProject) {
  const fs::path mbox = top_ / "theirs.mbox";
  Write(mbox, Git(author(), {"format-patch", "--stdout", "origin/main"}) + "\n");
  const auto output = Run("import", {"--home", top_.string(), "--series", mbox.string()});
  EXPECT_EQ(output.code, static_cast<int>(gate::ExitCode::kUsage)) << output.err;
  EXPECT_TRUE(Contains(output.err, "project: error: no import has made this")) << output.err;
  EXPECT_EQ(files::ReadOrEmpty(letter()), kLetter);
}

TEST_F(OutgoingSeriesTest, NobodySignsOffInSomebodysName) {
  const auto output = Outgoing({"--sign-off"});
  EXPECT_EQ(output.code, static_cast<int>(gate::ExitCode::kInfrastructure));
  EXPECT_FALSE(fs::exists(mails())) << output.err;
  EXPECT_NE(Outgoing({"--sender", "s@example.org"}).code, 0);
}

TEST_F(OutgoingSeriesTest, LaterPostingSaysSo) {
  const auto silent = Outgoing({"--reroll", "2"});
  EXPECT_EQ(silent.code, 6);
  EXPECT_TRUE(Contains(silent.err, "version 2 says nothing of \"Changes since v1\"")) << silent.err;
  EXPECT_FALSE(fs::exists(mails()));
  Replace(letter(), "Why.\n", "Why.\n\nChanges since v1: none.\n");
  ASSERT_EQ(Outgoing({"--reroll", "2"}).code, 0);
  EXPECT_TRUE(Contains(Mail("v2-0001-media-first.patch"), "Subject: [PATCH v2 1/2] media: first"));
}

class PostedBeforeTest : public OutgoingSeriesTest {
 protected:
  void SetUp() override {
    OutgoingSeriesTest::SetUp();
    ASSERT_EQ(Outgoing({"--sender", kSender, "--sign-off"}).code, 0);
    fs::rename(mails(), v1());
    Replace(letter(), "Why.\n", "Why.\n\nChanges since v1: told below.\n");
  }

  fs::path v1() const { return top_ / "v1"; }

  process::Output OutgoingAgain(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--reroll", "2", "--sender", kSender, "--sign-off", "--previous"});
    more.push_back(v1().string());
    return Outgoing(more);
  }

  std::string RangeDiff() const {
    const std::string mail = Mail("v2-0000-cover-letter.patch");
    const auto begin = mail.find("Range-diff against v1:\n");
    return begin == std::string::npos ? "" : mail.substr(begin);
  }

  /// Tells of each patch whether it is the same: "=" or "!", and so on.
  std::string Signs() const {
    std::string signs;
    for (const auto& line : git::SplitLines(RangeDiff())) {
      std::smatch match;
      static const std::regex kPair(" *[0-9-]+:  [0-9a-f-]+ ([=!<>]) +[0-9-]+:  .*");
      if (std::regex_match(line, match, kPair)) signs += match[1];
    }
    return signs;
  }

  static constexpr const char kSender[] = "S Ender <s@example.org>";
};

TEST_F(PostedBeforeTest, WhatStayedTheSameIsToldSo) {
  const auto output = OutgoingAgain();
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Signs(), "==") << RangeDiff();
  EXPECT_FALSE(Contains(RangeDiff(), "Signed-off-by")) << RangeDiff();
}

TEST_F(PostedBeforeTest, WhatChangedIsShown) {
  Write(project() / "kunit/suite_kunit.c", "int suite_of_today;\n");
  ASSERT_EQ(OutgoingAgain().code, 0);
  EXPECT_EQ(Signs(), "=!") << RangeDiff();
  EXPECT_TRUE(Contains(RangeDiff(), "    -+int suite;\n    ++int suite_of_today;\n"))
      << RangeDiff();
}

TEST_F(PostedBeforeTest, AnMboxWillDo) {
  std::string mbox;
  for (const auto& entry : fs::directory_iterator(v1())) mbox += files::ReadOrEmpty(entry.path());
  fs::remove_all(v1());
  Write(v1(), mbox);
  const auto output = OutgoingAgain();
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Signs(), "==") << RangeDiff();
}

TEST_F(PostedBeforeTest, TheLettersAndTheTreeStayWhatTheyAre) {
  ASSERT_EQ(OutgoingAgain().code, 0);
  EXPECT_TRUE(Contains(Mail("v2-0000-cover-letter.patch"), "\nChanges since v1: told below.\n"));
  EXPECT_EQ(Git(tree(), {"status", "--porcelain"}), "");
  // Mails that apply: git am takes no part of the letter for a patch.
  process::Command am;
  am.argv = {"sh", "-c",
             "git init -q . && git fetch -q '" + theirs().string() +
                 "' HEAD && git checkout -q FETCH_HEAD && git am -q --empty=drop '" +
                 mails().string() + "'/*"};
  am.folder = (top_ / "fresh").string();
  am.environment = {{"GIT_COMMITTER_NAME", "c"}, {"GIT_COMMITTER_EMAIL", "c@example.org"}};
  fs::create_directories(am.folder);
  const auto applied = process::Run(am);
  ASSERT_TRUE(applied.ok());
  EXPECT_EQ(applied->code, 0) << applied->err;
}

TEST_F(PostedBeforeTest, OfAnotherVersionItIsNotTaken) {
  const auto third = Outgoing({"--reroll", "3", "--previous", v1().string()});
  EXPECT_EQ(third.code, 6);
  Replace(letter(), "since v1", "since v2");
  const auto told = Outgoing({"--reroll", "3", "--previous", v1().string()});
  EXPECT_EQ(told.code, 6);
  EXPECT_TRUE(
      Contains(told.err, "/v1: error: is version 1; what goes out is compared with version 2"))
      << told.err;
  const auto first = Outgoing({"--previous", v1().string()});
  EXPECT_EQ(first.code, 6);
  EXPECT_TRUE(Contains(first.err, "/v1: error: version 1 has no posting before it")) << first.err;
  EXPECT_FALSE(fs::exists(mails()));
}

TEST_F(PostedBeforeTest, WhereItDoesNotApplyThatIsTold) {
  Replace(v1() / "0001-media-first.patch", "-core\n", "-another core\n");
  const auto output = OutgoingAgain();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(Contains(output.err, "/v1: error: \"media: first\" does not apply to this base ("))
      << output.err;
  EXPECT_FALSE(fs::exists(mails()));
  fs::remove(v1() / "0001-media-first.patch");
  EXPECT_TRUE(Contains(OutgoingAgain().err, "/v1: error: holds no patch 1/2"));
}

TEST_F(PostedBeforeTest, ItIsNotWrittenOver) {
  fs::rename(v1(), mails());
  const auto output = Outgoing({"--reroll", "2", "--previous", mails().string()});
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(Contains(output.err, "/outgoing: error: is where this writes, and would be gone"))
      << output.err;
  EXPECT_TRUE(fs::exists(mails() / "0001-media-first.patch"));
  // Links to the mails are no copies.
  fs::create_directory(v1());
  for (const auto& name : Names()) fs::create_symlink(mails() / name, v1() / name);
  EXPECT_EQ(OutgoingAgain().code, 6);
  EXPECT_TRUE(fs::exists(mails() / "0001-media-first.patch"));
  fs::remove_all(v1());
  // The folders of our own notes go, too.
  for (const char* name : {"previous", "outgoing"}) {
    const fs::path notes = tree() / ".git/kernel-series" / name;
    fs::copy(mails(), notes);
    const auto in_notes = Outgoing({"--reroll", "2", "--previous", notes.string()});
    EXPECT_EQ(in_notes.code, 6) << in_notes.err;
    EXPECT_TRUE(fs::exists(notes / "0001-media-first.patch"));
  }
}

TEST_F(PostedBeforeTest, ASignOffThatIsStillToComeHasNotGone) {
  const auto output = Outgoing({"--reroll", "2", "--sender", kSender, "--previous", v1().string()});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Signs(), "==") << RangeDiff();
}

TEST_F(PostedBeforeTest, ItsLetterTellsItsCharacterSet) {
  EXPECT_EQ(OutgoingAgain().code, 0);
  EXPECT_FALSE(Contains(Mail("v2-0000-cover-letter.patch"), "charset"));
  Replace(v1() / "0002-media-add-KUnit-tests.patch", "+int suite;", "+int suite; /* 5 µs */");
  ASSERT_EQ(OutgoingAgain().code, 0);
  const std::string mail = Mail("v2-0000-cover-letter.patch");
  EXPECT_TRUE(Contains(RangeDiff(), "-+int suite; /* 5 µs */\n")) << RangeDiff();
  const std::string head = mail.substr(0, mail.find("\n\n"));
  EXPECT_TRUE(Contains(head, "\nContent-Type: text/plain; charset=UTF-8\n")) << head;
}

TEST_F(PostedBeforeTest, AnEncodedMailIsTaken) {
  const fs::path file = v1() / "0001-media-first.patch";
  const auto script = top_ / "encode";
  WriteProgram(script,
               "#!/bin/sh\n"
               "{ sed '/^$/,$d' $1; echo 'Content-Transfer-Encoding: base64'; echo\n"
               "  sed '1,/^$/d; s/$/\\r/' $1 | base64; } >$1.new && mv $1.new $1\n");
  process::Command command;
  command.argv = {script.string(), file.string()};
  const auto encoded = process::Run(command);
  ASSERT_TRUE(encoded.ok() && encoded->ok());
  ASSERT_FALSE(Contains(files::ReadOrEmpty(file), "diff --git"));
  const auto output = OutgoingAgain();
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Signs(), "==") << RangeDiff();
}

TEST_F(PostedBeforeTest, AMailOfNobodyIsNamed) {
  Replace(v1() / "0001-media-first.patch", "From: S Ender <s@example.org>\n", "");
  const auto output = OutgoingAgain();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(Contains(output.err, "/v1: error: \"media: first\" names no author in From:"))
      << output.err;
}

TEST_F(OutgoingSeriesTest, BaseCommitIsToldOnlyWhereOthersHaveIt) {
  const std::string base = Git(theirs(), {"rev-parse", "HEAD"});
  const auto output = Outgoing();
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_FALSE(Contains(Mail("0000-cover-letter.patch"), "base-commit"));
  EXPECT_TRUE(Contains(output.err, "TO DO base-commit: ")) << output.err;
  // A branch of another folder of this machine is none of others.
  Git(theirs(), {"remote", "add", "other", top_.string()});
  Git(theirs(), {"update-ref", "refs/remotes/other/main", base});
  ASSERT_EQ(Outgoing().code, 0);
  EXPECT_FALSE(Contains(Mail("0000-cover-letter.patch"), "base-commit"));
  Git(theirs(), {"remote", "set-url", "other", "https://example.org/linux.git"});
  ASSERT_EQ(Outgoing().code, 0);
  EXPECT_TRUE(Contains(Mail("0000-cover-letter.patch"), "\nbase-commit: " + base + "\n"));
  Git(theirs(), {"remote", "remove", "other"});
  Git(theirs(), {"tag", "v6.12"});
  ASSERT_EQ(Outgoing().code, 0);
  EXPECT_TRUE(Contains(Mail("0000-cover-letter.patch"), "\nbase-commit: " + base + "\n"));
}

TEST_F(OutgoingSeriesTest, PartThatWasNeverMeasuredStopsIt) {
  ASSERT_EQ(Outgoing().code, 0);
  Write(letter(), std::string(kLetter) + "==== cmake --build build --target bench\n==== end\n");
  const auto output = Outgoing();
  EXPECT_EQ(output.code, static_cast<int>(gate::ExitCode::kInfrastructure));
  EXPECT_TRUE(Contains(output.err, "no result of bench")) << output.err;
}

TEST_F(OutgoingSeriesTest, EditsInTheTreeStopIt) {
  ASSERT_EQ(Outgoing().code, 0);
  Write(build() / "linux/core.c", "edited\n");
  const auto output = Outgoing();
  EXPECT_NE(output.code, 0);
  EXPECT_TRUE(Contains(output.err, "series-refresh")) << output.err;
}

TEST_F(OutgoingSeriesTest, TreeStaysAsItWas) {
  Apply();
  const std::string head = Git(tree(), {"rev-parse", "HEAD"});
  ASSERT_EQ(Outgoing({"--sender", "S Ender <s@example.org>"}).code, 0);
  EXPECT_EQ(Git(tree(), {"rev-parse", "HEAD"}), head);
  EXPECT_EQ(Git(tree(), {"status", "--porcelain"}), "");
  EXPECT_EQ(Run("refresh").code, 0);
  EXPECT_EQ(files::ReadOrEmpty(letter()), kLetter);
}

TEST_F(OutgoingSeriesTest, LetterTakesWhatWasMeasured) {
  Apply();
  PutVerdict(gate::ExitCode::kPassed);
  const auto output = Run("letter");
  ASSERT_EQ(output.code, 0) << output.err;
  const std::string text = files::ReadOrEmpty(letter());
  EXPECT_TRUE(Contains(text, "--target kunit\nLinux 6.12: 42 tests, 42 passed")) << text;
  EXPECT_FALSE(Contains(text, "\nmeasured\n")) << text;
  const auto when = fs::last_write_time(letter());
  ASSERT_EQ(Run("letter").code, 0);
  EXPECT_EQ(fs::last_write_time(letter()), when);
}

TEST_F(OutgoingSeriesTest, LetterKeepsWhatItHasWhereNothingNewWasMeasured) {
  Apply();
  const auto missing = Run("letter");
  EXPECT_NE(missing.code, 0);
  EXPECT_TRUE(Contains(missing.err, "--target kunit")) << missing.err;
  PutVerdict(gate::ExitCode::kFailed);
  const auto failed = Run("letter");
  EXPECT_NE(failed.code, 0);
  EXPECT_TRUE(Contains(failed.err, "did not pass")) << failed.err;
  EXPECT_EQ(files::ReadOrEmpty(letter()), kLetter);
}

TEST_F(OutgoingSeriesTest, LetterTakesNothingThatIsOlderThanTheTree) {
  Apply();
  PutVerdict(gate::ExitCode::kPassed);
  fs::last_write_time(build() / "kunit/verdict.json",
                      fs::last_write_time(build() / "linux.id") - std::chrono::seconds(1));
  const auto output = Run("letter");
  EXPECT_NE(output.code, 0);
  EXPECT_TRUE(Contains(output.err, "has changed since")) << output.err;
  EXPECT_EQ(files::ReadOrEmpty(letter()), kLetter);
}

}  // namespace
