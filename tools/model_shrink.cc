// SPDX-License-Identifier: GPL-2.0-only
/// model-shrink: finds the shortest random walk of the suite videobuf2_fence_model that fails.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "build_program.h"
#include "exit_codes.h"
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
#include "text.h"
#include "walk_report.h"
#include "walk_shrinker.h"

namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::ExitCode;
using gate::Result;

constexpr const char kSuite[] = "videobuf2_fence_model";
constexpr const char kModule[] = "videobuf2_fence_model_kunit";
/// Of COMMAND_LINE_SIZE in arch/um/include/asm/setup.h, 2048 bytes; others need some of it.
constexpr std::size_t kLongestList = 1500;

struct Arguments {
  fs::path project;
  fs::path build;
  std::string profile = KunitProfile::kPlain;
  std::string base;
  unsigned seed = 1;
  int steps = 0;
  std::string kind;
  int timeout = 60;

  fs::path Folder() const { return build / "model-shrink"; }
};

int Complain(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

std::string Parameter(const char* name, const std::string& value) {
  return fmt::format("{}.{}={}", kModule, name, value);
}

/// What a boot was told, and what it said.
struct Boot {
  gate::Verdict verdict;
  std::vector<WalkReport> reports;

  bool failed() const { return verdict.code != ExitCode::kPassed; }
};

/// The kernel of a profile, which walks as it is told.
class WalkingKernel {
 public:
  explicit WalkingKernel(const Arguments& arguments)
      : arguments_(arguments),
        profile_{arguments.project, arguments.profile},
        paths_(profile_.Paths(arguments.build / "linux", arguments.build / "linux.id",
                              arguments.build / arguments.profile)) {}

  Result<std::string> Id() const { return KernelImage(paths_).Id(); }

  Result<Boot> Run(const std::vector<std::string>& parameters) const {
    const fs::path console_file = arguments_.Folder() / "console.log";
    gate::Options options = profile_.GateOptions(paths_, arguments_.base);
    options.out = nullptr;
    options.log_name = paths_.Name(console_file);
    const int timeout = arguments_.timeout * profile_.TimeoutFactor();
    const auto verdict =
        RunJudged(KunitExec(paths_, kSuite, timeout + 60, parameters), KernelRunner::kKunitTool,
                  console_file, options, std::chrono::seconds(timeout));
    if (!verdict.ok()) return Error{verdict.error()};
    if (verdict->code == ExitCode::kInfrastructure) {
      return Error{fmt::format("{}: error: the machine failed, not the kernel: {}",
                               options.log_name, FirstFault(*verdict))};
    }
    const auto console = files::Read(console_file);
    if (!console.ok()) return Error{console.error()};
    Boot boot;
    boot.verdict = *verdict;
    boot.reports = ReadWalkReports(*console);
    if (boot.reports.empty()) {
      const auto& reasons = boot.verdict.reasons;
      return Error{
          fmt::format("{}: error: no walk began: {}", options.log_name,
                      reasons.empty() ? "the kernel lacks the suite" : reasons.front().message)};
    }
    return boot;
  }

  /// What a shell takes to walk once more, in the project's folder.
  std::string Command(const std::vector<std::string>& parameters) const {
    std::string command =
        fmt::format("{} mem=1G console=tty kunit_shutdown=halt kunit.filter_glob={}",
                    process::ShellQuote(paths_.Name(paths_.image())), kSuite);
    for (const auto& parameter : parameters) command += " " + process::ShellQuote(parameter);
    return command;
  }

 private:
  const Arguments& arguments_;
  KunitProfile profile_;
  KernelPaths paths_;
};

/// What became of walks in one kernel, kept as they come, so that a search that was ended goes on
/// where it was.
class Tries {
 public:
  Tries(fs::path file, std::string kernel) : file_(std::move(file)), kernel_(std::move(kernel)) {
    const auto lines = git::SplitLines(files::ReadOrEmpty(file_));
    if (lines.empty() || lines.front() != kernel_) return;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto end = lines[i].find('\t');
      if (end != std::string::npos) known_[lines[i].substr(end + 1)] = lines[i].substr(0, end);
    }
  }

  /// By the parameters of the kernel; false where nothing is known.
  bool Find(const std::string& parameters, Trial* trial) const {
    const auto found = known_.find(parameters);
    if (found == known_.end()) return false;
    trial->outcome = found->second == "passed" ? Trial::Outcome::kPassed : Trial::Outcome::kFailed;
    const std::string step = found->second.substr(found->second.find(' ') + 1);
    if (!step.empty() && step.find_first_not_of("0123456789") == std::string::npos) {
      trial->step = std::stoi(step);
    }
    return true;
  }

  Result<files::Done> Add(const std::string& parameters, const Trial& trial) {
    known_[parameters] = trial.outcome == Trial::Outcome::kPassed ? "passed"
                         : trial.step ? fmt::format("failed {}", *trial.step)
                                      : "failed";
    std::string text = kernel_ + "\n";
    for (const auto& [key, outcome] : known_) text += outcome + "\t" + key + "\n";
    return files::Write(file_, text);
  }

 private:
  fs::path file_;
  std::string kernel_;
  std::map<std::string, std::string> known_;
};

class Search {
 public:
  Search(const Arguments& arguments, std::string id)
      : arguments_(arguments),
        kernel_(arguments),
        tries_(arguments.Folder() / "tries.txt", std::move(id)) {}

  int Run() {
    std::vector<std::string> parameters = {Parameter("seed", std::to_string(arguments_.seed))};
    if (arguments_.steps > 0) {
      parameters.push_back(Parameter("steps", std::to_string(arguments_.steps)));
    }
    if (!arguments_.kind.empty()) parameters.push_back(Parameter("kind", arguments_.kind));
    const auto boot = kernel_.Run(parameters);
    if (!boot.ok()) return Complain(boot.error());
    if (!boot->failed()) {
      gate::Put(stdout,
                fmt::format("PASSED {} walks of {} steps, seed {}: nothing to shrink\n",
                            boot->reports.size(), boot->reports.front().steps, arguments_.seed));
      return static_cast<int>(ExitCode::kPassed);
    }
    const int steps = boot->reports.front().steps;
    for (const auto& kind : SuspectKinds(boot->reports)) {
      gate::Put(stdout, fmt::format("-- {}, {} steps, seed {}\n", kind, steps, arguments_.seed));
      kind_ = kind;
      length_ = steps;
      const auto shrunk =
          WalkShrinker([this](const Walk& walk) { return Try(walk); }).Shrink(steps);
      if (!shrunk.ok()) return Complain(shrunk.error());
      if (!shrunk->walk.empty()) return Tell(*shrunk);
    }
    gate::Put(stdout,
              fmt::format("FAILED, but each walk passes alone: {}\n", kernel_.Command(parameters)));
    return static_cast<int>(boot->verdict.code);
  }

 private:
  std::vector<std::string> Parameters(const Walk& walk) const {
    std::vector<std::string> parameters = {Parameter("seed", std::to_string(arguments_.seed)),
                                           Parameter("kind", kind_),
                                           // As few as can be, for who reads it.
                                           Parameter("steps", std::to_string(walk.back() + 1))};
    if (static_cast<int>(walk.size()) != walk.back() + 1) {
      parameters.push_back(Parameter("only", FormatWalk(walk)));
    }
    return parameters;
  }

  Result<Trial> Try(const Walk& walk) {
    Trial trial;
    if (FormatWalk(walk).size() > kLongestList) {
      trial.outcome = Trial::Outcome::kNotTried;
      return trial;
    }
    const auto parameters = Parameters(walk);
    const std::string key = fmt::format("{}", fmt::join(parameters, " "));
    const bool known = tries_.Find(key, &trial);
    if (!known) {
      const auto boot = kernel_.Run(parameters);
      if (!boot.ok()) return Error{boot.error()};
      if (boot->failed()) trial.outcome = Trial::Outcome::kFailed;
      if (boot->failed()) trial.step = boot->reports.front().failed_step;
      const auto kept = tries_.Add(key, trial);
      if (!kept.ok()) return Error{kept.error()};
    }
    const bool failed = trial.outcome == Trial::Outcome::kFailed;
    gate::Put(stdout, fmt::format("[{}] {} steps: {}{}{}\n", ++count_, walk.size(),
                                  failed ? "failed" : "passed",
                                  trial.step ? fmt::format(" at step {}", *trial.step) : "",
                                  known ? " (cached)" : ""));
    std::fflush(stdout);
    return trial;
  }

  /// Walks once more, with the name of each step, and tells what the kernel says.
  int Tell(const WalkShrinker::Shrunk& shrunk) const {
    auto parameters = Parameters(shrunk.walk);
    parameters.push_back(Parameter("trace", "1"));
    const auto boot = kernel_.Run(parameters);
    if (!boot.ok()) return Complain(boot.error());
    std::string text = fmt::format("FAILED after {} of {} steps{}:\n", shrunk.walk.size(), length_,
                                   shrunk.not_tried > 0 ? "" : ", of which none can be dropped");
    for (const auto& name : boot->reports.front().names)
      text += "  " + gate::Printable(name) + "\n";
    const gate::Style style(gate::UseColor(gate::ColorMode::kAuto, stdout));
    for (const auto& reason : boot->verdict.reasons) {
      text += gate::FormatReason(reason, boot->verdict.log, style) + "\n";
    }
    if (shrunk.not_tried > 0) {
      text += fmt::format(
          "-- {} of them may be dispensable: the rest does not fit the kernel's command line\n",
          shrunk.not_tried);
    }
    if (!boot->failed()) text += "-- with its steps printed, it passes: it depends on time\n";
    text += "-- " + kernel_.Command(parameters) + "\n";
    gate::Put(stdout, text);
    return static_cast<int>(boot->failed() ? boot->verdict.code : ExitCode::kFailed);
  }

  const Arguments& arguments_;
  WalkingKernel kernel_;
  Tries tries_;
  std::string kind_;  ///< Of the walk that is being shrunk.
  int length_ = 0;    ///< Steps that it had.
  int count_ = 0;     ///< Walks so far.
};

int Run(const Arguments& arguments) {
  const auto id = WalkingKernel(arguments).Id();
  if (!id.ok()) return Complain(id.error());
  return Search(arguments, git::SplitLines(*id).front()).Run();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Walks the suite videobuf2_fence_model, and where a walk fails, finds the shortest part of "
      "it\n"
      "that does, one boot a try. Exits with the verdict on that one.",
      "model-shrink");
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  const BuildProgram program(&app, {&arguments.project, &arguments.build});
  app.add_option("--profile", arguments.profile, "Whose kernel")->capture_default_str();
  app.add_option("--seed", arguments.seed, "What the walks are drawn from")->capture_default_str();
  app.add_option("--steps", arguments.steps, "Steps of each walk; default: the kernel's own")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--kind", arguments.kind, "The one kind of queue to walk; default: all");
  app.add_option("--timeout", arguments.timeout,
                 "Seconds until a boot of the plain kernel counts as hung; others have several "
                 "times that")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  return program.Main(argc, argv, [&] {
    const auto version = kernel_tree::Version(git::Repository(arguments.build / "linux"), "HEAD");
    if (version.ok()) arguments.base = *version;
    return Run(arguments);
  });
}
