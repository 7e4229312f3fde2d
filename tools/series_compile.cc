// SPDX-License-Identifier: GPL-2.0-only
/// series-compile: which warnings and errors the series brings.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "build_program.h"
#include "compile_check.h"
#include "exit_codes.h"
#include "file_io.h"

namespace {

using gate::ExitCode;

int Check(const CompileCheck::Settings& settings) {
  CompileCheck check(settings);
  if (const std::string missing = check.Missing(); !missing.empty()) {
    gate::Put(stderr, fmt::format("NOT RUN compile {}: {}\n", check.Name(), missing));
    return static_cast<int>(ExitCode::kInfrastructure);
  }
  const auto outcome = check.Run();
  if (!outcome.ok()) {
    gate::Put(stderr, outcome.error() + "\n");
    return static_cast<int>(ExitCode::kInfrastructure);
  }
  for (const auto& message : outcome->fresh) gate::Put(stdout, message.Line() + "\n");
  if (outcome->fresh.empty() && !outcome->broken.empty()) {
    for (const auto& message : outcome->broken) gate::Put(stderr, message.Line() + "\n");
    gate::Put(stderr, fmt::format("NOT RUN compile {}: what is named above compiles neither with "
                                  "the series nor without it\n",
                                  check.Name()));
    return static_cast<int>(ExitCode::kInfrastructure);
  }
  gate::Put(stdout,
            fmt::format("{} compile {}: {} objects, {} new messages ({} the base has, too){}{}\n",
                        outcome->fresh.empty() ? "PASSED" : "FAILED", check.Name(),
                        outcome->objects, outcome->fresh.size(), outcome->known,
                        outcome->headers == 0
                            ? ""
                            : fmt::format("; not the other users of {} headers", outcome->headers),
                        outcome->kept ? " (cached)" : ""));
  return static_cast<int>(outcome->fresh.empty() ? ExitCode::kPassed : ExitCode::kFailed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Compiles every user of videobuf2 with the series, and tells the warnings and errors that "
      "the kernel without it does not have.",
      "series-compile");
  app.footer(gate::ExitCodeHelp());
  CompileCheck::Settings settings;
  const BuildProgram program(&app, {&settings.project, &settings.build, &settings.jobs});
  app.add_option("--arch", settings.arch, "As the kernel's ARCH=")
      ->check(CLI::IsMember({"x86_64", "arm64"}))
      ->capture_default_str();
  app.add_option("--compiler", settings.compiler)
      ->check(CLI::IsMember({"gcc", "clang"}))
      ->capture_default_str();
  app.add_flag_callback(
      "--touched", [&] { settings.scope = CompileCheck::Scope::kTouched; },
      "Only the objects whose source a patch touches");
  const std::map<std::string, CompileCheck::Checker> checkers = {
      {"sparse", CompileCheck::Checker::kSparse}, {"smatch", CompileCheck::Checker::kSmatch}};
  app.add_option("--checker", settings.checker, "Look by sparse or smatch (C=1) and not by W=1")
      ->transform(CLI::Transformer(checkers));
  app.add_flag_callback(
      "--sparse", [&] { settings.checker = CompileCheck::Checker::kSparse; },
      "The same as --checker sparse");
  return program.Main(argc, argv, [&] { return Check(settings); });
}
