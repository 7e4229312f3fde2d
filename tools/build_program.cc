// SPDX-License-Identifier: GPL-2.0-only
#include "build_program.h"

#include <algorithm>
#include <thread>

#include "exit_codes.h"
#include "file_io.h"
#include "process.h"
#include "supervise.h"

using gate::ExitCode;

BuildProgram::BuildProgram(CLI::App* app, const Places& places) : app_(app), places_(places) {
  app->add_option("--project", *places.project, "Folder that holds kernel/, kunit/ and tools/")
      ->required()
      ->check(CLI::ExistingDirectory);
  app->add_option("--build", *places.build, "Build folder; the tree is linux/ in it")->required();
  if (places.jobs != nullptr) {
    *places.jobs = 0;
    app->add_option("--jobs", *places.jobs, "How many at a time; 0, the default: one per processor")
        ->check(CLI::NonNegativeNumber);
  }
}

std::optional<int> BuildProgram::Parse(CLI::App* top, int argc, char** argv) {
  if (!gate::OpenStandardStreams()) {
    gate::Put(stderr, "error: standard output is closed\n");
    return static_cast<int>(ExitCode::kInfrastructure);
  }
  try {
    top->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = top->exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return std::nullopt;
}

int BuildProgram::RunLocked(const std::function<int()>& body) const {
  for (auto* folder : {places_.project, places_.build}) {
    *folder = std::filesystem::absolute(*folder).lexically_normal();
  }
  if (places_.jobs != nullptr && *places_.jobs == 0) {
    *places_.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  process::CleanEnvironment();
  return supervise::RunLocked(*places_.build, body);
}

int BuildProgram::Main(int argc, char** argv, const std::function<int()>& body) const {
  const auto over = Parse(app_, argc, argv);
  return over.has_value() ? *over : RunLocked(body);
}
