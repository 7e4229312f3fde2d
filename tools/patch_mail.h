// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PATCH_MAIL_H_
#define TOOLS_PATCH_MAIL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

/// Patch mails as text: what `git format-patch` writes, or a mail program saves, or an archive
/// gives as one mbox. Nothing is judged here.
namespace patch_mail {

struct Header {
  std::string name;   ///< As it stands there; compare it without regard to case.
  std::string value;  ///< Unfolded and decoded (RFC 2047), in UTF-8.
  std::size_t line;   ///< Of its first line.
};

struct Line {
  std::string text;  ///< Without its line end.
  std::size_t line;  ///< In the file; those of one encoded line share its number.
};

struct Mail {
  std::string file;      ///< As it was named to us; "-" for standard input.
  std::size_t line = 1;  ///< Where it begins in `file`, from 1.
  std::vector<Header> headers;
  std::vector<Line> body;           ///< Decoded, in the mail's own character set if unknown to us.
  bool plain = true;                ///< text/plain, or without a type.
  std::string undecodable;          ///< Which encoding we don't know; empty: none.
  std::size_t carriage_return = 0;  ///< The first line that ends in CR LF; 0: none does.
  bool flowed = false;              ///< format=flowed: programs may break lines anew.

  /// The first header of this name; nullptr where there is none.
  const Header* Find(std::string_view name) const;
  /// Its value; empty where there is none.
  std::string_view Value(std::string_view name) const;
};

enum class Body {
  kEncoded,  ///< As Content-Transfer-Encoding says.
  kDecoded,  ///< b4 pipes a decoded body below headers that are still the old ones.
};

/// The mails in `text`. Bytes that hold no mail at all give none.
std::vector<Mail> Parse(std::string_view text, const std::string& file, Body body = Body::kEncoded);

/// The mails of files, of the *.patch, *.eml and *.mbox directly in folders (by name), and of
/// standard input ("-"). An argument without a single mail is an error.
gate::Result<std::vector<Mail>> Read(const std::vector<std::string>& arguments,
                                     Body body = Body::kEncoded);

/// Whether a diff begins at `body[at]`, as git takes it: "diff -", "Index: ", or a bare "--- " with
/// its "+++ " and "@@ -".
bool BeginsDiff(const std::vector<Line>& body, std::size_t at);

/// Whether the body, decoded, carries a diff.
bool HasDiff(const Mail& mail);

/// The hunks of a diff, by the lines that their heads count.
struct Hunks {
  std::vector<bool> inside;  ///< For each line of the body; a head is outside.
  std::size_t cut = 0;       ///< Where the first head is whose hunk lacks lines; 0: none does.
};
Hunks FindHunks(const std::vector<Line>& body);

/// `value` with its encoded words (=?UTF-8?q?...?=) in clear. A word that can't be decoded stays.
std::string DecodeWords(std::string_view value);

/// Whether all bytes are UTF-8 (RFC 3629: no surrogate, nothing overlong), and none is NUL.
bool IsUtf8Text(std::string_view text);

/// `text` without the blanks and tabs around it.
std::string_view Trim(std::string_view text);

/// The same letters in small; ASCII alone.
std::string Lower(std::string_view text);

}  // namespace patch_mail

#endif  // TOOLS_PATCH_MAIL_H_
