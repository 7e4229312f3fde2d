// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_OBJECT_COMPILER_H_
#define TOOLS_OBJECT_COMPILER_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler_messages.h"
#include "files.h"
#include "result.h"

/// Compiles objects of kernel trees that are never linked or run, with as many drivers as the
/// architecture has (allmodconfig and tools/compile_check.config), and keeps what was said of each.
class ObjectCompiler {
 public:
  /// What looks at the objects.
  enum class Checker {
    kCompiler,  ///< The compiler itself, by W=1.
    kSparse,
    kSmatch,  ///< Debian has no package of it; where it is in PATH it serves.
  };

  struct Settings {
    std::filesystem::path project;  ///< Folder that holds tools/.
    std::string arch = "x86_64";    ///< As ARCH= of the kernel's Makefile.
    std::string compiler = "gcc";   ///< gcc or clang.
    Checker checker = Checker::kCompiler;
    int jobs = 1;  ///< Compilers at a time.
  };

  /// A tree, and what belongs to it alone.
  struct Place {
    std::filesystem::path tree;
    std::filesystem::path objects;  ///< O= of make; made where it is not there.
    std::filesystem::path log;      ///< All that make printed since the folder was made.
  };

  struct Compiled {
    CompilerMessages messages;  ///< Of the targets, those of earlier makes included.
    bool errors = false;        ///< One of them failed.
    std::size_t made = 0;       ///< Objects of the targets that were made this time.
    int code = 0;               ///< make's exit code.
    std::string output;         ///< What make printed this time, paths as it printed them.
  };

  explicit ObjectCompiler(Settings settings) : settings_(std::move(settings)) {}

  /// "arm64-clang", "x86_64-gcc-sparse".
  std::string Name() const;

  /// Which program is missing, and the Debian package that has it; empty where all is there.
  std::string Missing() const;

  /// A text that differs where the same sources may compile differently: options and programs.
  gate::Result<std::string> Id() const;

  /// Configures the objects' folder where `state` (of the tree's Kconfig files) or the options are
  /// not those of the last time. The value is what the kernel's configuration program printed where
  /// it failed, and empty where it did not.
  gate::Result<std::string> Configure(const Place& place, const std::string& state) const;

  /// Makes `targets`, objects or folders ("drivers/media/"), in a place that is configured. What
  /// fails to compile is a value; a full disk is an error.
  gate::Result<Compiled> Compile(const Place& place, const std::vector<std::string>& targets,
                                 const std::string& progress_name) const;

 private:
  std::string Program() const;
  std::vector<std::string> Make(const Place& place) const;
  void ForgetUntold(const Place& place, const std::vector<std::string>& targets) const;

  Settings settings_;
};

#endif  // TOOLS_OBJECT_COMPILER_H_
