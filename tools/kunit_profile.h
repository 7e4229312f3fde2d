// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KUNIT_PROFILE_H_
#define TOOLS_KUNIT_PROFILE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "gate.h"
#include "kernel_image.h"
#include "process.h"
#include "result.h"

/// A configuration of the kernel that the suite runs in. `kunit` is the plain one; what another has
/// beyond it is in kunit/NAME.config, and the cases that only it runs, after the others, are in
/// kunit/expected-NAME.txt. kunit/ARCH.config is of all that run on that architecture.
struct KunitProfile {
  static constexpr const char kPlain[] = "kunit";

  std::filesystem::path project;
  std::string name = kPlain;

  bool plain() const { return name == kPlain; }
  /// `kunit-smp` runs on x86_64 and `kunit-arm64` on arm64, both under QEMU, `kunit-uml-smp` in a
  /// UML with several CPUs; the others in UML.
  KernelMachine Machine() const;
  /// Why it can't be built or run here: what is not installed, or not in `tree`; empty where it
  /// can.
  std::string Missing(const std::filesystem::path& tree) const;
  /// How many times as long as in the plain one the suite takes in it, at most: kmemleak waits for
  /// memory to come of age, KASAN and lockdep look at much, an emulator at all, and each race is
  /// run thousands of times.
  int TimeoutFactor() const;
  /// The options of its own.
  std::filesystem::path Options() const { return project / "kunit" / (name + ".config"); }
  /// The text of the list of all cases that it runs. The error names a list that can't be read.
  gate::Result<std::string> Expected() const;
  /// Where its kernel is made from `tree`, whose fingerprint is in the file `tree_id`.
  KernelPaths Paths(std::filesystem::path tree, std::filesystem::path tree_id,
                    std::filesystem::path state) const;
  /// How the console of that kernel is judged, but for outputs and the list of cases; `base` names
  /// the list of allowed splats.
  gate::Options GateOptions(const KernelPaths& paths, const std::string& base) const;
};

/// Whether KVM boots the x86_64 kernel of `paths` here: tried, in some seconds.
bool BootsByKvm(const KernelPaths& paths);

/// Boots the kernel of `paths` by the tree's own kunit.py, with all that it prints on standard
/// output. `filter` is a kunit.filter_glob; the limit, in seconds, is kunit.py's. `parameters` go
/// to the kernel's command line.
process::Command KunitExec(const KernelPaths& paths, const std::string& filter, int limit,
                           const std::vector<std::string>& parameters = {});

#endif  // TOOLS_KUNIT_PROFILE_H_
