// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_ALL_WRITTEN_H_
#define TOOLS_ALL_WRITTEN_H_

namespace gate {

/// What a program is to exit with: `code`, or ExitCode::kInfrastructure's number where standard
/// output did not take all of it, as on a full disk. Says so in one line then.
int AllWritten(int code);

}  // namespace gate

#endif  // TOOLS_ALL_WRITTEN_H_
