// SPDX-License-Identifier: GPL-2.0-only
#include "bisect_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "git.h"
#include "series_tree.h"
#include "tree_copy.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

std::string ObjectOf(std::string source) {
  source.back() = 'o';
  return source;
}

bool IsKconfig(const std::string& file) {
  return fs::path(file).filename().string().starts_with("Kconfig");
}

/// What make or kconfig says of the files `changed`: "FILE:LINE: text", with the place's `prefixes`
/// before the file's name or none.
std::vector<CompilerMessage> FaultsIn(std::string_view output, const std::set<std::string>& changed,
                                      const std::vector<std::string>& prefixes) {
  std::vector<CompilerMessage> faults;
  for (const auto& line : git::SplitLines(output)) {
    std::string_view rest = line;
    for (const auto& prefix : prefixes) {
      if (!rest.starts_with(prefix)) continue;
      rest.remove_prefix(prefix.size());
      break;
    }
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) continue;
    CompilerMessage fault;
    fault.file = rest.substr(0, colon);
    if (!changed.contains(fault.file)) continue;
    rest.remove_prefix(colon + 1);
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), fault.line);
    if (code != std::errc()) continue;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.starts_with(':')) continue;
    rest.remove_prefix(1);
    while (rest.starts_with(' ') || rest.starts_with('*')) rest.remove_prefix(1);
    fault.error = true;
    fault.text = rest;
    faults.push_back(std::move(fault));
  }
  return faults;
}

}  // namespace

BisectCheck::BisectCheck(Settings settings)
    : settings_(std::move(settings)),
      compiler_({settings_.project, settings_.arch, settings_.compiler,
                 ObjectCompiler::Checker::kCompiler, settings_.jobs}) {}

ObjectCompiler::Place BisectCheck::Place() const {
  const fs::path folder = settings_.build / "bisect";
  return {folder / "linux", folder / Name() / "obj", folder / Name() / "make.log"};
}

Result<std::vector<BisectCheck::Step>> BisectCheck::Steps() const {
  const auto tree = series_tree::SeriesTree::Open(settings_.build / "linux");
  if (!tree.ok()) return Error{tree.error()};
  const auto series = tree->Series();
  if (!series.ok()) return Error{series.error()};
  const git::Repository& repository = tree->repository();

  git::Arguments list = {"log", "--no-walk=unsorted", "--format=%H %T %s", series->base};
  list.insert(list.end(), series->commits.begin(), series->commits.end());
  const auto commits = repository.Ask(list);
  if (!commits.ok()) return Error{commits.error()};
  std::vector<Step> steps;
  std::set<std::string> sources;
  for (const auto& line : git::SplitLines(*commits)) {
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (second == std::string::npos) continue;
    Step step;
    step.commit = line.substr(0, first);
    step.tree_id = line.substr(first + 1, second - first - 1);
    step.subject = line.substr(second + 1);
    step.configuration = step.tree_id;
    if (!steps.empty()) {
      step.patch = series->files[steps.size() - 1];
      const Step& before = steps.back();
      const auto changed = repository.Ask(
          {"diff-tree", "-r", "-z", "--name-only", "--no-renames", before.commit, step.commit});
      if (!changed.ok()) return Error{changed.error()};
      for (const auto& file : git::SplitNul(*changed)) {
        step.changed.insert(file);
        if (file.ends_with(".c")) sources.insert(file);
      }
      if (std::none_of(step.changed.begin(), step.changed.end(), IsKconfig)) {
        step.configuration = before.configuration;
      }
    }
    steps.push_back(std::move(step));
  }
  if (steps.size() != series->commits.size() + 1) {
    return Error{fmt::format("{}: error: git log tells of {} commits, and the series has {}",
                             repository.folder().string(), steps.size(),
                             series->commits.size() + 1)};
  }

  const auto compiler = compiler_.Id();
  if (!compiler.ok()) return Error{compiler.error()};
  std::string inputs = *compiler;
  for (const auto& source : sources) inputs += source + "\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Step& step = steps[i];
    if (!sources.empty()) {
      git::Arguments there = {"ls-tree", "-r", "-z", "--name-only", step.commit, "--"};
      there.insert(there.end(), sources.begin(), sources.end());
      const auto found = repository.Ask(there);
      if (!found.ok()) return Error{found.error()};
      for (const auto& source : git::SplitNul(*found)) step.targets.push_back(ObjectOf(source));
    }
    if (i == 0) continue;
    const auto key =
        repository.Ask({"hash-object", "--stdin"},
                       fmt::format("{}\n{}\n{}", steps[i - 1].tree_id, step.tree_id, inputs));
    if (!key.ok()) return Error{key.error()};
    step.key = *key;
  }
  return steps;
}

Result<BisectCheck::Compiled> BisectCheck::Compile(const Step& step,
                                                   const std::string& progress_name,
                                                   Outcome* outcome) const {
  const ObjectCompiler::Place place = Place();
  TreeCopy copy;
  copy.from = settings_.build / "linux";
  copy.commit = step.commit;
  copy.to = place.tree;
  const auto moved = Update(copy);
  if (!moved.ok()) return Error{moved.error()};
  Compiled result;
  if (step.targets.empty()) return result;
  const std::vector<std::string> prefixes = {
      place.tree.string() + "/", fs::relative(place.tree, place.objects).string() + "/"};

  const auto configured = compiler_.Configure(place, step.configuration);
  if (!configured.ok()) return Error{configured.error()};
  if (!configured->empty()) {
    result.errors = true;
    result.faults = FaultsIn(*configured, step.changed, prefixes);
    if (!result.faults.empty()) return result;
    return Error{fmt::format("{}: error: the tree cannot be configured: {}", place.tree.string(),
                             configured->substr(0, configured->find('\n')))};
  }

  auto compiled = compiler_.Compile(place, step.targets, progress_name);
  if (!compiled.ok()) return Error{compiled.error()};
  outcome->objects += compiled->made;
  result.errors = compiled->code != 0;
  result.messages = std::move(compiled->messages);
  if (compiled->errors) return result;
  if (compiled->code != 0) {
    result.faults = FaultsIn(compiled->output, step.changed, prefixes);
    if (!result.faults.empty()) return result;
    return Error{fmt::format("{}: error: make exits with {} at {} ({}), and no object is at fault",
                             place.log.string(), compiled->code, step.commit.substr(0, 12),
                             step.subject)};
  }
  for (const auto& target : step.targets) {
    if (result.messages.objects().contains(target)) continue;
    return Error{fmt::format("{}: error: make did not tell of {}", place.log.string(), target)};
  }
  return result;
}

std::size_t BisectCheck::SubjectLine(const Step& step) const {
  const std::string text = files::ReadOrEmpty(settings_.project / step.patch);
  std::size_t number = 1;
  for (const auto& line : git::SplitLines(text)) {
    if (line.starts_with("Subject: ")) return number;
    ++number;
  }
  return 1;
}

std::set<std::string> BisectCheck::Passed() const {
  const auto lines =
      git::SplitLines(files::ReadOrEmpty(settings_.build / "bisect" / Name() / "passed"));
  return {lines.begin(), lines.end()};
}

/// Of the series as it is, so that the note does not grow with each edit.
Result<Done> BisectCheck::Keep(const std::vector<Step>& steps,
                               const std::set<std::string>& passed) const {
  std::string text;
  for (const auto& step : steps) {
    if (passed.contains(step.key)) text += step.key + "\n";
  }
  return files::Write(settings_.build / "bisect" / Name() / "passed", text);
}

Result<BisectCheck::Outcome> BisectCheck::Run() {
  const auto steps = Steps();
  if (!steps.ok()) return Error{steps.error()};
  Outcome outcome;
  outcome.patches = steps->size() - 1;
  std::set<std::string> passed = Passed();
  const auto progress_name = [&](std::size_t i) {
    return fmt::format("bisect {} {}/{}", Name(), i, outcome.patches);
  };
  std::optional<CompilerMessages> before;  // Of the step before, where that was compiled.
  for (std::size_t i = 1; i < steps->size(); ++i) {
    const Step& step = (*steps)[i];
    if (passed.contains(step.key)) {
      ++outcome.cached;
      before.reset();
      continue;
    }
    if (!before) {
      auto first = Compile((*steps)[i - 1], progress_name(i - 1), &outcome);
      if (!first.ok()) return Error{first.error()};
      if (first->errors && i > 1) {
        return Error{fmt::format(
            "{}: error: {} had compiled and does not now; remove {} and try "
            "again",
            Place().log.string(), (*steps)[i - 1].patch.string(), Place().objects.string())};
      }
      if (first->errors) {
        const auto divided = CompilerMessages::Divide({}, first->messages);
        for (const auto& message : divided.fresh) {
          if (message.error) outcome.broken.push_back(message);
        }
        return outcome;
      }
      before = std::move(first->messages);
    }
    auto now = Compile(step, progress_name(i), &outcome);
    if (!now.ok()) return Error{now.error()};
    ++outcome.compiled;
    auto fresh = CompilerMessages::Divide(*before, now->messages).fresh;
    fresh.insert(fresh.begin(), now->faults.begin(), now->faults.end());
    if (now->errors || !fresh.empty()) {
      ++outcome.bad;
      CompilerMessage finding;
      finding.file = step.patch.string();
      finding.line = SubjectLine(step);
      finding.error = now->errors;
      finding.text = fmt::format("\"{}\" {}", step.subject,
                                 now->errors ? "does not compile with the patches before it alone"
                                             : "brings new warnings");
      outcome.findings.push_back(std::move(finding));
      outcome.findings.insert(outcome.findings.end(), fresh.begin(), fresh.end());
      if (now->errors) break;
    } else {
      passed.insert(step.key);
      const auto kept = Keep(*steps, passed);
      if (!kept.ok()) return Error{kept.error()};
    }
    before = std::move(now->messages);
  }
  return outcome;
}
