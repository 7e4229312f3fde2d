// SPDX-License-Identifier: GPL-2.0-only
#include "mutant_lab.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include "gate.h"
#include "git.h"
#include "judged_run.h"
#include "kernel_image.h"
#include "process.h"
#include "tree_copy.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

/// A test that did not run saw nothing: the kernel may have died before it, whatever the cause.
std::set<std::string> BlamedOfThoseThatRan(gate::Verdict verdict) {
  if (verdict.totals.tests() == 0) return {};
  std::erase_if(verdict.reasons,
                [](const gate::Reason& reason) { return reason.kind == "missing-test"; });
  return gate::Blamed(verdict);
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

const char* MutantOutcomeName(MutantOutcome::Kind kind) {
  switch (kind) {
    case MutantOutcome::Kind::kCaught:
      return "caught";
    case MutantOutcome::Kind::kMissed:
      return "missed";
    case MutantOutcome::Kind::kSurvived:
      return "SURVIVED";
    case MutantOutcome::Kind::kDoesNotApply:
      return "does not apply";
    case MutantOutcome::Kind::kDoesNotBuild:
      return "does not build";
    case MutantOutcome::Kind::kNotRun:
      return "not run";
    case MutantOutcome::Kind::kMissing:
      return "NOT RUN";
  }
  return "?";
}

Result<MutantLab> MutantLab::Create(Settings settings, const std::vector<Mutant>& mutants) {
  if (settings.jobs <= 0) {
    settings.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  MutantLab lab(std::move(settings));
  auto id = files::Read(lab.settings_.build / "linux.id");
  if (!id.ok()) return Error{id.error() + "; build the target series-apply"};
  lab.tree_id_ = std::move(*id);
  auto step = lab.MakeTree();
  if (step.ok()) step = lab.CheckTreeId();
  if (step.ok()) step = lab.HashProgram();
  if (step.ok()) step = lab.Keep(mutants);
  if (!step.ok()) return Error{step.error()};
  return lab;
}

Result<Done> MutantLab::MakeTree() {
  auto copy = CopyAsItIs(settings_.build / "linux", tree_id_);
  if (!copy.ok()) return Error{copy.error()};
  copy->suite = settings_.project / "kunit";
  copy->to = Tree();
  return Update(*copy);
}

/// The copy is made of the tree as it is; what is kept is kept for the tree as it was looked at.
Result<Done> MutantLab::CheckTreeId() const {
  const auto theirs = series_tree::SeriesTree::Open(settings_.build / "linux");
  if (!theirs.ok()) return Error{theirs.error()};
  const auto now = theirs->Fingerprint(Project());
  if (!now.ok()) return Error{now.error()};
  if (*now == tree_id_) return Done{};
  return Error{fmt::format("{}: error: it, or the suite, has changed since series-apply; run again",
                           (settings_.build / "linux").string())};
}

Result<Done> MutantLab::HashProgram() {
  // By this name it is that of the process, though a build may have replaced the file.
  auto bytes = files::Read("/proc/self/exe");
  if (!bytes.ok()) return Error{bytes.error()};
  auto hash = git::Repository(Tree()).Ask({"hash-object", "--stdin"}, std::move(*bytes));
  if (!hash.ok()) return Error{hash.error()};
  program_id_ = std::move(*hash);
  return Done{};
}

Result<Done> MutantLab::Keep(const std::vector<Mutant>& mutants) {
  std::set<std::string> edited;
  for (const auto& mutant : mutants) edited.insert(mutant.files.begin(), mutant.files.end());
  // The edits of people are in the fingerprint in the same form.
  for (const auto& line : git::SplitLines(tree_id_)) {
    if (line.starts_with("edit ")) edited.insert(line.substr(line.find(' ', 5) + 1));
  }
  for (const auto& file : edited) {
    auto bytes = files::Read(Tree() / file);
    // One that the tree lacks: the mutant will not apply, and says so.
    if (bytes.ok()) originals_[file] = std::move(*bytes);
  }
  return WriteTreeId();
}

Result<Done> MutantLab::Restore() const {
  for (const auto& [file, bytes] : originals_) {
    const auto written = files::WriteIfChanged(Tree() / file, bytes);
    if (!written.ok()) return Error{written.error()};
  }
  return Done{};
}

Result<Done> MutantLab::WriteTreeId() const {
  std::string text;
  for (const auto& line : git::SplitLines(tree_id_)) {
    if (!line.starts_with("edit ")) text += line + "\n";
  }
  git::Arguments ask = {"hash-object", "--"};
  for (const auto& [file, bytes] : originals_) ask.push_back(file);
  const auto hashes = git::Repository(Tree()).Ask(ask);
  if (!hashes.ok()) return Error{hashes.error()};
  const auto lines = git::SplitLines(*hashes);
  std::size_t i = 0;
  for (const auto& [file, bytes] : originals_) {
    if (i < lines.size()) text += fmt::format("edit {} {}\n", lines[i++], file);
  }
  return files::Write(Folder() / "linux.id", text);
}

Result<std::string> MutantLab::Id(const Mutant& mutant) const {
  const KernelPaths paths = Paths(mutant.profile);
  const auto expected = Profile(mutant.profile).Expected();
  if (!expected.ok()) return Error{expected.error()};
  std::string text;
  const auto add = [&](std::string_view what, std::string_view bytes) {
    text += fmt::format("{} {}\n{}", what, bytes.size(), bytes);
  };
  add("tree", tree_id_);
  add("program", program_id_);
  add("seconds", std::to_string(settings_.timeout));
  add("mutant", mutant.text);
  add("expected", *expected);
  const auto options = Profile(mutant.profile).GateOptions(paths, settings_.base);
  std::vector<fs::path> inputs = series_tree::SuiteSources(Project().kunit);
  inputs.insert(inputs.end(), paths.kunitconfigs.begin(), paths.kunitconfigs.end());
  inputs.push_back(settings_.project / "tools/remake.mk");
  if (!options.allow_file.empty()) inputs.push_back(options.allow_file);
  for (const auto& input : inputs) add(input.filename().string(), files::ReadOrEmpty(input));
  return git::Repository(Tree()).Ask({"hash-object", "--stdin"}, std::move(text));
}

Result<Done> MutantLab::Build(const std::string& profile) const {
  const auto id = WriteTreeId();
  if (!id.ok()) return id;
  KernelPaths paths = Paths(profile);
  paths.for_editors = false;
  return KernelImage(paths).Build(settings_.jobs);
}

Result<MutantLab::Verdict> MutantLab::Run(const std::string& profile,
                                          const std::string& filter) const {
  const KernelPaths paths = Paths(profile);
  const fs::path console_file = paths.state / "console.log";
  const fs::path expected_file = paths.state / "expected.txt";
  const auto expected = Profile(profile).Expected();
  if (!expected.ok()) return Error{expected.error()};
  const auto written = files::Write(expected_file, *expected);
  if (!written.ok()) return Error{written.error()};
  gate::Options options = Profile(profile).GateOptions(paths, settings_.base);
  options.out = nullptr;
  options.log_name = paths.Name(console_file);
  options.expected_file = expected_file.string();
  options.filter = filter;
  const int timeout = settings_.timeout * Profile(profile).TimeoutFactor();
  const auto verdict = RunJudged(KunitExec(paths, filter, timeout + 60), KernelRunner::kKunitTool,
                                 console_file, options, std::chrono::seconds(timeout));
  if (!verdict.ok()) return Error{verdict.error()};
  if (verdict->code == gate::ExitCode::kInfrastructure) {
    return Error{fmt::format("{}: error: the machine failed, not the kernel: {}", options.log_name,
                             FirstFault(*verdict))};
  }
  Verdict told;
  told.passed = verdict->code == gate::ExitCode::kPassed;
  told.blamed = BlamedOfThoseThatRan(*verdict);
  told.summary = fmt::format("{}: {}", options.log_name, gate::ExitCodeName(verdict->code));
  return told;
}

std::string MutantLab::Missing(const std::string& profile) const {
  return Profile(profile).Missing(Tree());
}

std::string MutantLab::Filter(const Mutant& mutant) const {
  constexpr int kMinutes = 10;  // Times what the plain profile takes.
  if (Profile(mutant.profile).TimeoutFactor() < kMinutes || mutant.caught_by.empty()) return "";
  return mutant.caught_by.front();
}

Result<Done> MutantLab::TryNone(const Mutant& mutant) {
  const std::string& profile = mutant.profile;
  auto step = Restore();
  if (step.ok()) step = Build(profile);
  if (!step.ok()) return step;
  const auto verdict = Run(profile, Filter(mutant));
  if (!verdict.ok()) return Error{verdict.error()};
  if (verdict->passed) return Done{};
  return Error{
      fmt::format("{}: error: the suite does not pass without a fault ({}); build the "
                  "target {} first",
                  profile, verdict->summary, profile)};
}

Result<MutantOutcome> MutantLab::Try(const Mutant& mutant) {
  using Kind = MutantOutcome::Kind;
  MutantOutcome outcome;
  if (!mutant.not_run.empty()) {
    outcome.detail = mutant.not_run;
    return outcome;
  }
  if (std::string missing = Missing(mutant.profile); !missing.empty()) {
    outcome.kind = Kind::kMissing;
    outcome.detail = std::move(missing);
    return outcome;
  }
  const auto begin = std::chrono::steady_clock::now();
  if (const auto restored = Restore(); !restored.ok()) return Error{restored.error()};
  const auto applied = git::Repository(Tree()).Run({"apply", "-"}, mutant.text);
  if (!applied.ok()) return Error{applied.error()};
  if (!applied->ok()) {
    outcome.kind = Kind::kDoesNotApply;
    outcome.detail = FirstLine(applied->err);
    return outcome;
  }
  if (const auto built = Build(mutant.profile); !built.ok()) {
    outcome.kind = Kind::kDoesNotBuild;
    outcome.detail = built.error();
    return outcome;
  }
  auto verdict = Run(mutant.profile, Filter(mutant));
  if (!verdict.ok()) return Error{verdict.error()};
  const auto unseen = [&] {
    return std::find_if(mutant.caught_by.begin(), mutant.caught_by.end(),
                        [&](const auto& test) { return !verdict->blamed.contains(test); });
  };
  if (!verdict->passed && unseen() != mutant.caught_by.end()) {
    // The kernel may have died before it came to that case.
    std::set<std::string> blamed = verdict->blamed;
    for (const auto& test : mutant.caught_by) {
      auto alone = Run(mutant.profile, test);
      if (!alone.ok()) return Error{alone.error()};
      blamed.insert(alone->blamed.begin(), alone->blamed.end());
    }
    verdict->blamed = std::move(blamed);
  }
  outcome.kind = verdict->passed                      ? Kind::kSurvived
                 : unseen() == mutant.caught_by.end() ? Kind::kCaught
                                                      : Kind::kMissed;
  outcome.caught_by.assign(verdict->blamed.begin(), verdict->blamed.end());
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}
