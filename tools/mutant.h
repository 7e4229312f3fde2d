// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_MUTANT_H_
#define TOOLS_MUTANT_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

/// A small fault, kept as a patch to the kernel tree, that the suite has to see.
struct Mutant {
  std::string name;               ///< Of the file, without ".patch".
  std::string fault;              ///< What is wrong with the kernel, for people.
  std::string profile = "kunit";  ///< "Profile: NAME": the kernel that sees it.
  std::vector<std::string>
      caught_by;                   ///< "Caught-by: suite.case", once or more: all of these fail.
  std::string not_run;             ///< "Not-run: why it can't be here"; empty: it can.
  std::vector<std::string> files;  ///< That it edits, as the tree names them.
  std::string text;                ///< The whole file, as git-apply(1) takes it.

  /// Reads the head of a patch: text, a blank line, the trailers above, a blank line, the diff.
  /// That may edit lines and nothing else: a file that came, went or moved would not be as it was
  /// once the contents of all known ones are put back. The error is one line that names the file.
  static gate::Result<Mutant> Parse(const std::filesystem::path& file, std::string text);

  /// All *.patch in `folder`, by name.
  static gate::Result<std::vector<Mutant>> ReadAll(const std::filesystem::path& folder);
};

#endif  // TOOLS_MUTANT_H_
