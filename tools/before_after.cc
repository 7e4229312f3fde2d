// SPDX-License-Identifier: GPL-2.0-only
/// before-after-run: what a V4L2 client sees on the kernel without the series, and on the one with
/// it.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "before_after_guest.h"
#include "before_after_report.h"
#include "compliance.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "gate.h"
#include "judged_run.h"
#include "kernel_image.h"
#include "kernel_tree.h"
#include "ktap_writer.h"
#include "measured.h"
#include "process.h"
#include "supervise.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::ExitCode;
using gate::Result;

struct Arguments {
  fs::path project;
  fs::path build;
  fs::path self;
  std::string base;
  int timeout = 300;
  int jobs = 0;
  int timed_jobs = 100;
  bool swap = false;
  bool debug = false;
  before_after::GuestOptions guest;

  fs::path State() const { return build / (debug ? "before-after-debug" : "before-after"); }
  fs::path VerdictNote() const { return State() / measured::kComparisonVerdict; }
  fs::path PatchedTree() const { return build / "linux"; }
  KernelPaths Paths(bool patched) const {
    KernelPaths paths;
    paths.project = project;
    paths.tree = patched ? PatchedTree() : build / "linux-base";
    paths.tree_id = patched ? build / "linux.id" : kernel_tree::NotesFolder(paths.tree) / "base";
    paths.state = State() / (patched ? "after" : "before");
    paths.kunitconfigs = {project / "tools/before_after.config"};
    if (debug) paths.kunitconfigs.push_back(project / "tools/before_after_debug.config");
    paths.for_editors = false;
    return paths;
  }
};

int Complain(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

/// Builds one of the kernels, unless it was made of the same.
Result<Done> BuildKernel(const Arguments& arguments, bool patched) {
  const KernelPaths paths = arguments.Paths(patched);
  std::string made_of = files::ReadOrEmpty(paths.tree_id);
  for (const auto& options : paths.kunitconfigs) made_of += files::ReadOrEmpty(options);
  const fs::path note = paths.state / "made-of";
  if (fs::exists(paths.image()) && files::ReadOrEmpty(note) == made_of) return Done{};
  const int jobs = arguments.jobs > 0
                       ? arguments.jobs
                       : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  gate::Put(stderr, fmt::format("-- the kernel {} the series\n", patched ? "with" : "without"));
  auto step = files::Remove(note);
  // The last comparison was one of other kernels.
  if (step.ok()) step = files::Remove(arguments.VerdictNote());
  if (step.ok()) step = KernelImage(paths).Build(jobs);
  if (step.ok()) step = files::Write(note, made_of);
  return step;
}

int Build(const Arguments& arguments) {
  auto step = kernel_tree::ImportBase(arguments.PatchedTree(), arguments.Paths(false).tree);
  for (const bool patched : {false, true}) {
    if (step.ok()) step = BuildKernel(arguments, patched);
  }
  return step.ok() ? 0 : Complain(step.error());
}

gate::Options GateOptions(const Arguments& arguments, const KernelPaths& paths) {
  gate::Options options;
  options.log_name = paths.Name(paths.state / "console.log");
  options.expected_file = (arguments.project / "tools/before_after_expected.txt").string();
  options.verdict_file = (paths.state / "verdict.json").string();
  options.junit_file = (paths.state / "junit.xml").string();
  if (const fs::path allow = arguments.project / "kernel" / ("allow-" + arguments.base + ".txt");
      fs::exists(allow)) {
    options.allow_file = allow.string();
  }
  options.path_maps = {{"tools/", "tools/"}, {"", paths.Name(paths.tree) + "/"}};
  return options;
}

std::string Describe(const gate::Verdict& verdict) {
  return fmt::format("{} ({} cases, {} passed, {} splats)", gate::ExitCodeName(verdict.code),
                     verdict.totals.tests(), verdict.totals.passed, verdict.splats);
}

/// Boots one of the kernels on the host's own files, which it can only read, and judges it.
Result<gate::Verdict> Boot(const Arguments& arguments, bool patched) {
  const KernelPaths paths = arguments.Paths(patched);
  const fs::path results = paths.state / "results";
  auto step = files::Remove(results);
  if (!step.ok()) return Error{step.error()};
  std::error_code error;
  fs::create_directories(results, error);
  gate::Put(stdout, fmt::format("-- {} the series\n", patched ? "with" : "without"));
  process::Command kernel;
  // At the end of its standard input UML's console hangs up, and prints nothing any more; /dev/null
  // has an end, but nothing that it could be told by.
  kernel.argv = {
      "sh", "-c", "exec \"$@\" </dev/null", "sh", paths.image().string(), "mem=1G", "console=tty",
      // Else printk drops lines of a program that writes many.
      "printk.devkmsg=on", "uml_dir=" + (paths.state / "uml").string() + "/", "vivid.n_devs=1",
      "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "init=" + arguments.self.string(),
      "--", "guest", "--out", results.string(), "--jobs", std::to_string(arguments.timed_jobs)};
  if (patched != arguments.swap) kernel.argv.push_back("--fenced");
  kernel.folder = paths.state.string();
  return RunJudged(kernel, KernelRunner::kUml, paths.state / "console.log",
                   GateOptions(arguments, paths), std::chrono::seconds(arguments.timeout));
}

Result<before_after::KernelResults> Collect(const Arguments& arguments, bool patched,
                                            const gate::Verdict& verdict) {
  const fs::path results = arguments.Paths(patched).state / "results";
  before_after::KernelResults kernel;
  kernel.verdict = Describe(verdict);
  auto probes = before_after::ReadReports((results / before_after::kProbeFile).string());
  if (!probes.ok()) return Error{probes.error()};
  kernel.probes = std::move(*probes);
  for (const char* driver : before_after::kDrivers) {
    const std::string output = files::ReadOrEmpty(results / before_after::ComplianceFile(driver));
    if (!output.empty()) kernel.compliance[driver] = compliance::Parse(output);
  }
  return kernel;
}

/// Judges the two transcripts of each driver: the verdicts of all tests have to be the same.
ExitCode CompareCompliance(const before_after::KernelResults& before,
                           const before_after::KernelResults& after) {
  ExitCode code = ExitCode::kPassed;
  for (const char* driver : before_after::kDrivers) {
    const auto left = before.compliance.find(driver);
    const auto right = after.compliance.find(driver);
    if (left == before.compliance.end() || right == after.compliance.end() ||
        left->second.tests.empty()) {
      gate::Put(stdout, fmt::format("compliance of {}: not run on both kernels\n", driver));
      code = gate::MoreSevere(code, ExitCode::kIncomplete);
      continue;
    }
    const auto differences = compliance::Compare(left->second, right->second);
    for (const auto& difference : differences) {
      gate::Put(stdout, fmt::format("compliance of {}: {}: before \"{}\", after \"{}\"\n", driver,
                                    difference.test, difference.before, difference.after));
    }
    if (!differences.empty()) code = gate::MoreSevere(code, ExitCode::kFailed);
  }
  return code;
}

int Compare(const Arguments& arguments) {
  const auto before = Boot(arguments, false);
  if (!before.ok()) return Complain(before.error());
  const auto after = Boot(arguments, true);
  if (!after.ok()) return Complain(after.error());
  ExitCode code = gate::MoreSevere(before->code, after->code);
  const auto left = Collect(arguments, false, *before);
  const auto right = Collect(arguments, true, *after);
  if (!left.ok()) return Complain(left.error());
  if (!right.ok()) return Complain(right.error());
  code = gate::MoreSevere(code, CompareCompliance(*left, *right));
  const before_after::Subject subject{arguments.base};
  const std::string text = before_after::TextReport(subject, *left, *right);
  const fs::path text_file = arguments.State() / "before-after.txt";
  const fs::path html_file = arguments.State() / "before-after.html";
  if (const auto written = files::Write(text_file, text); !written.ok()) {
    return Complain(written.error());
  }
  if (const std::string error =
          before_after::WriteHtmlReport(subject, *left, *right, html_file.string());
      !error.empty()) {
    return Complain(error);
  }
  const KernelPaths paths = arguments.Paths(true);
  gate::Put(stdout, fmt::format("\n{}\n-- {}\n-- {}\n{} before and after: {}\n", text,
                                paths.Name(text_file), paths.Name(html_file),
                                code == ExitCode::kPassed ? "PASSED" : "FAILED",
                                before_after::Summary(*left, *right)));
  return static_cast<int>(code);
}

/// Compares, and notes the verdict on the whole, which the cover letter asks for.
int Check(const Arguments& arguments) {
  const auto removed = files::Remove(arguments.VerdictNote());
  if (!removed.ok()) return Complain(removed.error());
  const int code = Compare(arguments);
  // A run that is to fail measures nothing.
  if (arguments.swap) return code;
  const auto noted =
      files::Write(arguments.VerdictNote(),
                   fmt::format("{}\n", gate::ExitCodeName(static_cast<ExitCode>(code))));
  return noted.ok() ? code : Complain(noted.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (!gate::OpenStandardStreams()) return Complain("error: standard output is closed");
  CLI::App app(
      "Boots the kernel without the series and the one with it on the host's own files, runs a "
      "V4L2 client on both, and judges and compares what it sees.",
      "before-after-run");
  app.require_subcommand(1);
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  CLI::App* build = app.add_subcommand("build", "Build both kernels");
  CLI::App* check = app.add_subcommand("check", "Boot both, judge, compare, and write the report");
  for (CLI::App* command : {build, check}) {
    command->add_option("--project", arguments.project, "Folder that holds kernel/ and tools/")
        ->required()
        ->check(CLI::ExistingDirectory);
    command->add_option("--build", arguments.build, "Build folder; the tree is linux/ in it")
        ->required();
    command->add_flag("--debug", arguments.debug,
                      "Kernels that check themselves: tools/before_after_debug.config, too");
  }
  build->add_option("--jobs", arguments.jobs, "Compilers at a time; default: one per processor")
      ->check(CLI::NonNegativeNumber);
  check->add_option("--base", arguments.base,
                    "Base whose list of allowed splats serves; default: as the tree's Makefile "
                    "says");
  check->add_option("--timeout", arguments.timeout, "Seconds until a boot counts as hung")
      ->check(CLI::Range(1, 86400));
  check->add_option("--timed-jobs", arguments.timed_jobs, "Jobs to time on each driver");
  check->add_flag("--swap", arguments.swap,
                  "Judge each kernel as if it were the other: shows that the table can fail");
  CLI::App* guest = app.add_subcommand("guest", "What runs in the kernels, as their process 1");
  guest->add_option("--out", arguments.guest.out)->required();
  guest->add_option("--jobs", arguments.guest.timed_jobs);
  guest->add_flag("--fenced", arguments.guest.fenced);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  if (guest->parsed()) return static_cast<int>(before_after::RunGuest(arguments.guest));
  std::error_code error;
  arguments.self = fs::read_symlink("/proc/self/exe", error);
  arguments.project = fs::absolute(arguments.project).lexically_normal();
  arguments.build = fs::absolute(arguments.build).lexically_normal();
  process::CleanEnvironment();
  if (arguments.base.empty()) {
    const auto version = kernel_tree::Version(git::Repository(arguments.PatchedTree()), "HEAD");
    if (version.ok()) arguments.base = *version;
  }
  return supervise::RunLocked(
      arguments.build, [&] { return build->parsed() ? Build(arguments) : Check(arguments); });
}
