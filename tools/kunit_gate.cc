// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "exit_codes.h"
#include "expected_list.h"
#include "file_io.h"
#include "gate.h"
#include "report.h"
#include "tool_version.h"

namespace {

// As much as a pipe holds. What is larger than a processor's own cache takes the kernel longer to
// copy: four times as many bytes made a whole run a fifth slower.
constexpr std::size_t kReadSize = 64 * 1024;

enum class ExitStyle { kCodes, kBisect, kResults };

int Exit(gate::ExitCode code, ExitStyle style) {
  switch (style) {
    case ExitStyle::kBisect:
      return gate::BisectCode(code);
    case ExitStyle::kResults:
      return gate::ResultsCode(code);
    case ExitStyle::kCodes:
      break;
  }
  return static_cast<int>(code);
}

int Fail(gate::ExitCode code, ExitStyle style, std::string_view message) {
  gate::Put(stderr, fmt::format("kunit-gate: error: {}\n", message));
  return Exit(code, style);
}

// Makes the list of expected tests, `file`, of the console of a kernel that lists its own.
int WriteList(const std::string& log, const std::string& file) {
  const auto fail = [](std::string_view message) {
    return Fail(gate::ExitCode::kInfrastructure, ExitStyle::kCodes, message);
  };
  const std::string name = log.empty() || log == "-" ? "/dev/stdin" : log;
  const auto console = gate::ReadFile(name);
  if (!console) return fail(console.error());
  const auto tests = gate::ReadTestList(*console);
  if (!tests) return fail(fmt::format("{}: {}", name, tests.error()));
  const auto changes = gate::WriteExpected(*tests, file);
  if (!changes) return fail(changes.error());
  gate::Put(stdout, gate::FormatChanges(*changes, file));
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return fail("standard output: cannot write");
  }
  return 0;
}

// kunit_tool's verdict and exit code. A fault of the machine stays one: it has no verdict to give.
int ExitAsKunitTool(const gate::Verdict& verdict) {
  for (const gate::Reason& reason : verdict.reasons) {
    if (reason.code != gate::ExitCode::kInfrastructure) continue;
    return Fail(reason.code, ExitStyle::kCodes, reason.message);
  }
  gate::Put(stdout, gate::FormatToolVerdict(verdict.tool) + "\n");
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return Fail(gate::ExitCode::kInfrastructure, ExitStyle::kCodes,
                "standard output: cannot write");
  }
  return verdict.tool.ParseExitCode();
}

// Each read is handed on at once, so that a pipe from a running kernel shows progress.
std::string FeedAll(int fd, const std::string& name, gate::Gate* gate) {
  const auto buffer = std::make_unique<char[]>(kReadSize);
  for (;;) {
    const ssize_t got = read(fd, buffer.get(), kReadSize);
    if (got == 0) return {};
    if (got > 0) {
      gate->Feed(std::string_view(buffer.get(), static_cast<std::size_t>(got)));
    } else if (errno != EINTR) {
      return fmt::format("{}: cannot read: {}", name, std::strerror(errno));
    }
  }
}

// The style may stand behind what is wrong with the command line; it counts all the same.
ExitStyle FindStyle(int argc, char** argv) {
  const std::vector<std::string_view> words(argv, argv + argc);
  if (std::find(words.begin(), words.end(), "--exit-style=bisect") != words.end()) {
    return ExitStyle::kBisect;
  }
  const auto style = std::find(words.begin(), words.end(), "--exit-style");
  const bool bisect = style != words.end() && style + 1 != words.end() && *(style + 1) == "bisect";
  return bisect ? ExitStyle::kBisect : ExitStyle::kCodes;
}

bool AreOneFile(const std::string& one, const std::string& other) {
  namespace fs = std::filesystem;
  std::error_code error;
  return fs::weakly_canonical(fs::absolute(one), error) ==
             fs::weakly_canonical(fs::absolute(other), error) ||
         fs::equivalent(one, other, error);
}

// Two of the files are one: an output would take the place of the other, or of the log.
std::string FindSameFile(const std::vector<std::pair<const char*, std::string>>& files) {
  namespace fs = std::filesystem;
  for (auto one = files.begin(); one != files.end(); ++one) {
    if (one->second.empty()) continue;
    std::error_code error;
    if (fs::exists(one->second, error) && !fs::is_regular_file(one->second, error)) continue;
    for (auto other = files.begin(); other != one; ++other) {
      if (!other->second.empty() && AreOneFile(one->second, other->second)) {
        return fmt::format("{} and {} are one file, {}; give each its own", other->first,
                           one->first, one->second);
      }
    }
  }
  return {};
}

constexpr std::array<std::string_view, 6> kOutputs = {"--verdict", "--junit", "--html",
                                                      "--ktap",    "--cases", "--json"};

// A run that can't begin leaves no verdict, and none of an earlier one in its place either. The
// command line may be wrong, so it is read by words: a file that it names twice stays.
void RemoveOutputs(int argc, char** argv) {
  std::vector<std::string> files;
  std::vector<bool> output;
  bool value = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view name = word.substr(0, word.find('='));
    const bool known = std::find(kOutputs.begin(), kOutputs.end(), name) != kOutputs.end();
    const bool joined = name.size() < word.size();
    files.emplace_back(joined && word.starts_with('-') ? word.substr(name.size() + 1) : word);
    output.push_back(value || (known && joined));
    value = known && !joined;
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    bool once = output[i] && !files[i].empty();
    for (std::size_t j = 0; once && j < files.size(); ++j) {
      once = i == j || files[j].empty() || !AreOneFile(files[i], files[j]);
    }
    if (once) gate::RemoveOutput(files[i]);
  }
}

int Run(int argc, char** argv) {
  // Else the first file that we open would take the place of standard output.
  const bool output_closed = !gate::OpenStandardStreams();
  // A reader that is gone is a failed write, which has an exit code.
  signal(SIGPIPE, SIG_IGN);

  CLI::App app{
      "Decides from a kernel's console whether its KUnit run passed: parses KTAP as kunit_tool "
      "does,\n"
      "and fails where kunit_tool is lax. Reads LOG, or standard input while the kernel runs."};
  app.name("kunit-gate");
  app.footer(gate::ExitCodeHelp());

  gate::Options options;
  std::string log;
  std::vector<std::string> maps;
  std::string color = "auto";
  // An empty name, as an unset variable gives it, would turn a check off in silence.
  const CLI::Validator named(
      [](const std::string& name) { return name.empty() ? "the name is empty" : std::string(); },
      "");
  app.add_option("LOG", log, "Console log; standard input if absent or \"-\"")->check(named);
  CLI::Option* expected =
      app.add_option("--expected", options.expected_file,
                     "Tests that must run, one suite.case a line; any other fails")
          ->check(named)
          ->type_name("FILE");
  app.add_option("--filter", options.filter,
                 "kunit.filter_glob of this boot: what it leaves out is not expected")
      ->needs(expected)
      ->type_name("GLOB");
  app.add_option("--allow", options.allow_file,
                 "Known splats, one a line: scope (boot, test, after; a leading '?': need not\n"
                 "occur), extended regular expression, reason, parted by tabs; a first line\n"
                 "\"base\", tab, 6.12 binds the list to that kernel")
      ->check(named)
      ->type_name("FILE");
  app.add_flag_callback(
      "--no-end-line", [&options] { options.end_line = false; },
      "LOG is an extract, such as dmesg gives: no line need say that the kernel stopped");
  app.add_option("--verdict", options.verdict_file, "Write the verdict as JSON")
      ->check(named)
      ->type_name("FILE");
  app.add_option("--junit", options.junit_file, "Write JUnit XML")->check(named)->type_name("FILE");
  app.add_option("--html", options.html_file, "Write a page for people, complete in itself")
      ->check(named)
      ->type_name("FILE");
  app.add_option("--ktap", options.ktap_file, "Write the run's KTAP in one form, errors included")
      ->check(named)
      ->type_name("FILE");
  app.add_option("--cases", options.cases_file,
                 "Write each case's outcome, errors and log lines, for kunit-case")
      ->check(named)
      ->type_name("FILE");
  app.add_option("--json", options.json_file,
                 "Write the JSON that kunit.py parse --json writes, of kunit_tool's own verdict")
      ->check(named)
      ->type_name("FILE");
  std::string compat;
  app.add_option("--kunit-compat", compat,
                 "Print kunit_tool's own verdict, as that version gives it, and exit as\n"
                 "kunit.py parse does: 0 passed, 1 anything else (6: the log can't be read)")
      ->check(CLI::IsMember({"6.12", "7.3"}))
      ->type_name("VERSION");
  std::string list;
  app.add_option("--write-expected", list,
                 "LOG is the console of a boot with kunit.action=list: make FILE, for --expected,\n"
                 "of it, and print which tests left and which came")
      ->check(named)
      ->type_name("FILE");
  app.add_option(
         "--vmlinux", options.image_file,
         "The kernel's image (UML: linux): show a splat's stack, with the source lines that\n"
         "its debug info tells")
      ->check(named)
      ->type_name("FILE");
  app.add_flag("--github", options.github, "Print GitHub annotations for the errors too");
  app.add_option("--path-map", maps,
                 "Show source files whose path begins with FROM as TO; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FROM=TO");
  app.add_option("--reproduce", options.reproduce,
                 "Command to show for a failed test; {} stands for suite.case")
      ->type_name("COMMAND");
  app.add_option("--color", color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  std::string exit_style = "codes";
  app.add_option(
         "--exit-style", exit_style,
         "codes: the table below; bisect: for git bisect run, 0 passed, 1 failed (1, 2, 3),\n"
         "125 cannot be judged (4, 5, 6); results: 0 wherever there is a verdict (0 to 4), for a\n"
         "step that leaves judging to a later one")
      ->check(CLI::IsMember({"codes", "bisect", "results"}))
      ->type_name("STYLE");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    app.exit(help);
    std::cout.flush();
    if (std::cout.good() && !output_closed) return 0;
    return Fail(gate::ExitCode::kInfrastructure, ExitStyle::kCodes,
                "standard output: cannot write");
  } catch (const CLI::ParseError& error) {
    RemoveOutputs(argc, argv);
    return Fail(gate::ExitCode::kUsage, FindStyle(argc, argv),
                fmt::format("{}; see --help", error.what()));
  }
  const ExitStyle style = exit_style == "bisect"    ? ExitStyle::kBisect
                          : exit_style == "results" ? ExitStyle::kResults
                                                    : ExitStyle::kCodes;
  for (const std::string& map : maps) {
    const std::size_t equals = map.find('=');
    if (equals == std::string::npos) {
      RemoveOutputs(argc, argv);
      return Fail(gate::ExitCode::kUsage, style,
                  fmt::format("--path-map {}: want FROM=TO; see --help", map));
    }
    options.path_maps.push_back({map.substr(0, equals), map.substr(equals + 1)});
  }
  if (compat == gate::ToolVersionName(gate::ToolVersion::k7_3)) {
    options.tool = gate::ToolVersion::k7_3;
  }
  if (!compat.empty()) options.out = nullptr;
  if (color == "always") options.color = gate::ColorMode::kAlways;
  if (color == "never") options.color = gate::ColorMode::kNever;

  if (!list.empty()) return WriteList(log, list);

  const bool standard_input = log.empty() || log == "-";
  options.log_name = standard_input ? "stdin" : log;
  const std::string same = FindSameFile({{"LOG", standard_input ? std::string() : log},
                                         {"--expected", options.expected_file},
                                         {"--allow", options.allow_file},
                                         {"--vmlinux", options.image_file},
                                         {"--verdict", options.verdict_file},
                                         {"--junit", options.junit_file},
                                         {"--html", options.html_file},
                                         {"--ktap", options.ktap_file},
                                         {"--cases", options.cases_file},
                                         {"--json", options.json_file}});
  if (!same.empty()) {
    RemoveOutputs(argc, argv);
    return Fail(gate::ExitCode::kUsage, style, same);
  }
  int fd = STDIN_FILENO;
  if (!standard_input) {
    fd = open(log.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      RemoveOutputs(argc, argv);
      return Fail(gate::ExitCode::kInfrastructure, style,
                  fmt::format("{}: cannot open: {}", log, std::strerror(errno)));
    }
  }
  auto gate = gate::Gate::Create(options);
  if (!gate) return Fail(gate::ExitCode::kInfrastructure, style, gate.error());
  if (output_closed) gate->AddInfrastructureFault("standard output is closed");
  const std::string error = FeedAll(fd, options.log_name, &*gate);
  if (!error.empty()) gate->AddInfrastructureFault(error);
  const gate::Verdict verdict = gate->Finish(gate::EndOfInput::kEof);
  if (!compat.empty()) return ExitAsKunitTool(verdict);
  return Exit(verdict.code, style);
}

}  // namespace

int main(int argc, char** argv) {
  // Nothing of ours throws; a library may, where memory runs out.
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    return Fail(gate::ExitCode::kInfrastructure, FindStyle(argc, argv), error.what());
  }
}
