// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KERNEL_IMAGE_H_
#define TOOLS_KERNEL_IMAGE_H_

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "files.h"
#include "process.h"
#include "result.h"

/// What a kernel is built for, and how kunit.py starts it.
struct KernelMachine {
  std::string arch = "um";        ///< make's ARCH and kunit.py's --arch.
  std::string target = "linux";   ///< What make makes,
  std::string image = "linux";    ///< and where it is, below the objects.
  std::string symbols = "linux";  ///< The same with debug information, likewise.
  std::string cross_compile{};    ///< What the names of its compiler's programs begin with.
  std::vector<std::string> exec;  ///< More arguments for kunit.py exec.

  bool uml() const { return arch == "um"; }
};

/// Which header of the host a kernel for `arch` can't be built without; empty where all are there.
std::string MissingHeader(const std::string& arch);

/// Where the parts of one KUnit kernel are. All paths are absolute.
struct KernelPaths {
  std::filesystem::path project;
  std::filesystem::path tree;     ///< The applied tree.
  std::filesystem::path tree_id;  ///< A file that differs where the tree does, SeriesTree's.
  std::filesystem::path state;    ///< Logs, verdict and notes.
  std::vector<std::filesystem::path> kunitconfigs;  ///< The options that the suite needs.
  KernelMachine machine = {};
  bool for_editors = true;                  ///< Its compile_commands.json goes into the tree.
  std::vector<std::string> make_variables;  ///< "NAME=value", for make's command line.

  std::filesystem::path objects() const { return state / "obj"; }
  std::filesystem::path image() const { return objects() / machine.image; }
  std::filesystem::path symbols() const { return objects() / machine.symbols; }
  std::filesystem::path build_log() const { return state / "build.log"; }

  /// What the tree's Python programs run with: their compiled modules are kept in `state`, and the
  /// tree stays clean.
  std::vector<std::pair<std::string, std::string>> PythonEnvironment() const;

  /// What tells kunit.py config and exec the machine.
  std::vector<std::string> KunitToolMachine() const;

  /// How messages name a file: from the project's folder where it is inside.
  std::string Name(const std::filesystem::path& file) const;
};

/// The kernel that runs the suite.
class KernelImage {
 public:
  explicit KernelImage(KernelPaths paths) : paths_(std::move(paths)) {}

  /// Configures where an input of the configuration has changed (by kunit.py config, which checks
  /// that every option asked for is there), and builds with `jobs` compilers at a time. Progress
  /// and messages go to standard error, everything to the build log. The error names the log.
  gate::Result<files::Done> Build(int jobs);

  /// A line that differs for every image that make has linked.
  gate::Result<std::string> Id() const;

 private:
  gate::Result<std::string> ConfigurationId() const;
  gate::Result<bool> Configure();
  std::vector<std::string> ObjectsToRemake(bool configured) const;
  std::vector<process::Command> MakeCommands(int jobs,
                                             const std::vector<std::string>& objects) const;
  gate::Result<files::Done> Make(int jobs, bool configured);
  void WriteCompileCommands(size_t objects);

  KernelPaths paths_;
};

#endif  // TOOLS_KERNEL_IMAGE_H_
