// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_POSTED_COMMITS_H_
#define TOOLS_POSTED_COMMITS_H_

#include <filesystem>
#include <string>
#include <utility>

#include "git.h"
#include "result.h"

/// A series that was mailed, as commits again, for `git range-diff` to compare another with.
/// Neither the work tree nor the index of the repository is touched.
class PostedCommits {
 public:
  struct Settings {
    std::filesystem::path mails;    ///< An mbox or a folder.
    int version = 1;                ///< That the mails have to be.
    std::string base;               ///< The commit that they are laid upon.
    std::filesystem::path scratch;  ///< A folder that is made and removed.
    std::string without;            ///< A line that the messages leave out; empty: none.
  };

  PostedCommits(const git::Repository& repository, Settings settings);

  /// The value is the last commit. The error: mails that are no whole series, or of another
  /// version, or the first patch that does not apply.
  gate::Result<std::string> Make();

 private:
  gate::Result<std::string> Add(const std::string& mail, const std::string& parent);

  git::Repository git_;
  Settings settings_;
};

#endif  // TOOLS_POSTED_COMMITS_H_
