// SPDX-License-Identifier: GPL-2.0-only
#include "judged_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>

gate::Result<gate::Verdict> RunJudged(const process::Command& command, KernelRunner runner,
                                      const std::filesystem::path& console,
                                      const gate::Options& options, std::chrono::seconds limit) {
  auto gate = gate::Gate::Create(options);
  if (!gate.ok()) return gate::Error{gate.error()};
  std::error_code error;  // Else the stream fails, which is told below.
  std::filesystem::create_directories(console.parent_path(), error);
  std::ofstream log(console, std::ios::binary | std::ios::trunc);
  const auto run = process::Stream(
      command,
      [&](std::string_view bytes) {
        log.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        log.flush();  // Who looks whether it hangs, or ends it, sees what came last.
        gate->Feed(bytes);
      },
      nullptr, limit);
  log.close();
  const bool timed_out = run.ok() && run->timed_out;
  if (!run.ok()) {
    gate->AddInfrastructureFault(run.error());
  } else if (runner == KernelRunner::kKunitTool && run->code != 0 && !timed_out) {
    gate->AddInfrastructureFault(
        fmt::format("kunit.py exits with {}; see {}", run->code, options.log_name));
  }
  if (!log) gate->AddInfrastructureFault(fmt::format("cannot write {}", options.log_name));
  return gate->Finish(timed_out ? gate::EndOfInput::kTimedOut : gate::EndOfInput::kEof);
}

std::string FirstFault(const gate::Verdict& verdict) {
  const auto fault = std::find_if(
      verdict.reasons.begin(), verdict.reasons.end(),
      [](const auto& reason) { return reason.code == gate::ExitCode::kInfrastructure; });
  return fault == verdict.reasons.end() ? "" : fault->message;
}
