// SPDX-License-Identifier: GPL-2.0-only
/// kernel-series: gets a kernel tree, applies the series to it, writes edits back, and writes the
/// mails that the series goes out as.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "cover_letter.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "kernel_tree.h"
#include "measured.h"
#include "outgoing_series.h"
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
  outgoing_series::Options outgoing;
};

/// The base that is taken where neither KERNEL_TREE nor KERNEL_BASE says another.
constexpr const char kDefaultBase[] = "6.12";

Result<kernel_tree::Origin> FindOrigin(const Arguments& arguments) {
  fs::path source = arguments.origin;
  if (source.empty()) {
    auto archive =
        kernel_tree::DebianArchive(arguments.base.empty() ? kDefaultBase : arguments.base);
    if (!archive.ok()) return Error{archive.error()};
    source = *archive;
  }
  return kernel_tree::Examine(source);
}

Result<series_tree::SeriesTree> OpenTree(const Arguments& arguments) {
  const auto origin = FindOrigin(arguments);
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

Result<std::string> RefreshLetter(const Arguments& arguments) {
  const auto tree = series_tree::SeriesTree::Open(arguments.build / "linux");
  if (!tree.ok()) return Error{tree.error()};
  const auto base = BaseOf(arguments, *tree);
  if (!base.ok()) return base;
  const fs::path file = ProjectOf(arguments).kernel / outgoing_series::kLetter;
  auto letter = files::Read(file);
  if (!letter.ok()) return letter;
  const auto targets = cover_letter::Targets(*letter);
  if (!targets.ok()) return Error{targets.error()};
  // What can be told is written, even where the rest can't.
  std::string missing;
  for (const auto& target : *targets) {
    const auto text = measured::Describe(arguments.build, *base, target);
    if (!text.ok()) {
      missing += (missing.empty() ? "" : "\n") + text.error();
      continue;
    }
    letter = cover_letter::WithPart(*letter, target, *text);
    if (!letter.ok()) return letter;
  }
  const auto written = files::WriteIfChanged(file, *letter);
  if (!written.ok()) return Error{written.error()};
  if (!missing.empty()) return Error{missing};
  return std::string(*written ? "-- wrote the results to the cover letter"
                              : "-- the cover letter says what was measured; nothing to write");
}

Result<std::string> WriteOutgoing(const Arguments& arguments) {
  const auto applied = Apply(arguments);
  if (!applied.ok()) return applied;
  const auto origin = FindOrigin(arguments);
  if (!origin.ok()) return Error{origin.error()};
  const auto tree = series_tree::SeriesTree::Open(arguments.build / "linux");
  if (!tree.ok()) return Error{tree.error()};
  return outgoing_series::Write(*tree, ProjectOf(arguments), *origin, arguments.outgoing);
}

int Main(const Arguments& arguments, Result<std::string> (*command)(const Arguments&)) {
  process::CleanEnvironment();
  return supervise::RunLocked(arguments.build, [&] {
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
  CLI::App app("Gets a kernel tree, applies the series to it, writes edits back, and mails.",
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
  CLI::App* letter = add("letter", "Write what was measured to the cover letter");
  CLI::App* outgoing = add("outgoing", "Write the mails of the series; sends nothing");
  for (CLI::App* command : {tree, apply, outgoing}) {
    command->add_option("--origin", arguments.origin,
                        "Git checkout or tar archive; default: Debian's linux-source package");
  }
  for (CLI::App* command : {apply, outgoing}) {
    command->add_option("--id", arguments.id,
                        "File for the tree's fingerprint; written only where that changes");
  }
  outgoing
      ->add_option("--folder", arguments.outgoing.folder,
                   "Where the mails go (what is there goes away)")
      ->required();
  outgoing->add_option("--sender", arguments.outgoing.sender,
                       "\"Name <mail>\" of who sends; default: the stored author");
  outgoing->add_flag("--sign-off,!--no-sign-off", arguments.outgoing.sign_off,
                     "Add the Signed-off-by of the sender");
  outgoing->add_option("--reroll", arguments.outgoing.version, "Version of the series")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(gate::ExitCode::kUsage);
  }
  arguments.project = fs::absolute(arguments.project).lexically_normal();
  arguments.build = fs::absolute(arguments.build).lexically_normal();
  if (outgoing->parsed()) {
    arguments.outgoing.folder = fs::absolute(arguments.outgoing.folder).lexically_normal();
  }
  if (tree->parsed()) return Main(arguments, GetTree);
  if (apply->parsed()) return Main(arguments, Apply);
  if (letter->parsed()) return Main(arguments, RefreshLetter);
  if (outgoing->parsed()) return Main(arguments, WriteOutgoing);
  return Main(arguments, Refresh);
}
