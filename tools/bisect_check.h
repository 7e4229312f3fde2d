// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_BISECT_CHECK_H_
#define TOOLS_BISECT_CHECK_H_

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "compiler_messages.h"
#include "files.h"
#include "object_compiler.h"
#include "result.h"

/// Compiles a series patch by patch, as `git bisect` may stop at any of them
/// (Documentation/process/submitting-patches.rst, "Separate your changes").
///
/// A tree of its own is moved through the base and the series. At each patch, all C files that any
/// patch touches are brought up to date by make, and what the compiler says is compared with what
/// it said one patch before. A patch that passed is not compiled again while it, the one before it,
/// the compiler and the list of files are the same.
class BisectCheck {
 public:
  struct Settings {
    std::filesystem::path project;
    std::filesystem::path build;  ///< linux/ is the tree with the series.
    std::string arch = "arm64";   ///< As ARCH= of the kernel's Makefile.
    std::string compiler = "gcc";
    int jobs = 1;
  };

  struct Outcome {
    std::size_t patches = 0;   ///< In the series.
    std::size_t compiled = 0;  ///< Patches that were compiled in this run.
    std::size_t cached = 0;    ///< Patches that an earlier run had compiled.
    std::size_t objects = 0;   ///< Compiled in this run, at all patches together.
    /// Per bad patch: one message of the patch file, then those of the compiler, whose lines are
    /// those of the tree at that patch. What follows a patch that does not compile is not tried.
    std::vector<CompilerMessage> findings;
    std::size_t bad = 0;                  ///< Patches with findings.
    std::vector<CompilerMessage> broken;  ///< Errors of the base; nothing was judged then.
  };

  explicit BisectCheck(Settings settings);

  /// "arm64-gcc": names the folder below bisect/ of the build folder, too.
  std::string Name() const { return compiler_.Name(); }

  /// As ObjectCompiler::Missing().
  std::string Missing() const { return compiler_.Missing(); }

  /// The error is a fault of the machine, or of the base's own configuration.
  gate::Result<Outcome> Run();

 private:
  /// The tree at one commit of the series; the first is the base.
  struct Step {
    std::string commit;
    std::string tree_id;  ///< git's name for all that it holds.
    std::string subject;
    std::filesystem::path patch;       ///< As messages name it; empty for the base.
    std::set<std::string> changed;     ///< Files that differ from the step before.
    std::vector<std::string> targets;  ///< Objects to make.
    std::string configuration;         ///< Differs where a Kconfig file does.
    std::string key;                   ///< Of the note that it has passed.
  };

  /// What came of compiling a step.
  struct Compiled {
    CompilerMessages messages;
    std::vector<CompilerMessage> faults;  ///< Of Makefiles and Kconfig files.
    bool errors = false;                  ///< Some object was not made.
  };

  ObjectCompiler::Place Place() const;
  gate::Result<std::vector<Step>> Steps() const;
  gate::Result<Compiled> Compile(const Step& step, const std::string& progress_name,
                                 Outcome* outcome) const;
  std::size_t SubjectLine(const Step& step) const;
  std::set<std::string> Passed() const;
  gate::Result<files::Done> Keep(const std::vector<Step>& steps,
                                 const std::set<std::string>& passed) const;

  Settings settings_;
  ObjectCompiler compiler_;
};

#endif  // TOOLS_BISECT_CHECK_H_
