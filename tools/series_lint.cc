// SPDX-License-Identifier: GPL-2.0-only
/// series-lint: what tools that read sources and documents say of the series, and not of its base.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <string>

#include "build_program.h"
#include "exit_codes.h"
#include "file_io.h"
#include "lint_check.h"
#include "lint_tool.h"
#include "text.h"

namespace {

using gate::ExitCode;

int NotRun(const std::string& check, const std::string& why) {
  gate::Put(stderr, fmt::format("NOT RUN {}: {}\n", check, why));
  return static_cast<int>(ExitCode::kInfrastructure);
}

int Broken(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

int Check(const LintCheck::Settings& settings) {
  LintCheck check(settings);
  const auto missing = check.Missing();
  if (!missing.ok()) return Broken(missing.error());
  if (!missing->empty()) return NotRun(settings.check, *missing);
  const auto outcome = check.Run();
  if (!outcome.ok()) return Broken(outcome.error());
  for (const auto& message : outcome->fresh) {
    gate::Put(stdout, gate::Printable(message.Line()) + "\n");
  }
  gate::Put(stdout, fmt::format("{} {}: {} {}, {} new messages ({} the base has, too){}\n",
                                outcome->fresh.empty() ? "PASSED" : "FAILED", settings.check,
                                outcome->looked_at, check.tool().unit(), outcome->fresh.size(),
                                outcome->known, outcome->kept ? " (cached)" : ""));
  return static_cast<int>(outcome->fresh.empty() ? ExitCode::kPassed : ExitCode::kFailed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Lets one tool read what the series touches (kernel-doc comments, documents, or sources by "
      "the kernel's Coccinelle rules), and tells the messages that the base does not have.",
      "series-lint");
  app.footer(gate::ExitCodeHelp());
  LintCheck::Settings settings;
  const BuildProgram program(&app, {&settings.project, &settings.build, &settings.jobs});
  app.add_option("--check", settings.check, "Which tool")
      ->required()
      ->check(CLI::IsMember(LintToolNames()));
  return program.Main(argc, argv, [&] { return Check(settings); });
}
