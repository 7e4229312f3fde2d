// SPDX-License-Identifier: GPL-2.0-only
/// fence-cost: what a release fence costs the kernel, counted in instructions and bytes.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "bench_rows.h"
#include "build_program.h"
#include "exit_codes.h"
#include "fence_cost_report.h"
#include "file_io.h"
#include "files.h"
#include "gate.h"
#include "git.h"
#include "judged_run.h"
#include "kernel_image.h"
#include "kunit_profile.h"
#include "process.h"
#include "report.h"
#include "series_tree.h"
#include "tree_copy.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::ExitCode;
using gate::Result;

struct Arguments {
  fs::path project;
  fs::path build;
  fs::path rows;  ///< Where the table goes for others to read.
  int jobs = 0;
  int timeout = 600;
  bool only_measure = false;

  fs::path Tree() const { return build / "linux"; }
  fs::path Folder() const { return build / "cost"; }
  fs::path Suite() const { return project / "kunit/cost"; }
};

int Complain(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

/// Objects with the structures whose sizes are told.
constexpr const char* kMeasuredObjects[] = {"videobuf2-core.o", "videobuf2-fence.o",
                                            "videobuf2-vmalloc.o", "videobuf2-dma-contig.o",
                                            "videobuf2-dma-sg.o"};

/// One of the two kernels: the tree before the series, or with it, and kunit/cost in both.
class CostKernel {
 public:
  CostKernel(const Arguments& arguments, bool patched)
      : arguments_(arguments), name_(patched ? "after" : "before"), patched_(patched) {
    paths_.project = arguments.project;
    paths_.tree = arguments.Folder() / ("linux-" + name_);
    paths_.tree_id = arguments.Folder() / (name_ + ".id");
    paths_.state = arguments.Folder() / name_;
    paths_.kunitconfigs = {arguments.Suite() / "cost.config"};
    paths_.machine = {.arch = "x86_64",
                      .target = "bzImage",
                      .image = "arch/x86/boot/bzImage",
                      .symbols = "vmlinux",
                      // Time goes on by a nanosecond an instruction, and so does the cycle counter.
                      .exec = {"--qemu_args", "-icount shift=0"}};
    paths_.for_editors = false;
  }

  /// `id` tells what all is made of.
  Result<Done> Build(const std::string& id, int jobs) const {
    std::error_code error;
    fs::create_directories(paths_.state, error);
    const fs::path note = paths_.state / "made-of";
    if (fs::exists(paths_.image()) && files::ReadOrEmpty(note) == id) return Done{};
    auto step = files::Remove(note);
    if (step.ok()) step = MakeTree();
    if (step.ok()) step = files::Write(paths_.tree_id, id);
    if (step.ok()) step = KernelImage(paths_).Build(jobs);
    if (step.ok()) step = files::Write(note, id);
    return step;
  }

  /// `figures` are set where the value, the verdict on the cases that measure, is "passed".
  Result<ExitCode> Measure(fence_cost::Kernel* figures) const {
    const fs::path console = paths_.state / "console.log";
    gate::Options options;
    options.out = nullptr;
    options.log_name = paths_.Name(console);
    options.expected_file = (arguments_.Suite() / ("expected-" + name_ + ".txt")).string();
    const auto verdict =
        RunJudged(KunitExec(paths_, "", arguments_.timeout + 60), KernelRunner::kKunitTool, console,
                  options, std::chrono::seconds(arguments_.timeout));
    if (!verdict.ok()) return Error{verdict.error()};
    if (verdict->code != ExitCode::kPassed) {
      for (const auto& reason : verdict->reasons) {
        gate::Put(stderr, gate::FormatReason(reason, verdict->log, gate::Style(false)) + "\n");
      }
      gate::Put(stderr, fmt::format("{}: error: {}, so that its figures count for nothing\n",
                                    options.log_name, gate::ExitCodeName(verdict->code)));
      return verdict->code;
    }
    auto samples = fence_cost::ReadSamples(files::ReadOrEmpty(console));
    if (!samples.ok()) return Error{options.log_name + ": " + samples.error()};
    figures->samples = std::move(*samples);
    return ExitCode::kPassed;
  }

  Result<Done> ReadSizes(fence_cost::Kernel* figures) const {
    for (const char* object : kMeasuredObjects) {
      const fs::path file = paths_.objects() / "drivers/media/common/videobuf2" / object;
      if (!fs::exists(file)) continue;  // What is missing then is told by name.
      process::Command pahole;
      pahole.argv = {"pahole", "--sizes", file.string()};
      const auto run = process::Run(pahole);
      if (!run.ok()) return Error{run.error()};
      if (!run->ok()) {
        return Error{fmt::format("{}: error: pahole exits with {}", file.string(), run->code)};
      }
      figures->sizes.merge(fence_cost::ReadSizes(run->out));
    }
    return Done{};
  }

 private:
  Result<TreeCopy> Copy() const {
    if (patched_) {
      const auto tree_id = files::Read(arguments_.build / "linux.id");
      if (!tree_id.ok()) return Error{tree_id.error()};
      return CopyAsItIs(arguments_.Tree(), *tree_id);
    }
    const auto tree = series_tree::SeriesTree::Open(arguments_.Tree());
    if (!tree.ok()) return Error{tree.error()};
    const auto series = tree->Series();
    if (!series.ok()) return Error{series.error()};
    auto hook = files::Read(arguments_.project / "kunit/hook.patch");
    if (!hook.ok()) return Error{hook.error()};
    TreeCopy copy;
    copy.from = arguments_.Tree();
    copy.commit = series->base;
    copy.patch = std::move(*hook);
    return copy;
  }

  Result<Done> MakeTree() const {
    auto copy = Copy();
    if (!copy.ok()) return Error{copy.error()};
    copy->to = paths_.tree;
    copy->suite = arguments_.Suite();
    return Update(*copy);
  }

  const Arguments& arguments_;
  std::string name_;
  bool patched_;
  KernelPaths paths_;
};

/// Differs wherever a figure may: tree, suite, compiler, emulator and this program.
Result<std::string> Id(const Arguments& arguments) {
  std::string text;
  for (const auto& input : {arguments.build / "linux.id", arguments.project / "kunit/hook.patch"}) {
    const auto bytes = files::Read(input);
    if (!bytes.ok()) return Error{bytes.error() + "; build the target series-apply"};
    text += *bytes;
  }
  std::vector<fs::path> suite;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(arguments.Suite(), error)) {
    suite.push_back(entry.path());
  }
  std::sort(suite.begin(), suite.end());
  suite.emplace_back("/proc/self/exe");
  for (const auto& input : suite) {
    const auto bytes = files::Read(input);
    if (!bytes.ok()) return Error{bytes.error()};
    text += fmt::format("{} {}\n{}", input.filename().string(), bytes->size(), *bytes);
  }
  for (const char* program : {"gcc", "qemu-system-x86_64", "pahole"}) {
    process::Command version;
    version.argv = {program, "--version"};
    const auto run = process::Run(version);
    if (run.ok()) text += run->out;
  }
  return git::Repository(arguments.Tree()).Ask({"hash-object", "--stdin"}, std::move(text));
}

struct Table {
  ExitCode code = ExitCode::kPassed;  ///< Of the kernels; where it is another, there are no rows.
  std::vector<bench::Row> rows{};
};

Result<Table> Measure(const Arguments& arguments) {
  std::string missing = process::Missing("qemu-system-x86_64", "qemu-system-x86");
  if (missing.empty()) missing = MissingHeader("x86_64");
  if (!missing.empty()) {
    return Table{.rows = {{.what = "release fences in the kernel", .not_run = std::move(missing)}}};
  }
  const auto id = Id(arguments);
  if (!id.ok()) return Error{id.error()};
  const std::string no_sizes = process::Missing("pahole", "pahole");
  const CostKernel kernels[] = {{arguments, false}, {arguments, true}};
  fence_cost::Kernel figures[2];
  for (const auto& kernel : kernels) {
    const auto built = kernel.Build(*id, arguments.jobs);
    if (!built.ok()) return Error{built.error()};
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const auto code = kernels[i].Measure(&figures[i]);
    if (!code.ok()) return Error{code.error()};
    if (*code != ExitCode::kPassed) return Table{.code = *code};
    if (!no_sizes.empty()) continue;
    const auto sizes = kernels[i].ReadSizes(&figures[i]);
    if (!sizes.ok()) return Error{sizes.error()};
  }
  auto rows = fence_cost::Compare(figures[0], figures[1], no_sizes);
  if (!rows.ok()) return Error{rows.error()};
  return Table{.rows = std::move(*rows)};
}

int Run(const Arguments& arguments) {
  // A run that ends early leaves no table: that of an earlier one would be taken for its own.
  if (!arguments.rows.empty()) {
    const auto removed = files::Remove(arguments.rows);
    if (!removed.ok()) return Complain(removed.error());
  }
  const auto table = Measure(arguments);
  if (!table.ok()) return Complain(table.error());
  if (table->code != ExitCode::kPassed) return static_cast<int>(table->code);
  if (!arguments.rows.empty()) {
    const std::string saved = bench::Save(table->rows, arguments.rows.string());
    if (!saved.empty()) return Complain(saved);
  }
  if (arguments.only_measure) return 0;
  gate::Put(stdout, bench::Format(table->rows) + bench::Summary(table->rows));
  return static_cast<int>(bench::Judge(table->rows));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Builds a kernel without the series and one with it, counts in an emulator how many\n"
      "instructions a buffer takes in each, and tells what a release fence adds, in memory, too.",
      "fence-cost");
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  const BuildProgram program(&app, {&arguments.project, &arguments.build, &arguments.jobs});
  app.add_option("--rows", arguments.rows, "Writes the table to this file as well, for bench-table")
      ->type_name("FILE");
  app.add_flag("--only-measure", arguments.only_measure,
               "Prints no table, and a figure beyond its limit is no error");
  app.add_option("--timeout", arguments.timeout, "Seconds until a boot counts as hung")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  return program.Main(argc, argv, [&] { return Run(arguments); });
}
