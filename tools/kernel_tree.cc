// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_tree.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "file_io.h"
#include "process.h"
#include "progress.h"

namespace kernel_tree {
namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

constexpr const char kBranch[] = "series";

Result<Origin> ExamineArchive(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return Error{
        fmt::format("{}: error: no kernel tree there: {}; KERNEL_TREE takes a git "
                    "checkout or a tar archive",
                    path.string(), std::strerror(errno))};
  }
  Origin origin;
  origin.kind = Origin::Kind::kArchive;
  origin.path = fs::canonical(path);
  // An archive is large and hardly ever changes under its name: its size and time stamp tell.
  origin.state = fmt::format("archive {} {} {}.{:09}\n", origin.path.string(), status.st_size,
                             status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  return origin;
}

Result<Origin> ExamineCheckout(const fs::path& path) {
  const auto head = git::AskForeign(path, {"rev-parse", "--verify", "HEAD^{commit}"});
  if (!head.ok()) {
    return Error{fmt::format("{}; KERNEL_TREE takes a git checkout with a commit, or a tar archive",
                             head.error())};
  }
  const auto above = git::AskForeign(path, {"rev-parse", "--show-cdup"});
  if (!above.ok()) return Error{above.error()};
  if (!above->empty()) {
    return Error{
        fmt::format("{}: error: is a folder inside a git checkout; KERNEL_TREE takes the "
                    "checkout's top folder, or a tar archive",
                    path.string())};
  }
  Origin origin;
  origin.kind = Origin::Kind::kCheckout;
  origin.path = fs::canonical(path);
  origin.commit = *head;
  origin.state = fmt::format("checkout {} {}\n", origin.path.string(), origin.commit);
  return origin;
}

/// The folder that holds the tree: `folder` itself, or the one folder that an archive consists of.
Result<fs::path> FindTop(const fs::path& folder, const fs::path& archive) {
  std::error_code error;
  if (fs::exists(folder / "Makefile")) return folder;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory() && fs::exists(entry.path() / "Makefile")) return entry.path();
  }
  return Error{
      fmt::format("{}: error: holds no kernel tree (no Makefile at its top)", archive.string())};
}

Result<Done> Unpack(const fs::path& archive, const fs::path& folder) {
  Progress progress(stderr);
  const std::string what = fmt::format("-- unpacking {}", archive.filename().string());
  progress.Show(what);
  process::Command tar;
  // One checkpoint each 1000 records of 10 KiB. The archive's owners mean nothing here.
  tar.argv = {"tar",
              "--extract",
              "--file",
              archive.string(),
              "--directory",
              folder.string(),
              "--no-same-owner",
              "--checkpoint=1000",
              "--checkpoint-action=echo=%u"};
  tar.environment = {{"XZ_DEFAULTS", "--threads=0"}};
  std::string complaint;
  std::string rest;
  const auto on_output = [&](std::string_view bytes) {
    rest += bytes;
    for (size_t end = 0; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1)) {
      const std::string line = rest.substr(0, end);
      const auto digits = line.rfind(' ') == std::string::npos ? 0 : line.rfind(' ') + 1;
      std::uint64_t records = 0;
      const auto parsed = std::from_chars(line.data() + digits, line.data() + line.size(), records);
      if (parsed.ec == std::errc() && parsed.ptr == line.data() + line.size()) {
        progress.Show(fmt::format("{}  {} MB", what, records * 10240 / 1000000));
      } else if (complaint.empty()) {
        complaint = line;
      }
    }
  };
  const auto result = process::Stream(tar, on_output, [&] { progress.Refresh(); });
  if (!result.ok()) return Error{result.error()};
  if (result->code != 0) {
    return Error{fmt::format("{}: error: cannot unpack: {}", archive.string(), complaint)};
  }
  return Done{};
}

Result<Done> Init(const git::Repository& tree, const std::string& object_format) {
  const auto made = tree.Ask({"-c", fmt::format("init.defaultBranch={}", kBranch), "init", "-q",
                              "--template=", "--object-format=" + object_format});
  if (!made.ok()) return Error{made.error()};
  // For whoever works in the tree by hand, too. Nothing is ever collected: an older state may be
  // the one to go back to.
  for (const auto& [name, value] :
       {std::pair{"core.hooksPath", "/dev/null"}, std::pair{"gc.auto", "0"},
        std::pair{"core.untrackedCache", "true"}, std::pair{"index.threads", "true"}}) {
    const auto set = tree.Ask({"config", name, value});
    if (!set.ok()) return Error{set.error()};
  }
  return Done{};
}

/// Debian's tree hides every file from git, its own packaging aside.
Result<Done> DropIgnoreAll(const fs::path& top) {
  const fs::path file = top / ".gitignore";
  for (const auto& line : git::SplitLines(files::ReadOrEmpty(file))) {
    if (line == "/*") return files::Remove(file);
  }
  return Done{};
}

Result<Done> Record(const git::Repository& tree, const std::string& archive_name) {
  Progress progress(stderr);
  const std::string what = "-- recording the tree as the base commit";
  progress.Show(what);
  process::Command add;
  // Every file goes straight into one pack, unpacked: five times as fast as 85,000 object files.
  add.argv = {"git",
              "-C",
              tree.folder().string(),
              "-c",
              "core.bigFileThreshold=1",
              "-c",
              "core.compression=0",
              "-c",
              "core.fsync=none",
              "-c",
              "core.attributesFile=/dev/null",
              "-c",
              "core.autocrlf=false",
              "add",
              "--all",
              "--force",
              "."};
  add.environment = {
      {"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_ATTR_NOSYSTEM", "1"}};
  std::string complaint;
  const auto added = process::Stream(
      add,
      [&](std::string_view bytes) {
        if (complaint.size() < 1000) complaint += bytes;
      },
      [&] { progress.Refresh(); });
  if (!added.ok()) return Error{added.error()};
  if (added->code != 0) {
    const auto lines = git::SplitLines(complaint);
    return Error{fmt::format("{}: error: git add: {}", tree.folder().string(),
                             lines.empty() ? "failed" : lines.front())};
  }
  const auto written = tree.Ask({"write-tree"});
  if (!written.ok()) return Error{written.error()};
  git::Repository author = tree;
  author.SetFixedAuthor();
  const auto commit = author.Ask({"commit-tree", *written, "-m", "Import " + archive_name});
  if (!commit.ok()) return Error{commit.error()};
  const auto head = tree.Ask({"update-ref", "HEAD", *commit});
  if (!head.ok()) return Error{head.error()};
  return Done{};
}

Result<Done> ImportArchive(const Origin& origin, const fs::path& scratch, fs::path* top) {
  auto unpacked = Unpack(origin.path, scratch);
  if (!unpacked.ok()) return unpacked;
  const auto found = FindTop(scratch, origin.path);
  if (!found.ok()) return Error{found.error()};
  *top = *found;
  // A repository inside the archive would take the place of ours.
  auto cleared = files::Remove(*top / ".git");
  if (!cleared.ok()) return cleared;
  cleared = DropIgnoreAll(*top);
  if (!cleared.ok()) return cleared;
  const git::Repository tree(*top);
  auto made = Init(tree, "sha1");
  if (!made.ok()) return made;
  return Record(tree, origin.path.filename().string());
}

Result<Done> ImportCheckout(const Origin& origin, const fs::path& scratch, fs::path* top) {
  *top = scratch;
  const git::Repository tree(scratch);
  const auto format = git::AskForeign(origin.path, {"rev-parse", "--show-object-format"});
  if (!format.ok()) return Error{format.error()};
  auto made = Init(tree, *format);
  if (!made.ok()) return made;
  made = Borrow(origin, scratch);
  if (!made.ok()) return made;
  const auto head = tree.Ask({"update-ref", "HEAD", origin.commit});
  if (!head.ok()) return Error{head.error()};

  gate::Put(stderr, fmt::format("-- checking out a copy of {}, commit {}\n", origin.path.string(),
                                origin.commit.substr(0, 12)));
  const auto out = tree.Ask({"-c", "checkout.workers=0", "checkout", "-q", "-f", kBranch});
  if (out.ok()) return Done{};
  const auto promisor =
      git::AskForeign(origin.path, {"config", "--get-regexp", "^remote\\..*\\.promisor$"});
  if (promisor.ok() && !promisor->empty()) {
    return Error{
        fmt::format("{}: error: is a partial clone that lacks files of its HEAD; complete it (git "
                    "sparse-checkout disable fetches them) or give a full clone as KERNEL_TREE",
                    origin.path.string())};
  }
  return Error{out.error()};
}

/// Notes the base commit, and the commit that the tree stands at, which is the same for now.
Result<Done> WriteNotes(const Origin& origin, const fs::path& top) {
  const auto head = git::Repository(top).Ask({"rev-parse", "--verify", "HEAD"});
  if (!head.ok()) return Error{head.error()};
  for (const auto& [name, text] : {std::pair{"base", *head}, std::pair{"imported", *head},
                                   std::pair{"origin", origin.state}}) {
    auto written = files::Write(NotesFolder(top) / name, text);
    if (!written.ok()) return written;
  }
  return Done{};
}

}  // namespace

Result<Origin> Examine(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return ExamineCheckout(path);
  return ExamineArchive(path);
}

Result<fs::path> DebianArchive(const std::string& base) {
  const fs::path folder = "/usr/src";
  for (const char* suffix : {".tar.xz", ".tar.zst", ".tar.gz", ".tar.bz2"}) {
    const fs::path archive = folder / fmt::format("linux-source-{}{}", base, suffix);
    if (fs::exists(archive)) return archive;
  }
  return Error{
      fmt::format("{}/linux-source-{}.tar.xz: error: no kernel source there; run "
                  "tools/bootstrap.sh, or give a tree with -DKERNEL_TREE=",
                  folder.string(), base)};
}

Result<Done> Import(const Origin& origin, const fs::path& tree) {
  const fs::path scratch = tree.string() + ".importing";
  auto cleared = files::Remove(scratch);
  if (!cleared.ok()) return cleared;
  std::error_code error;
  fs::create_directories(scratch, error);
  if (error) {
    return Error{
        fmt::format("{}: error: cannot make the folder: {}", scratch.string(), error.message())};
  }
  fs::path top;
  auto imported = origin.kind == Origin::Kind::kArchive ? ImportArchive(origin, scratch, &top)
                                                        : ImportCheckout(origin, scratch, &top);
  if (imported.ok()) imported = WriteNotes(origin, top);
  if (!imported.ok()) {
    // Twice the size of a tree is too much to leave behind; the error stays the first one.
    static_cast<void>(files::Remove(scratch));
    return imported;
  }
  // Removing a tree takes seconds: it happens under another name, so that `tree` is whole or
  // absent.
  const fs::path old = tree.string() + ".old";
  cleared = files::Remove(old);
  if (!cleared.ok()) return cleared;
  if (fs::exists(tree)) fs::rename(tree, old, error);
  if (!error) fs::rename(top, tree, error);
  if (error) {
    return Error{fmt::format("{}: error: cannot rename the imported tree: {}", tree.string(),
                             error.message())};
  }
  cleared = files::Remove(old);
  if (!cleared.ok()) return cleared;
  return files::Remove(scratch);
}

Result<Done> Borrow(const Origin& origin, const fs::path& tree) {
  const auto path_of = [&](const char* name) {
    return git::AskForeign(origin.path,
                           {"rev-parse", "--path-format=absolute", "--git-path", name});
  };
  const auto objects = path_of("objects");
  if (!objects.ok()) return Error{objects.error()};
  auto written = files::Write(tree / ".git/objects/info/alternates", *objects + "\n");
  if (!written.ok()) return written;
  const auto shallow = path_of("shallow");
  if (!shallow.ok()) return Error{shallow.error()};
  const std::string boundary = files::ReadOrEmpty(*shallow);
  if (boundary.empty()) return files::Remove(tree / ".git/shallow");
  return files::Write(tree / ".git/shallow", boundary);
}

Result<Done> ImportBase(const fs::path& patched, const fs::path& tree) {
  const auto base = files::Read(NotesFolder(patched) / "base");
  if (!base.ok()) return Error{base.error()};
  if (files::ReadOrEmpty(NotesFolder(tree) / "base") == *base) return Done{};
  Origin origin;
  origin.kind = Origin::Kind::kCheckout;
  origin.path = patched;
  origin.commit = *base;
  origin.state = fmt::format("base {}\n", *base);
  return Import(origin, tree);
}

Result<std::string> Version(const git::Repository& tree, const std::string& revision) {
  const auto makefile = tree.Ask({"show", revision + ":Makefile"});
  if (!makefile.ok()) return Error{makefile.error()};
  std::string version;
  std::string patchlevel;
  for (const auto& line : git::SplitLines(*makefile)) {
    if (version.empty() && line.starts_with("VERSION = ")) version = line.substr(10);
    if (patchlevel.empty() && line.starts_with("PATCHLEVEL = ")) patchlevel = line.substr(13);
    if (!version.empty() && !patchlevel.empty()) return version + "." + patchlevel;
  }
  return Error{fmt::format("{}/Makefile: error: no VERSION and PATCHLEVEL; is it a kernel tree?",
                           tree.folder().string())};
}

fs::path NotesFolder(const fs::path& tree) { return tree / ".git/kernel-series"; }

}  // namespace kernel_tree
