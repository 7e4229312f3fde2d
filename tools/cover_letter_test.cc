// SPDX-License-Identifier: GPL-2.0-only
#include "cover_letter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "before_after_report.h"

namespace {

constexpr const char kLetter[] =
    "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
    "From: A U Thor <author@example.org>\n"
    "Subject: [PATCH] media: videobuf2: a subject that is so long that it\n"
    " is folded\n"
    "\n"
    "Why.\n"
    "\n"
    "==== cmake --build build --target kunit\n"
    "old result\n"
    "==== end\n"
    "\n"
    "==== cmake --build build --target before-after\n"
    "==== end\n"
    "\n"
    "Questions.\n";

constexpr const char kGenerated[] =
    "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
    "From: A U Thor <author@example.org>\n"
    "Subject: [PATCH v2 0/3] *** SUBJECT HERE ***\n"
    "To: A Person <person@example.org>\n"
    "\n"
    "*** BLURB HERE ***\n"
    "\n"
    "A U Thor (2):\n"
    "  media: first\n";

TEST(CoverLetter, NamesTheTargetsOfItsParts) {
  const auto targets = cover_letter::Targets(kLetter);
  ASSERT_TRUE(targets.ok()) << targets.error();
  EXPECT_EQ(*targets, (std::vector<std::string>{"kunit", "before-after"}));
}

TEST(CoverLetter, TellsPartsThatWereNeverMeasured) {
  const auto empty = cover_letter::EmptyParts(kLetter);
  ASSERT_TRUE(empty.ok()) << empty.error();
  EXPECT_EQ(*empty, std::vector<std::string>{"before-after"});
}

TEST(CoverLetter, ReplacesOnePartAndNothingElse) {
  const auto letter = cover_letter::WithPart(kLetter, "kunit", "new result\nin two lines\n");
  ASSERT_TRUE(letter.ok()) << letter.error();
  std::string expected = kLetter;
  expected.replace(expected.find("old result"), 10, "new result\nin two lines");
  EXPECT_EQ(*letter, expected);
}

TEST(CoverLetter, SameResultChangesNoByte) {
  const auto letter = cover_letter::WithPart(kLetter, "kunit", "old result");
  ASSERT_TRUE(letter.ok()) << letter.error();
  EXPECT_EQ(*letter, kLetter);
}

TEST(CoverLetter, PartThatIsNotThereIsAnError) {
  const auto letter = cover_letter::WithPart(kLetter, "bench", "x");
  ASSERT_FALSE(letter.ok());
  EXPECT_NE(letter.error().find("--target bench"), std::string::npos) << letter.error();
}

TEST(CoverLetter, PartThatDoesNotEndIsAnError) {
  const std::string open = "x\n==== cmake --build build --target kunit\nresult\n";
  const std::string next = open + "==== cmake --build build --target bench\n==== end\n";
  for (const auto& letter : {open, next}) {
    const auto targets = cover_letter::Targets(letter);
    ASSERT_FALSE(targets.ok());
    EXPECT_NE(targets.error().find("line 2: error"), std::string::npos) << targets.error();
  }
}

TEST(CoverLetter, FillsThePlacesThatGitLeaves) {
  const auto mail = cover_letter::Fill(kGenerated, kLetter);
  ASSERT_TRUE(mail.ok()) << mail.error();
  EXPECT_NE(mail->find("Subject: [PATCH v2 0/3] media: videobuf2: a subject that is so long that "
                       "it is folded\nTo: A Person"),
            std::string::npos)
      << *mail;
  EXPECT_NE(mail->find("\n\nWhy.\n\n==== cmake"), std::string::npos) << *mail;
  EXPECT_NE(mail->find("\nQuestions.\n\nA U Thor (2):\n"), std::string::npos) << *mail;
  EXPECT_EQ(mail->find("***"), std::string::npos) << *mail;
}

TEST(CoverLetter, LetterWithoutSubjectIsAnError) {
  EXPECT_FALSE(cover_letter::Fill(kGenerated, "From: A <a@example.org>\n\nText.\n").ok());
  EXPECT_FALSE(cover_letter::Fill("Subject: no places\n\n", kLetter).ok());
}

TEST(CoverLetter, TellsARunThatPassed) {
  gate::Verdict verdict;
  verdict.totals.passed = 160;
  verdict.totals.skipped = 2;
  verdict.tool.passed = true;
  const auto text = cover_letter::DescribeKunit(verdict, "6.12");
  ASSERT_TRUE(text.ok()) << text.error();
  EXPECT_EQ(text->find("Linux 6.12: 162 tests, 160 passed, 2 skipped; 0 kernel reports"), 0u)
      << *text;
}

TEST(CoverLetter, RunThatFailedHasNoPlaceInALetter) {
  gate::Verdict verdict;
  verdict.code = gate::ExitCode::kSplat;
  verdict.totals.passed = 162;
  EXPECT_FALSE(cover_letter::DescribeKunit(verdict, "6.12").ok());
}

/// The report of two drivers that see the same, but for `differing` rows of the second.
std::string Report(const std::vector<fence_probe::Report::Row>& differing) {
  before_after::KernelResults before;
  before_after::KernelResults after;
  fence_probe::Report first;
  first.suite = "vim2m";
  first.rows = {{"running_job", "poll_in", "ready"}, {"running_job", "poll_out", "ready"}};
  first.timings = {{"export_sync_file", 10, 3.5, 9.0}};
  before.probes = {first, first};
  before.probes[1].suite = "visl";
  for (auto& row : first.rows) row.seen = "busy";
  after.probes = {first, first};
  after.probes[1].suite = "visl";
  for (const auto& row : differing) {
    before.probes[1].rows.push_back({row.scenario, row.what, "signalled"});
    after.probes[1].rows.push_back(row);
  }
  before.compliance["vim2m"].tests = {{"a", "OK"}};
  after.compliance = before.compliance;
  return before_after::TextReport({"6.12"}, before, after);
}

TEST(CoverLetter, TellsRowsOfALaterTableOnlyWhereTheyDiffer) {
  const std::string text = cover_letter::DescribeComparison(
      Report({{"held_capture", "first_slice", "signalled"}, {"held_capture", "last", "pending"}}));
  EXPECT_NE(text.find("vim2m: 2 of 2 observations change\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("running_job"), text.rfind("running_job")) << text;
  const auto visl = text.find("visl: 3 of 4 observations change; those not listed are as above\n");
  ASSERT_NE(visl, std::string::npos) << text;
  EXPECT_NE(text.find("held_capture", visl), std::string::npos) << text;
  EXPECT_NE(text.find("pending", visl), std::string::npos) << text;
}

TEST(CoverLetter, TellsATableThatIsAsTheFirstInOneLine) {
  const std::string text = cover_letter::DescribeComparison(Report({}));
  EXPECT_NE(text.find("visl: 2 of 2 observations change, each as above\n\n"), std::string::npos)
      << text;
}

TEST(CoverLetter, NamesTheScenarioWhereTheRowThatNamesItIsLeftOut) {
  const std::string text =
      cover_letter::DescribeComparison(Report({{"running_job", "dqbuf", "at once"}}));
  const auto visl = text.find("visl:");
  ASSERT_NE(visl, std::string::npos) << text;
  EXPECT_NE(text.find("running_job               dqbuf", visl), std::string::npos) << text;
}

TEST(CoverLetter, KeepsNoTimes) {
  const std::string report = Report({});
  EXPECT_NE(report.find("export_sync_file"), std::string::npos);
  const std::string text = cover_letter::DescribeComparison(report);
  EXPECT_EQ(text.find("export_sync_file"), std::string::npos) << text;
  EXPECT_NE(text.find("v4l2-compliance"), std::string::npos) << text;
}

TEST(CoverLetter, SummarizesAComparisonWithoutItsTables) {
  const std::string text = cover_letter::SummarizeComparison(Report({}));
  EXPECT_NE(text.find("vim2m: 2 of 2 observations change\nvisl: 2 of 2 observations change\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("running_job"), std::string::npos) << text;
  EXPECT_EQ(text.find("export_sync_file"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\nv4l2-compliance"), std::string::npos) << text;
}

}  // namespace
