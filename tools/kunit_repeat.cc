// SPDX-License-Identifier: GPL-2.0-only
// kunit-repeat: runs what boots a KUnit kernel many times, judges each console, and names the tests
// that do not come out alike.
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "exit_codes.h"
#include "file_io.h"
#include "flaky_tally.h"
#include "gate.h"
#include "process.h"
#include "report.h"
#include "supervise.h"

namespace {

using gate::ExitCode;

struct Arguments {
  int runs = 10;
  int timeout = 300;
  std::string logs;
  gate::Options gate;
  std::vector<std::string> command;
};

int Fail(ExitCode code, std::string_view message) {
  gate::Put(stderr, fmt::format("kunit-repeat: error: {}\n", message));
  return static_cast<int>(code);
}

/// One boot. The error says why there was none.
gate::Result<gate::Verdict> RunOnce(const Arguments& arguments, int run, gate::FlakyTally* tally) {
  gate::Options options = arguments.gate;
  options.out = nullptr;
  options.log_name = fmt::format("run {}", run);
  options.on_case = [tally](const gate::CaseRecord& record) { tally->Add(record); };
  std::optional<gate::OutputFile> log;
  if (!arguments.logs.empty()) {
    options.log_name = fmt::format("{}/run-{}.log", arguments.logs, run);
    auto file = gate::OutputFile::Create(options.log_name);
    if (!file) return gate::Error{file.error()};
    log = std::move(*file);
  }
  auto gate = gate::Gate::Create(options);
  if (!gate) return gate::Error{gate.error()};
  process::Command command;
  command.argv = arguments.command;
  const auto ended = process::Stream(
      command,
      [&](std::string_view bytes) {
        if (log) gate::Put(log->stream(), bytes);
        gate->Feed(bytes);
      },
      nullptr, std::chrono::seconds(arguments.timeout));
  if (!ended.ok()) {
    gate->AddInfrastructureFault(ended.error());
  } else if (ended->code == 127) {
    gate->AddInfrastructureFault(fmt::format("{}: no such program", arguments.command.front()));
  }
  if (log) {
    const std::string error = log->Commit();
    if (!error.empty()) gate->AddInfrastructureFault(error);
  }
  const bool timed_out = ended.ok() && ended->timed_out;
  return gate->Finish(timed_out ? gate::EndOfInput::kTimedOut : gate::EndOfInput::kEof);
}

int Repeat(const Arguments& arguments) {
  const gate::Style style(gate::UseColor(gate::ColorMode::kAuto, stdout));
  gate::FlakyTally tally;
  for (int run = 1; run <= arguments.runs; ++run) {
    const auto verdict = RunOnce(arguments, run, &tally);
    if (!verdict) return Fail(ExitCode::kInfrastructure, verdict.error());
    tally.EndRun(*verdict);
    gate::Put(stdout, fmt::format("[{}/{}] {}", run, arguments.runs,
                                  gate::FormatSummary(*verdict, style, false)));
    std::fflush(stdout);
    // No later run would fare better, and its faults are not the tests'.
    if (verdict->code == ExitCode::kInfrastructure) {
      for (const gate::Reason& reason : verdict->reasons) {
        gate::Put(stderr, gate::FormatReason(reason, verdict->log, style) + "\n");
      }
      return static_cast<int>(ExitCode::kInfrastructure);
    }
  }
  gate::Put(stdout, tally.Report(style));
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return Fail(ExitCode::kInfrastructure, "standard output: cannot write");
  }
  return static_cast<int>(tally.code());
}

int Run(int argc, char** argv) {
  const bool output_closed = !gate::OpenStandardStreams();
  signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Runs COMMAND, which boots a KUnit kernel and prints its console, many times; judges each\n"
      "console as kunit-gate does, and names the tests that do not come out alike. Exits with the\n"
      "worst verdict of all runs.",
      "kunit-repeat");
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  const CLI::Validator named(
      [](const std::string& name) { return name.empty() ? "the name is empty" : std::string(); },
      "");
  app.add_option("--runs", arguments.runs, "How many times; default: 10")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  app.add_option("--timeout", arguments.timeout, "Seconds until a run counts as hung; default: 300")
      ->check(CLI::Range(1, 86400))
      ->type_name("SECONDS");
  CLI::Option* expected = app.add_option("--expected", arguments.gate.expected_file,
                                         "Tests that must run, one suite.case a line")
                              ->check(named)
                              ->type_name("FILE");
  app.add_option("--filter", arguments.gate.filter,
                 "kunit.filter_glob of the boots: what it leaves out is not expected")
      ->needs(expected)
      ->type_name("GLOB");
  app.add_option("--allow", arguments.gate.allow_file, "Known splats, as for kunit-gate")
      ->check(named)
      ->type_name("FILE");
  app.add_option("--logs", arguments.logs, "Keep each console in this folder, as run-N.log")
      ->check(named)
      ->type_name("FOLDER");
  app.add_option("COMMAND", arguments.command, "The program and its arguments, behind \"--\"")
      ->required()
      ->type_name("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    app.exit(help);
    return std::cout.flush().good() ? 0 : static_cast<int>(ExitCode::kInfrastructure);
  } catch (const CLI::ParseError& error) {
    return Fail(ExitCode::kUsage, fmt::format("{}; see --help", error.what()));
  }
  if (output_closed) return Fail(ExitCode::kInfrastructure, "standard output is closed");
  std::error_code error;
  if (!arguments.logs.empty() &&
      (std::filesystem::create_directories(arguments.logs, error), error)) {
    return Fail(ExitCode::kInfrastructure,
                fmt::format("{}: cannot make the folder: {}", arguments.logs, error.message()));
  }
  // Whatever way this ends, no kernel goes on behind it.
  return supervise::Run([&arguments] { return Repeat(arguments); });
}

}  // namespace

int main(int argc, char** argv) {
  // Nothing of ours throws; a library may, where memory runs out.
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    return Fail(ExitCode::kInfrastructure, error.what());
  }
}
