// SPDX-License-Identifier: GPL-2.0-only
/// series-compile: which warnings and errors the series brings.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

#include "compile_check.h"
#include "exit_codes.h"
#include "file_io.h"
#include "process.h"
#include "supervise.h"

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
  gate::Put(
      stdout,
      fmt::format("{} compile {}: {} objects, {} new messages ({} the base has, too){}\n",
                  outcome->fresh.empty() ? "PASSED" : "FAILED", check.Name(), outcome->objects,
                  outcome->fresh.size(), outcome->known, outcome->kept ? " (cached)" : ""));
  return static_cast<int>(outcome->fresh.empty() ? ExitCode::kPassed : ExitCode::kFailed);
}

}  // namespace

int main(int argc, char** argv) {
  if (!gate::OpenStandardStreams()) return static_cast<int>(ExitCode::kInfrastructure);
  CLI::App app(
      "Compiles every user of videobuf2 with the series, and tells the warnings and errors that "
      "the kernel without it does not have.",
      "series-compile");
  app.footer(gate::ExitCodeHelp());
  CompileCheck::Settings settings;
  settings.jobs = 0;
  bool touched = false;
  app.add_option("--project", settings.project, "Folder that holds kernel/ and tools/")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("--build", settings.build, "Build folder; the tree is linux/ in it")->required();
  app.add_option("--arch", settings.arch, "As the kernel's ARCH=")
      ->check(CLI::IsMember({"x86_64", "arm64"}))
      ->capture_default_str();
  app.add_option("--compiler", settings.compiler)
      ->check(CLI::IsMember({"gcc", "clang"}))
      ->capture_default_str();
  app.add_flag("--touched", touched, "Only the objects whose source a patch touches");
  const std::map<std::string, CompileCheck::Checker> checkers = {
      {"sparse", CompileCheck::Checker::kSparse}, {"smatch", CompileCheck::Checker::kSmatch}};
  app.add_option("--checker", settings.checker, "Look by sparse or smatch (C=1) and not by W=1")
      ->transform(CLI::Transformer(checkers));
  app.add_flag_callback(
      "--sparse", [&] { settings.checker = CompileCheck::Checker::kSparse; },
      "The same as --checker sparse");
  app.add_option("--jobs", settings.jobs, "Compilers at a time; default: one per processor")
      ->check(CLI::NonNegativeNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  if (touched) settings.scope = CompileCheck::Scope::kTouched;
  if (settings.jobs == 0) {
    settings.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  settings.project = std::filesystem::absolute(settings.project).lexically_normal();
  settings.build = std::filesystem::absolute(settings.build).lexically_normal();
  process::CleanEnvironment();
  return supervise::RunLocked(settings.build, [&] { return Check(settings); });
}
