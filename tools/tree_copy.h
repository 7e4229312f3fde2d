// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_TREE_COPY_H_
#define TOOLS_TREE_COPY_H_

#include <filesystem>
#include <string>

#include "files.h"
#include "result.h"

/// A second work tree of a kernel, for programs that change files: a kill leaves nothing of it in
/// the tree that people edit.
struct TreeCopy {
  std::filesystem::path from;  ///< The tree with the series; its objects are borrowed.
  std::string commit;          ///< Of `from`, which the copy is to show.
  std::string patch;           ///< Unified diff that is then applied to it; may be empty.
  std::filesystem::path
      suite;  ///< Folder that series_tree::kSuiteFolder becomes a link to; empty: none.
  std::filesystem::path to;
};

/// A copy of the tree `from` as it is, uncommitted edits included; `tree_id` is its fingerprint, in
/// which a file that git does not know is an error: it would not be in the copy.
gate::Result<TreeCopy> CopyAsItIs(const std::filesystem::path& from, const std::string& tree_id);

/// Makes it, or brings it up to date: only files that differ are written, so that what was compiled
/// from the others stays good, and what others have left in it goes. What a kill leaves is mended.
gate::Result<files::Done> Update(const TreeCopy& copy);

#endif  // TOOLS_TREE_COPY_H_
