// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LINT_CHECK_H_
#define TOOLS_LINT_CHECK_H_

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler_messages.h"
#include "files.h"
#include "lint_tool.h"
#include "result.h"

/// Lets a tool read what the series touches, and tells which messages it brings. What the base says
/// as well is not the series' fault.
///
/// Each call's answer is kept below lint/ of the build folder with what it depends on, so that a
/// run that was ended goes on where it was, and an edit costs no more than the files that it
/// concerns. Of the base, only what had a message is looked at.
class LintCheck {
 public:
  struct Settings {
    std::filesystem::path project;
    std::filesystem::path build;  ///< linux/ is the tree with the series.
    std::string check;            ///< One of LintToolNames().
    int jobs = 1;                 ///< Calls at a time.
  };

  struct Outcome {
    std::size_t looked_at = 0;           ///< Files or folders of the tree with the series.
    std::size_t known = 0;               ///< Messages that the base has, too.
    std::vector<CompilerMessage> fresh;  ///< Messages that only the series has.
    bool kept = true;                    ///< Every answer is from an earlier run.
  };

  explicit LintCheck(Settings settings);

  const LintTool& tool() const { return *tool_; }

  /// Why the tool can't run here; empty where it can.
  gate::Result<std::string> Missing() const;

  /// The error is a fault of the machine.
  gate::Result<Outcome> Run();

 private:
  /// What one part has said, in the order of the parts.
  struct Answers {
    std::vector<std::string> names;
    std::vector<std::vector<CompilerMessage>> messages;
    bool kept = true;
  };

  std::filesystem::path Folder() const;
  gate::Result<LintTree> Touched() const;
  gate::Result<LintTree> TouchedInBase(const LintTree& after) const;
  std::filesystem::path Note(const char* side, const LintPart& part) const;
  std::optional<std::vector<CompilerMessage>> Known(const char* side, const LintPart& part) const;
  gate::Result<files::Done> Keep(const char* side, const LintPart& part,
                                 const std::vector<CompilerMessage>& messages) const;
  gate::Result<std::vector<CompilerMessage>> Call(const char* side, const LintTree& tree,
                                                  const LintPart& part) const;
  gate::Result<Answers> Look(const char* side, const LintTree& tree,
                             const std::vector<LintPart>& parts) const;

  Settings settings_;
  std::unique_ptr<LintTool> tool_;
};

#endif  // TOOLS_LINT_CHECK_H_
