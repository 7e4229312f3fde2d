// SPDX-License-Identifier: GPL-2.0-only
/// fence-cost: what a release fence costs the kernel, counted in instructions and bytes.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "bench_rows.h"
#include "exit_codes.h"
#include "fence_cost_report.h"
#include "file_io.h"
#include "files.h"
#include "gate.h"
#include "git.h"
#include "judged_run.h"
#include "kernel_image.h"
#include "kernel_tree.h"
#include "kunit_profile.h"
#include "process.h"
#include "report.h"
#include "series_tree.h"
#include "supervise.h"
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

  Result<fence_cost::Kernel> Measure() const {
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
      return Error{fmt::format("{}: error: {}, so that its figures count for nothing",
                               options.log_name, gate::ExitCodeName(verdict->code))};
    }
    fence_cost::Kernel kernel;
    auto samples = fence_cost::ReadSamples(files::ReadOrEmpty(console));
    if (!samples.ok()) return Error{options.log_name + ": " + samples.error()};
    kernel.samples = std::move(*samples);
    for (const char* object : kMeasuredObjects) {
      const fs::path file = paths_.objects() / "drivers/media/common/videobuf2" / object;
      if (!fs::exists(file)) continue;
      process::Command pahole;
      pahole.argv = {"pahole", "--sizes", file.string()};
      const auto run = process::Run(pahole);
      if (run.ok() && run->ok()) kernel.sizes.merge(fence_cost::ReadSizes(run->out));
    }
    return kernel;
  }

 private:
  Result<Done> MakeTree() const {
    const git::Repository theirs(arguments_.Tree());
    TreeCopy copy;
    copy.from = theirs.folder();
    copy.to = paths_.tree;
    copy.suite = arguments_.Suite();
    if (patched_) {
      const auto head = theirs.Ask({"rev-parse", "HEAD"});
      if (!head.ok()) return Error{head.error()};
      const auto edits = theirs.Ask({"diff", "--binary", "HEAD"});
      if (!edits.ok()) return Error{edits.error()};
      copy.commit = *head;
      copy.patch = edits->empty() ? "" : *edits + "\n";
      return Update(copy);
    }
    const auto tree = series_tree::SeriesTree::Open(arguments_.Tree());
    if (!tree.ok()) return Error{tree.error()};
    const auto series = tree->Series();
    if (!series.ok()) return Error{series.error()};
    auto hook = files::Read(arguments_.project / "kunit/hook.patch");
    if (!hook.ok()) return Error{hook.error()};
    copy.commit = series->base;
    copy.patch = std::move(*hook);
    return Update(copy);
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

Result<std::vector<bench::Row>> Measure(const Arguments& arguments) {
  if (const auto missing = process::Missing("qemu-system-x86_64", "qemu-system-x86");
      !missing.empty()) {
    return std::vector<bench::Row>{{.what = "release fences in the kernel", .not_run = missing}};
  }
  const auto id = Id(arguments);
  if (!id.ok()) return Error{id.error()};
  const CostKernel before(arguments, false);
  const CostKernel after(arguments, true);
  for (const CostKernel* kernel : {&before, &after}) {
    const auto built = kernel->Build(*id, arguments.jobs);
    if (!built.ok()) return Error{built.error()};
  }
  const auto old_figures = before.Measure();
  if (!old_figures.ok()) return Error{old_figures.error()};
  const auto new_figures = after.Measure();
  if (!new_figures.ok()) return Error{new_figures.error()};
  return fence_cost::Compare(*old_figures, *new_figures, process::Missing("pahole", "pahole"));
}

int Run(const Arguments& arguments) {
  std::error_code error;
  fs::create_directories(arguments.Folder(), error);
  const auto rows = Measure(arguments);
  if (!rows.ok()) return Complain(rows.error());
  if (!arguments.rows.empty()) {
    fs::create_directories(arguments.rows.parent_path(), error);
    const std::string saved = bench::Save(*rows, arguments.rows.string());
    if (!saved.empty()) return Complain(saved);
  }
  if (arguments.only_measure) return 0;
  gate::Put(stdout, bench::Format(*rows));
  return static_cast<int>(bench::Judge(*rows));
}

}  // namespace

int main(int argc, char** argv) {
  if (!gate::OpenStandardStreams()) return Complain("error: standard output is closed");
  CLI::App app(
      "Builds a kernel without the series and one with it, counts in an emulator how many\n"
      "instructions a buffer takes in each, and tells what a release fence adds, in memory, too.",
      "fence-cost");
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  app.add_option("--project", arguments.project, "Folder that holds kernel/ and kunit/")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("--build", arguments.build, "Build folder; the tree is linux/ in it")->required();
  app.add_option("--rows", arguments.rows, "Writes the table to this file as well, for bench-table")
      ->type_name("FILE");
  app.add_flag("--only-measure", arguments.only_measure,
               "Prints no table, and a figure beyond its limit is no error");
  app.add_option("--jobs", arguments.jobs, "Compilers at a time; 0: one per processor")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--timeout", arguments.timeout, "Seconds until a boot counts as hung")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  if (arguments.jobs == 0) {
    arguments.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  arguments.project = fs::absolute(arguments.project).lexically_normal();
  arguments.build = fs::absolute(arguments.build).lexically_normal();
  process::CleanEnvironment();
  return supervise::RunLocked(arguments.build, [&] { return Run(arguments); });
}
