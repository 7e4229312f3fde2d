// SPDX-License-Identifier: GPL-2.0-only
/// series-bisect: whether each patch of the series compiles on top of those before it.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <string>

#include "bisect_check.h"
#include "build_program.h"
#include "exit_codes.h"
#include "file_io.h"

namespace {

using gate::ExitCode;

int Check(const BisectCheck::Settings& settings) {
  BisectCheck check(settings);
  if (const std::string missing = check.Missing(); !missing.empty()) {
    gate::Put(stderr, fmt::format("NOT RUN bisect {}: {}\n", check.Name(), missing));
    return static_cast<int>(ExitCode::kInfrastructure);
  }
  const auto outcome = check.Run();
  if (!outcome.ok()) {
    gate::Put(stderr, outcome.error() + "\n");
    return static_cast<int>(ExitCode::kInfrastructure);
  }
  for (const auto& message : outcome->findings) gate::Put(stdout, message.Line() + "\n");
  if (!outcome->broken.empty()) {
    for (const auto& message : outcome->broken) gate::Put(stderr, message.Line() + "\n");
    gate::Put(stderr, fmt::format("NOT RUN bisect {}: what is named above does not compile without "
                                  "the series, either\n",
                                  check.Name()));
    return static_cast<int>(ExitCode::kInfrastructure);
  }
  const std::size_t untried = outcome->patches - outcome->compiled - outcome->cached;
  gate::Put(stdout,
            fmt::format("{} bisect {}: {} patches, {} bad{}, {} compiled ({} objects), {} "
                        "cached\n",
                        outcome->bad == 0 ? "PASSED" : "FAILED", check.Name(), outcome->patches,
                        outcome->bad, untried == 0 ? "" : fmt::format(", {} not tried", untried),
                        outcome->compiled, outcome->objects, outcome->cached));
  return static_cast<int>(outcome->bad == 0 ? ExitCode::kPassed : ExitCode::kFailed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Compiles the series patch by patch, and tells at which it does not compile or has warnings "
      "that it did not have one patch before.",
      "series-bisect");
  app.footer(gate::ExitCodeHelp());
  BisectCheck::Settings settings;
  const BuildProgram program(&app, {&settings.project, &settings.build, &settings.jobs});
  app.add_option("--arch", settings.arch, "As the kernel's ARCH=")
      ->check(CLI::IsMember({"x86_64", "arm64"}))
      ->capture_default_str();
  app.add_option("--compiler", settings.compiler)
      ->check(CLI::IsMember({"gcc", "clang"}))
      ->capture_default_str();
  return program.Main(argc, argv, [&] { return Check(settings); });
}
