// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LINT_TOOL_H_
#define TOOLS_LINT_TOOL_H_

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler_messages.h"
#include "process.h"
#include "result.h"

/// A kernel tree, and what the series touches in it.
struct LintTree {
  std::filesystem::path folder;  ///< Absolute.
  std::string base;              ///< The commit that the series is applied to.
  /// Touched files from the top of the tree, each with a hash of its contents; kGone where this
  /// tree does not have it.
  std::map<std::string, std::string> touched;

  static constexpr char kGone[] = "gone";

  bool Has(const std::string& file) const;
};

/// One call of a tool. Its answer is kept as long as `inputs` stay the same.
struct LintPart {
  std::string name;  ///< What is looked at: a file or a folder from the top of the tree.
  process::Command command;
  std::string inputs;  ///< All that the answer depends on, but for the base's files.
  std::filesystem::path scratch = {};  ///< A folder that has to be absent when the call begins.
};

/// A program that reads sources and tells what is wrong with them.
class LintTool {
 public:
  virtual ~LintTool() = default;

  /// Which program is missing, and the Debian package that has it; empty where all is there.
  virtual std::string Missing(const LintTree& tree) const = 0;

  /// The calls that look at all that the series touches. `scratch` is a folder for what they make.
  virtual gate::Result<std::vector<LintPart>> Parts(const LintTree& tree,
                                                    const std::filesystem::path& scratch) const = 0;

  /// What a call has said. The error: it did not do its work.
  virtual gate::Result<std::vector<CompilerMessage>> Read(const LintTree& tree,
                                                          const LintPart& part,
                                                          const process::Output& output) const = 0;

  /// Whether `message` tells of nothing but that a call looks at a part of the tree alone.
  virtual gate::Result<bool> OutOfSight(const LintTree& tree, const CompilerMessage& message) const;

  /// What the calls look at, in the plural.
  virtual const char* unit() const { return "files"; }
};

/// kernel-doc, documentation or coccinelle; null for another name.
std::unique_ptr<LintTool> MakeLintTool(std::string_view name);

/// The names that MakeLintTool() takes.
std::vector<std::string> LintToolNames();

/// What kernel-doc prints: "file:line: warning: text", and since its rewrite in Python "Warning:
/// file:line text". One that is printed twice is told once.
std::vector<CompilerMessage> ParseKernelDoc(std::string_view text, const std::string& tree);

/// What Sphinx prints, and kernel-doc below it: "file:line: WARNING: text". Where a document
/// includes a source, both places are told, and the last one is the message's. What concerns a
/// whole file is told at its line 1, and what concerns none at Documentation/conf.py.
std::vector<CompilerMessage> ParseSphinx(std::string_view text, const std::string& tree);

/// What scripts/coccicheck prints in the mode "report": "file:line:column-column: text".
std::vector<CompilerMessage> ParseCoccinelle(std::string_view text, const std::string& tree);

#endif  // TOOLS_LINT_TOOL_H_
