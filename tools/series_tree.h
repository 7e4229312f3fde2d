// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SERIES_TREE_H_
#define TOOLS_SERIES_TREE_H_

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "files.h"
#include "git.h"
#include "kernel_tree.h"
#include "patch_series.h"
#include "result.h"

/// The series in a kernel tree of our own: applying it, and writing edits back.
namespace series_tree {

/// Where the suite stands in the tree; hook.patch names the same folder.
inline constexpr const char kSuiteFolder[] = "drivers/media/common/videobuf2/tests";

/// A file in the top folder of a project that was made from mails.
inline constexpr char kImportMark[] = "imported";

/// The project's folders that a tree is made from.
struct Project {
  std::filesystem::path kernel;  ///< The patches.
  std::filesystem::path kunit;   ///< The suite, and hook.patch, which ties it to the tree.

  /// Whether somebody else's mails were made into it (series_import.h).
  bool imported() const;

  /// How messages name a file of the project: from its top folder.
  std::string Name(const std::filesystem::path& file) const;
};

/// The files of the suite in `kunit` that kbuild and the compiler read, by name. Folders in it are
/// other programs': kunit/cost is built into kernels of its own.
std::vector<std::filesystem::path> SuiteSources(const std::filesystem::path& kunit);

/// The same files by the names that they have in the tree, where git does not know them.
std::vector<std::string> SuiteFilesInTree(const std::filesystem::path& kunit);

/// What the series changes or adds in `tree`, an applied one, and the suite of `kunit`: names from
/// the top of the tree. Files that it removes are not among them.
gate::Result<std::vector<std::string>> FilesOfSeries(const std::filesystem::path& tree,
                                                     const std::filesystem::path& kunit);

/// What the user changed in a tree since the series was applied.
struct Edits {
  std::vector<std::string> tracked;    ///< Changed or removed files, uncommitted.
  std::vector<std::string> untracked;  ///< New files that no ignore rule hides.
  bool commits = false;                ///< HEAD is another commit than the one applied.

  bool any() const { return !tracked.empty() || !untracked.empty() || commits; }
};

/// The commits of an applied series.
struct Commits {
  std::string base;                  ///< What the first is applied to.
  std::vector<std::string> commits;  ///< One a patch, in order, without the hook.
  std::vector<std::string> files;    ///< The patch of each, from the project's top folder.
};

/// A tree that kernel_tree::Import() made. The caller holds the build folder's lock.
class SeriesTree {
 public:
  /// Gets the tree of `origin` into `folder` where it is not there yet, takes it anew where the
  /// origin has changed, and completes what a killed run had begun. A changed origin of a tree that
  /// holds edits is an error.
  static gate::Result<SeriesTree> Open(const kernel_tree::Origin& origin,
                                       const std::filesystem::path& folder);

  /// Opens a tree that is there already, whatever it came from.
  static gate::Result<SeriesTree> Open(const std::filesystem::path& folder);

  const git::Repository& repository() const { return tree_; }

  /// VERSION.PATCHLEVEL of the tree before the series.
  gate::Result<std::string> Version() const;

  /// Brings the tree to: its base, the patches of `project` for `base` (by git am, with no fuzz),
  /// the hook; and lays the suite into it. Files that stay the same keep their time stamps. Where a
  /// patch does not apply, or the tree holds edits and the patches have changed, nothing happens
  /// and the error says which. The value is one line for the user, empty where nothing was to do.
  gate::Result<std::string> Apply(const Project& project, const std::string& base);

  /// Writes the tree's commits to the patch files of `project`; uncommitted edits go into the patch
  /// that the edited lines belong to, where that is exactly one. Files that would say the same stay
  /// as they are, and so do those that do not belong to `base`. The value is one line for the user.
  gate::Result<std::string> Refresh(const Project& project, const std::string& base);

  /// A text that changes whenever a build of the tree with the suite of `project` may turn out
  /// differently: commits, uncommitted edits, new files, the suite's sources, the compiler. What
  /// counts is contents, never time stamps. One line an input: "tree ID", "gcc VERSION", "ld
  /// VERSION", and for files "KIND HASH PATH", with PATH as the tree names it and "edit", "new" or
  /// "suite" as KIND.
  gate::Result<std::string> Fingerprint(const Project& project) const;

  gate::Result<Edits> FindEdits() const;

  /// What Apply() made last; an error where it was never called.
  gate::Result<Commits> Series() const;

  /// A file or folder of this program's own beside the tree, out of everybody's sight.
  std::filesystem::path Note(const char* name) const;

 private:
  /// What was applied, as noted beside the tree.
  struct Applied {
    std::string head;   ///< The commit that HEAD was left at.
    std::string stamp;  ///< Hash of what it was made from.
    std::vector<std::pair<std::string, std::string>> patches;  ///< Commit, and its file.
  };

  explicit SeriesTree(std::filesystem::path folder);

  gate::Result<std::string> Base() const;
  Applied ReadApplied() const;
  static std::string Format(const Applied& applied);
  gate::Result<files::Done> Recover();
  gate::Result<files::Done> FinishMove();
  gate::Result<files::Done> MoveTo(const Applied& applied);
  gate::Result<files::Done> Adopt(const Applied& applied);
  gate::Result<std::string> WorkTreeContents(const Edits& edits) const;
  gate::Result<std::string> Stamp(const Project& project, const std::string& base_commit,
                                  const std::vector<patch_series::Patch>& patches) const;
  gate::Result<git::Repository> MakeScratch(const std::string& commit,
                                            std::vector<std::string> wanted) const;
  void RemoveScratch() const;
  gate::Result<Applied> Build(const Project& project, const std::string& base_commit,
                              const std::vector<patch_series::Patch>& patches) const;
  gate::Result<files::Done> LayIn(const Project& project) const;
  gate::Result<std::map<std::string, std::vector<std::string>>> AssignEdits(
      const std::string& base_commit, const Edits& edits,
      const std::vector<std::string>& series) const;
  gate::Result<std::string> OwnerOf(const std::string& base_commit, const std::string& file,
                                    const std::vector<std::string>& series) const;
  gate::Result<std::string> Fold(
      const std::string& base_commit, const std::string& hook,
      const std::map<std::string, std::vector<std::string>>& edits) const;
  gate::Result<int> WritePatches(const Project& project, const std::string& base,
                                 const std::vector<patch_series::Patch>& patches,
                                 const std::vector<std::string>& commits) const;

  git::Repository tree_;
};

}  // namespace series_tree

#endif  // TOOLS_SERIES_TREE_H_
