// SPDX-License-Identifier: GPL-2.0-only
// kunit-case: tells one case's fate out of what kunit-gate --cases wrote. CTest runs it, once for
// each case.
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include "cases_file.h"
#include "exit_codes.h"
#include "file_io.h"
#include "report.h"

namespace {

using gate::ExitCode;

int Fail(ExitCode code, const std::string& message) {
  gate::Put(stderr, message + "\n");
  return static_cast<int>(code);
}

std::string Describe(const gate::CaseFate& fate, const std::string& test,
                     const gate::Style& style) {
  std::string text;
  for (const gate::CaseRecord& record : fate.records) {
    for (const gate::Reason& reason : record.reasons) {
      text += gate::FormatReason(reason, fate.log, style) + '\n';
    }
    if (!record.slice.empty()) {
      text += fmt::format("-- {}, from line {}:\n", fate.log, record.log_line);
      for (std::size_t i = 0; i < record.slice.size(); ++i) {
        if (record.omitted > 0 && i == record.omitted_after) {
          text += fmt::format("-- {} lines are not shown\n", record.omitted);
        }
        text += record.slice[i] + '\n';
      }
    }
    if (record.outcome && record.reasons.empty()) {
      text += fmt::format("{}: {}", test, gate::StatusName(*record.outcome));
      if (!record.skip_reason.empty()) text += ": " + record.skip_reason;
      if (record.seconds) text += fmt::format(" in {:.3f} s", *record.seconds);
      text += '\n';
    }
  }
  if (!fate.why.empty()) text += fmt::format("{}: {}\n", test, fate.why);
  const bool fault = fate.code != ExitCode::kPassed && fate.code != ExitCode::kNoTests;
  if (fault && !fate.reproduce.empty()) {
    text += fmt::format("again: {}\n", gate::FormatCommand(fate.reproduce, test));
  }
  return text;
}

int Run(int argc, char** argv) {
  gate::OpenStandardStreams();
  signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Tells how one case of a run ended, out of the file that kunit-gate --cases wrote. Exits\n"
      "with what the case alone would: 4 where it was skipped, or outside the boot's filter.",
      "kunit-case");
  app.footer(gate::ExitCodeHelp());
  std::string file;
  std::string test;
  app.add_option("FILE", file, "What kunit-gate --cases wrote")->required()->type_name("");
  app.add_option("TEST", test, "suite.case")->required()->type_name("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    app.exit(help);
    return std::cout.flush().good() ? 0 : static_cast<int>(ExitCode::kInfrastructure);
  } catch (const CLI::ParseError& error) {
    return Fail(ExitCode::kUsage, fmt::format("kunit-case: error: {}; see --help", error.what()));
  }
  const auto fate = gate::ReadCaseFate(file, test);
  if (!fate) return Fail(ExitCode::kInfrastructure, fate.error());
  gate::Put(stdout,
            Describe(*fate, test, gate::Style(gate::UseColor(gate::ColorMode::kAuto, stdout))));
  if (std::fflush(stdout) != 0) {
    return Fail(ExitCode::kInfrastructure, "kunit-case: error: standard output: cannot write");
  }
  return static_cast<int>(fate->code);
}

}  // namespace

int main(int argc, char** argv) {
  // Nothing of ours throws; a library may, where memory runs out.
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    return Fail(ExitCode::kInfrastructure, fmt::format("kunit-case: error: {}", error.what()));
  }
}
