// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_image.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "file_io.h"
#include "git.h"
#include "make_output.h"
#include "object_deps.h"
#include "process.h"
#include "progress.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

/// Objects of a first build with a small configuration, on which its percentage is based until a
/// build has been counted.
constexpr size_t kUsualObjects = 700;

/// The tree's fingerprint that the image was built from.
constexpr const char kBuiltNote[] = "built.id";

size_t CountObjects(const fs::path& folder) {
  size_t count = 0;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".o") ++count;
  }
  return count;
}

/// The build's bytes, kept as they come.
class Log {
 public:
  explicit Log(const fs::path& file) : stream_(file, std::ios::binary | std::ios::app) {}
  void Write(std::string_view bytes) {
    stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    stream_.flush();
  }
  bool ok() const { return stream_.good(); }

 private:
  std::ofstream stream_;
};

}  // namespace

std::string MissingHeader(const std::string& arch) {
  // objtool reads the objects of x86 only.
  if (arch != "x86_64" || fs::exists("/usr/include/libelf.h")) return "";
  return "libelf.h is not installed (Debian: libelf-dev)";
}

std::string KernelPaths::Name(const fs::path& file) const {
  const auto relative = file.lexically_relative(project);
  return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

std::vector<std::pair<std::string, std::string>> KernelPaths::PythonEnvironment() const {
  // Set even where the user's environment forbids it: compiling its modules anew each time would
  // take kunit.py longer than booting the kernel.
  return {{"PYTHONPYCACHEPREFIX", (state / "pycache").string()}, {"PYTHONDONTWRITEBYTECODE", ""}};
}

std::vector<std::string> KernelPaths::KunitToolMachine() const {
  std::vector<std::string> arguments = {"--arch", machine.arch};
  if (!machine.cross_compile.empty()) {
    arguments.insert(arguments.end(), {"--cross_compile", machine.cross_compile});
  }
  return arguments;
}

Result<std::string> KernelImage::ConfigurationId() const {
  const auto tree_id = files::Read(paths_.tree_id);
  if (!tree_id.ok()) return Error{tree_id.error() + "; build the target series-apply"};
  std::string text;
  for (const auto& options : paths_.kunitconfigs) {
    const auto bytes = files::Read(options);
    if (!bytes.ok()) return bytes;
    text += *bytes;
  }
  // All that kconfig may read: the committed tree, edited Kconfig files and makefiles, the tools;
  // but not the sources, which are what a developer edits.
  for (const auto& line : git::SplitLines(*tree_id)) {
    if (!line.ends_with(".c") && !line.ends_with(".h")) text += line + "\n";
  }
  return git::Repository(paths_.tree).Ask({"hash-object", "--stdin"}, std::move(text));
}

Result<bool> KernelImage::Configure() {
  const auto id = ConfigurationId();
  if (!id.ok()) return Error{id.error()};
  const fs::path note = paths_.state / "config.id";
  const fs::path config = paths_.objects() / ".config";
  if (fs::exists(config) && files::ReadOrEmpty(note) == *id) return false;

  Progress progress(stderr);
  progress.Show("-- configuring the kernel");
  // kunit.py keeps a .config that holds all it asks for, also one that lacks what Kconfig has
  // gained; with none there it makes a new one and checks it. Equal values cause no recompilation.
  const auto removed = files::Remove(config);
  if (!removed.ok()) return Error{removed.error()};
  std::error_code error;
  fs::create_directories(paths_.objects(), error);
  process::Command command;
  command.argv = {"python3", (paths_.tree / "tools/testing/kunit/kunit.py").string(), "config",
                  "--build_dir", paths_.objects().string(),
                  // It would ask git for the tree's state in each build, and print it in the image.
                  "--kconfig_add", "CONFIG_LOCALVERSION_AUTO=n"};
  for (const auto& options : paths_.kunitconfigs) {
    command.argv.insert(command.argv.end(), {"--kunitconfig", options.string()});
  }
  const auto machine = paths_.KunitToolMachine();
  command.argv.insert(command.argv.end(), machine.begin(), machine.end());
  command.folder = paths_.tree.string();
  command.environment = paths_.PythonEnvironment();
  Log log(paths_.build_log());
  std::string output;
  const auto result = process::Stream(
      command,
      [&](std::string_view bytes) {
        log.Write(bytes);
        output += bytes;
      },
      [&] { progress.Refresh(); });
  if (!result.ok()) return Error{result.error()};
  if (result->code != 0) {
    progress.Clear();
    gate::Put(stderr, fmt::format("{}", output));
    // What is there did not pass the check; it must not serve the next build.
    static_cast<void>(files::Remove(config));
    return Error{fmt::format("{}: error: kunit.py cannot configure the kernel; see {}",
                             paths_.Name(paths_.kunitconfigs.back()),
                             paths_.Name(paths_.build_log()))};
  }
  const auto noted = files::Write(note, *id);
  if (!noted.ok()) return Error{noted.error()};
  return true;
}

std::vector<std::string> KernelImage::ObjectsToRemake(bool configured) const {
  // Which files an image is made of is known of UML's only.
  if (configured || !paths_.machine.uml() || !fs::exists(paths_.image())) return {};
  const std::string built = files::ReadOrEmpty(paths_.state / kBuiltNote);
  const std::string now = files::ReadOrEmpty(paths_.tree_id);
  if (built.empty() || now.empty()) return {};
  const auto sources = object_deps::ChangedSources(built, now);
  if (!sources || sources->empty()) return {};
  constexpr size_t kWorthwhile = 40;
  auto objects = object_deps::CompiledFrom(paths_.objects(), *sources);
  if (!objects || objects->size() > kWorthwhile) return {};
  return std::move(*objects);
}

std::vector<process::Command> KernelImage::MakeCommands(
    int jobs, const std::vector<std::string>& objects) const {
  const std::string parallel = fmt::format("--jobs={}", jobs);
  std::vector<process::Command> commands;
  if (!objects.empty()) {
    process::Command remake;
    remake.argv = {"make",
                   "-f",
                   (paths_.project / "tools/remake.mk").string(),
                   parallel,
                   "--no-print-directory",
                   "srctree=" + paths_.tree.string(),
                   fmt::format("objects={}", fmt::join(objects, " "))};
    remake.folder = paths_.objects().string();
    commands.push_back(std::move(remake));
  }
  process::Command image;
  image.argv = {"make", "ARCH=" + paths_.machine.arch, "O=" + paths_.objects().string(), parallel,
                "--no-print-directory", "LOCALVERSION=",
                // The same sources give the same image, wherever and whenever they are built.
                "KBUILD_BUILD_TIMESTAMP=@0", "KBUILD_BUILD_USER=kunit",
                "KBUILD_BUILD_HOST=localhost", "KBUILD_BUILD_VERSION=1"};
  const std::string gcc = paths_.machine.cross_compile + "gcc";
  if (const std::string launched = process::Launched(gcc); launched != gcc) {
    image.argv.push_back("CC=" + launched);
  }
  image.argv.insert(image.argv.end(), paths_.make_variables.begin(), paths_.make_variables.end());
  // With its objects made, only to link. A top Makefile that knows no build-dir looks through the
  // tree, and is right all the same.
  if (!objects.empty()) image.argv.push_back("build-dir=");
  if (!paths_.machine.cross_compile.empty()) {
    image.argv.push_back("CROSS_COMPILE=" + paths_.machine.cross_compile);
  }
  image.argv.push_back(paths_.machine.target);
  image.folder = paths_.tree.string();
  commands.push_back(std::move(image));
  return commands;
}

Result<Done> KernelImage::Make(int jobs, bool configured) {
  const fs::path count_note = paths_.state / "objects";
  const bool first = !fs::exists(paths_.image());
  const size_t present = first ? CountObjects(paths_.objects()) : 0;
  const int counted = std::atoi(files::ReadOrEmpty(count_note).c_str());
  const size_t total = counted > 0 ? static_cast<size_t>(counted) : kUsualObjects;

  Progress progress(stderr);
  std::vector<std::string> kept_back;
  const std::string suite = (paths_.tree / "drivers/media/common/videobuf2/tests/").string();
  MakeOutput output({{suite, paths_.Name(paths_.project / "kunit") + "/"},
                     {"drivers/media/common/videobuf2/tests/", "kunit/"},
                     {paths_.tree.string() + "/", paths_.Name(paths_.tree) + "/"}},
                    [&](const std::string& line) {
                      // A first build tells of every flaw of the base: they are kept back unless
                      // it fails. After an edit each line is news.
                      if (first) {
                        kept_back.push_back(line);
                      } else {
                        progress.Print(line);
                      }
                    });
  const auto show = [&] {
    const size_t done = present + output.objects();
    if (first) {
      // The estimate may be low; a build that goes on is never shown as complete.
      const size_t percent = std::min<size_t>(99, done * 100 / std::max<size_t>(total, 1));
      progress.Show(fmt::format("[{:5}/{} {:3}%] {}", done, std::max(total, done), percent,
                                output.last_step()));
    } else {
      progress.Show(fmt::format("[{}] {}", done, output.last_step()));
    }
  };
  // Written again once the image is there: a build that is cut short vouches for nothing.
  const auto objects_to_remake = ObjectsToRemake(configured);
  const std::string built = files::ReadOrEmpty(paths_.tree_id);
  auto step = files::Remove(paths_.state / kBuiltNote);
  // By contents, not by time stamps: an edit may have been undone by a file of older date.
  for (const auto& object : objects_to_remake) {
    if (step.ok()) step = files::Remove(paths_.objects() / object);
  }
  if (step.ok() && !objects_to_remake.empty()) {
    step = files::Remove(paths_.objects() / "vmlinux.a");
  }
  if (!step.ok()) return step;

  Log log(paths_.build_log());
  Result<process::Streamed> result = process::Streamed{};
  for (const auto& make : MakeCommands(jobs, objects_to_remake)) {
    log.Write(fmt::format("$ cd {} &&", process::ShellQuote(make.folder)));
    for (const auto& argument : make.argv) log.Write(" " + process::ShellQuote(argument));
    log.Write("\n");
    result = process::Stream(
        make,
        [&](std::string_view bytes) {
          log.Write(bytes);
          output.Feed(bytes);
          show();
        },
        show);
    if (!result.ok() || result->code != 0) break;
  }
  output.Finish();
  progress.Clear();
  if (!result.ok()) return Error{result.error()};
  if (!log.ok()) {
    return Error{fmt::format("{}: error: cannot write the log; is the disk full?",
                             paths_.Name(paths_.build_log()))};
  }
  if (result->code != 0) {
    constexpr size_t kShown = 60;
    const size_t skipped = kept_back.size() > kShown ? kept_back.size() - kShown : 0;
    for (size_t i = skipped; i < kept_back.size(); ++i)
      gate::Put(stderr, fmt::format("{}\n", kept_back[i]));
    return Error{fmt::format("{}: error: the kernel does not build (make exits with {})",
                             paths_.Name(paths_.build_log()), result->code)};
  }
  if (first || output.objects() > 0) {
    const size_t objects = CountObjects(paths_.objects());
    if (first) {
      gate::Put(stderr, fmt::format("-- built the kernel in {} ({} objects)\n",
                                    MinutesAndSeconds(progress.Elapsed()), objects));
    }
    if (paths_.for_editors && (objects != static_cast<size_t>(counted) ||
                               !fs::exists(paths_.tree / "compile_commands.json"))) {
      WriteCompileCommands(objects);
    }
  }
  return files::Write(paths_.state / kBuiltNote, built);
}

void KernelImage::WriteCompileCommands(size_t objects) {
  process::Command command;
  command.argv = {"python3", (paths_.tree / "scripts/clang-tools/gen_compile_commands.py").string(),
                  "-d",      paths_.objects().string(),
                  "-o",      (paths_.tree / "compile_commands.json").string()};
  command.folder = paths_.tree.string();
  const auto result = process::Run(command);
  // An editor's convenience: the verdict does not depend on it, so a failure is only told.
  if (!result.ok() || !result->ok()) {
    gate::Put(stderr, fmt::format("-- no compile_commands.json for clangd: {}\n",
                                  result.ok() ? result->err : result.error()));
    return;
  }
  static_cast<void>(files::Write(paths_.state / "objects", std::to_string(objects)));
}

Result<Done> KernelImage::Build(int jobs) {
  const auto emptied = files::Write(paths_.build_log(), "");
  if (!emptied.ok()) return emptied;
  const auto configured = Configure();
  if (!configured.ok()) return Error{configured.error()};
  return Make(jobs, *configured);
}

Result<std::string> KernelImage::Id() const {
  struct stat status {};
  if (::stat(paths_.image().c_str(), &status) != 0) {
    return Error{fmt::format("{}: error: make has built no image there: {}",
                             paths_.Name(paths_.image()), std::strerror(errno))};
  }
  return fmt::format("{} {}.{:09}\n", status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}
