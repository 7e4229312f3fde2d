// SPDX-License-Identifier: GPL-2.0-only
/// kunit-run: builds the kernel that holds the suite, runs it, and tells the gate's verdict.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "gate.h"
#include "git.h"
#include "judged_run.h"
#include "kernel_image.h"
#include "kernel_tree.h"
#include "kunit_profile.h"
#include "last_failed.h"
#include "list_history.h"
#include "process.h"
#include "series_tree.h"
#include "supervise.h"

namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::ExitCode;
using gate::Result;

constexpr int kInfrastructure = static_cast<int>(ExitCode::kInfrastructure);
constexpr const char kLastFailedFilter[] = "@failed";

struct Arguments {
  fs::path project;
  fs::path build;
  std::string profile = KunitProfile::kPlain;
  std::string filter;
  std::string base;
  int timeout = 60;
  int jobs = 0;
  std::string since;  ///< What the lists are compared with; see list_history.
  bool unless_shown = false;
  bool no_expected = false;

  KunitProfile Profile() const { return {project, profile}; }
  /// Builds and runs of a profile are kept in the build folder's folder of that name.
  KernelPaths Paths() const {
    return Profile().Paths(build / "linux", build / "linux.id", build / profile);
  }
};

/// The files of one run, all in the state folder.
struct RunFiles {
  explicit RunFiles(const fs::path& state)
      : console(state / "console.log"),
        verdict(state / "verdict.json"),
        junit(state / "junit.xml"),
        cases(state / "cases.jsonl"),
        html(state / "report.html"),
        image_id(state / "image.id"),
        results(state / "results"),
        last_failed(state / "last-failed"),
        shown(state / "shown"),
        expected(state / "expected.txt") {}

  fs::path console;
  fs::path verdict;
  fs::path junit;
  fs::path cases;        ///< For kunit-case.
  fs::path html;         ///< For people.
  fs::path image_id;     ///< What `build` writes where the image has changed.
  fs::path results;      ///< Written once a run has a verdict; the build graph hangs on it.
  fs::path last_failed;  ///< For KUNIT_FILTER=@failed.
  fs::path shown;        ///< In which build the verdict was shown as the kernel ran.
  fs::path expected;     ///< All cases that the profile runs, where that is more than one list.
};

/// Removes what a killed run had begun to write. Under the build's lock nobody writes there now.
void RemoveLeftovers(const RunFiles& run) {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(run.results.parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    for (const auto* file : {&run.verdict, &run.junit}) {
      if (name.starts_with(file->filename().string() + ".")) leftovers.push_back(entry.path());
    }
  }
  for (const auto& file : leftovers) static_cast<void>(files::Remove(file));
}

int Complain(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return kInfrastructure;
}

gate::Options GateOptions(const Arguments& arguments, const RunFiles& run) {
  const KernelPaths paths = arguments.Paths();
  gate::Options options = arguments.Profile().GateOptions(paths, arguments.base);
  options.log_name = paths.Name(run.console);
  options.verdict_file = run.verdict.string();
  options.junit_file = run.junit.string();
  options.cases_file = run.cases.string();
  options.html_file = run.html.string();
  if (!arguments.no_expected) {
    options.expected_file =
        (arguments.Profile().plain() ? arguments.project / "kunit/expected.txt" : run.expected)
            .string();
  }
  options.image_file = paths.symbols().string();
  options.reproduce =
      fmt::format("cmake --preset kunit -DKUNIT_FILTER={{}} && cmake --build {} --target {}",
                  process::ShellQuote(paths.Name(arguments.build)), arguments.profile);
  return options;
}

/// Writes the list of a profile that has cases of its own.
Result<files::Done> WriteExpected(const Arguments& arguments, const RunFiles& run) {
  if (arguments.Profile().plain() || arguments.no_expected) return files::Done{};
  const auto all = arguments.Profile().Expected();
  if (!all.ok()) return Error{all.error()};
  return files::Write(run.expected, *all);
}

/// A run that did not come to be has a verdict too: none of an earlier state may stand for it.
void WriteFault(const Arguments& arguments, const RunFiles& run, const std::string& fault) {
  auto options = GateOptions(arguments, run);
  options.out = nullptr;
  static_cast<void>(files::Remove(run.results));
  auto gate = gate::Gate::Create(options);
  if (!gate.ok()) {
    static_cast<void>(files::Remove(run.verdict));
    return;
  }
  gate->AddInfrastructureFault(fault);
  static_cast<void>(gate->Finish(gate::EndOfInput::kEof));
}

/// Which file of the series, or of the suite, the compiler refused in the build that failed last;
/// empty where it refused none of them. A base that does not compile is no fault of theirs.
std::string RefusedFile(const KernelPaths& paths) {
  const auto ours = series_tree::FilesOfSeries(paths.tree, paths.project / "kunit");
  if (!ours.ok()) return {};
  for (const auto& line : git::SplitLines(files::ReadOrEmpty(paths.build_log()))) {
    // "FILE:LINE:COLUMN: error: ..."; the file from "/", from the tree's top, or from the objects.
    if (line.find(": error: ") == std::string::npos &&
        line.find(": fatal error: ") == std::string::npos) {
      continue;
    }
    fs::path file = line.substr(0, line.find(':'));
    if (line.starts_with("..")) file = (paths.objects() / file).lexically_normal();
    const std::string name =
        (file.is_absolute() ? file.lexically_relative(paths.tree) : file).string();
    if (std::find(ours->begin(), ours->end(), name) != ours->end()) return name;
  }
  return {};
}

int Build(const Arguments& arguments) {
  const KernelPaths paths = arguments.Paths();
  const RunFiles run(paths.state);
  if (const std::string missing = arguments.Profile().Missing(paths.tree); !missing.empty()) {
    const std::string fault = fmt::format("NOT RUN {}: {}", arguments.profile, missing);
    WriteFault(arguments, run, fault);
    return Complain(fault);
  }
  KernelImage image(paths);
  const int jobs = arguments.jobs > 0
                       ? arguments.jobs
                       : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const auto built = image.Build(jobs);
  if (!built.ok()) {
    // The verdict is of a log, and there is none, whoever is to blame.
    WriteFault(arguments, run, built.error());
    const int code = Complain(built.error());
    const std::string refused = RefusedFile(paths);
    if (refused.empty()) return code;
    gate::Put(stderr, fmt::format("FAILED build: {} does not compile\n", refused));
    return static_cast<int>(ExitCode::kFailed);
  }
  const auto id = image.Id();
  if (!id.ok()) return Complain(id.error());
  const auto written = files::WriteIfChanged(run.image_id, *id);
  return written.ok() ? 0 : Complain(written.error());
}

/// KUNIT_FILTER as the kernel takes it.
Result<std::string> ResolveFilter(const Arguments& arguments, const LastFailed& last_failed) {
  if (arguments.filter == kLastFailedFilter) {
    if (last_failed.empty()) {
      gate::Put(stderr, "-- nothing failed last; all tests run\n");
      return std::string();
    }
    const std::string glob = last_failed.Glob();
    gate::Put(stderr, fmt::format("-- what failed last: {}\n", glob));
    return glob;
  }
  const auto unfit = [](char c) { return c <= ' ' || c == '"' || c == '\'' || c == 0x7f; };
  if (arguments.filter.starts_with('@') ||
      std::any_of(arguments.filter.begin(), arguments.filter.end(), unfit)) {
    return Error{
        fmt::format("KUNIT_FILTER={}: error: it takes a suite, suite.case, a glob of these, "
                    "or @failed; no blanks or quotes",
                    process::ShellQuote(arguments.filter))};
  }
  return arguments.filter;
}

void PrintListChanges(const Arguments& arguments) {
  gate::Put(stdout, list_history::Tell(arguments.project, arguments.since));
  std::fflush(stdout);
}

int Execute(const Arguments& arguments) {
  KernelPaths paths = arguments.Paths();
  const RunFiles run(paths.state);
  auto last_failed = LastFailed::Parse(files::ReadOrEmpty(run.last_failed));
  const auto filter = ResolveFilter(arguments, last_failed);
  if (!filter.ok()) {
    gate::Put(stderr, filter.error() + "\n");
    return static_cast<int>(ExitCode::kUsage);
  }
  RemoveLeftovers(run);
  auto options = GateOptions(arguments, run);
  options.filter = *filter;
  options.clock = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  const auto expected = WriteExpected(arguments, run);
  if (!expected.ok()) {
    static_cast<void>(files::Remove(run.results));
    return Complain(expected.error());
  }
  if (paths.machine.arch == "x86_64") {
    const bool kvm = BootsByKvm(paths);
    // QEMU takes the first that it is told of.
    if (kvm) paths.machine.exec.insert(paths.machine.exec.begin(), {"--qemu_args", "-accel kvm"});
    gate::Put(stderr, kvm ? "-- by KVM\n" : "-- emulated: KVM does not boot this kernel here\n");
  }
  // Ours ends the run; kunit.py's own limit must not come first.
  const int timeout = arguments.timeout * arguments.Profile().TimeoutFactor();
  const auto verdict = RunJudged(KunitExec(paths, *filter, timeout + 60), KernelRunner::kKunitTool,
                                 run.console, options, std::chrono::seconds(timeout));
  if (!verdict.ok()) {
    static_cast<void>(files::Remove(run.results));
    return Complain(verdict.error());
  }
  PrintListChanges(arguments);
  if (verdict->code == ExitCode::kInfrastructure) {
    static_cast<void>(files::Remove(run.results));
    return kInfrastructure;
  }
  const bool complete = verdict->code == ExitCode::kPassed || verdict->code == ExitCode::kFailed;
  last_failed.Update(*filter, gate::Blamed(*verdict), complete);
  for (const auto& written :
       {files::Write(run.last_failed, last_failed.Serialize()),
        files::Write(run.shown, supervise::BuildId()),
        files::Write(run.results, fmt::format("{}\n", gate::ExitCodeName(verdict->code)))}) {
    if (!written.ok()) return Complain(written.error());
  }
  return 0;
}

int TellVerdict(const Arguments& arguments) {
  const RunFiles run(arguments.Paths().state);
  const auto verdict = gate::ReadVerdict(run.verdict.string());
  if (!verdict.ok()) return Complain(verdict.error());
  const std::string shown = files::ReadOrEmpty(run.shown);
  if (!arguments.unless_shown || shown.empty() || shown != supervise::BuildId()) {
    gate::PrintCachedVerdict(*verdict, stdout, gate::ColorMode::kAuto);
    PrintListChanges(arguments);
  }
  return static_cast<int>(verdict->code);
}

int Debug(const Arguments& arguments) {
  const KernelPaths paths = arguments.Paths();
  const auto last_failed = LastFailed::Parse(files::ReadOrEmpty(RunFiles(paths.state).last_failed));
  const auto filter = ResolveFilter(arguments, last_failed);
  if (!filter.ok()) {
    gate::Put(stderr, filter.error() + "\n");
    return static_cast<int>(ExitCode::kUsage);
  }
  if (!paths.machine.uml()) {
    gate::Put(stderr,
              fmt::format("--profile {}: error: gdb starts UML kernels only\n", arguments.profile));
    return static_cast<int>(ExitCode::kUsage);
  }
  // UML lives on signals: SIGSEGV is its page fault, the others are its interrupts and clock.
  std::vector<std::string> argv = {"gdb", "-q"};
  for (const char* signal : {"SIGSEGV", "SIGBUS", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM",
                             "SIGIO", "SIGCHLD", "SIGWINCH"}) {
    argv.insert(argv.end(), {"-ex", fmt::format("handle {} nostop noprint pass", signal)});
  }
  // UML must not read the terminal that gdb is used on.
  std::string boot = "mem=1G console=tty kunit_shutdown=halt kunit.enable=1";
  if (!filter->empty()) boot += " " + process::ShellQuote("kunit.filter_glob=" + *filter);
  argv.insert(argv.end(),
              {"-ex", "break __kunit_do_failed_assertion", "-ex",
               "set args " + boot + " < /dev/null", "-ex", "run", paths.image().string()});
  std::vector<char*> pointers;
  for (auto& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  if (::chdir(paths.objects().c_str()) == 0) ::execvp("gdb", pointers.data());
  return Complain("error: cannot run gdb; run tools/bootstrap.sh");
}

}  // namespace

int main(int argc, char** argv) {
  // Else the console's file would take the place of standard output, and get the summary too.
  if (!gate::OpenStandardStreams()) return Complain("error: standard output is closed");
  CLI::App app("Builds the kernel that holds the suite, runs it, and tells the gate's verdict.",
               "kunit-run");
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
                        "Base whose list of allowed splats serves, e.g. 6.12; default: as the "
                        "tree's Makefile says");
    command
        ->add_option("--profile", arguments.profile,
                     "Configuration of the kernel: kunit, or NAME of a kunit/NAME.config")
        ->capture_default_str();
    command->add_flag("--no-expected", arguments.no_expected,
                      "The tests are another series', which brings no list of them");
    return command;
  };
  CLI::App* build = add("build", "Configure and build the kernel");
  build->add_option("--jobs", arguments.jobs, "Compilers at a time; default: one per processor")
      ->check(CLI::NonNegativeNumber);
  CLI::App* execute = add("exec",
                          "Boot the kernel and judge what it prints; exits with 0 once "
                          "there is a verdict, whatever it says");
  CLI::App* verdict = add("verdict", "Show the last verdict and exit with its code");
  CLI::App* lists = add("lists", "Tell which expected tests and allowed splats left or came");
  CLI::App* debug = add("gdb", "Boot the kernel under gdb and stop at a failing assertion");
  execute
      ->add_option("--timeout", arguments.timeout,
                   "Seconds until a boot of the plain kernel counts as hung; others have several "
                   "times that")
      ->check(CLI::Range(1, 86400));
  verdict->add_flag("--unless-shown", arguments.unless_shown,
                    "Print nothing where the build that asks has shown it as the kernel ran");
  for (CLI::App* command : {execute, verdict, lists}) {
    command->add_option("--since", arguments.since,
                        "Revision that the lists of tests and splats are compared with, e.g. "
                        "origin/main; default: HEAD, and the commit before it");
  }
  for (CLI::App* command : {execute, debug}) {
    command->add_option("--filter", arguments.filter,
                        "suite, suite.case, a glob of these, or @failed; default: all tests");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  arguments.project = fs::absolute(arguments.project).lexically_normal();
  arguments.build = fs::absolute(arguments.build).lexically_normal();
  process::CleanEnvironment();
  if (const fs::path own = arguments.Profile().Options(); !fs::exists(own)) {
    gate::Put(stderr, fmt::format("--profile {}: error: there is no {}\n", arguments.profile,
                                  own.string()));
    return static_cast<int>(ExitCode::kUsage);
  }
  if (arguments.base.empty()) {
    const auto version = kernel_tree::Version(git::Repository(arguments.build / "linux"), "HEAD");
    if (version.ok()) arguments.base = *version;
  }
  if (build->parsed()) {
    return supervise::RunLocked(arguments.build, [&] { return Build(arguments); });
  }
  if (execute->parsed()) {
    return supervise::RunLocked(arguments.build, [&] { return Execute(arguments); });
  }
  if (verdict->parsed()) return TellVerdict(arguments);
  if (lists->parsed()) {
    PrintListChanges(arguments);
    return 0;
  }
  if (debug->parsed()) return Debug(arguments);
  return static_cast<int>(ExitCode::kUsage);
}
