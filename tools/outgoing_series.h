// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_OUTGOING_SERIES_H_
#define TOOLS_OUTGOING_SERIES_H_

#include <filesystem>
#include <string>

#include "kernel_tree.h"
#include "result.h"
#include "series_tree.h"

/// The series as mails, ready for `git send-email`. Nothing here sends.
namespace outgoing_series {

struct Options {
  std::filesystem::path folder;  ///< Where the mails go; what was there before goes away.
  std::string sender;            ///< "Name <mail>", the author of all mails; empty: as stored.
  bool sign_off = false;         ///< Add the sender's Signed-off-by; needs `sender`.
  int version = 1;               ///< Shown in the subjects from 2 on.
  /// The mails of the posting before this one: an mbox or a folder. What has changed since is told
  /// below the letter, as `git range-diff` tells it. Empty: it is not told.
  std::filesystem::path previous{};
  /// "AGENT:MODEL", for a trailer Assisted-by on each patch; empty: none. It says what the tree's
  /// Documentation/process/coding-assistants.rst asks to be said, where the sender has to.
  std::string assisted_by{};
};

/// The name of the letter in the folder of the patches.
inline constexpr const char kLetter[] = "0000-cover-letter.patch";

/// The commit message of the patch that the suite becomes, in the suite's folder.
inline constexpr const char kKunitMessage[] = "commit-message.txt";

/// Writes the mails of the series that `tree` holds (SeriesTree::Apply() has been called): the
/// cover letter, with git's shortlog and diffstat; the patches; one with the suite, made from
/// `project`. To and Cc come from the tree's own get_maintainer.pl. base-commit is given where
/// `origin` is a checkout that has that commit from elsewhere: by a tag, or in a remote's branch.
/// Nothing is written where the tree holds edits, where a part of the letter was never measured, or
/// where a later version's letter does not say "Changes since v1" (or whichever was the last), or
/// where the posting before is of another version, or does not apply to the base.
/// The value is what the user is told: what was written, and how to send it.
gate::Result<std::string> Write(const series_tree::SeriesTree& tree,
                                const series_tree::Project& project,
                                const kernel_tree::Origin& origin, const Options& options);

}  // namespace outgoing_series

#endif  // TOOLS_OUTGOING_SERIES_H_
