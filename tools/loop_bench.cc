// SPDX-License-Identifier: GPL-2.0-only
/// loop-bench: how long a developer waits from an edit to the verdict, beside kunit.py run, which
/// gets the same edits of the same tree in turns.
#include <fmt/core.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "bench_rows.h"
#include "build_program.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "git.h"
#include "kunit_profile.h"
#include "measure.h"
#include "process.h"
#include "result.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::ExitCode;
using gate::Result;

/// Seconds of ours beside seconds of kunit.py's. Both wait for the compiler and for the kernel.
constexpr double kLimit = 0.70;

struct Arguments {
  fs::path project;
  fs::path build;
  fs::path kernel_series;
  fs::path kunit_run;
  std::string origin;
  std::string base;
  fs::path rows;
  int rounds = 5;
};

int Complain(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

/// A project and a build folder of its own, in which files can be edited.
class Loop {
 public:
  explicit Loop(const Arguments& arguments)
      : arguments_(arguments), folder_(arguments.build / "bench/loop") {}

  /// Copies the project and builds both kernels, where that was not done.
  Result<Done> Prepare() const {
    auto step = CopyProject();
    if (step.ok()) step = Restore();
    // Both from here on have all but what is edited.
    for (const auto& command : {Ours(), Theirs()}) {
      for (const auto& argv : command) {
        if (!step.ok()) return step;
        gate::Put(stderr, fmt::format("-- {}\n", fs::path(argv.front()).filename().string()));
        step = Need(argv);
      }
    }
    return step;
  }

  /// One row: `file` is edited, and both run, in turns.
  Result<bench::Row> Measure(const char* what, const fs::path& file) const {
    const auto original = files::Read(file);
    if (!original.ok()) return Error{original.error()};
    std::vector<double> ours;
    std::vector<double> theirs;
    std::vector<double> ratios;
    for (int round = 0; round < arguments_.rounds; ++round) {
      const auto edited = files::Write(file, *original + fmt::format("/* round {} */\n", round));
      if (!edited.ok()) return Error{edited.error()};
      // Who comes second finds the files in the page cache.
      const bool first = round % 2 == 0;
      for (const bool our_turn : {first, !first}) {
        double sum = 0;
        for (const auto& argv : our_turn ? Ours() : Theirs()) {
          const auto cost = Time(argv);
          if (!cost.ok()) return Error{cost.error()};
          sum += *cost;
        }
        (our_turn ? ours : theirs).push_back(sum);
      }
      ratios.push_back(ours.back() / theirs.back());
      gate::Put(stderr, fmt::format("[{}/{}] {}: {:.1f} s, kunit.py run: {:.1f} s\n", round + 1,
                                    arguments_.rounds, what, ours.back(), theirs.back()));
    }
    const auto restored = files::Write(file, *original);
    if (!restored.ok()) return Error{restored.error()};
    std::sort(ratios.begin(), ratios.end());
    return bench::Row{.what = fmt::format("TDD loop, {}", what),
                      .figure = fmt::format("{:.1f} s", Median(ours)),
                      .beside = fmt::format("kunit.py run: {:.1f} s", Median(theirs)),
                      .ratio = ratios[ratios.size() / 2],
                      .wanted = bench::Row::Wanted::kAtMost,
                      .limit = kLimit,
                      .remark = fmt::format("{:.2f} to {:.2f}; without ninja's own part",
                                            ratios.front(), ratios.back())};
  }

  fs::path Suite() const { return Project() / "kunit/videobuf2_release_fence_kunit.c"; }
  fs::path Core() const {
    return Build() / "linux/drivers/media/common/videobuf2/videobuf2-fence.c";
  }

 private:
  using Argv = std::vector<std::string>;

  static double Median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }

  fs::path Project() const { return folder_ / "project"; }
  fs::path Build() const { return folder_ / "build"; }

  /// What the target kunit runs, by itself: ninja's own part, some tenths of a second, is missing.
  std::vector<Argv> Ours() const {
    const Argv where = {"--project", Project().string(), "--build", Build().string()};
    Argv apply = {arguments_.kernel_series.string(), "apply"};
    Argv build = {arguments_.kunit_run.string(), "build"};
    Argv execute = {arguments_.kunit_run.string(), "exec"};
    Argv verdict = {arguments_.kunit_run.string(), "verdict"};
    for (Argv* argv : {&apply, &build, &execute, &verdict}) {
      argv->insert(argv->end(), where.begin(), where.end());
      if (!arguments_.base.empty()) argv->insert(argv->end(), {"--base", arguments_.base});
    }
    apply.insert(apply.end(), {"--id", (Build() / "linux.id").string()});
    if (!arguments_.origin.empty()) apply.insert(apply.end(), {"--origin", arguments_.origin});
    return {apply, build, execute, verdict};
  }

  std::vector<Argv> Theirs() const {
    const fs::path tree = Build() / "linux";
    // It wants to be called in the tree.
    Argv run = {"env", "--chdir=" + tree.string(), "python3",
                (tree / "tools/testing/kunit/kunit.py").string(), "run", "--build_dir",
                (folder_ / "kunit-tool").string(),
                // As ours: else each build asks git for the state of the tree.
                "--kconfig_add", "CONFIG_LOCALVERSION_AUTO=n"};
    const KunitProfile profile{Project()};
    for (const auto& options :
         profile.Paths(tree, Build() / "linux.id", Build() / "kunit").kunitconfigs) {
      run.insert(run.end(), {"--kunitconfig", options.string()});
    }
    return {run};
  }

  static Result<double> Time(const Argv& argv) {
    const auto cost = measure::Run(argv);
    if (!cost.ok()) return Error{cost.error()};
    if (cost->code != 0) {
      std::string command;
      for (const auto& argument : argv) command += " " + process::ShellQuote(argument);
      return Error{fmt::format("error: exits with {}:{}", cost->code, command)};
    }
    return cost->seconds;
  }

  static Result<Done> Need(const Argv& argv) {
    const auto cost = Time(argv);
    if (!cost.ok()) return Error{cost.error()};
    return Done{};
  }

  /// What the two programs read of a project.
  Result<Done> CopyProject() const {
    // Of an earlier one there may be files that this one lacks.
    const auto removed = files::Remove(Project());
    if (!removed.ok()) return removed;
    for (const char* name : {"kernel", "kunit", "tools/remake.mk"}) {
      const fs::path from = arguments_.project / name;
      std::vector<fs::path> all = {from};
      std::error_code error;
      if (fs::is_directory(from)) {
        all.clear();
        for (const auto& entry : fs::recursive_directory_iterator(from, error)) {
          if (entry.is_regular_file()) all.push_back(entry.path());
        }
      }
      for (const auto& file : all) {
        const fs::path to = Project() / file.lexically_relative(arguments_.project);
        fs::create_directories(to.parent_path(), error);
        const auto bytes = files::Read(file);
        if (!bytes.ok()) return Error{bytes.error()};
        const auto written = files::Write(to, *bytes);
        if (!written.ok()) return Error{written.error()};
      }
    }
    std::error_code error;
    fs::create_directories(Build(), error);
    return Done{};
  }

  /// Of a run that was ended: its edit of the tree would be taken for somebody's work.
  Result<Done> Restore() const {
    if (!fs::exists(Core())) return Done{};
    const auto done =
        git::Repository(Build() / "linux").Ask({"checkout", "--quiet", "--", Core().string()});
    if (!done.ok()) return Error{done.error()};
    return Done{};
  }

  const Arguments& arguments_;
  fs::path folder_;
};

int Run(const Arguments& arguments) {
  // Figures of another day are none of a run that fails.
  if (!arguments.rows.empty()) {
    const auto removed = files::Remove(arguments.rows);
    if (!removed.ok()) return Complain(removed.error());
  }
  const Loop loop(arguments);
  const auto ready = loop.Prepare();
  if (!ready.ok()) return Complain(ready.error());
  std::vector<bench::Row> rows;
  for (const auto& [what, file] : {std::pair("an edit of the suite", loop.Suite()),
                                   std::pair("an edit of vb2", loop.Core())}) {
    auto row = loop.Measure(what, file);
    if (!row.ok()) return Complain(row.error());
    rows.push_back(std::move(*row));
  }
  if (!arguments.rows.empty()) {
    const std::string saved = bench::Save(rows, arguments.rows.string());
    if (!saved.empty()) return Complain(saved);
  }
  gate::Put(stdout, bench::Format(rows));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Edits a copy of the suite and of videobuf2, and measures how long the target kunit and\n"
      "kunit.py run take until they tell what the tests say, in turns.",
      "loop-bench");
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  const BuildProgram program(&app, {&arguments.project, &arguments.build});
  app.add_option("--kernel-series", arguments.kernel_series, "The program kernel-series")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--kunit-run", arguments.kunit_run, "The program kunit-run")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--origin", arguments.origin, "As kernel-series apply has it");
  app.add_option("--base", arguments.base, "As kernel-series apply has it");
  app.add_option("--rows", arguments.rows, "Writes the table to this file as well, for bench-table")
      ->type_name("FILE");
  app.add_option("--rounds", arguments.rounds, "How often each edit is made")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  return program.Main(argc, argv, [&] {
    for (fs::path* path : {&arguments.kernel_series, &arguments.kunit_run}) {
      *path = fs::absolute(*path).lexically_normal();
    }
    // kunit.py knows of no launcher, and ccache would remember the edits of the last time.
    ::setenv("KERNEL_LAUNCHER", "", 1);
    return Run(arguments);
  });
}
