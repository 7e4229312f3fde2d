// SPDX-License-Identifier: GPL-2.0-only
#include "mail_form.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "patch_mail.h"

namespace {

using mail_form::Options;
using mail_form::Outcome;

constexpr char kOther[] = "Signed-off-by: B <b@example.org>\n";
constexpr char kOwn[] = "Signed-off-by: A <a@example.org>\n";

/// A mail that no rule finds fault with, for a test to spoil one part of.
struct Draft {
  std::string from = "A <a@example.org>";
  std::string subject = "[PATCH] media: vim2m: do it";
  std::string headers;
  std::string text = "It was not done.\n\n";
  std::string tags = kOwn;
  std::string notes;
  std::string file = "drivers/media/x.c";
  std::string diff = "@@ -1 +1 @@\n-a\n+b\n";
  std::string name = "0001-x.patch";

  patch_mail::Mail Mail() const {
    std::string mail = "From: " + from + "\nSubject: " + subject + "\n" + headers + "\n" + text;
    mail += tags + "---\n" + notes + " " + file + " | 2 +-\n\n";
    if (!diff.empty()) mail += "diff --git a/" + file + " b/" + file + "\n" + diff;
    return patch_mail::Parse(mail + "-- \n2.39.5\n", name).at(0);
  }
};

Outcome Judge(const std::vector<Draft>& drafts, Options options = {}) {
  std::vector<patch_mail::Mail> mails;
  for (const auto& draft : drafts) mails.push_back(draft.Mail());
  return mail_form::Check(mails, options);
}

/// The ids of what is found, in order, with a blank between; empty: all is well.
std::string Ids(const Outcome& outcome) {
  std::string ids;
  for (const auto& finding : outcome.findings) ids += (ids.empty() ? "" : " ") + finding.id;
  return ids;
}

/// One rule: what breaks it, and what looks like it and does not.
struct Case {
  const char* id;
  Draft red;
  Draft green;
};

Draft With(std::string Draft::*part, std::string text) {
  Draft draft;
  draft.*part = std::move(text);
  return draft;
}

Draft Subject(const std::string& text) { return With(&Draft::subject, text); }
Draft Text(const std::string& text) { return With(&Draft::text, text); }
Draft Tags(const std::string& text) { return With(&Draft::tags, text); }
Draft Headers(const std::string& text) { return With(&Draft::headers, text); }
Draft Notes(const std::string& text) { return With(&Draft::notes, text); }
Draft From(const std::string& text) { return With(&Draft::from, text); }
Draft Diff(const std::string& text) { return With(&Draft::diff, text); }

Draft Of(Draft draft, const std::string& file) {
  draft.file = file;
  return draft;
}

Draft Letter(const std::string& subject, const std::string& text) {
  Draft draft = Subject(subject);
  draft.diff.clear();
  draft.tags.clear();
  draft.text = text;
  return draft;
}

Draft Sent(const std::string& from, const std::string& text, const std::string& tags) {
  Draft draft = From(from);
  draft.text = text;
  draft.tags = tags;
  return draft;
}

const std::vector<Case>& Cases() {
  const std::string wide(70, 'w');
  const std::string fixes = "Fixes: 0123456789ab (\"media: begin\")\n";
  // As git has it where a link becomes a file: two diffs of one name.
  Draft linked = Notes(" 1 file changed, 1 insertion(+), 1 deletion(-)\n");
  linked.diff = "deleted file mode 120000\n--- a/drivers/media/x.c\n+++ /dev/null\n" + linked.diff +
                "diff --git a/drivers/media/x.c b/drivers/media/x.c\nnew file mode 100644\n"
                "--- /dev/null\n+++ b/drivers/media/x.c\n@@ -0,0 +1 @@\n+b\n";
  static const std::vector<Case> kCases = {
      {"plain-text", Headers("Content-Type: text/html\n"),
       Headers("Content-Type: text/plain; charset=UTF-8\n")},
      {"plain-text", Headers("Content-Type: text/plain; charset=utf-8; format=flowed\n"),
       Headers("Content-Type: text/plain; charset=utf-8; format=fixed\n")},
      {"plain-text", Headers("Content-Type: text/plain; charset=huh\n"),
       Headers("Content-Type: text/plain; charset=iso-8859-1\n")},
      {"line-end", Text("Why.\r\n\n"), Text("Why.\\r\n\n")},
      {"utf-8", Text("Caf\xe9.\n\n"), Text("Caf\u00e9.\n\n")},
      {"utf-8", Headers("To: \xe9 <e@example.org>\n"),
       Headers("To: =?UTF-8?q?=C3=A9?= <e@example.org>\n")},
      {"from-mangled", Text(">From now on, it is.\n\n"), Text("> From now on, it is.\n\n")},
      {"from-mangled",
       Sent("A via List <l@example.org>", "Why.\n\n",
            "Signed-off-by: A via List <l@example.org>\n"),
       Sent("A via List <l@example.org>", "From: A <a@example.org>\n\nWhy.\n\n", kOwn)},
      {"from-mangled", Sent("A", "From: A <a@example.org>\n\nWhy.\n\n", kOwn), Draft{}},
      {"subject-tag", Subject("media: vim2m: do it"), Subject("[RFC PATCH] media: vim2m: do it")},
      {"subject-tag", Subject("[PATCH 3/2] media: do it"), Subject("[PATCH 2/2] media: do it")},
      {"subject-tag", Subject("[PATCH]"), Subject("[PATCH] [next] media: do it")},
      {"subject-prefix", Subject("[PATCH] vim2m: do it"),
       Subject("[PATCH] Revert \"media: vim2m: do it\"")},
      {"subject-prefix", Subject("[PATCH] do it"),
       Of(Subject("[PATCH] dma-buf: do it"), "drivers/dma-buf/x.c")},
      {"subject-prefix", Of(Subject("[PATCH] v4l2: do it"), "include/media/x.h"),
       Of(Subject("[PATCH] dt-bindings: net: do it"),
          "Documentation/devicetree/bindings/net/x.yaml")},
      // bindings/submitting-patches.rst: media expects the reverse order.
      {"subject-prefix",
       Of(Subject("[PATCH] dt-bindings: media: do it"),
          "Documentation/devicetree/bindings/media/x.yaml"),
       Of(Subject("[PATCH] media: dt-bindings: do it"),
          "Documentation/devicetree/bindings/media/x.yaml")},
      {"subject-prefix", Of(Subject("[PATCH] cec: do it"), "include/uapi/linux/cec-funcs.h"),
       Of(Subject("[PATCH] ceph: do it"), "include/uapi/linux/ceph.h")},
      {"subject-prefix", Of(Subject("[PATCH] dvb: do it"), "include/uapi/linux/dvb/dmx.h"),
       Subject("[PATCH] Reapply \"media: vim2m: do it\"")},
      {"subject-prefix", Subject("[PATCH] Revert \"Reapply \"vim2m: do it\"\""),
       Subject("[PATCH] Revert \"Revert \"Reapply \"media: vim2m: do it\"\"\"")},
      {"subject-prefix", Subject("[PATCH] Do it"), Letter("[PATCH 0/1] Do it", "Why.\n")},
      {"subject-period", Subject("[PATCH] media: vim2m: do it."),
       Subject("[PATCH] media: vim2m: do it, do it...")},
      {"subject-length", Subject("[PATCH] media: " + std::string(69, 'x')),
       Subject("[PATCH v2 RESEND] media: " + std::string(68, 'x'))},
      {"no-diff", Diff(""), Letter("[PATCH 0/1] media: do it", "Why.\n")},
      {"diff-cut", Diff("@@ -1,2 +1,2 @@\n-a\n+b\n"),
       Diff("@@ -1,2 +1,2 @@\n-a\n+b\n c\n\\ No newline at end of file\n")},
      {"diff-cut", Notes(" 2 files changed, 2 insertions(+)\n"),
       Notes(" 2 files changed in v1\n 1 file changed, 1 insertion(+)\n")},
      {"diff-cut", Notes(" 3 files changed\n"), linked},
      {"path", Of(Draft{}, "drivers/media/../../x.c"), Of(Draft{}, "drivers/media/x..c")},
      {"path", Diff("--- \"a/drivers/\\056./x.c\"\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n"),
       Diff("@@ -1 +1 @@\n--- ../x\n+++ ../x\n")},
      {"message-empty", Text(""), Text("Why.\n\n")},
      {"message-empty",
       Sent("A <a@example.org>", "",
            "Tested-by: B <b@example.org>\n # there\n" + std::string(kOwn)),
       Text("Why.\n\n")},
      {"line-length", Text(wide + " more.\n\n"),
       Text(wide + " mor\u00e9\n" + wide + wide + "\nSee https://a.example/" + wide + "\n    " +
            wide + " quoted\n> " + wide + " quoted\n\n")},
      {"line-length", Text("See drivers/x.c: " + wide + " more.\n\n"),
       Text("drivers/media/x.c:12: " + wide + " more.\ndrivers/x.c | 12 " + wide + "\n\n")},
      {"line-length", Text("drivers/: " + wide + " more.\n\n"),
       Text("[   12.345678] x\n" + wide + " more.\n\n")},
      {"line-length", Text("[ 12.3] x " + wide + " more.\n\n"),
       Text("WARNING: at x\n" + wide + " more.\n\n")},
      {"line-length", Text("[<0123>] x " + wide + " more.\n\n"),
       Text(" [<0123456789abcdef>] x\n" + wide + " more.\n\n")},
      {"changelog", Text("Why.\n\nChanges in v2:\n- more\n\n"),
       With(&Draft::notes, "Changes in v2:\n- more\n\n")},
      {"changelog", Text("Why.\n\nV1 -> V2: more\n\n"), Text("v4l2 -> vb2: v2 of the API.\n\n")},
      {"gerrit", Text("Why.\n\nChange-Id: I0123456789\n"),
       With(&Draft::notes, "change-id: 20240101-x\n")},
      {"tag-block", Text("Why.\n\nAcked-by: B <b@example.org>\n\n"),
       Tags("Acked-by: B <b@example.org>\n[b: more]\nInspired-by: C\n" + std::string(kOwn))},
      {"tag-block", Text("Why.\n"), Text("Note: why.\n\n")},
      {"tag-block", Tags("Acked-by: B <b@example.org>\n# more\n there\n" + std::string(kOwn)),
       Tags("Tested-by: B <b@example.org>\n  # there\n\tand here\n" + std::string(kOwn))},
      {"tag-lost", With(&Draft::notes, "Acked-by: B <b@example.org>\n"),
       With(&Draft::notes, "Cc: B <b@example.org>\n")},
      {"sign-off", Tags(""), Tags(kOwn)},
      {"sign-off-author", Sent("B <b@example.org>", "From: A <a@example.org>\n\nWhy.\n\n", kOther),
       Sent("B <b@example.org>", "From: A <a@example.org>\n\nWhy.\n\n",
            kOwn + std::string(kOther))},
      {"sign-off-author",
       Sent("B <b@example.org>", "From: AA <a@example.org>\n\nWhy.\n\n",
            kOwn + std::string(kOther)),
       Sent("=?UTF-8?q?=C3=A9?= <A@Example.org>", "Why.\n\n",
            "Signed-off-by: \u00e9 <a@example.org>\n")},
      {"sign-off-order", Tags(kOther + std::string(kOwn)),
       Tags("Co-developed-by: B <b@example.org>\n" + (kOther + std::string(kOwn)))},
      {"sign-off-sender", Tags(kOwn + std::string(kOther)),
       Sent("B <b@example.org>", "From: A <a@example.org>\n\nWhy.\n\n",
            kOwn + std::string(kOther))},
      {"sign-off-sender", Sent("B <b@example.org>", "From: A <a@example.org>\n\nWhy.\n\n", kOwn),
       Sent("A <a@home.example>", "From: A <a@example.org>\n\nWhy.\n\n",
            kOwn + std::string("Signed-off-by: A <a@home.example>\n"))},
      {"sign-off-sender",
       Sent("B <b@example.org>", "From: A <a@example.org>\n\nWhy.\n\n",
            kOwn + std::string("Signed-off-by: C <c@example.org>\n")),
       Sent("A <a@home.example>", "From: A <a@example.org>\n\nWhy.\n\n", kOwn)},
      {"sign-off-sender", Sent("a@home.example", "From: A <a@example.org>\n\nWhy.\n\n", kOwn),
       Sent("\"A, M.\" <A@example.org>", "From: A <a@example.org>\n\nWhy.\n\n", kOwn)},
      {"sign-off-sender", Tags(kOwn + std::string("Signed-off-by: A <a@home.example>\n")),
       Sent("B <b@home.example>", "From: A <a@example.org>\n\nWhy.\n\n",
            kOwn + std::string(kOther))},
      {"co-developed-by", Tags("Co-developed-by: B <b@example.org>\n" + std::string(kOwn)),
       Tags("Co-developed-by: B <b@example.org>\n" + (kOther + std::string(kOwn)))},
      {"fixes", Tags("Fixes: 0123456789a (\"media: begin\")\n" + std::string(kOwn)),
       Tags(fixes + kOwn)},
      {"fixes", Tags("Fixes: 0123456789ab media: begin\n" + std::string(kOwn)),
       Tags("Fixes: 0123456789abcdef0123 (\"media: " + wide + "\")\n" + kOwn)},
      {"fixes", Tags("Fixes: 0123456789ab (\"media:\n begin\")\n" + std::string(kOwn)),
       Tags(fixes + fixes + kOwn)},
      {"stable-form", Tags(fixes + "Cc: stable@kernel.vger.org\n" + kOwn),
       Tags(fixes + "Cc: <stable@vger.kernel.org>\n" + kOwn)},
      {"stable-form", Tags("Cc: <stable+noautosel@kernel.org>\n" + std::string(kOwn)),
       Tags("Cc: <stable+noautosel@kernel.org> # needs more\n" + std::string(kOwn))},
      {"stable-form", Tags("Cc: B <b@example.org>, stable@vger.kernel.com\n" + std::string(kOwn)),
       Tags("Cc: B <b@example.org>, stable@vger.kernel.org\n" + std::string(kOwn))},
      {"reported-by", Tags("Reported-by: B <b@example.org>\n" + std::string(kOwn)),
       Tags("Reported-by: B <b@example.org>\nCloses: https://a.example/1\n" + std::string(kOwn))},
      {"link", Tags("Link: message 5\n" + std::string(kOwn)),
       Tags("Link: https://lore.kernel.org/r/x@y [1]\n" + std::string(kOwn))},
      {"link", Tags("Link: https://a.example/1 https://a.example/2\n" + std::string(kOwn)),
       Tags("Link: https://a.example/1 # the first\n" + std::string(kOwn))},
      {"list-cc", Tags("Cc: linux-media@vger.kernel.org\n" + std::string(kOwn)),
       Tags("Cc: B <b@example.org>\n" + std::string(kOwn))},
      {"list-cc",
       Tags("Cc: \"B, b\" <b@example.org>, linux-media@vger.kernel.org\n" + std::string(kOwn)),
       Tags("Cc: stable@vger.kernel.org # not linux-media, x@vger.kernel.org\n" +
            std::string(kOwn))},
      {"list-cc",
       Tags("Cc: B <b@example.org>,\n linux-media@vger.kernel.org\n" + std::string(kOwn)),
       Tags("Cc: stable@vger.kernel.org\n" + std::string(kOwn))},
      {"list-cc", Tags("Cc: dri-devel@lists.freedesktop.org\n" + std::string(kOwn)),
       With(&Draft::notes, "Cc: dri-devel@lists.freedesktop.org\n")},
      {"binary", Diff("GIT binary patch\nliteral 1\n"), Diff("@@ -0,0 +1 @@\n+GIT binary patch\n")},
      {"cover-letter", Letter("[PATCH 0/1] media: do it", ""),
       Letter("[PATCH 0/1] media: do it", "Why.\n")},
      {"cover-letter", Letter("[PATCH 0/1] media: do it", "*** BLURB HERE ***\n"),
       Letter("[PATCH 0/1] media: do it", "Change-Id: none\n")},
  };
  return kCases;
}

TEST(MailFormTest, DraftIsWithoutFault) { EXPECT_EQ(Ids(Judge({Draft{}})), ""); }

TEST(MailFormTest, EachRuleSeesItsFaultAndNoOther) {
  for (const auto& one : Cases()) {
    EXPECT_EQ(Ids(Judge({one.red})), one.id) << one.red.subject << "\n"
                                             << one.red.text << one.red.tags;
    EXPECT_EQ(Ids(Judge({one.green})), "") << one.id << "\n" << one.green.text << one.green.tags;
  }
}

Draft Numbered(int number, int total, const std::string& version = "") {
  const std::string n = std::to_string(number);
  const std::string tag = "[PATCH" + version + " " + n + "/" + std::to_string(total) + "] ";
  if (number == 0) return Letter(tag + "media: do all", "Why.\n");
  return Subject(tag + "media: part " + n);
}

TEST(MailFormTest, SeriesIsJudgedAsAWhole) {
  const Draft letter = Numbered(0, 2);
  const Draft one = Numbered(1, 2);
  const Draft two = Numbered(2, 2);
  EXPECT_EQ(Ids(Judge({letter, one, two})), "");
  EXPECT_EQ(Ids(Judge({letter, one})), "numbering");
  EXPECT_EQ(Ids(Judge({letter, one, two, two})), "numbering subject-unique");
  EXPECT_EQ(Ids(Judge({one, two})), "cover-letter");
  Draft same = two;
  same.subject = "[PATCH 2/2] media: part 1";
  EXPECT_EQ(Ids(Judge({letter, one, same})), "subject-unique");
  EXPECT_EQ(Ids(Judge({one})), "") << "a patch by itself";
}

TEST(MailFormTest, MissingPatchesAreNamed) {
  const auto outcome = Judge({Numbered(0, 4), Numbered(2, 4)});
  ASSERT_EQ(Ids(outcome), "numbering");
  EXPECT_EQ(outcome.findings[0].text, "not here of 4: 1, 3, 4");
  EXPECT_EQ(Ids(Judge({Numbered(0, 999999), Numbered(1, 999999)})), "numbering");
}

TEST(MailFormTest, LaterVersionTellsWhatChanged) {
  Draft letter = Numbered(0, 1, " v2");
  const Draft patch = Numbered(1, 1, " v2");
  EXPECT_EQ(Ids(Judge({letter, patch})), "changelog");
  EXPECT_EQ(Ids(Judge({Numbered(0, 2, " v2"), Numbered(2, 2, " v2")})).find("changelog"),
            std::string::npos)
      << "it may be in a patch that is not here";
  letter.text += "\nChanges since v1:\n- more\n";
  EXPECT_EQ(Ids(Judge({letter, patch})), "");
  Draft with_notes = patch;
  with_notes.notes = "v2: more\n";
  EXPECT_EQ(Ids(Judge({Numbered(0, 1, " v2"), with_notes})), "");
}

TEST(MailFormTest, TwoSeriesOfOneFormDifferByTheirThread) {
  std::vector<Draft> mails;
  for (const char* thread : {"<1@x>", "<2@x>"}) {
    for (const int number : {0, 1}) {
      mails.push_back(Numbered(number, 1));
      mails.back().headers =
          (number == 0 ? "Message-ID: " : "References: ") + std::string(thread) + "\n";
    }
  }
  EXPECT_EQ(Ids(Judge(mails)), "");
  mails.pop_back();
  EXPECT_EQ(Ids(Judge(mails)), "numbering");
}

TEST(MailFormTest, SeveralPatchesHaveNumbers) {
  const Draft one;
  EXPECT_EQ(Ids(Judge({one, one})), "numbering");
  EXPECT_EQ(Ids(Judge({one, one}, {.unsigned_patches = true})), "");
  EXPECT_EQ(Ids(Judge({Numbered(0, 1), Numbered(1, 1), one})), "") << "a patch beside a series";
}

TEST(MailFormTest, PrefixFollowsTheLargerPartOfTheFiles) {
  Draft draft = Subject("[PATCH] dma-buf: do it");
  draft.file = "drivers/dma-buf/a.c";
  draft.diff =
      "diff --git a/drivers/gpu/b.c b/drivers/gpu/b.c\ndiff --git a/include/media/c.h "
      "b/include/media/c.h\n";
  EXPECT_EQ(Ids(Judge({draft})), "");
  draft.file = "drivers/media/a.c";
  EXPECT_EQ(Ids(Judge({draft})), "subject-prefix");
}

TEST(MailFormTest, SignOffToComeIsNoFinding) {
  const auto outcome = Judge({Tags("")}, {.unsigned_patches = true});
  EXPECT_EQ(Ids(outcome), "");
  EXPECT_EQ(outcome.unsigned_files, std::vector<std::string>{"0001-x.patch"});
  EXPECT_EQ(Ids(Judge({Tags(kOther)}, {.unsigned_patches = true})),
            "sign-off-author sign-off-sender");
}

TEST(MailFormTest, StoredLetterHasNoNumber) {
  Draft letter = Letter("[PATCH] media: do all", "Why.\n");
  letter.name = "kernel/0000-cover-letter.patch";
  const auto outcome = Judge({letter});
  EXPECT_EQ(Ids(outcome), "");
  EXPECT_EQ(outcome.letters, 1u);
}

TEST(MailFormTest, RepliesAreNotJudged) {
  const auto outcome = Judge({Subject("Re: [PATCH] x"), Letter("hello", "Text\n"), Draft{}});
  EXPECT_EQ(Ids(outcome), "");
  EXPECT_EQ(outcome.patches, 1u);
  EXPECT_EQ(outcome.others, 2u);
}

TEST(MailFormTest, SubjectInTheBodyMakesNoReplyAndNoLetter) {
  for (const char* subject : {"Re: media: hidden", "[PATCH 0/1] media: hidden"}) {
    const auto outcome =
        Judge({Sent("A <a@example.org>", "Subject: " + std::string(subject) + "\n\nWhy.\n\n", "")});
    EXPECT_EQ(Ids(outcome), "sign-off") << subject;
    EXPECT_EQ(outcome.patches, 1u) << subject;
  }
  EXPECT_EQ(Ids(Judge({Text("Subject: vim2m: it\n\nWhy.\n\n")})), "subject-prefix");
}

TEST(MailFormTest, LetterMayHaveAnInterdiff) {
  Draft letter = Letter("[PATCH v2 0/1] Do it", "Why.\n\nv2: more\n");
  letter.diff = Draft{}.diff;
  const auto outcome = Judge({letter, Subject("[PATCH v2 1/1] media: do it")});
  EXPECT_EQ(Ids(outcome), "");
  EXPECT_EQ(outcome.letters, 1u);
}

TEST(MailFormTest, BareDiffIsADiff) {
  Draft draft = Tags("");
  draft.text += "Signed-off-by: A <a@example.org>\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n";
  EXPECT_EQ(Ids(Judge({draft})), "diff-cut");
}

TEST(MailFormTest, FindingNamesItsLine) {
  const auto outcome = Judge({Text("Why.\n\nChange-Id: I1\n")});
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].Text(),
            "0001-x.patch:6: error: \"Change-Id: I1\" is for a Gerrit server [gerrit]");
  EXPECT_EQ(outcome.findings[0].ForB4(),
            "-:6: ERROR: \"Change-Id: I1\" is for a Gerrit server [gerrit]");
}

TEST(MailFormTest, WarningQuotesNothingThatB4TakesForAnError) {
  const auto outcome = Judge({Tags("ERROR: x\n" + std::string(kOwn))}, {});
  EXPECT_EQ(Ids(outcome), "");
  const auto other = Judge({Tags("1 ERROR: x\n" + std::string(kOwn))}, {});
  ASSERT_EQ(Ids(other), "tag-block");
  EXPECT_EQ(other.findings[0].ForB4().find("ERROR:"), std::string::npos);
}

TEST(MailFormTest, HugeLinesAreQuotedShort) {
  const std::string huge(1u << 20, 'x');
  const auto outcome =
      Judge({Tags("Link: " + huge + " \u00e9\n" + kOwn), Subject("[PATCH] media: " + huge)},
            {.unsigned_patches = true});
  EXPECT_EQ(Ids(outcome), "link subject-length");
  for (const auto& finding : outcome.findings) EXPECT_LT(finding.Text().size(), 300u);
}

TEST(MailFormTest, EachRuleHasACase) {
  std::set<std::string> tested = {"numbering", "subject-unique"};  // Of whole series, above.
  for (const auto& one : Cases()) tested.insert(one.id);
  std::set<std::string> known;
  for (const auto& rule : mail_form::Rules()) {
    EXPECT_TRUE(known.insert(rule.id).second) << rule.id;
    EXPECT_TRUE(tested.contains(rule.id)) << rule.id;
  }
}

TEST(ParseSubject, TakesTheNumbersOfTheBracketsAlone) {
  const auto numbers = [](const char* text) {
    const auto subject = mail_form::ParseSubject(text);
    return std::pair(subject.number, subject.total);
  };
  EXPECT_EQ(numbers("[PATCH 1/2] a"), std::pair(1, 2));
  EXPECT_EQ(numbers("[PATCH net-next v3 07/12] a"), std::pair(7, 12));
  EXPECT_EQ(numbers("[PATCH] a 1/2"), std::pair(-1, 0));
  EXPECT_EQ(numbers("[PATCH 1/] a"), std::pair(-1, 0));
  EXPECT_EQ(numbers("[PATCH 99999999999/2] a"), std::pair(-1, 0));
}

}  // namespace
