// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_GIT_H_
#define TOOLS_GIT_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "process.h"
#include "result.h"

/// git, as far as kernel trees need it.
namespace git {

using Arguments = std::vector<std::string>;

/// A repository of our own, with its work tree. The user's and the machine's git configuration,
/// their hooks, attributes, ignore rules and signing do not reach the commands that run here, and
/// who commits and when is fixed, so that what a command makes depends on its input alone.
class Repository {
 public:
  explicit Repository(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  /// Runs `git ARGUMENTS` in the work tree. The error says that git itself could not be started.
  gate::Result<process::Output> Run(const Arguments& arguments, std::string input = {}) const;

  /// As Run(), and a failure of the command is an error too: the first line that git printed.
  /// The value is its standard output without the line end at its end.
  gate::Result<std::string> Ask(const Arguments& arguments, std::string input = {}) const;

  /// Adds a variable to the environment of each command (GIT_INDEX_FILE, for one).
  void SetEnvironment(std::string name, std::string value);

  /// Commits are made in the fixed name below, at the fixed date.
  void SetFixedAuthor();

 private:
  std::filesystem::path folder_;
  std::vector<std::pair<std::string, std::string>> environment_;
};

/// Asks the repository of somebody else, without writing a byte into it: no lock is taken, no index
/// refreshed, no hook and no file system monitor run. The user's own configuration stays in force,
/// since it may name the folder as safe to read.
gate::Result<std::string> AskForeign(const std::filesystem::path& folder,
                                     const Arguments& arguments);

/// The parts of a list whose entries end in a NUL byte, as `-z` prints it.
std::vector<std::string> SplitNul(std::string_view list);

/// The lines of `text`, without their ends.
std::vector<std::string> SplitLines(std::string_view text);

/// Who makes the commits that only lay out a tree, and when: fixed, so that a commit's name
/// depends on its contents.
inline constexpr const char kIdentityName[] = "kernel-series";
inline constexpr const char kIdentityMail[] = "kernel-series@localhost";
inline constexpr const char kIdentityDate[] = "1970-01-01T00:00:00+0000";

}  // namespace git

#endif  // TOOLS_GIT_H_
