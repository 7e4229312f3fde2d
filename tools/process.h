// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PROCESS_H_
#define TOOLS_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "result.h"

/// Running other programs.
namespace process {

struct Command {
  std::vector<std::string> argv;  ///< The program is looked up in PATH.
  std::string folder;             ///< Working directory; empty: ours.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Over ours; the last wins.
  std::string input;  ///< Bytes for its standard input, which ends after them.
};

struct Output {
  int code = 0;  ///< Exit code; 128 + N where signal N ended it.
  std::string out;
  std::string err;

  bool ok() const { return code == 0; }
};

/// Runs `command` to its end and keeps what it prints. The error says that it could not be started;
/// its own failure is a value.
gate::Result<Output> Run(const Command& command);

struct Streamed {
  int code = 0;            ///< As in Output.
  bool timed_out = false;  ///< It was stopped because `limit` passed.
};

/// Runs `command` and hands on what it prints, standard error included, as it comes. `on_idle`,
/// where given, is called about once a second. After `limit` all processes that `command` started
/// get SIGTERM, and SIGKILL `grace` later; `command` itself may live for another `grace`, so that
/// it can hand on what they had printed by then.
gate::Result<Streamed> Stream(const Command& command,
                              const std::function<void(std::string_view)>& on_output,
                              const std::function<void()>& on_idle = nullptr,
                              std::optional<std::chrono::seconds> limit = std::nullopt,
                              std::chrono::seconds grace = std::chrono::seconds(5));

/// Why `program` can't be run, with the Debian package that holds it; empty where it tells its
/// version.
std::string Missing(const std::string& program, const std::string& package);

/// `compiler` as make's CC takes it: behind what the variable KERNEL_LAUNCHER names (ccache,
/// distcc, icecc; empty: nothing), and where that is not set behind ccache, if it is installed.
/// Whoever sets it anew has all objects made anew.
std::string Launched(const std::string& compiler);

/// All processes below `root`, children first in no set order, without `root` itself.
std::vector<pid_t> Descendants(pid_t root);

/// Removes from the environment what would change the meaning of a git or make that we call: GIT_*,
/// make's flags and level, and the variables that kbuild and kconfig read. Messages become
/// untranslated, since some are read by programs.
void CleanEnvironment();

/// `argument` as a shell takes it, quoted only where it must be.
std::string ShellQuote(std::string_view argument);

}  // namespace process

#endif  // TOOLS_PROCESS_H_
