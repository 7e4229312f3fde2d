// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_MAIL_FORM_H_
#define TOOLS_MAIL_FORM_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "patch_mail.h"

/// The form of patch mails for linux-media, beyond what checkpatch looks at. The rules are those of
/// the kernel's own documents; Rules() names the document of each.
namespace mail_form {

struct Rule {
  const char* id;       ///< As it stands in brackets at the end of a finding.
  bool error;           ///< Else a warning: the documents say "should", or allow exceptions.
  const char* meaning;  ///< What is asked for, for --rules.
  const char* source;   ///< The document, below Documentation/ of the kernel; or "media-ci".
};

/// All rules, in the order of a mail's parts.
const std::vector<Rule>& Rules();

/// One line of a check's output.
struct Finding {
  std::string file;
  std::size_t line = 0;  ///< In `file`, from 1.
  bool error = false;
  std::string text;
  std::string id;  ///< Of the rule; or checkpatch's type.

  /// "file:line: error: text [id]".
  std::string Text() const;
  /// "-:line: ERROR: text [id]", as b4 wants it: it looks for "ERROR:" anywhere in a line, and
  /// shows all others as warnings. Nothing that is quoted from a mail can look like one.
  std::string ForB4() const;
};

struct Options {
  bool unsigned_patches = false;  ///< As stored: a missing Signed-off-by is still to come.
};

struct Outcome {
  std::vector<Finding> findings;            ///< By mail; then those of whole series.
  std::vector<std::string> unsigned_files;  ///< Those of which `unsigned_patches` was true.
  std::size_t patches = 0;
  std::size_t letters = 0;  ///< Cover letters.
  std::size_t others = 0;   ///< Replies and the like, which no rule is for.
};

/// The subject of a mail in its parts.
struct Subject {
  bool reply = false;   ///< "Re: ..."
  bool tagged = false;  ///< "[PATCH ...]" stands in front.
  int number = -1;      ///< n of n/m; -1: no number.
  int total = 0;
  int version = 1;
  std::string tags;     ///< What stands in brackets, without n/m: "PATCH v2", "RFC PATCH".
  std::string summary;  ///< What a commit's first line becomes.
};

/// `text` as a header has it, decoded. Without brackets it is all summary.
Subject ParseSubject(std::string_view text);

/// Judges `mails`. Those of a series that are more than one are also judged as a whole: numbers,
/// cover letter, changelog.
Outcome Check(const std::vector<patch_mail::Mail>& mails, const Options& options);

}  // namespace mail_form

#endif  // TOOLS_MAIL_FORM_H_
