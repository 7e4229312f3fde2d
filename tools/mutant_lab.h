// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_MUTANT_LAB_H_
#define TOOLS_MUTANT_LAB_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "files.h"
#include "kunit_profile.h"
#include "mutant.h"
#include "result.h"
#include "series_tree.h"

/// What became of a mutant.
struct MutantOutcome {
  enum class Kind : std::uint8_t {
    kCaught,        ///< Each case that it names fails.
    kMissed,        ///< Others fail, but not each case that it names.
    kSurvived,      ///< The suite passes: a test is missing.
    kDoesNotApply,  ///< To this tree.
    kDoesNotBuild,
    kNotRun,   ///< It says itself why it can't be.
    kMissing,  ///< Something that its profile needs is not here.
  };
  Kind kind = Kind::kNotRun;
  std::vector<std::string> caught_by;  ///< Whatever the verdict blames something on, by name.
  std::string detail;                  ///< Why it does not apply, build or run.
  double seconds = 0;                  ///< From applying it to the verdict.

  /// As it should be. Only such an outcome is worth keeping: what the others tell of may be a fault
  /// of the machine, a full disk for one.
  bool good() const { return kind == Kind::kCaught || kind == Kind::kNotRun; }
  /// Nothing is known of the suite: neither good nor bad.
  bool missing() const { return kind == Kind::kMissing; }
  bool tried() const { return kind != Kind::kNotRun && kind != Kind::kMissing; }
};

/// The word for it in tables: "caught", "missed", ...
const char* MutantOutcomeName(MutantOutcome::Kind kind);

/// Where mutants are tried: a tree and kernels of their own, so that a kill leaves no fault in the
/// tree that people edit. The tree is a copy of that one, uncommitted edits included.
class MutantLab {
 public:
  struct Settings {
    std::filesystem::path project;
    std::filesystem::path build;  ///< The build folder: linux/ and linux.id are in it.
    std::string base;             ///< Whose list of allowed splats serves.
    int jobs = 0;                 ///< Compilers at a time; 0: one per processor.
    int timeout = 30;             ///< Seconds until a boot of the plain profile counts as hung.
  };

  /// Makes, or brings up to date, the tree; `mutants` are all that will be tried.
  static gate::Result<MutantLab> Create(Settings settings, const std::vector<Mutant>& mutants);

  /// Differs where anything that the outcome depends on does, this program included. What is in the
  /// project's folder is read anew each time: people may edit it meanwhile.
  gate::Result<std::string> Id(const Mutant& mutant) const;

  /// Why a kernel of that profile can't be built or run here; empty where it can.
  std::string Missing(const std::string& profile) const;

  /// Builds a profile with no fault in it, and runs what `Filter` says of `mutant`. The error says
  /// that it does not pass.
  gate::Result<files::Done> TryNone(const Mutant& mutant);

  /// The part of the suite that is run with `mutant` planted, a kunit.filter_glob: all of it, but
  /// in a profile that takes minutes the first case that is to see it.
  std::string Filter(const Mutant& mutant) const;

  /// The error is one of the machine: nothing is known about the mutant.
  gate::Result<MutantOutcome> Try(const Mutant& mutant);

 private:
  struct Verdict {
    bool passed = false;
    std::set<std::string> blamed;  ///< Tests that ran, or began to.
    std::string summary;
  };

  explicit MutantLab(Settings settings) : settings_(std::move(settings)) {}

  std::filesystem::path Folder() const { return settings_.build / "mutants"; }
  std::filesystem::path Tree() const { return Folder() / "linux"; }
  KunitProfile Profile(const std::string& name) const { return {settings_.project, name}; }
  KernelPaths Paths(const std::string& profile) const {
    return Profile(profile).Paths(Tree(), Folder() / "linux.id", Folder() / profile);
  }
  series_tree::Project Project() const {
    return {settings_.project / "kernel", settings_.project / "kunit"};
  }
  gate::Result<files::Done> MakeTree();
  gate::Result<files::Done> CheckTreeId() const;
  gate::Result<files::Done> HashProgram();
  gate::Result<files::Done> Keep(const std::vector<Mutant>& mutants);
  gate::Result<files::Done> Restore() const;
  gate::Result<files::Done> WriteTreeId() const;
  gate::Result<files::Done> Build(const std::string& profile) const;
  gate::Result<Verdict> Run(const std::string& profile, const std::string& filter) const;

  Settings settings_;
  std::string tree_id_;                           ///< Of the tree that it copies.
  std::string program_id_;                        ///< Hash of this program.
  std::map<std::string, std::string> originals_;  ///< Contents of all files that mutants edit.
};

#endif  // TOOLS_MUTANT_LAB_H_
