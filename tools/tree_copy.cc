// SPDX-License-Identifier: GPL-2.0-only
#include "tree_copy.h"

#include <fmt/core.h>

#include <system_error>

#include "git.h"
#include "kernel_tree.h"
#include "series_tree.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;
using series_tree::kSuiteFolder;

Result<Done> Link(const fs::path& link, const fs::path& suite) {
  std::error_code error;
  if (fs::is_symlink(link) && fs::read_symlink(link, error) == suite) return Done{};
  const auto removed = files::Remove(link);
  if (!removed.ok()) return removed;
  fs::create_directory_symlink(suite, link, error);
  if (!error) return Done{};
  return Error{fmt::format("{}: error: cannot link: {}", link.string(), error.message())};
}

}  // namespace

Result<TreeCopy> CopyAsItIs(const fs::path& from, const std::string& tree_id) {
  const git::Repository theirs(from);
  const auto head = theirs.Ask({"rev-parse", "HEAD"});
  if (!head.ok()) return Error{head.error()};
  const auto edits = theirs.Ask({"diff", "--binary", "HEAD"});
  if (!edits.ok()) return Error{edits.error()};
  for (const auto& line : git::SplitLines(tree_id)) {
    if (line.starts_with("new ")) {
      return Error{fmt::format("{}: error: git does not know this file; add it, or move it away",
                               (from / line.substr(line.rfind(' ') + 1)).string())};
    }
  }
  TreeCopy copy;
  copy.from = from;
  copy.commit = *head;
  if (!edits->empty()) copy.patch = *edits + "\n";
  return copy;
}

Result<Done> Update(const TreeCopy& copy) {
  kernel_tree::Origin origin;
  origin.kind = kernel_tree::Origin::Kind::kCheckout;
  origin.path = copy.from;
  origin.commit = copy.commit;
  origin.state = fmt::format("head {}\n", copy.commit);
  const git::Repository ours(copy.to);
  if (!fs::exists(copy.to)) {
    const auto imported = kernel_tree::Import(origin, copy.to);
    if (!imported.ok()) return imported;
  } else if (const auto known = kernel_tree::Borrow(origin, copy.to); !known.ok()) {
    return known;
  }
  // Of a git that was killed; under the build's lock none is at work.
  const auto unlocked = files::Remove(copy.to / ".git/index.lock");
  if (!unlocked.ok()) return unlocked;
  // Only files that differ are written. A file that an edit had added is none of git's.
  for (const auto& step :
       {git::Arguments{"reset", "--quiet", "--hard", copy.commit},
        git::Arguments{"clean", "--quiet", "-fdx", "--exclude", std::string("/") + kSuiteFolder}}) {
    const auto done = ours.Ask(step);
    if (!done.ok()) return Error{done.error()};
  }
  if (!copy.patch.empty()) {
    const auto applied = ours.Ask({"apply", "-"}, copy.patch);
    if (!applied.ok()) return Error{applied.error()};
  }
  if (copy.suite.empty()) return Done{};
  return Link(copy.to / kSuiteFolder, copy.suite);
}
