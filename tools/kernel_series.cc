// SPDX-License-Identifier: GPL-2.0-only
/// kernel-series: gets a kernel tree, applies the series to it, writes edits back, writes the mails
/// that the series goes out as, and checks them.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cover_letter.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "kernel_tree.h"
#include "measured.h"
#include "outgoing_series.h"
#include "patch_series.h"
#include "process.h"
#include "recipients.h"
#include "round_trip.h"
#include "series_import.h"
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
  std::vector<std::string> lists;
  bool only_apply = false;
  series_import::Source source;
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

Result<std::string> ImportSeries(const Arguments& arguments) {
  return series_import::Import(arguments.source, arguments.project);
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

/// Prints what a check found, and its last line. The value is the exit code.
int Tell(const Result<std::vector<std::string>>& findings, const std::string& what) {
  if (!findings.ok()) {
    gate::Put(stderr, findings.error() + "\n");
    return static_cast<int>(gate::ExitCode::kInfrastructure);
  }
  for (const auto& finding : *findings) gate::Put(stdout, finding + "\n");
  if (findings->empty()) {
    gate::Put(stdout, fmt::format("PASSED {}\n", what));
    return 0;
  }
  gate::Put(stdout, fmt::format("FAILED {}: {} findings\n", what.substr(0, what.find(':')),
                                findings->size()));
  return static_cast<int>(gate::ExitCode::kFailed);
}

int CheckApplies(const Arguments& arguments) {
  std::string how = "by git am without fuzz";
  const auto check = [&]() -> Result<std::vector<std::string>> {
    const auto applied = Apply(arguments);
    if (!applied.ok()) {
      if (!patch_series::IsFailureToApply(applied.error())) return Error{applied.error()};
      return std::vector<std::string>{applied.error()};
    }
    const auto tree = series_tree::SeriesTree::Open(arguments.build / "linux");
    if (!tree.ok()) return Error{tree.error()};
    const auto base = BaseOf(arguments, *tree);
    if (!base.ok()) return Error{base.error()};
    how += ", base " + *base;
    if (arguments.only_apply) return std::vector<std::string>{};
    const auto trip = series_tree::CheckRoundTrip(*tree, ProjectOf(arguments), *base);
    if (!trip.ok()) return Error{trip.error()};
    how += fmt::format("; git format-patch gives the same bytes of {} patches", trip->compared);
    if (trip->of_other_bases > 0) {
      how += fmt::format(" ({} are another base's)", trip->of_other_bases);
    }
    return trip->findings;
  };
  const auto findings = check();
  return Tell(findings, "applies: " + how);
}

int CheckRecipients(const Arguments& arguments) {
  const fs::path& folder = arguments.outgoing.folder;
  const auto findings = recipients::FindMissing(arguments.build / "linux", folder, arguments.lists);
  return Tell(findings, fmt::format("recipients: none is missing in {} mails",
                                    recipients::MailsIn(folder).size()));
}

int Main(const Arguments& arguments, int (*check)(const Arguments&)) {
  process::CleanEnvironment();
  return supervise::RunLocked(arguments.build, [&] { return check(arguments); });
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
        ->required();
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
  CLI::App* applies =
      add("applies", "Apply the series, and check that git writes the same patches of it");
  CLI::App* import = add("import", "Make a project folder of somebody else's series");
  CLI::App* recipients = add("recipients", "Check that the mails go to all who are to have them");
  for (CLI::App* command : {tree, apply, outgoing, applies}) {
    command->add_option("--origin", arguments.origin,
                        "Git checkout or tar archive; default: Debian's linux-source package");
  }
  for (CLI::App* command : {apply, outgoing, applies}) {
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
  outgoing->add_option("--assisted-by", arguments.outgoing.assisted_by,
                       "\"AGENT:MODEL\" for the trailer Assisted-by of each patch");
  outgoing
      ->add_option("--previous", arguments.outgoing.previous,
                   "Mails of the posting before: an mbox or a folder; the letter gets a range-diff")
      ->check(CLI::ExistingPath);
  outgoing->add_option("--reroll", arguments.outgoing.version, "Version of the series")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  applies->add_flag("--only-apply", arguments.only_apply,
                    "Patches that somebody mailed need not be what git writes, byte by byte");
  import->add_option("--series", arguments.source.series, "An mbox, a mail, or a folder of mails")
      ->required();
  import
      ->add_option("--kunitconfig", arguments.source.kunitconfig,
                   "Options of the kernel that runs its tests")
      ->check(CLI::ExistingFile);
  import->add_option("--home", arguments.source.home, "This project's folder")
      ->required()
      ->check(CLI::ExistingDirectory);
  recipients->add_option("--folder", arguments.outgoing.folder, "The mails")
      ->required()
      ->check(CLI::ExistingDirectory);
  recipients->add_option("--list", arguments.lists, "A list that each mail has to go to");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(gate::ExitCode::kUsage);
  }
  arguments.project = fs::absolute(arguments.project).lexically_normal();
  arguments.build = fs::absolute(arguments.build).lexically_normal();
  if (outgoing->parsed() || recipients->parsed()) {
    arguments.outgoing.folder = fs::absolute(arguments.outgoing.folder).lexically_normal();
    fs::path& previous = arguments.outgoing.previous;
    if (!previous.empty()) previous = fs::absolute(previous).lexically_normal();
  }
  if (!import->parsed() && !fs::is_directory(arguments.project)) {
    gate::Put(stderr, fmt::format("{}: error: is no folder\n", arguments.project.string()));
    return static_cast<int>(gate::ExitCode::kUsage);
  }
  if (import->parsed()) {
    for (fs::path* path :
         {&arguments.source.series, &arguments.source.kunitconfig, &arguments.source.home}) {
      if (!path->empty()) *path = fs::absolute(*path).lexically_normal();
    }
    const auto may = series_import::MayWrite(arguments.project);
    if (!may.ok()) {
      gate::Put(stderr, may.error() + "\n");
      return static_cast<int>(gate::ExitCode::kUsage);
    }
    return Main(arguments, ImportSeries);
  }
  if (tree->parsed()) return Main(arguments, GetTree);
  if (apply->parsed()) return Main(arguments, Apply);
  if (applies->parsed()) return Main(arguments, CheckApplies);
  if (recipients->parsed()) return Main(arguments, CheckRecipients);
  if (letter->parsed()) return Main(arguments, RefreshLetter);
  if (outgoing->parsed()) return Main(arguments, WriteOutgoing);
  return Main(arguments, Refresh);
}
