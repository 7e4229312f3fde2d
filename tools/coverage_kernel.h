// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_COVERAGE_KERNEL_H_
#define TOOLS_COVERAGE_KERNEL_H_

#include <filesystem>
#include <set>
#include <string>

#include "added_lines.h"
#include "files.h"
#include "gate.h"
#include "gcov_data.h"
#include "kunit_profile.h"
#include "result.h"

/// The kernel of the tests, built so that it counts how often each line runs.
class CoverageKernel {
 public:
  struct Settings {
    std::filesystem::path project;
    std::filesystem::path build;  ///< linux/ is the tree with the series.
    std::filesystem::path self;   ///< This program, which is the kernel's first process, too.
    std::string base;             ///< Whose list of allowed splats serves.
    int jobs = 1;
    int timeout = 60;  ///< Seconds until a boot of the plain kernel counts as hung.
  };

  /// What the counters of a run say.
  struct Counts {
    GcovData data;
    std::set<std::string> compiled;  ///< Sources that the series touches and this kernel holds.
  };

  explicit CoverageKernel(Settings settings) : settings_(std::move(settings)) {}

  std::filesystem::path Folder() const { return settings_.build / kProfile; }

  /// Which program is missing, and the Debian package that has it; empty where all is there.
  static std::string Missing();

  /// Differs wherever what is counted may: tree, suite, options, compiler and this program.
  gate::Result<std::string> Id() const;

  /// Builds it, unless it was made of the same.
  gate::Result<files::Done> Build() const;

  /// Forgets what was counted, runs the suite, and then a V4L2 client on vim2m and visl. The worst
  /// verdict of the two: what a run that fails has counted says nothing.
  gate::Result<gate::ExitCode> Run() const;

  /// What the series adds to the tree, as it was built.
  gate::Result<AddedLines> Added() const;

  /// Reads the counters of all that was compiled from what `added` names.
  gate::Result<Counts> Collect(const AddedLines& added) const;

 private:
  static constexpr const char kProfile[] = "coverage";

  KunitProfile Profile() const { return {settings_.project, kProfile}; }
  KernelPaths Paths() const;
  int Timeout() const { return settings_.timeout * Profile().TimeoutFactor(); }
  gate::Result<files::Done> MakeLibrary() const;
  gate::Result<files::Done> ForgetCounts() const;
  gate::Result<gate::ExitCode> RunSuite() const;
  gate::Result<gate::ExitCode> RunClient() const;

  Settings settings_;
};

#endif  // TOOLS_COVERAGE_KERNEL_H_
