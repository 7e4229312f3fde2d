// SPDX-License-Identifier: GPL-2.0-only
#include "compile_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "git.h"
#include "kernel_tree.h"
#include "series_tree.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

/// Where videobuf2 has its users. MAINTAINERS, "MEDIA INPUT INFRASTRUCTURE", and the gadget.
constexpr const char* kFolders[] = {"drivers/media/", "drivers/staging/media/",
                                    "drivers/usb/gadget/function/"};

/// "a.o" for "a.c", and the other way round.
std::string WithLastLetter(std::string name, char letter) {
  name.back() = letter;
  return name;
}

}  // namespace

CompileCheck::CompileCheck(Settings settings)
    : settings_(std::move(settings)),
      compiler_({settings_.project, settings_.arch, settings_.compiler, settings_.checker,
                 settings_.jobs}) {}

std::string CompileCheck::Name() const { return compiler_.Name(); }

std::string CompileCheck::Missing() const { return compiler_.Missing(); }

fs::path CompileCheck::Folder() const { return settings_.build / "compile" / Name(); }

ObjectCompiler::Place CompileCheck::After() const {
  return {settings_.build / "linux", Folder() / "after", Folder() / "after.log"};
}

ObjectCompiler::Place CompileCheck::Before() const {
  return {settings_.build / "linux-base", Folder() / "before", Folder() / "before.log"};
}

Result<std::string> CompileCheck::Id() const {
  auto tree = files::Read(settings_.build / "linux.id");
  if (!tree.ok()) return Error{tree.error() + "; build the target series-apply"};
  const auto compiler = compiler_.Id();
  if (!compiler.ok()) return compiler;
  std::string text = *tree + *compiler + (settings_.scope == Scope::kMedia ? "" : "touched");
  return git::Repository(After().tree).Ask({"hash-object", "--stdin"}, std::move(text));
}

Result<std::vector<std::string>> CompileCheck::Touched() const {
  // The suite goes out with the series.
  return series_tree::FilesOfSeries(After().tree, settings_.project / "kunit");
}

std::vector<std::string> CompileCheck::Targets(const std::vector<std::string>& touched) const {
  std::vector<std::string> targets;
  const bool media = settings_.scope == Scope::kMedia;
  if (media) targets.assign(std::begin(kFolders), std::end(kFolders));
  for (const auto& file : touched) {
    if (!file.ends_with(".c")) continue;
    const bool covered =
        media && std::any_of(std::begin(kFolders), std::end(kFolders),
                             [&](const char* folder) { return file.starts_with(folder); });
    if (!covered) targets.push_back(WithLastLetter(file, 'o'));
  }
  return targets;
}

Result<CompilerMessages> CompileCheck::Compile(const ObjectCompiler::Place& place,
                                               const std::vector<std::string>& targets) const {
  const auto head = git::Repository(place.tree).Ask({"rev-parse", "HEAD"});
  if (!head.ok()) return Error{head.error()};
  const auto configured = compiler_.Configure(place, *head);
  if (!configured.ok()) return Error{configured.error()};
  if (!configured->empty()) {
    return Error{fmt::format("{}: error: the tree cannot be configured: {}", place.tree.string(),
                             configured->substr(0, configured->find('\n')))};
  }
  auto compiled =
      compiler_.Compile(place, targets, fmt::format("{} {}", Name(), place.log.stem().string()));
  if (!compiled.ok()) return Error{compiled.error()};
  if (compiled->code != 0 && !compiled->errors) {
    return Error{fmt::format("{}: error: make exits with {}, and no object of drivers/ is at fault",
                             place.log.string(), compiled->code)};
  }
  if (compiled->messages.objects().empty()) {
    return Error{fmt::format("{}: error: no object was compiled", place.log.string())};
  }
  return std::move(compiled->messages);
}

std::optional<CompileCheck::Outcome> CompileCheck::Known(const std::string& id) const {
  const auto note = nlohmann::json::parse(files::ReadOrEmpty(Folder() / "outcome.json"), nullptr,
                                          /*allow_exceptions=*/false);
  // One of another version, or of nobody, is none.
  try {
    if (!note.is_object() || note.at("id").get<std::string>() != id) return std::nullopt;
    Outcome outcome;
    note.at("objects").get_to(outcome.objects);
    note.at("known").get_to(outcome.known);
    note.at("headers").get_to(outcome.headers);
    outcome.kept = true;
    return outcome;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

Result<Done> CompileCheck::Keep(const std::string& id, const Outcome& outcome) const {
  const nlohmann::json note = {{"id", id},
                               {"objects", outcome.objects},
                               {"known", outcome.known},
                               {"headers", outcome.headers}};
  return files::Write(Folder() / "outcome.json", note.dump() + "\n");
}

Result<CompileCheck::Outcome> CompileCheck::Run() {
  const auto id = Id();
  if (!id.ok()) return Error{id.error()};
  if (const auto known = Known(*id)) return *known;
  const auto touched = Touched();
  if (!touched.ok()) return Error{touched.error()};
  Outcome outcome;
  if (settings_.scope == Scope::kTouched) {
    outcome.headers = static_cast<std::size_t>(
        std::count_if(touched->begin(), touched->end(), [](const std::string& file) {
          return file.ends_with(".h") && !file.starts_with(series_tree::kSuiteFolder);
        }));
  }
  const auto targets = Targets(*touched);
  // A make without a target would make all.
  if (targets.empty()) return outcome;
  const auto after = Compile(After(), targets);
  if (!after.ok()) return Error{after.error()};
  CompilerMessages before;
  if (const auto suspects = after->WithMessages(); !suspects.empty()) {
    const auto base = kernel_tree::ImportBase(After().tree, Before().tree);
    if (!base.ok()) return Error{base.error()};
    // What the base does not have at all can't be made of it, and is new.
    std::vector<std::string> objects;
    std::copy_if(suspects.begin(), suspects.end(), std::back_inserter(objects),
                 [&](const std::string& object) {
                   return fs::exists(Before().tree / WithLastLetter(object, 'c'));
                 });
    if (!objects.empty()) {
      auto compiled = Compile(Before(), objects);
      if (!compiled.ok()) return Error{compiled.error()};
      before = std::move(*compiled);
    }
  }
  outcome.objects = after->objects().size();
  auto [fresh, known] = CompilerMessages::Divide(before, *after);
  outcome.fresh = std::move(fresh);
  for (auto& message : known) {
    if (message.error) {
      outcome.broken.push_back(std::move(message));
    } else {
      ++outcome.known;
    }
  }
  // A tree that was edited meanwhile was not compiled as it is now.
  const auto still = Id();
  if (still.ok() && *still == *id && outcome.fresh.empty() && outcome.broken.empty()) {
    const auto kept = Keep(*id, outcome);
    if (!kept.ok()) return Error{kept.error()};
  }
  return outcome;
}
