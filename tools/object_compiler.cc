// SPDX-License-Identifier: GPL-2.0-only
#include "object_compiler.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>

#include "git.h"
#include "kernel_image.h"
#include "make_output.h"
#include "process.h"
#include "progress.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

/// Options for an allmodconfig whose objects are compiled, and never linked or run.
constexpr const char kConfig[] = "tools/compile_check.config";

/// A line of our own in the log, which begins what one make printed.
constexpr std::string_view kBegin = "-- make\n";

/// Beside the log; its time stamp is when the last make began.
fs::path BegunFile(const ObjectCompiler::Place& place) { return place.log.string() + ".begun"; }

std::string SourceOf(std::string object) {
  object.back() = 'c';
  return object;
}

bool IsAskedFor(const std::string& object, const std::vector<std::string>& targets) {
  return std::any_of(targets.begin(), targets.end(), [&](const std::string& target) {
    return target.ends_with('/') ? object.starts_with(target) : object == target;
  });
}

/// The objects that exist of `targets`, relative to `objects`.
std::vector<std::string> Existing(const fs::path& objects,
                                  const std::vector<std::string>& targets) {
  std::vector<std::string> found;
  for (const auto& target : targets) {
    std::error_code error;
    if (!target.ends_with('/')) {
      if (fs::exists(objects / target, error)) found.push_back(target);
      continue;
    }
    for (auto entry = fs::recursive_directory_iterator(objects / target, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->path().extension() != ".o") continue;
      found.push_back(entry->path().lexically_relative(objects).string());
    }
  }
  return found;
}

/// The first line of `options` that `config`, a whole .config, does not heed; empty: none. A line
/// that is neither an option nor a remark is heeded by nobody.
std::string FirstUnmet(const std::string& options, const std::string& config) {
  const auto lines = git::SplitLines(config);
  const std::set<std::string> set(lines.begin(), lines.end());
  for (const auto& option : git::SplitLines(options)) {
    constexpr std::string_view kUnset = " is not set";
    if (option.starts_with("# CONFIG_") && option.ends_with(kUnset)) {
      const std::string name = option.substr(2, option.size() - 2 - kUnset.size()) + "=";
      const auto found = set.lower_bound(name);
      if (found != set.end() && found->starts_with(name)) return option;
    } else if (!option.empty() && !option.starts_with("# ") && !set.contains(option)) {
      return option;
    }
  }
  return "";
}

/// The program that kbuild calls beside the compiler; empty where it calls none.
std::string CheckerProgram(ObjectCompiler::Checker checker) {
  switch (checker) {
    case ObjectCompiler::Checker::kCompiler:
      return "";
    case ObjectCompiler::Checker::kSparse:
      return "sparse";
    case ObjectCompiler::Checker::kSmatch:
      return "smatch";
  }
  return "";
}

/// Whether a program of that name can be run. smatch has no option that tells its version.
bool InPath(const std::string& program) {
  process::Command command;
  command.argv = {"sh", "-c", "command -v " + program};
  const auto run = process::Run(command);
  return run.ok() && run->ok();
}

}  // namespace

std::string ObjectCompiler::Name() const {
  const std::string checker = CheckerProgram(settings_.checker);
  return fmt::format("{}-{}{}{}", settings_.arch, settings_.compiler, checker.empty() ? "" : "-",
                     checker);
}

std::string ObjectCompiler::Program() const {
  if (settings_.compiler == "clang") return "clang";
  return settings_.arch == "arm64" ? "aarch64-linux-gnu-gcc" : "gcc";
}

std::string ObjectCompiler::Missing() const {
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
  if (settings_.checker == Checker::kSparse) needs.push_back({"sparse", "sparse"});
  for (const auto& need : needs) {
    const std::string missing = process::Missing(need.program, need.packages);
    if (!missing.empty()) return missing;
  }
  if (settings_.checker == Checker::kSmatch && !InPath("smatch")) {
    return "smatch is not installed (Debian has no package of it)";
  }
  if (const std::string missing = MissingHeader(settings_.arch); !missing.empty()) return missing;
  // allmodconfig has signed modules, whatever is asked for, and so the program that signs them.
  if (!fs::exists("/usr/include/openssl/evp.h")) {
    return "openssl/evp.h is not installed (Debian: libssl-dev)";
  }
  return "";
}

Result<std::string> ObjectCompiler::Id() const {
  auto config = files::Read(settings_.project / kConfig);
  if (!config.ok()) return config;
  std::string text = Name() + "\n" + *config;
  std::vector<std::string> tools = {Program()};
  if (settings_.checker != Checker::kCompiler) tools.push_back(CheckerProgram(settings_.checker));
  for (const auto& tool : tools) {
    process::Command command;
    command.argv = {tool, "--version"};
    const auto version = process::Run(command);
    if (!version.ok()) return Error{version.error()};
    text += version->out;
  }
  return text;
}

std::vector<std::string> ObjectCompiler::Make(const Place& place) const {
  std::vector<std::string> make = {"make",
                                   "ARCH=" + settings_.arch,
                                   "O=" + place.objects.string(),
                                   fmt::format("--jobs={}", settings_.jobs),
                                   "--no-print-directory",
                                   "LOCALVERSION="};
  if (settings_.compiler == "clang") {
    make.push_back("LLVM=1");
  } else if (settings_.arch == "arm64") {
    make.push_back("CROSS_COMPILE=aarch64-linux-gnu-");
  }
  const std::string program = Program();
  if (const std::string launched = process::Launched(program); launched != program) {
    make.push_back("CC=" + launched);
  }
  return make;
}

Result<std::string> ObjectCompiler::Configure(const Place& place, const std::string& state) const {
  const auto options = files::Read(settings_.project / kConfig);
  if (!options.ok()) return options;
  const std::string made_of = state + "\n" + *options;
  const fs::path note = place.objects / "configured";
  if (files::ReadOrEmpty(note) == made_of) return std::string();
  std::error_code error;
  fs::create_directories(place.objects, error);
  process::Command command;
  command.argv = Make(place);
  command.argv.emplace_back("allmodconfig");
  command.folder = place.tree.string();
  command.environment = {{"KCONFIG_ALLCONFIG", (settings_.project / kConfig).string()}};
  const auto run = process::Run(command);
  if (!run.ok()) return Error{run.error()};
  if (!run->ok()) return run->err.empty() ? fmt::format("make exits with {}", run->code) : run->err;
  // What kconfig does not know, or can't have, it drops without a word.
  const auto config = files::Read(place.objects / ".config");
  if (!config.ok()) return config;
  if (const std::string unmet = FirstUnmet(*options, *config); !unmet.empty()) {
    return Error{fmt::format(
        "{}: error: \"{}\" is not so in {}; give what it depends on, or drop it",
        (settings_.project / kConfig).string(), unmet, (place.objects / ".config").string())};
  }
  const auto written = files::Write(note, made_of);
  if (!written.ok()) return Error{written.error()};
  return std::string();
}

/// An object that was made just before a kill may not have come into the log with what was said of
/// it, or be half an object: it has to be made again.
void ObjectCompiler::ForgetUntold(const Place& place,
                                  const std::vector<std::string>& targets) const {
  const std::string log = files::ReadOrEmpty(place.log);
  const auto told = CompilerMessages::Parse(log, {});
  const auto last = log.rfind(kBegin);
  const auto told_last =
      CompilerMessages::Parse(last == std::string::npos ? log : log.substr(last), {});
  std::error_code error;
  const auto begun = fs::last_write_time(BegunFile(place), error);
  for (const auto& object : Existing(place.objects, targets)) {
    const fs::path file = place.objects / object;
    std::error_code ignored;
    const bool of_last = !error && fs::last_write_time(file, ignored) >= begun;
    if (!(of_last ? told_last : told).objects().contains(object)) fs::remove(file, ignored);
  }
}

Result<ObjectCompiler::Compiled> ObjectCompiler::Compile(const Place& place,
                                                         const std::vector<std::string>& targets,
                                                         const std::string& progress_name) const {
  ForgetUntold(place, targets);
  const auto begun = files::Write(BegunFile(place), "");
  if (!begun.ok()) return Error{begun.error()};
  process::Command command;
  command.argv = Make(place);
  // Else the lines of two objects would mix.
  command.argv.insert(command.argv.end(), {"--output-sync=target", "--keep-going"});
  command.argv.emplace_back(settings_.checker == Checker::kCompiler ? "W=1" : "C=1");
  if (settings_.checker == Checker::kSmatch) command.argv.emplace_back("CHECK=smatch -p=kernel");
  command.argv.insert(command.argv.end(), targets.begin(), targets.end());
  command.folder = place.tree.string();

  std::ofstream log(place.log, std::ios::binary | std::ios::app);
  log << kBegin << std::flush;
  Compiled compiled;
  Progress progress(stderr);
  MakeOutput output({}, [](const std::string&) {});
  const auto show = [&] {
    progress.Show(fmt::format("[{}] {} {}", progress_name, output.objects(), output.last_step()));
  };
  const auto run = process::Stream(
      command,
      [&](std::string_view bytes) {
        log.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        log.flush();
        compiled.output += bytes;
        output.Feed(bytes);
        show();
      },
      show);
  progress.Clear();
  if (!run.ok()) return Error{run.error()};
  if (!log) {
    return Error{fmt::format("{}: error: cannot write it; is the disk full?", place.log.string())};
  }
  compiled.code = run->code;
  const auto now = CompilerMessages::Parse(compiled.output, {});
  for (const auto& [object, said] : now.objects()) {
    if (IsAskedFor(object, targets)) ++compiled.made;
  }
  const auto text = files::Read(place.log);
  if (!text.ok()) return Error{text.error()};
  // Objects are told of relative to where they are made; some tools tell the whole path.
  compiled.messages =
      CompilerMessages::Parse(*text, {{fs::relative(place.tree, place.objects).string() + "/", ""},
                                      {place.tree.string() + "/", ""}});
  // What the build makes for itself is none of the series' business. And the log is older than the
  // last edit: of a source that is gone it may still tell.
  compiled.messages.Forget([&](const std::string& object) {
    return !IsAskedFor(object, targets) ||
           (!fs::exists(place.tree / SourceOf(object)) && !fs::exists(place.objects / object));
  });
  for (const auto& [object, said] : compiled.messages.objects()) {
    compiled.errors |=
        std::any_of(said.begin(), said.end(), [](const auto& message) { return message.error; });
  }
  return compiled;
}
