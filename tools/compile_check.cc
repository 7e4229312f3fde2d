// SPDX-License-Identifier: GPL-2.0-only
#include "compile_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "git.h"
#include "kernel_image.h"
#include "kernel_tree.h"
#include "make_output.h"
#include "process.h"
#include "progress.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

/// Where videobuf2 has its users. MAINTAINERS, "MEDIA INPUT INFRASTRUCTURE", and the gadget.
constexpr const char* kFolders[] = {"drivers/media/", "drivers/staging/media/",
                                    "drivers/usb/gadget/function/"};

/// All of these are below; programs of the build itself are not.
constexpr char kOurs[] = "drivers/";

/// Options for an allmodconfig whose objects are compiled, and never linked or run.
constexpr const char kConfig[] = "tools/compile_check.config";

Result<process::Output> AskVersion(const std::string& program) {
  process::Command command;
  command.argv = {program, "--version"};
  return process::Run(command);
}

/// "a.o" for "a.c", and the other way round.
std::string WithLastLetter(std::string name, char letter) {
  name.back() = letter;
  return name;
}

}  // namespace

CompileCheck::CompileCheck(Settings settings) : settings_(std::move(settings)) {}

std::string CompileCheck::Name() const {
  return fmt::format("{}-{}{}", settings_.arch, settings_.compiler,
                     settings_.sparse ? "-sparse" : "");
}

fs::path CompileCheck::Folder() const { return settings_.build / "compile" / Name(); }

CompileCheck::Side CompileCheck::After() const {
  return {settings_.build / "linux", Folder() / "after", Folder() / "after.log"};
}

CompileCheck::Side CompileCheck::Before() const {
  return {settings_.build / "linux-base", Folder() / "before", Folder() / "before.log"};
}

std::string CompileCheck::Missing() const {
  struct Need {
    std::string program;
    std::string packages;
  };
  std::vector<Need> needs;
  if (settings_.compiler == "clang") {
    needs.push_back({"clang", "clang"});
    needs.push_back({"ld.lld", "lld"});
    needs.push_back({"llvm-ar", "llvm"});
  } else if (settings_.arch == "arm64") {
    needs.push_back({"aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"});
  } else {
    needs.push_back({"gcc", "gcc"});
  }
  if (settings_.sparse) needs.push_back({"sparse", "sparse"});
  for (const auto& need : needs) {
    const std::string missing = process::Missing(need.program, need.packages);
    if (!missing.empty()) return missing;
  }
  if (const std::string missing = MissingHeader(settings_.arch); !missing.empty()) return missing;
  // allmodconfig has signed modules, whatever is asked for, and so the program that signs them.
  if (!fs::exists("/usr/include/openssl/evp.h")) {
    return "openssl/evp.h is not installed (Debian: libssl-dev)";
  }
  return "";
}

std::vector<std::string> CompileCheck::Make(const Side& side) const {
  std::vector<std::string> make = {"make",
                                   "ARCH=" + settings_.arch,
                                   "O=" + side.objects.string(),
                                   fmt::format("--jobs={}", settings_.jobs),
                                   "--no-print-directory",
                                   "LOCALVERSION="};
  if (settings_.compiler == "clang") {
    make.push_back("LLVM=1");
  } else if (settings_.arch == "arm64") {
    make.push_back("CROSS_COMPILE=aarch64-linux-gnu-");
  }
  return make;
}

Result<std::string> CompileCheck::Id() const {
  auto tree = files::Read(settings_.build / "linux.id");
  if (!tree.ok()) return Error{tree.error() + "; build the target series-apply"};
  auto config = files::Read(settings_.project / kConfig);
  if (!config.ok()) return Error{config.error()};
  std::string text = *tree + *config + Name() + (settings_.scope == Scope::kMedia ? "" : "touched");
  std::vector<std::string> tools = {settings_.compiler == "clang" ? "clang"
                                    : settings_.arch == "arm64"   ? "aarch64-linux-gnu-gcc"
                                                                  : "gcc"};
  if (settings_.sparse) tools.emplace_back("sparse");
  for (const auto& tool : tools) {
    const auto version = AskVersion(tool);
    if (!version.ok()) return Error{version.error()};
    text += version->out;
  }
  return git::Repository(After().tree).Ask({"hash-object", "--stdin"}, std::move(text));
}

Result<Done> CompileCheck::Configure(const Side& side) const {
  const auto options = files::Read(settings_.project / kConfig);
  if (!options.ok()) return Error{options.error()};
  const auto head = git::Repository(side.tree).Ask({"rev-parse", "HEAD"});
  if (!head.ok()) return Error{head.error()};
  const std::string made_of = *head + "\n" + *options;
  const fs::path note = side.objects / "configured";
  if (files::ReadOrEmpty(note) == made_of) return Done{};
  std::error_code error;
  fs::create_directories(side.objects, error);
  process::Command command;
  command.argv = Make(side);
  command.argv.emplace_back("allmodconfig");
  command.folder = side.tree.string();
  command.environment = {{"KCONFIG_ALLCONFIG", (settings_.project / kConfig).string()}};
  const auto run = process::Run(command);
  if (!run.ok()) return Error{run.error()};
  if (!run->ok()) {
    return Error{fmt::format("{}: error: the tree cannot be configured: {}", side.tree.string(),
                             run->err.substr(0, run->err.find('\n')))};
  }
  return files::Write(note, made_of);
}

Result<std::vector<std::string>> CompileCheck::Targets() const {
  const Side side = After();
  const auto base = files::Read(kernel_tree::NotesFolder(side.tree) / "base");
  if (!base.ok()) return Error{base.error()};
  const std::string commit = base->substr(0, base->find('\n'));
  const git::Repository tree(side.tree);
  const auto changed = tree.Ask({"diff", "-z", "--name-only", "--diff-filter=d", commit});
  if (!changed.ok()) return Error{changed.error()};
  std::vector<std::string> targets;
  const bool media = settings_.scope == Scope::kMedia;
  if (media) targets.assign(std::begin(kFolders), std::end(kFolders));
  for (const auto& file : git::SplitNul(*changed)) {
    if (!file.ends_with(".c")) continue;
    const bool covered =
        media && std::any_of(std::begin(kFolders), std::end(kFolders),
                             [&](const char* folder) { return file.starts_with(folder); });
    if (!covered) targets.push_back(WithLastLetter(file, 'o'));
  }
  return targets;
}

/// An object that was made just before a kill may not have come into the log with what was said of
/// it: it has to be made again.
void CompileCheck::ForgetUntold(const Side& side) const {
  std::ifstream log(side.log, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()};
  const auto told = CompilerMessages::Parse(text, {});
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(side.objects / kOurs, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != ".o") continue;
    const auto name = entry->path().lexically_relative(side.objects).string();
    std::error_code ignored;
    if (!told.objects().contains(name)) fs::remove(entry->path(), ignored);
  }
}

Result<CompilerMessages> CompileCheck::Compile(const Side& side,
                                               const std::vector<std::string>& targets) const {
  auto step = Configure(side);
  if (!step.ok()) return Error{step.error()};
  ForgetUntold(side);
  process::Command command;
  command.argv = Make(side);
  // Else the lines of two objects would mix.
  command.argv.insert(command.argv.end(), {"--output-sync=target", "--keep-going"});
  command.argv.emplace_back(settings_.sparse ? "C=1" : "W=1");
  command.argv.insert(command.argv.end(), targets.begin(), targets.end());
  command.folder = side.tree.string();

  std::ofstream log(side.log, std::ios::binary | std::ios::app);
  Progress progress(stderr);
  MakeOutput output({}, [](const std::string&) {});
  const std::string name = fmt::format("{} {}", Name(), side.log.stem().string());
  const auto show = [&] {
    progress.Show(fmt::format("[{}] {} {}", name, output.objects(), output.last_step()));
  };
  const auto run = process::Stream(
      command,
      [&](std::string_view bytes) {
        log.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        log.flush();
        output.Feed(bytes);
        show();
      },
      show);
  progress.Clear();
  if (!run.ok()) return Error{run.error()};
  if (!log)
    return Error{fmt::format("{}: error: cannot write it; is the disk full?", side.log.string())};
  const auto text = files::Read(side.log);
  if (!text.ok()) return Error{text.error()};
  // Objects are told of relative to where they are made; some tools tell the whole path.
  auto messages = CompilerMessages::Parse(
      *text,
      {{fs::relative(side.tree, side.objects).string() + "/", ""}, {side.tree.string() + "/", ""}});
  // What the build makes for itself is none of the series' business. And the log is older than the
  // last edit: of a source that is gone it may still tell.
  messages.Forget([&](const std::string& object) {
    return !object.starts_with(kOurs) || (!fs::exists(side.tree / WithLastLetter(object, 'c')) &&
                                          !fs::exists(side.objects / object));
  });
  const bool errors =
      std::any_of(messages.objects().begin(), messages.objects().end(), [](const auto& object) {
        return std::any_of(object.second.begin(), object.second.end(),
                           [](const CompilerMessage& message) { return message.error; });
      });
  if (run->code != 0 && !errors) {
    return Error{fmt::format("{}: error: make exits with {}, and no object of {} is at fault",
                             side.log.string(), run->code, kOurs)};
  }
  if (messages.objects().empty()) {
    return Error{fmt::format("{}: error: no object was compiled", side.log.string())};
  }
  return messages;
}

std::optional<CompileCheck::Outcome> CompileCheck::Known(const std::string& id) const {
  const auto note = nlohmann::json::parse(files::ReadOrEmpty(Folder() / "outcome.json"), nullptr,
                                          /*allow_exceptions=*/false);
  if (!note.is_object() || note.value("id", "") != id) return std::nullopt;
  Outcome outcome;
  outcome.objects = note.value("objects", std::size_t{0});
  outcome.known = note.value("known", std::size_t{0});
  outcome.kept = true;
  return outcome;
}

Result<Done> CompileCheck::Keep(const std::string& id, const Outcome& outcome) const {
  const nlohmann::json note = {{"id", id}, {"objects", outcome.objects}, {"known", outcome.known}};
  return files::Write(Folder() / "outcome.json", note.dump() + "\n");
}

Result<CompileCheck::Outcome> CompileCheck::Run() {
  const auto id = Id();
  if (!id.ok()) return Error{id.error()};
  if (const auto known = Known(*id)) return *known;
  const auto targets = Targets();
  if (!targets.ok()) return Error{targets.error()};
  const auto after = Compile(After(), *targets);
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
  Outcome outcome;
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
