// SPDX-License-Identifier: GPL-2.0-only
#include "newest_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "file_io.h"
#include "git.h"
#include "kernel_tree.h"
#include "patch_series.h"
#include "process.h"
#include "progress.h"

namespace newest_source {
namespace {

namespace fs = std::filesystem;
using apt_sources::Archive;
using files::Done;
using gate::Error;
using gate::Result;

constexpr std::string_view kPackage = "linux-source-";

/// "7.3" as two numbers, which order as versions do.
using Version = std::pair<int, int>;

std::optional<Version> ParseVersion(const std::string& text) {
  Version version;
  int end = 0;
  if (std::sscanf(text.c_str(), "%d.%d%n", &version.first, &version.second, &end) != 2 ||
      static_cast<std::size_t>(end) != text.size()) {
    return std::nullopt;
  }
  return version;
}

/// A package as the suite has it now.
struct Package {
  std::string name;
  std::string version;
  std::uintmax_t size = 0;  ///< Bytes.

  std::string Note() const { return fmt::format("{} {}\n", name, version); }
};

/// What was got, by the note that Get() leaves; empty where that or the archive is missing.
std::string Kept(const Options& options) {
  const std::string note = files::ReadOrEmpty(options.folder / "source");
  const std::string name = note.substr(0, note.find(' '));
  return !name.empty() && fs::exists(options.folder / (name + ".tar.xz")) ? name : std::string();
}

Error NothingKept(const Options& options) {
  return Error{fmt::format("{}: error: no kernel source there; build the target newest-source",
                           options.folder.string())};
}

Result<std::string> OwnSuite(const fs::path& os) {
  for (std::string line : git::SplitLines(files::ReadOrEmpty(os))) {
    constexpr std::string_view kKey = "VERSION_CODENAME=";
    if (!line.starts_with(kKey)) continue;
    line.erase(0, kKey.size());
    std::erase(line, '"');
    return line;
  }
  return Error{fmt::format("{}: error: no VERSION_CODENAME; is this Debian?", os.string())};
}

/// apt, told to work in a folder of ours and to know one archive alone.
class Apt {
 public:
  explicit Apt(fs::path folder) : folder_(std::move(folder)) {}

  /// Fetches the suite's list of packages.
  Result<Done> Update(const Archive& archive, const std::string& suite) const {
    for (const char* name : {"lists/partial", "cache/archives/partial", "download"}) {
      std::error_code error;
      fs::create_directories(folder_ / name, error);
      if (error) {
        return Error{fmt::format("{}: error: cannot make the folder: {}", (folder_ / name).string(),
                                 error.message())};
      }
    }
    // The hooks of the machine are for its own state.
    const std::string text = fmt::format(
        "Dir::Etc::sourcelist \"{0}/one.sources\";\n"
        "Dir::Etc::sourceparts \"/dev/null\";\n"
        "Dir::Etc::preferences \"/dev/null\";\n"
        "Dir::Etc::preferencesparts \"/dev/null\";\n"
        "Dir::State \"{0}\";\n"
        "Dir::State::lists \"{0}/lists\";\n"
        "Dir::State::status \"{0}/status\";\n"
        "Dir::Cache \"{0}/cache\";\n"
        "Dir::Cache::pkgcache \"\";\n"
        "Dir::Cache::srcpkgcache \"\";\n"
        "Dir::Log \"{0}\";\n"
        "APT::Sandbox::User \"\";\n"
        "APT::Default-Release \"\";\n"
        "APT::Update::Error-Mode \"any\";\n"
        "Acquire::Languages \"none\";\n"
        "Acquire::Retries \"2\";\n"
        "Acquire::http::Timeout \"20\";\n"
        "Acquire::https::Timeout \"20\";\n"
        "#clear APT::Update::Pre-Invoke;\n"
        "#clear APT::Update::Post-Invoke;\n"
        "#clear APT::Update::Post-Invoke-Success;\n",
        folder_.string());
    for (const auto& written :
         {files::Write(Config(), text), files::Write(folder_ / "status", ""),
          files::Write(folder_ / "one.sources", apt_sources::StanzaFor(archive, suite))}) {
      if (!written.ok()) return written;
    }
    const auto updated = Call("apt-get", {"update"}, fmt::format("-- asking for {}", suite));
    if (!updated.ok()) return Error{updated.error()};
    return Done{};
  }

  Result<Package> Newest(const std::string& suite) const {
    const auto names = Call("apt-cache", {"pkgnames", std::string(kPackage)});
    if (!names.ok()) return Error{names.error()};
    Package package;
    package.name = HighestPackage(*names);
    if (package.name.empty()) {
      return Error{fmt::format("error: {} has no package {}N.M", suite, kPackage)};
    }
    const auto shown = Call("apt-cache", {"show", "--no-all-versions", package.name});
    if (!shown.ok()) return Error{shown.error()};
    for (const std::string& line : git::SplitLines(*shown)) {
      if (line.starts_with("Version: ")) package.version = line.substr(9);
      if (line.starts_with("Size: ")) package.size = std::strtoull(line.c_str() + 6, nullptr, 10);
    }
    return package;
  }

  /// The .deb, its checksum verified by apt. A part of it, of a download that was cut off, is where
  /// this one goes on; `apt-get download` would begin anew.
  Result<fs::path> Download(const Package& package) const {
    const auto uris = Call("apt-get", {"download", "--print-uris", package.name});
    if (!uris.ok()) return Error{uris.error()};
    // 'URI' NAME SIZE HASH
    const auto quote = uris->find('\'', 1);
    const auto hash = uris->find_last_of(' ');
    if (!uris->starts_with('\'') || quote == std::string::npos || hash < quote) {
      return Error{fmt::format("error: apt-get names no place of {}: {}", package.name, *uris)};
    }
    const fs::path deb =
        folder_ / "download" / fmt::format("{}_{}.deb", package.name, package.version);
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(deb.parent_path(), error)) {
      if (entry.path() == deb) continue;
      const auto removed = files::Remove(entry.path());
      if (!removed.ok()) return Error{removed.error()};
    }
    const auto got = Call("/usr/lib/apt/apt-helper",
                          {"download-file", uris->substr(1, quote - 1), deb.string(),
                           uris->substr(hash + 1, uris->find('\n', hash) - hash - 1)},
                          fmt::format("-- downloading {} {}, {} MB", package.name, package.version,
                                      package.size / 1000000));
    if (!got.ok()) return Error{got.error()};
    return deb;
  }

 private:
  fs::path Config() const { return folder_ / "apt.conf"; }

  /// What the program prints to standard output and standard error. `what` is shown meanwhile.
  Result<std::string> Call(const char* program, std::vector<std::string> arguments,
                           const std::string& what = "") const {
    process::Command command;
    command.argv = {program, "-q", "-c", Config().string()};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.folder = folder_.string();
    Progress progress(stderr);
    if (!what.empty()) progress.Show(what);
    std::string text;
    const auto ended = process::Stream(
        command, [&](std::string_view bytes) { text += bytes; },
        [&] {
          if (!what.empty()) progress.Refresh();
        });
    progress.Clear();
    if (!ended.ok()) return Error{ended.error()};
    if (ended->code == 0) return text;
    for (const std::string& line : git::SplitLines(text)) {
      if (line.starts_with("E: ") || line.starts_with("W: Failed")) {
        return Error{fmt::format("error: {}", line.substr(3))};
      }
    }
    return Error{fmt::format("error: {} {} failed ({})", program, arguments[0], ended->code)};
  }

  fs::path folder_;
};

Result<Package> Ask(const Options& options, const Apt& apt) {
  const auto own = OwnSuite(options.os);
  if (!own.ok()) return Error{own.error()};
  const auto archives = apt_sources::FindArchives(options.apt, *own);
  std::string complaint;
  for (const Archive& archive : archives) {
    const auto updated = apt.Update(archive, options.suite);
    if (updated.ok()) return apt.Newest(options.suite);
    if (complaint.empty()) complaint = updated.error();
  }
  if (!complaint.empty()) return Error{complaint};
  return Error{fmt::format("{}: error: names no archive of {} with the component main",
                           options.apt.string(), *own)};
}

Result<Done> HasRoom(const fs::path& folder, const Package& package) {
  std::error_code error;
  const auto space = fs::space(folder, error);
  // The package and the archive out of it, and some for the small tree.
  const std::uintmax_t needed = 2 * package.size + 50'000'000;
  if (error || space.available >= needed) return Done{};
  return Error{fmt::format("{}: error: no space: {} takes {} MB, {} MB are free", folder.string(),
                           package.name, needed / 1000000, space.available / 1000000)};
}

Result<Done> Unpack(const fs::path& deb, const Package& package, const fs::path& folder) {
  const fs::path scratch = folder / "unpacking";
  auto cleared = files::Remove(scratch);
  if (!cleared.ok()) return cleared;
  const auto unpacked =
      process::Run({{"dpkg-deb", "--extract", deb.string(), scratch.string()}, "", {}, ""});
  if (!unpacked.ok()) return Error{unpacked.error()};
  if (!unpacked->ok()) {
    const auto lines = git::SplitLines(unpacked->err);
    return Error{fmt::format("{}: error: cannot unpack: {}", deb.string(),
                             lines.empty() ? "dpkg-deb failed" : lines.front())};
  }
  const std::string name = package.name + ".tar.xz";
  std::error_code error;
  fs::rename(scratch / "usr/src" / name, folder / name, error);
  if (error) {
    return Error{
        fmt::format("{}: error: holds no usr/src/{}: {}", deb.string(), name, error.message())};
  }
  return files::Remove(scratch);
}

/// The files that git am, and laying in the suite, look at. Those that are to be created count too:
/// where they exist the series does not apply.
Result<std::set<std::string>> NeededFiles(const Options& options, const std::string& base) {
  std::set<std::string> needed = {"Makefile", "tools/testing/kunit"};
  std::vector<fs::path> patches = {options.project.kunit / "hook.patch"};
  const auto series = patch_series::List(options.project.kernel, base);
  if (!series.ok()) return Error{series.error()};
  for (const auto& patch : *series) patches.push_back(patch.file);
  for (const fs::path& patch : patches) {
    const auto text = files::Read(patch);
    if (!text.ok()) return Error{text.error()};
    for (std::string& file : patch_series::TouchedFiles(*text)) needed.insert(std::move(file));
  }
  return needed;
}

/// Copies `needed`, as far as it is there, from one archive to another, which has no folder above.
Result<Done> CutOut(const fs::path& archive, const std::string& top,
                    const std::set<std::string>& needed, const fs::path& target) {
  const fs::path scratch = target.string() + ".parts";
  auto cleared = files::Remove(scratch);
  if (!cleared.ok()) return cleared;
  std::error_code error;
  fs::create_directories(scratch, error);
  std::string names;
  for (const std::string& file : needed) names += fmt::format("{}/{}\n", top, file);
  process::Command tar;
  tar.argv = {"tar",           "--extract",      "--file",          archive.string(),
              "--directory",   scratch.string(), "--no-same-owner", "--verbatim-files-from",
              "--files-from=-"};
  tar.environment = {{"XZ_DEFAULTS", "--threads=0"}};
  tar.input = names;
  Progress progress(stderr);
  progress.Show(
      fmt::format("-- taking what the series touches from {}", archive.filename().string()));
  const auto taken = process::Run(tar);
  progress.Clear();
  if (!taken.ok()) return Error{taken.error()};
  for (const std::string& line : git::SplitLines(taken->err)) {
    if (line.ends_with(": Not found in archive") || line.find("Exiting with failure") < line.size())
      continue;
    return Error{fmt::format("{}: error: cannot unpack: {}", archive.string(), line)};
  }
  if (!fs::exists(scratch / top / "Makefile")) {
    return Error{fmt::format("{}: error: holds no {}/Makefile", archive.string(), top)};
  }
  const fs::path beside = target.string() + ".new";
  const auto packed = process::Run({{"tar", "--create", "--file", beside.string(), "--directory",
                                     (scratch / top).string(), "--sort=name", "."},
                                    "",
                                    {},
                                    ""});
  if (!packed.ok()) return Error{packed.error()};
  if (!packed->ok()) {
    return Error{fmt::format("{}: error: cannot write: {}", beside.string(), packed->err)};
  }
  fs::rename(beside, target, error);
  if (error) return Error{fmt::format("{}: error: {}", target.string(), error.message())};
  return files::Remove(scratch);
}

}  // namespace

std::string HighestPackage(std::string_view names) {
  std::string highest;
  Version best;
  for (const std::string& name : git::SplitLines(names)) {
    if (!name.starts_with(kPackage)) continue;
    const auto version = ParseVersion(name.substr(kPackage.size()));
    if (!version || (!highest.empty() && *version < best)) continue;
    best = *version;
    highest = name;
  }
  return highest;
}

std::string NearestBase(const fs::path& kernel, const std::string& version) {
  const auto wanted = ParseVersion(version);
  std::string nearest = version;
  std::optional<Version> best;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(kernel, error)) {
    const std::string name = entry.path().filename().string();
    const auto found = ParseVersion(name);
    if (!wanted || !found || !entry.is_directory() || *found > *wanted) continue;
    if (best && *found < *best) continue;
    best = found;
    nearest = name;
  }
  return nearest;
}

Result<Done> Get(const Options& options) {
  const Apt apt(options.folder / "apt");
  const auto package = Ask(options, apt);
  const std::string kept = Kept(options);
  if (!package.ok()) {
    if (kept.empty()) return Error{package.error()};
    gate::Put(stderr, fmt::format("-- {} of before serves, {} can't be asked: {}\n", kept,
                                  options.suite, package.error()));
    return Done{};
  }
  const fs::path note = options.folder / "source";
  if (!kept.empty() && files::ReadOrEmpty(note) == package->Note()) return Done{};
  auto step = HasRoom(options.folder, *package);
  if (!step.ok()) return step;
  const auto deb = apt.Download(*package);
  if (!deb.ok()) return Error{deb.error()};
  step = Unpack(*deb, *package, options.folder);
  if (!step.ok()) return step;
  step = files::Write(note, package->Note());
  if (!step.ok()) return step;
  if (!kept.empty() && kept != package->name) {
    step = files::Remove(options.folder / (kept + ".tar.xz"));
    if (!step.ok()) return step;
  }
  gate::Put(stderr, fmt::format("-- got {} {}\n", package->name, package->version));
  return files::Remove(*deb);
}

Result<series_tree::SeriesTree> OpenTree(const Options& options) {
  const std::string package = Kept(options);
  if (package.empty()) return NothingKept(options);
  const std::string base = NearestBase(options.project.kernel, package.substr(kPackage.size()));
  const auto needed = NeededFiles(options, base);
  if (!needed.ok()) return Error{needed.error()};
  // What the small archive is made from. Written after it, so that a kill makes it anew.
  std::string state = files::ReadOrEmpty(options.folder / "source");
  for (const std::string& file : *needed) state += file + "\n";
  const fs::path parts = options.folder / "parts.tar";
  const fs::path parts_state = options.folder / "parts";
  if (!fs::exists(parts) || files::ReadOrEmpty(parts_state) != state) {
    auto step = CutOut(options.folder / (package + ".tar.xz"), package, *needed, parts);
    if (step.ok()) step = files::Write(parts_state, state);
    if (!step.ok()) return Error{step.error()};
  }
  const auto origin = kernel_tree::Examine(parts);
  if (!origin.ok()) return Error{origin.error()};
  return series_tree::SeriesTree::Open(*origin, options.folder / "linux");
}

Result<series_tree::SeriesTree> OpenWholeTree(const Options& options) {
  const std::string package = Kept(options);
  if (package.empty()) return NothingKept(options);
  const auto origin = kernel_tree::Examine(options.folder / (package + ".tar.xz"));
  if (!origin.ok()) return Error{origin.error()};
  return series_tree::SeriesTree::Open(*origin, options.folder / "whole" / "linux");
}

fs::path WholeTreeId(const Options& options) { return options.folder / "whole" / "linux.id"; }

}  // namespace newest_source
