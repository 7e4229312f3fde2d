// SPDX-License-Identifier: GPL-2.0-only
#include "coverage_kernel.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include "before_after_guest.h"
#include "file_io.h"
#include "git.h"
#include "judged_run.h"
#include "process.h"
#include "series_tree.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::ExitCode;
using gate::Result;

/// Writes the counters when the kernel ends as a program does. gcc's own call stands in a section
/// .fini_array.NNNNN, and 6.12's arch/um/kernel/dyn.lds.S keeps only .fini_array.
constexpr const char kAtExit[] =
    "void __gcov_dump(void);\n"
    "__attribute__((destructor)) static void write_counters(void) { __gcov_dump(); }\n";

/// Runs a program that has to succeed; the value is what it printed.
Result<std::string> Ask(std::vector<std::string> argv, const fs::path& folder,
                        std::string input = {}) {
  process::Command command;
  command.argv = std::move(argv);
  command.folder = folder.string();
  command.input = std::move(input);
  auto run = process::Run(command);
  if (!run.ok()) return Error{run.error()};
  if (!run->ok()) {
    return Error{fmt::format("{}: error: exits with {}: {}", command.argv.front(), run->code,
                             run->err.substr(0, run->err.find('\n')))};
  }
  return std::move(run->out);
}

/// All files below `folder` that end in `extension`, by name.
std::vector<fs::path> FindFiles(const fs::path& folder, const char* extension) {
  std::vector<fs::path> found;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == extension) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Runs a kernel, and judges what it prints, which is kept in `console`.
Result<ExitCode> Judge(const process::Command& command, KernelRunner runner,
                       const fs::path& console, const gate::Options& options, int timeout) {
  const auto verdict = RunJudged(command, runner, console, options, std::chrono::seconds(timeout));
  if (!verdict.ok()) return Error{verdict.error()};
  return verdict->code;
}

/// The cases of the drivers that opt in, out of the list for before-after.
std::string ClientCases(const std::string& list) {
  std::string cases;
  for (const auto& line : git::SplitLines(list)) {
    for (std::size_t i = 0; i < before_after::kOptIns; ++i) {
      if (line.starts_with(std::string(before_after::kDrivers[i]) + ".")) cases += line + "\n";
    }
  }
  return cases;
}

}  // namespace

KernelPaths CoverageKernel::Paths() const {
  KernelPaths paths =
      Profile().Paths(settings_.build / "linux", settings_.build / "linux.id", Folder());
  // There gcc looks for libgcov before it looks where its own is.
  paths.make_variables = {"CC=gcc -B" + (Folder() / "lib").string() + "/"};
  return paths;
}

std::string CoverageKernel::Missing() {
  struct Need {
    const char* program;
    const char* package;
  };
  constexpr Need kNeeds[] = {
      {"gcc", "gcc"}, {"gcov", "gcc"}, {"ld", "binutils"}, {"objcopy", "binutils"}};
  for (const auto& need : kNeeds) {
    const std::string missing = process::Missing(need.program, need.package);
    if (!missing.empty()) return missing;
  }
  return "";
}

Result<std::string> CoverageKernel::Id() const {
  const KernelPaths paths = Paths();
  std::string text;
  std::vector<fs::path> inputs = paths.kunitconfigs;
  inputs.insert(inputs.end(), {paths.tree_id, settings_.project / "kunit/expected.txt",
                               settings_.project / "tools/before_after_expected.txt"});
  for (const auto& input : inputs) {
    const auto bytes = files::Read(input);
    if (!bytes.ok()) return Error{bytes.error()};
    text += *bytes;
  }
  text += files::ReadOrEmpty(settings_.project / "kernel" / ("allow-" + settings_.base + ".txt"));
  const auto version = Ask({"gcov", "--version"}, {});
  if (!version.ok()) return Error{version.error()};
  const git::Repository tree(paths.tree);
  const auto program = tree.Ask({"hash-object", "--no-filters", settings_.self.string()});
  if (!program.ok()) return Error{program.error()};
  return tree.Ask({"hash-object", "--stdin"}, text + *version + *program);
}

/// libgcov for a program that is a kernel: its mangle_path() would clash with that of the kernel
/// (fs/seq_file.c). One object, so that what writes the counters comes with whatever is taken of
/// it.
Result<Done> CoverageKernel::MakeLibrary() const {
  auto original = Ask({"gcc", "-print-file-name=libgcov.a"}, {});
  if (!original.ok()) return Error{original.error()};
  original->erase(original->find_last_not_of('\n') + 1);
  const fs::path folder = Folder() / "lib";
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path library = folder / "libgcov.a";
  // Beside it, and renamed: the linker takes an archive, or an object that bears its name.
  const fs::path made = folder / "made.o";
  const std::vector<std::string> commands[] = {
      {"gcc", "-O2", "-fno-pie", "-xc", "-c", "-", "-o", "at-exit.o"},
      {"ld", "-r", "--whole-archive", *original, "--no-whole-archive", "at-exit.o", "-o",
       made.string()},
      {"objcopy", "--redefine-sym", "mangle_path=gcov_mangle_path", made.string()}};
  for (const auto& command : commands) {
    const auto done = Ask(command, folder, kAtExit);
    if (!done.ok()) return Error{done.error()};
  }
  fs::rename(made, library, error);
  if (error) return Error{fmt::format("{}: error: {}", library.string(), error.message())};
  return Done{};
}

Result<Done> CoverageKernel::Build() const {
  const KernelPaths paths = Paths();
  std::string made_of = files::ReadOrEmpty(paths.tree_id);
  for (const auto& options : paths.kunitconfigs) made_of += files::ReadOrEmpty(options);
  const fs::path note = Folder() / "made-of";
  if (fs::exists(paths.image()) && files::ReadOrEmpty(note) == made_of) return Done{};
  auto step = files::Remove(note);
  if (step.ok()) step = MakeLibrary();
  if (step.ok()) step = KernelImage(paths).Build(settings_.jobs);
  if (step.ok()) step = files::Write(note, made_of);
  return step;
}

Result<Done> CoverageKernel::ForgetCounts() const {
  for (const auto& counters : FindFiles(Paths().objects(), ".gcda")) {
    const auto removed = files::Remove(counters);
    if (!removed.ok()) return removed;
  }
  return Done{};
}

Result<ExitCode> CoverageKernel::RunSuite() const {
  const KernelPaths paths = Paths();
  const int timeout = Timeout();
  const auto expected = Profile().Expected();
  if (!expected.ok()) return Error{expected.error()};
  gate::Options options = Profile().GateOptions(paths, settings_.base);
  const fs::path list = Folder() / "expected.txt";
  const auto written = files::Write(list, *expected);
  if (!written.ok()) return Error{written.error()};
  const fs::path console = Folder() / "console.log";
  options.expected_file = list.string();
  options.log_name = paths.Name(console);
  options.image_file = paths.image().string();
  // Ours ends the run; kunit.py's own limit must not come first.
  return Judge(KunitExec(paths, "", timeout + 60), KernelRunner::kKunitTool, console, options,
               timeout);
}

Result<ExitCode> CoverageKernel::RunClient() const {
  const KernelPaths paths = Paths();
  const auto all = files::Read(settings_.project / "tools/before_after_expected.txt");
  if (!all.ok()) return Error{all.error()};
  const fs::path list = Folder() / "expected-client.txt";
  const auto written = files::Write(list, ClientCases(*all));
  if (!written.ok()) return Error{written.error()};
  const fs::path results = Folder() / "results";
  std::error_code error;
  fs::create_directories(results, error);
  gate::Options options = Profile().GateOptions(paths, settings_.base);
  const fs::path console = Folder() / "client.log";
  options.expected_file = list.string();
  options.log_name = paths.Name(console);
  options.path_maps = {{"tools/", "tools/"}, {"", paths.Name(paths.tree) + "/"}};
  process::Command kernel;
  // As before-after-run boots its kernels, which says why. The suite has had its run.
  kernel.argv = {"sh",
                 "-c",
                 "exec \"$@\" </dev/null",
                 "sh",
                 paths.image().string(),
                 "mem=1G",
                 "console=tty",
                 "printk.devkmsg=on",
                 "uml_dir=" + (Folder() / "uml").string() + "/",
                 "kunit.enable=0",
                 "root=/dev/root",
                 "rootfstype=hostfs",
                 "rootflags=/",
                 "ro",
                 "init=" + settings_.self.string(),
                 "--",
                 "guest",
                 "--out",
                 results.string()};
  kernel.folder = Folder().string();
  return Judge(kernel, KernelRunner::kUml, console, options, Timeout());
}

Result<ExitCode> CoverageKernel::Run() const {
  const auto forgotten = ForgetCounts();
  if (!forgotten.ok()) return Error{forgotten.error()};
  gate::Put(stdout, "-- the suite\n");
  const auto suite = RunSuite();
  if (!suite.ok()) return suite;
  gate::Put(stdout, "-- a V4L2 client\n");
  const auto client = RunClient();
  if (!client.ok()) return client;
  return gate::MoreSevere(*suite, *client);
}

Result<AddedLines> CoverageKernel::Added() const {
  auto tree = series_tree::SeriesTree::Open(Paths().tree);
  if (!tree.ok()) return Error{tree.error()};
  const auto series = tree->Series();
  if (!series.ok()) return Error{series.error()};
  // With edits that are not committed: that is what was compiled. The suite is no part of it.
  const auto diff = tree->repository().Ask(
      {"-c", "core.quotePath=false", "diff", "--unified=0", "--no-renames", "--no-color",
       "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", series->base, "--", "*.c", "*.h",
       fmt::format(":(exclude){}/", series_tree::kSuiteFolder)});
  if (!diff.ok()) return Error{diff.error()};
  return ParseAddedLines(*diff);
}

Result<CoverageKernel::Counts> CoverageKernel::Collect(const AddedLines& added) const {
  const KernelPaths paths = Paths();
  Counts counts;
  std::set<std::string> folders;
  for (const auto& [name, lines] : added) {
    const fs::path source(name);
    if (source.extension() != ".c" ||
        !fs::exists(paths.objects() / fs::path(source).replace_extension(".gcno"))) {
      continue;
    }
    counts.compiled.insert(name);
    // A header counts with all of "drivers/media" that takes it in.
    const auto first = source.begin();
    folders.insert((*first / *std::next(first)).string());
  }
  std::vector<std::string> notes;
  for (const auto& folder : folders) {
    for (const auto& note : FindFiles(paths.objects() / folder, ".gcno")) {
      notes.push_back(note.string());
    }
  }
  constexpr std::size_t kAtATime = 16;  // What they tell is some megabytes of text.
  for (std::size_t i = 0; i < notes.size(); i += kAtATime) {
    std::vector<std::string> command = {"gcov", "--json-format", "--branch-probabilities",
                                        "--stdout"};
    const auto end =
        notes.begin() + static_cast<std::ptrdiff_t>(std::min(i + kAtATime, notes.size()));
    command.insert(command.end(), notes.begin() + static_cast<std::ptrdiff_t>(i), end);
    const auto documents = Ask(command, paths.objects());
    if (!documents.ok()) return Error{documents.error()};
    const auto step = counts.data.Add(*documents, paths.tree.string());
    if (!step.ok()) return Error{step.error()};
  }
  for (const auto& name : counts.compiled) {
    if (counts.data.files().contains(name)) continue;
    return Error{fmt::format("{}: error: gcov tells nothing of it; remove {} and run again", name,
                             paths.objects().string())};
  }
  return counts;
}
