// SPDX-License-Identifier: GPL-2.0-only
#include "all_written.h"

#include <cstdio>

#include "exit_codes.h"
#include "file_io.h"

namespace gate {

int AllWritten(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  Put(stderr, "standard output: error: cannot be written; is the disk full?\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

}  // namespace gate
