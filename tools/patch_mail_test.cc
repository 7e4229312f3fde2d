// SPDX-License-Identifier: GPL-2.0-only
#include "patch_mail.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "test_files.h"

namespace {

using patch_mail::Body;
using patch_mail::DecodeWords;
using patch_mail::IsUtf8Text;
using patch_mail::Parse;

constexpr char kStart[] =
    "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n";

TEST(PatchMailTest, HeadersAreUnfoldedAndBodyKeepsItsLineNumbers) {
  const auto mails = Parse(
      std::string(kStart) + "From: A <a@b.org>\nSubject: [PATCH] media: x:\n long\n\nWhy.\n---\n",
      "f");
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].Value("subject"), "[PATCH] media: x: long");
  EXPECT_EQ(mails[0].Find("Subject")->line, 3u);
  ASSERT_EQ(mails[0].body.size(), 2u);
  EXPECT_EQ(mails[0].body[0].text, "Why.");
  EXPECT_EQ(mails[0].body[0].line, 6u);
}

TEST(PatchMailTest, MailWithoutTheLineOfAnMbox) {
  const auto mails = Parse("\nFrom: A <a@b.org>\n\nText\n", "f");
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].line, 2u);
  EXPECT_EQ(mails[0].body[0].line, 4u);
}

TEST(PatchMailTest, MboxOfThree) {
  std::string mbox;
  for (const char* name : {"one", "two", "three"}) {
    mbox += std::string(kStart) + "Subject: " + name + "\n\nFrom here on.\nFrom x 10:11 2001\n\n";
  }
  const auto mails = Parse(mbox, "f");
  ASSERT_EQ(mails.size(), 3u);
  EXPECT_EQ(mails[1].Value("Subject"), "two");
  EXPECT_EQ(mails[1].line, 7u);
  EXPECT_EQ(mails[2].body[0].line, 16u);
  EXPECT_EQ(mails[2].body[1].text, "From x 10:11 2001");
}

TEST(PatchMailTest, TextLikeTheStartOfAMailIsText) {
  const std::string mail = "Subject: x\n\nText\n" + std::string(kStart) + "Subject: y\n\n";
  EXPECT_EQ(Parse(mail + kStart + "no header\n\nText\n", "f").size(), 1u);
  EXPECT_EQ(Parse(mail + kStart + "Subject: y\n\nText\n", "f").size(), 2u);
  EXPECT_EQ(Parse(kStart + mail + kStart + "Subject: y\n\nText\n", "f").size(), 2u);
}

TEST(PatchMailTest, EncodedWords) {
  EXPECT_EQ(DecodeWords("=?UTF-8?q?Andr=C3=A9_M?= <a@b>"), "Andr\u00e9 M <a@b>");
  EXPECT_EQ(DecodeWords("=?utf-8?B?w6k=?=  =?iso-8859-1?Q?=E9?= x"), "\u00e9\u00e9 x");
  EXPECT_EQ(DecodeWords("=?no-such-charset?q?x?= =?UTF-8?z?x?= =?"),
            "=?no-such-charset?q?x?= =?UTF-8?z?x?= =?");
}

TEST(PatchMailTest, QuotedPrintable) {
  const auto mails = Parse(
      "Subject: x\nContent-Type: text/plain; charset=\"utf-8\"\n"
      "Content-Transfer-Encoding: quoted-printable\n\na =3D b=\n c=C3=A9_ =zz\nnext\n",
      "f");
  ASSERT_EQ(mails[0].body.size(), 2u);
  EXPECT_EQ(mails[0].body[0].text, "a = b c\u00e9_ =zz");
  EXPECT_EQ(mails[0].body[0].line, 5u);
  EXPECT_EQ(mails[0].body[1].line, 7u);
}

TEST(PatchMailTest, QuotedLineEndEndsALine) {
  const auto mails = Parse(
      "Subject: x\nContent-Transfer-Encoding: quoted-printable\n\nWhy.=0Adiff --git a/x b/x\n\n"
      "c=0D",
      "f");
  ASSERT_EQ(mails[0].body.size(), 4u);
  EXPECT_EQ(mails[0].body[1].text, "diff --git a/x b/x");
  EXPECT_EQ(mails[0].body[1].line, 4u);
  EXPECT_EQ(mails[0].body[2].text, "");
  EXPECT_EQ(mails[0].carriage_return, 6u);
}

/// A mail with this body.
patch_mail::Mail WithBody(const std::string& body, const std::string& headers = "") {
  return Parse("Subject: x\n" + headers + "\n" + body, "f").at(0);
}

TEST(PatchMailTest, DiffIsFoundInTheDecodedBody) {
  EXPECT_TRUE(HasDiff(WithBody("Why.\n---\ndiff --git a/x b/x\n")));
  EXPECT_TRUE(HasDiff(WithBody("--- a/x\n+++ b/x\n@@ -1 +1 @@\n")));
  EXPECT_TRUE(HasDiff(
      WithBody("V2h5LgpkaWZmIC0tZ2l0IGEveCBiL3gK\n", "Content-Transfer-Encoding: base64\n")));
  EXPECT_TRUE(HasDiff(
      WithBody("diff -=\n-git a/x b/x\n", "Content-Transfer-Encoding: quoted-printable\n")));
  EXPECT_FALSE(HasDiff(WithBody("> diff --git a/x b/x\n    diff -u\n--- a\n+++ b\n")));
}

/// Which lines of a body are inside a hunk, by one letter each, and the line of the one cut off.
std::string Inside(const std::string& body) {
  const auto hunks = patch_mail::FindHunks(WithBody(body).body);
  std::string text;
  for (const bool inside : hunks.inside) text += inside ? 'x' : '.';
  return text + (hunks.cut == 0 ? "" : std::to_string(hunks.cut));
}

TEST(PatchMailTest, HunkHasTheLinesThatItsHeadCounts) {
  const std::string diff = "-a\n@@ -1 +1 @@\n-b\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n";
  EXPECT_EQ(Inside(diff + "@@ -1,3 +1,3 @@ f\n a\n-b\n+b\n c\n-d\n"), ".......xxxx.");
  EXPECT_EQ(Inside(diff + "@@ -1 +1 @@\n-b\n\\ No newline\n+b\n\\ No newline\n-- \n2.39.5\n\n"),
            ".......xxx....");
  EXPECT_EQ(Inside(diff + "@@ -1,2 +0,0 @@\n-- a\n-- \n@@ -5 +3,2 @@\n\n+d\n-- \n2.39.5\n"),
            ".......xx.xx..");
  for (const char* cut :
       {" a\n-b\n", " a\n-b\n+", " a\n-b\n\n\n", " a\n-b\n-- \n2.39.5\n\n",
        " a\n-b\n+c\n-- \n2.39.5\n", " a\n-b\n+c\nd\n e\n", " a\n-b\n+c\n@@ -7 +7 @@\n-e\n+f\n"}) {
    const auto hunks = patch_mail::FindHunks(WithBody(diff + "@@ -1,3 +1,3 @@\n" + cut).body);
    EXPECT_EQ(hunks.cut, 9u) << cut;
  }
  const std::string most = "18446744073709551615";
  EXPECT_EQ(Inside(diff + "@@ -1," + most + " +1,1 @@\n-b\n"), ".......x9");
  EXPECT_EQ(Inside(diff + "@@ -1,9" + most + " +1,1 @@\n-b\n"), "........");
  EXPECT_EQ(Inside(diff + "@@ -1 +1\n-b\n@@\n"), ".........");
}

TEST(PatchMailTest, DecodedBodyIsNotDecodedAgain) {
  const auto mails = Parse(
      "Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n"
      "Content-Transfer-Encoding: quoted-printable\n\nif (a =3D b)\u00e9\n",
      "-", Body::kDecoded);
  EXPECT_EQ(mails[0].body[0].text, "if (a =3D b)\u00e9");
}

TEST(PatchMailTest, Base64AndOtherCharacterSets) {
  const auto mails =
      Parse("Subject: x\nContent-Transfer-Encoding: base64\n\nbGluZSBvbmUK\nbGluZSB0d28K\n", "f");
  ASSERT_EQ(mails[0].body.size(), 2u);
  EXPECT_EQ(mails[0].body[1].text, "line two");
  const auto latin =
      Parse("Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n\n\xe9\n", "f");
  EXPECT_EQ(latin[0].body[0].text, "\u00e9");
  EXPECT_EQ(Parse("Subject: x\nContent-Type: text/plain; charset=huh\n\nx\n", "f")[0].undecodable,
            "huh");
  EXPECT_EQ(Parse("Subject: x\nContent-Transfer-Encoding: x-uue\n\nx\n", "f")[0].undecodable,
            "x-uue");
}

TEST(PatchMailTest, CarriageReturns) {
  const auto mails = Parse("Subject: x\nTo: y\r\n\r\nText\r\n", "f");
  EXPECT_EQ(mails[0].carriage_return, 2u);
  EXPECT_EQ(mails[0].Value("To"), "y");
  EXPECT_EQ(mails[0].body[0].text, "Text");
  EXPECT_EQ(Parse("Subject: x\n\nText\n", "f")[0].carriage_return, 0u);
}

TEST(PatchMailTest, NoMail) {
  EXPECT_TRUE(Parse("", "f").empty());
  EXPECT_TRUE(Parse("\n\n", "f").empty());
  EXPECT_TRUE(Parse("diff --git a/x b/x\n", "f").empty());
}

TEST(PatchMailTest, HugeLine) {
  const std::string huge(1u << 20, '=');
  const auto mails =
      Parse("Subject: " + huge + "\nContent-Transfer-Encoding: quoted-printable\n\n" + huge, "f");
  EXPECT_EQ(mails[0].Value("Subject").size(), huge.size());
  EXPECT_EQ(mails[0].body[0].text.size(), huge.size() - 1);  // The last "=" joins nothing.
}

TEST(PatchMailTest, Utf8) {
  EXPECT_TRUE(IsUtf8Text("a\u00e9\u20ac\U0001f600"));
  for (const char* bad :
       {"\xe9", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(IsUtf8Text(bad)) << bad;
  }
  EXPECT_FALSE(IsUtf8Text(std::string(1, '\0')));
}

TEST(PatchMailTest, FolderGivesItsMailsByName) {
  const gate::TestFolder folder;
  folder.Write("0002-b.patch", "Subject: b\n\nx\n");
  folder.Write("0001-a.patch", "Subject: a\n\nx\n");
  folder.Write("README.md", "Subject: no\n\nx\n");
  const auto mails = patch_mail::Read({folder.Path(".")});
  ASSERT_TRUE(mails.ok()) << mails.error();
  ASSERT_EQ(mails->size(), 2u);
  EXPECT_EQ((*mails)[0].Value("Subject"), "a");
}

TEST(PatchMailTest, NameThatTheSystemRefusesIsAnError) {
  const gate::TestFolder folder;
  std::filesystem::create_symlink("loop", folder.Path("loop"));
  EXPECT_EQ(patch_mail::Read({folder.Path("loop")}).error(),
            folder.Path("loop") + ": error: cannot open: Too many levels of symbolic links");
  const std::string longest(5000, 'x');
  EXPECT_EQ(patch_mail::Read({longest}).error(),
            longest + ": error: cannot open: File name too long");
}

TEST(PatchMailTest, FlowedTextIsMarked) {
  EXPECT_TRUE(
      WithBody("x\n", "Content-Type: text/plain;\n charset=utf-8; Format=\"Flowed\"\n").flowed);
  EXPECT_FALSE(WithBody("x\n", "Content-Type: text/plain; format=fixed\n").flowed);
}

TEST(PatchMailTest, WhatHoldsNoMailIsAnError) {
  const gate::TestFolder folder;
  EXPECT_FALSE(patch_mail::Read({folder.Path(".")}).ok());
  EXPECT_FALSE(patch_mail::Read({folder.Path("absent.patch")}).ok());
  const std::string empty = folder.Write("empty.patch", "");
  EXPECT_EQ(patch_mail::Read({empty}).error(),
            empty + ": error: is empty; give a file of git format-patch, or an mbox");
}

}  // namespace
