// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_BUILD_PROGRAM_H_
#define TOOLS_BUILD_PROGRAM_H_

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <optional>

/// What all programs have in common that work in a build folder: --project, --build and --jobs, and
/// how they begin and end.
class BuildProgram {
 public:
  /// Where the options go.
  struct Places {
    std::filesystem::path* project;
    std::filesystem::path* build;
    int* jobs = nullptr;  ///< nullptr: it has no such option.
  };

  /// Adds the options to `app`, which may be a subcommand. All that is given must outlive this.
  BuildProgram(CLI::App* app, const Places& places);

  /// Parses the command line with `top`, the whole of which the app may be a part. nullopt: the
  /// program may go on; else it is to exit with this number, all is said.
  static std::optional<int> Parse(CLI::App* top, int argc, char** argv);

  /// Calls `body` with the build folder locked (supervise.h), folders that are absolute, a number
  /// of jobs, and an environment that does not change what git or make mean.
  int RunLocked(const std::function<int()>& body) const;

  /// Both.
  int Main(int argc, char** argv, const std::function<int()>& body) const;

 private:
  CLI::App* app_;
  Places places_;
};

#endif  // TOOLS_BUILD_PROGRAM_H_
