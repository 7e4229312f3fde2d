// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_COMPILE_CHECK_H_
#define TOOLS_COMPILE_CHECK_H_

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler_messages.h"
#include "files.h"
#include "object_compiler.h"
#include "result.h"

/// Compiles what the series can break, and tells which warnings and errors it brings. What the base
/// says as well is not the series' fault.
///
/// The tree with the series is compiled first. Of the one without it, only those objects are
/// compiled that the compiler had something to say of: the others can bring nothing new.
class CompileCheck {
 public:
  enum class Scope {
    kMedia,    ///< Every user of videobuf2, and the other objects that a patch touches.
    kTouched,  ///< The objects whose source a patch touches.
  };

  using Checker = ObjectCompiler::Checker;

  struct Settings {
    std::filesystem::path project;
    std::filesystem::path build;   ///< linux/ is the tree with the series.
    std::string arch = "x86_64";   ///< As ARCH= of the kernel's Makefile.
    std::string compiler = "gcc";  ///< gcc or clang.
    Scope scope = Scope::kMedia;
    Checker checker = Checker::kCompiler;
    int jobs = 1;
  };

  struct Outcome {
    std::size_t objects = 0;             ///< That were compiled of the tree with the series.
    std::size_t known = 0;               ///< Warnings that the base has, too.
    std::vector<CompilerMessage> fresh;  ///< Messages that only the series has.
    std::vector<CompilerMessage>
        broken;         ///< Errors of both: those objects were not compiled at all.
    bool kept = false;  ///< From an earlier run of the same tree, compiler and options.
    /// Headers that the series touches, of whose users Scope::kTouched compiles only those that it
    /// touches, too.
    std::size_t headers = 0;
  };

  explicit CompileCheck(Settings settings);

  /// "arm64-clang", "x86_64-gcc-sparse": names the folder below compile/ of the build folder, too.
  std::string Name() const;

  /// Which program is missing, and the Debian package that has it; empty where all is there.
  std::string Missing() const;

  /// The error is a fault of the machine, or of the tree's own configuration.
  gate::Result<Outcome> Run();

 private:
  ObjectCompiler::Place After() const;
  ObjectCompiler::Place Before() const;
  std::filesystem::path Folder() const;
  gate::Result<std::string> Id() const;
  /// What the series adds or edits, its KUnit suite included.
  gate::Result<std::vector<std::string>> Touched() const;
  std::vector<std::string> Targets(const std::vector<std::string>& touched) const;
  gate::Result<CompilerMessages> Compile(const ObjectCompiler::Place& place,
                                         const std::vector<std::string>& targets) const;
  std::optional<Outcome> Known(const std::string& id) const;
  gate::Result<files::Done> Keep(const std::string& id, const Outcome& outcome) const;

  Settings settings_;
  ObjectCompiler compiler_;
};

#endif  // TOOLS_COMPILE_CHECK_H_
