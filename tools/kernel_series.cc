// SPDX-License-Identifier: GPL-2.0-only
/// kernel-series: gets a kernel tree, applies the series to it, and writes edits back.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "kernel_tree.h"
#include "process.h"
#include "series_tree.h"
#include "supervise.h"

namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;

struct Arguments {
  fs::path project;
  fs::path build;
  std::string origin;
  std::string base;
  fs::path id;
};

/// The base that is taken where neither KERNEL_TREE nor KERNEL_BASE says another.
constexpr const char kDefaultBase[] = "6.12";

Result<series_tree::SeriesTree> OpenTree(const Arguments& arguments) {
  fs::path source = arguments.origin;
  if (source.empty()) {
    auto archive =
        kernel_tree::DebianArchive(arguments.base.empty() ? kDefaultBase : arguments.base);
    if (!archive.ok()) return Error{archive.error()};
    source = *archive;
  }
  const auto origin = kernel_tree::Examine(source);
  if (!origin.ok()) return Error{origin.error()};
  return series_tree::SeriesTree::Open(*origin, arguments.build / "linux");
}

Result<std::string> BaseOf(const Arguments& arguments, const series_tree::SeriesTree& tree) {
  if (!arguments.base.empty()) return arguments.base;
  return tree.Version();
}

series_tree::Project ProjectOf(const Arguments& arguments) {
  return {arguments.project / "kernel", arguments.project / "kunit"};
}

Result<std::string> GetTree(const Arguments& arguments) {
  const auto tree = OpenTree(arguments);
  if (!tree.ok()) return Error{tree.error()};
  return std::string();
}

Result<std::string> Apply(const Arguments& arguments) {
  auto tree = OpenTree(arguments);
  if (!tree.ok()) return Error{tree.error()};
  const auto base = BaseOf(arguments, *tree);
  if (!base.ok()) return base;
  auto applied = tree->Apply(ProjectOf(arguments), *base);
  if (!applied.ok() || arguments.id.empty()) return applied;
  const auto id = tree->Fingerprint(ProjectOf(arguments));
  if (!id.ok()) return id;
  const auto written = files::WriteIfChanged(arguments.id, *id);
  if (!written.ok()) return Error{written.error()};
  return applied;
}

Result<std::string> Refresh(const Arguments& arguments) {
  auto tree = series_tree::SeriesTree::Open(arguments.build / "linux");
  if (!tree.ok()) return Error{tree.error()};
  const auto base = BaseOf(arguments, *tree);
  if (!base.ok()) return base;
  return tree->Refresh(ProjectOf(arguments), *base);
}

int Main(const Arguments& arguments, Result<std::string> (*command)(const Arguments&)) {
  process::CleanEnvironment();
  const auto lock = supervise::BuildLock::Take(arguments.build);
  if (!lock.ok()) {
    gate::Put(stderr, fmt::format("{}\n", lock.error()));
    return static_cast<int>(gate::ExitCode::kInfrastructure);
  }
  return supervise::Run([&] {
    lock->Mark();
    const auto done = command(arguments);
    if (!done.ok()) {
      gate::Put(stderr, fmt::format("{}\n", done.error()));
      return static_cast<int>(gate::ExitCode::kInfrastructure);
    }
    if (!done->empty()) gate::Put(stderr, fmt::format("{}\n", *done));
    return 0;
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Gets a kernel tree, applies the series to it, and writes edits back.",
               "kernel-series");
  app.require_subcommand(1);
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  const auto add = [&](const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--project", arguments.project, "Folder that holds kernel/ and kunit/")
        ->required()
        ->check(CLI::ExistingDirectory);
    command->add_option("--build", arguments.build, "Build folder; the tree is linux/ in it")
        ->required();
    command->add_option("--base", arguments.base,
                        "Which patches serve, e.g. 6.12; default: as the tree's Makefile says");
    return command;
  };
  CLI::App* tree = add("tree", "Get the kernel tree, without the series");
  CLI::App* apply = add("apply", "Get the kernel tree and apply the series");
  add("refresh", "Write the tree's commits and edits to the patch files");
  for (CLI::App* command : {tree, apply}) {
    command->add_option("--origin", arguments.origin,
                        "Git checkout or tar archive; default: Debian's linux-source package");
  }
  apply->add_option("--id", arguments.id,
                    "File for the tree's fingerprint; written only where that changes");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(gate::ExitCode::kUsage);
  }
  arguments.project = fs::absolute(arguments.project).lexically_normal();
  arguments.build = fs::absolute(arguments.build).lexically_normal();
  if (tree->parsed()) return Main(arguments, GetTree);
  if (apply->parsed()) return Main(arguments, Apply);
  return Main(arguments, Refresh);
}
