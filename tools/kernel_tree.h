// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KERNEL_TREE_H_
#define TOOLS_KERNEL_TREE_H_

#include <filesystem>
#include <string>

#include "files.h"
#include "git.h"
#include "result.h"

/// A kernel tree of our own, made from what the user has.
namespace kernel_tree {

/// Where a tree comes from, and in which state that was found.
struct Origin {
  enum class Kind { kArchive, kCheckout };
  Kind kind = Kind::kArchive;
  std::filesystem::path path;
  std::string commit;  ///< A checkout's HEAD; empty for an archive.
  std::string state;   ///< One line that changes whenever the tree must be taken anew.
};

/// Looks at `path`: a git checkout (a linked work tree, a submodule, a shallow or sparse one, a
/// bare repository) or a tar archive as GNU tar knows it. Nothing is written there.
gate::Result<Origin> Examine(const std::filesystem::path& path);

/// The archive in the folder where Debian's linux-source packages put them, for the base that is
/// asked for ("6.12"); the error says which package to install.
gate::Result<std::filesystem::path> DebianArchive(const std::string& base);

/// Makes `tree`, a whole work tree with a repository of its own and one branch, `series`, whose
/// commit is the origin's tree. It is made beside `tree` and renamed at the end, so that a kill
/// leaves no half tree; what a killed import left behind goes first. The commit of an archive
/// depends on the archive's contents alone. The objects of a checkout are borrowed, not copied
/// (as by `git clone --shared`, but without reading refs, so that linked work trees and shallow
/// clones serve as well).
gate::Result<files::Done> Import(const Origin& origin, const std::filesystem::path& tree);

/// Makes the commit of a checkout whose HEAD has moved known in `tree`, which came from it.
gate::Result<files::Done> Borrow(const Origin& origin, const std::filesystem::path& tree);

/// Makes `tree` the tree that `patched` was before the series: its commit of the base. One that is
/// there already is kept.
gate::Result<files::Done> ImportBase(const std::filesystem::path& patched,
                                     const std::filesystem::path& tree);

/// "6.12", as VERSION and PATCHLEVEL of the top Makefile in commit `revision` say.
gate::Result<std::string> Version(const git::Repository& tree, const std::string& revision);

/// Where this program keeps its notes about `tree`: inside .git, out of everybody's way.
std::filesystem::path NotesFolder(const std::filesystem::path& tree);

}  // namespace kernel_tree

#endif  // TOOLS_KERNEL_TREE_H_
