// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_REASON_H_
#define TOOLS_REASON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "exit_codes.h"

namespace gate {

/// One thing that is wrong with the run.
struct Reason {
  std::string kind;  ///< Which rule: "expectation", "splat", "duplicate", "missing-test", ...
  ExitCode code = ExitCode::kFailed;  ///< What this reason alone would exit with.
  std::string test;                   ///< suite.case, or empty.
  std::string file;                   ///< Source file as the user edits it, or empty.
  std::uint64_t line = 0;             ///< Line in `file`, 1-based; 0: unknown.
  std::string message;                ///< One line, free of control bytes.
  /// A splat's stack, the innermost first: "file:line: note: fn+0x1/0x2", or "fn+0x1/0x2" where the
  /// line is not known. Only with Options::image_file.
  std::vector<std::string> frames;
  std::uint64_t log_line = 0;  ///< Line in the log, 1-based; 0: the log as a whole.
};

}  // namespace gate

#endif  // TOOLS_REASON_H_
