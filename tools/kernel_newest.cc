// SPDX-License-Identifier: GPL-2.0-only
/// kernel-newest: gets the newest kernel source that Debian packages, and tells whether the series
/// applies to it.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "newest_source.h"
#include "process.h"
#include "supervise.h"

namespace {

namespace fs = std::filesystem;
using gate::ExitCode;

/// Nothing is known about the series, for a reason that lies in the machine or its network.
int NotRun(const std::string& error) {
  gate::Put(stderr, fmt::format("NOT RUN newest: {}\n", error));
  return static_cast<int>(ExitCode::kInfrastructure);
}

int GetSource(const newest_source::Options& options) {
  const auto got = newest_source::Get(options);
  if (!got.ok()) return NotRun(got.error());
  const auto tree = newest_source::OpenTree(options);
  return tree.ok() ? 0 : NotRun(tree.error());
}

int ApplySeries(const newest_source::Options& options, bool whole) {
  auto tree = whole ? newest_source::OpenWholeTree(options) : newest_source::OpenTree(options);
  if (!tree.ok()) return NotRun(tree.error());
  const auto version = tree->Version();
  if (!version.ok()) return NotRun(version.error());
  const std::string base = newest_source::NearestBase(options.project.kernel, *version);
  const auto applied = tree->Apply(options.project, base);
  if (!applied.ok()) {
    gate::Put(stderr, fmt::format("{}\n", applied.error()));
    return static_cast<int>(ExitCode::kFailed);
  }
  if (whole) {
    const auto id = tree->Fingerprint(options.project);
    if (!id.ok()) return NotRun(id.error());
    const auto written = files::WriteIfChanged(newest_source::WholeTreeId(options), *id);
    if (!written.ok()) return NotRun(written.error());
  }
  gate::Put(stdout,
            fmt::format("PASSED newest: the series for base {} applies to {}\n", base, *version));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Gets the newest kernel source that Debian packages; applies the series to it.",
               "kernel-newest");
  app.require_subcommand(1);
  app.footer(gate::ExitCodeHelp());
  fs::path project;
  newest_source::Options options;
  const auto add = [&](const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--project", project, "Folder that holds kernel/ and kunit/")
        ->required()
        ->check(CLI::ExistingDirectory);
    command->add_option("--folder", options.folder, "Where the source and the tree are kept")
        ->required();
    return command;
  };
  CLI::App* get = add("get", "Get the source; one of before serves where that can't be");
  get->add_option("--suite", options.suite, "Suite of Debian, e.g. trixie-backports")->required();
  bool only_try = false;
  get->add_flag("--try", only_try, "Exit with 0 where the source can't be got, after saying why");
  get->add_option("--apt", options.apt, "Folder of the machine's sources.list")
      ->capture_default_str();
  get->add_option("--os", options.os, "File that names the machine's own suite")
      ->capture_default_str();
  CLI::App* apply = add("apply", "Apply the series to it; exits with 1 where it doesn't");
  bool whole = false;
  apply->add_flag("--whole", whole,
                  "To all of the source, in the folder's whole/linux, to build it");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  project = fs::absolute(project).lexically_normal();
  options.project = {project / "kernel", project / "kunit"};
  options.folder = fs::absolute(options.folder).lexically_normal();

  process::CleanEnvironment();
  return supervise::RunLocked(options.folder, [&] {
    if (!get->parsed()) return ApplySeries(options, whole);
    const int code = GetSource(options);
    return only_try ? 0 : code;
  });
}
