// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PREFLIGHT_PLAN_H_
#define TOOLS_PREFLIGHT_PLAN_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "result.h"

/// What is to be known of a series before it is mailed.
namespace preflight {

enum class Tier : std::uint8_t {
  kRequired,  ///< Without it the series is not sent.
  kFull,      ///< What takes longer, or an emulated machine.
};

/// A question, and the programs of this project that answer it.
struct Check {
  std::string name;   ///< "kunit-debug": the target preflight-NAME, and files NAME.*.
  std::string title;  ///< What it asks, for a reader.
  Tier tier = Tier::kRequired;
  /// Its tool is asked for where it is installed, and not otherwise: that it could not run is told,
  /// and is no fault.
  bool optional = false;
  /// Run one after the other until one fails. Their exit codes are those of exit_codes.h.
  std::vector<std::vector<std::string>> commands;
  /// What the answer depends on beside the commands, as HashInputs() takes it; at least one.
  std::vector<std::string> inputs;
  /// What it makes, for others to read: the same form. Without it the answer does not hold.
  std::vector<std::string> outputs{};
  /// It brings what others depend on up to date, and takes a moment: each run asks it anew.
  bool always = false;
  std::vector<std::string> needs{};  ///< Checks before it; unless they passed, it can't run.
  std::string proof{};  ///< The file that shows it, from the build folder; empty: what was printed.

  /// The inputs, and the commands but for how many jobs they may use.
  std::vector<std::string> AllInputs() const;
};

/// A plan as cmake/Preflight.cmake writes it to preflight/plan.json.
struct Plan {
  std::string source;           ///< The project's folder.
  std::filesystem::path build;  ///< The build folder; results are in preflight/ below it.
  std::vector<Check> checks;    ///< In the order in which they run.

  std::filesystem::path Folder() const { return build / "preflight"; }
  /// What a person types to have `check` alone.
  std::string Reproduce(const Check& check) const;
  const Check* Find(const std::string& name) const;
};

/// The error is one line: unreadable, no JSON, a folder that is not absolute, a check without a
/// name or a command, a name twice or of a file that is not the check's, a need that stands further
/// down.
gate::Result<Plan> ReadPlan(const std::filesystem::path& file);

}  // namespace preflight

#endif  // TOOLS_PREFLIGHT_PLAN_H_
