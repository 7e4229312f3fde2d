// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_JUDGED_RUN_H_
#define TOOLS_JUDGED_RUN_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "gate.h"
#include "process.h"
#include "result.h"
#include "verdict.h"

/// What the exit code of a program that runs a kernel means.
enum class KernelRunner : std::uint8_t {
  kKunitTool,  ///< kunit.py exec --raw_output, which exits with 0 whatever the tests say.
  kUml,        ///< A UML kernel itself, whose exit code says nothing of the tests.
};

/// Runs `command` for at most `limit`, keeps all that it prints in the file `console`, and judges
/// it as it comes. What the machine does wrong (no such program, a full disk, kunit.py fails) is an
/// infrastructure fault of the verdict. The error: the gate does not take `options`; nothing was
/// run then.
gate::Result<gate::Verdict> RunJudged(const process::Command& command, KernelRunner runner,
                                      const std::filesystem::path& console,
                                      const gate::Options& options, std::chrono::seconds limit);

/// What a verdict of kInfrastructure tells first.
std::string FirstFault(const gate::Verdict& verdict);

#endif  // TOOLS_JUDGED_RUN_H_
