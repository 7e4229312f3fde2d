// SPDX-License-Identifier: GPL-2.0-only
/// series-coverage: how much of what the series adds the tests reach.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <utility>

#include "before_after_guest.h"
#include "build_program.h"
#include "coverage_kernel.h"
#include "coverage_report.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "git.h"
#include "kernel_tree.h"
#include "uncovered_list.h"

namespace {

namespace fs = std::filesystem;
using gate::ExitCode;

constexpr const char kList[] = "kunit/uncovered.txt";

int Complain(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

/// Counts, unless that was done with the same tree, suite and programs. The value is the verdict on
/// the runs; what was counted serves only where that is "passed".
gate::Result<ExitCode> Count(const CoverageKernel& kernel, const std::string& id) {
  const fs::path note = kernel.Folder() / "counted";
  if (files::ReadOrEmpty(note) == id) return ExitCode::kPassed;
  auto step = files::Remove(note);
  if (step.ok()) step = kernel.Build();
  if (!step.ok()) return gate::Error{step.error()};
  const auto code = kernel.Run();
  if (!code.ok() || *code != ExitCode::kPassed) return code;
  step = files::Write(note, id);
  if (!step.ok()) return gate::Error{step.error()};
  return code;
}

int Tell(const CoverageKernel& kernel, const coverage::Report& report, const std::string& id) {
  const std::string text = coverage::FormatText(report) + coverage::Summary(report);
  const fs::path page = kernel.Folder() / "coverage.html";
  auto step = files::Write(kernel.Folder() / "coverage.json", coverage::FormatJson(report));
  if (step.ok()) step = files::Write(kernel.Folder() / "coverage.txt", text);
  if (!step.ok()) return Complain(step.error());
  if (const auto error = coverage::WriteHtml(report, page.string()); !error.empty()) {
    return Complain(error);
  }
  gate::Put(stdout, fmt::format("{}-- {}\n", text, page.string()));
  if (report.Code() == ExitCode::kPassed) {
    step = files::Write(kernel.Folder() / "passed", id);
    if (!step.ok()) return Complain(step.error());
  }
  return static_cast<int>(report.Code());
}

int Check(const CoverageKernel::Settings& settings) {
  if (const std::string missing = CoverageKernel::Missing(); !missing.empty()) {
    return Complain("NOT RUN coverage: " + missing);
  }
  const CoverageKernel kernel(settings);
  const auto list_text = files::Read(settings.project / kList);
  if (!list_text.ok()) return Complain(list_text.error());
  auto list = UncoveredList::Parse(kList, *list_text);
  if (!list.ok()) return Complain(list.error());
  const auto id = kernel.Id();
  if (!id.ok()) return Complain(id.error());
  const std::string whole = *id + "\n" + *list_text;
  const fs::path passed = kernel.Folder() / "passed";
  if (files::ReadOrEmpty(passed) == whole) {
    const auto text = files::Read(kernel.Folder() / "coverage.txt");
    if (!text.ok()) return Complain(text.error());
    gate::Put(stdout, *text + "(cached)\n");
    return static_cast<int>(ExitCode::kPassed);
  }
  // A run that ends early leaves no report: that of an earlier one would be taken for its own.
  for (const char* name : {"passed", "coverage.txt", "coverage.html", "coverage.json"}) {
    const auto removed = files::Remove(kernel.Folder() / name);
    if (!removed.ok()) return Complain(removed.error());
  }
  const auto code = Count(kernel, *id);
  if (!code.ok()) return Complain(code.error());
  if (*code != ExitCode::kPassed) {
    gate::Put(stderr, fmt::format("coverage: error: the tests do not pass ({}), so that nothing is "
                                  "known of what they reach\n",
                                  gate::ExitCodeName(*code)));
    return static_cast<int>(*code);
  }
  const auto added = kernel.Added();
  if (!added.ok()) return Complain(added.error());
  const auto counts = kernel.Collect(*added);
  if (!counts.ok()) return Complain(counts.error());
  return Tell(kernel, coverage::Evaluate(*added, counts->data, counts->compiled, std::move(*list)),
              whole);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Builds the kernel so that it counts, runs the suite and a V4L2 client, and tells which of "
      "the lines and branches that the series adds none of them reached.",
      "series-coverage");
  app.require_subcommand(1);
  app.footer(gate::ExitCodeHelp());
  CoverageKernel::Settings settings;
  CLI::App* check = app.add_subcommand("check", "Do all of it");
  const BuildProgram program(check, {&settings.project, &settings.build, &settings.jobs});
  check
      ->add_option("--timeout", settings.timeout,
                   "Seconds until a boot of the plain kernel counts as hung; this one has several "
                   "times that")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  CLI::App* guest = app.add_subcommand("guest", "What runs in the kernel, as its process 1");
  before_after::GuestOptions client;
  guest->add_option("--out", client.out)->required();
  const auto over = BuildProgram::Parse(&app, argc, argv);
  if (over.has_value()) return *over;
  if (guest->parsed()) {
    client.fenced = true;
    client.opt_ins_alone = true;
    client.timed_jobs = 1;
    return static_cast<int>(before_after::RunGuest(client));
  }
  std::error_code error;
  settings.self = fs::read_symlink("/proc/self/exe", error);
  return program.RunLocked([&] {
    const auto version = kernel_tree::Version(git::Repository(settings.build / "linux"), "HEAD");
    if (version.ok()) settings.base = *version;
    return Check(settings);
  });
}
