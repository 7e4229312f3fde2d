// SPDX-License-Identifier: GPL-2.0-only
#include "patch_mail.h"

#include <gtest/gtest.h>

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

TEST(PatchMailTest, WhatHoldsNoMailIsAnError) {
  const gate::TestFolder folder;
  EXPECT_FALSE(patch_mail::Read({folder.Path(".")}).ok());
  EXPECT_FALSE(patch_mail::Read({folder.Path("absent.patch")}).ok());
  const std::string empty = folder.Write("empty.patch", "");
  EXPECT_EQ(patch_mail::Read({empty}).error(),
            empty + ": error: is empty; give a file of git format-patch, or an mbox");
}

}  // namespace
