// SPDX-License-Identifier: GPL-2.0-only
#include "series_tree.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "file_io.h"

namespace series_tree {
namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

constexpr const char kHookSubject[] = "Build the KUnit suite that is laid into this tree";
constexpr const char kHookFile[] = "hook.patch";
/// The linked work tree that commits are made in, out of sight of the one that is built.
constexpr const char kScratch[] = "series-scratch";

/// Whether a running process has `file` open.
bool IsOpenSomewhere(const fs::path& file) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code hidden;
    for (const auto& fd : fs::directory_iterator(entry.path() / "fd", hidden)) {
      if (fs::read_symlink(fd.path(), hidden) == file) return true;
    }
  }
  return false;
}

/// A path as a pattern of a sparse checkout that matches it alone.
std::string SparsePattern(const std::string& path) {
  std::string pattern = "/";
  for (const char c : path) {
    if (std::string_view("\\*?[]!# ").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// The suite's files that kbuild and the compiler read.
bool IsBuildInput(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.starts_with('.')) return false;
  const std::string extension = file.extension().string();
  return extension == ".c" || extension == ".h" || extension == ".S" || extension == ".config" ||
         name.starts_with("Kconfig") || name == "Makefile" || name == "Kbuild";
}

/// "a, b and 3 more".
std::string Enumerate(const std::vector<std::string>& names) {
  constexpr size_t kShown = 3;
  if (names.size() <= kShown) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + kShown, ", "),
                     names.size() - kShown);
}

std::string Plural(size_t count, std::string_view noun, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? noun : plural);
}

/// One entry of `git diff --raw -z --no-renames`.
struct Change {
  std::string new_mode;
  std::string old_blob;
  std::string new_blob;
  std::string path;
  bool deleted = false;
};

std::vector<Change> ParseRaw(const std::string& raw) {
  std::vector<Change> changes;
  const auto parts = git::SplitNul(raw);
  for (size_t i = 0; i + 1 < parts.size(); i += 2) {
    // ":100644 100755 <blob> <blob> M"
    std::vector<std::string> fields;
    std::string_view rest = parts[i];
    while (!rest.empty()) {
      const auto blank = rest.find(' ');
      fields.emplace_back(rest.substr(0, blank));
      if (blank == std::string_view::npos) break;
      rest.remove_prefix(blank + 1);
    }
    if (fields.size() != 5) continue;
    changes.push_back({fields[1], fields[2], fields[3], parts[i + 1], fields[4] == "D"});
  }
  return changes;
}

/// The old side of a hunk of `git diff -U0`.
struct OldRange {
  int start = 0;
  int count = 0;
};

std::vector<OldRange> OldRanges(const std::string& diff) {
  std::vector<OldRange> ranges;
  for (const auto& line : git::SplitLines(diff)) {
    if (!line.starts_with("@@ -")) continue;
    OldRange range;
    range.start = std::atoi(line.c_str() + 4);
    const auto end = line.find(' ', 4);
    const auto comma = line.find(',', 4);
    range.count = comma < end ? std::atoi(line.c_str() + comma + 1) : 1;
    ranges.push_back(range);
  }
  return ranges;
}

Result<Done> ImportTheirs(const kernel_tree::Origin& origin, const fs::path& folder) {
  if (origin.kind == kernel_tree::Origin::Kind::kCheckout) {
    gate::Put(stderr,
              fmt::format("-- uncommitted edits in {} are not taken\n", origin.path.string()));
  }
  return kernel_tree::Import(origin, folder);
}

}  // namespace

bool Project::imported() const {
  std::error_code error;
  return fs::exists(kernel.parent_path() / kImportMark, error);
}

std::string Project::Name(const fs::path& file) const {
  return file.lexically_relative(kernel.parent_path()).string();
}

std::vector<fs::path> SuiteSources(const fs::path& kunit) {
  std::vector<fs::path> sources;
  std::error_code error;
  for (auto entry = fs::directory_iterator(kunit, error); entry != fs::directory_iterator();
       entry.increment(error)) {
    if (entry->is_regular_file(error) && IsBuildInput(entry->path())) {
      sources.push_back(entry->path());
    }
  }
  std::sort(sources.begin(), sources.end());
  return sources;
}

std::vector<std::string> SuiteFilesInTree(const fs::path& kunit) {
  std::vector<std::string> names;
  for (const auto& source : SuiteSources(kunit)) {
    names.push_back((kSuiteFolder / source.lexically_relative(kunit)).string());
  }
  return names;
}

Result<std::vector<std::string>> FilesOfSeries(const fs::path& tree, const fs::path& kunit) {
  const auto base = files::Read(kernel_tree::NotesFolder(tree) / "base");
  if (!base.ok()) return Error{base.error()};
  const std::string commit = base->substr(0, base->find('\n'));
  const auto changed =
      git::Repository(tree).Ask({"diff", "-z", "--name-only", "--diff-filter=d", commit});
  if (!changed.ok()) return Error{changed.error()};
  std::vector<std::string> names = git::SplitNul(*changed);
  for (auto& file : SuiteFilesInTree(kunit)) names.push_back(std::move(file));
  return names;
}

SeriesTree::SeriesTree(fs::path folder) : tree_(std::move(folder)) {}

fs::path SeriesTree::Note(const char* name) const {
  return kernel_tree::NotesFolder(tree_.folder()) / name;
}

// --- Opening ---------------------------------------------------------------------------------

Result<SeriesTree> SeriesTree::Open(const fs::path& folder) {
  SeriesTree tree(folder);
  if (!fs::exists(tree.Note("origin"))) {
    return Error{fmt::format("{}: error: no kernel tree there yet; build the target kernel-tree",
                             folder.string())};
  }
  const auto recovered = tree.Recover();
  if (!recovered.ok()) return Error{recovered.error()};
  return tree;
}

Result<SeriesTree> SeriesTree::Open(const kernel_tree::Origin& origin, const fs::path& folder) {
  if (!fs::exists(kernel_tree::NotesFolder(folder) / "origin")) {
    const auto imported = ImportTheirs(origin, folder);
    if (!imported.ok()) return Error{imported.error()};
    return Open(folder);
  }
  auto tree = Open(folder);
  if (!tree.ok()) return tree;
  const std::string known = files::ReadOrEmpty(tree->Note("origin"));
  if (known == origin.state) return tree;
  const auto edits = tree->FindEdits();
  if (!edits.ok()) return Error{edits.error()};
  if (edits->any()) {
    return Error{fmt::format(
        "{}: error: KERNEL_TREE has changed, but this tree holds edits of yours; keep them with "
        "the target series-refresh, or discard them with rm -r {}",
        folder.string(), process::ShellQuote(folder.string()))};
  }
  const bool same_checkout = origin.kind == kernel_tree::Origin::Kind::kCheckout &&
                             known.starts_with(fmt::format("checkout {} ", origin.path.string()));
  if (!same_checkout) {
    const auto imported = ImportTheirs(origin, folder);
    if (!imported.ok()) return Error{imported.error()};
    return Open(folder);
  }
  for (const auto& step :
       {kernel_tree::Borrow(origin, folder), files::Write(tree->Note("base"), origin.commit),
        files::Write(tree->Note("origin"), origin.state)}) {
    if (!step.ok()) return Error{step.error()};
  }
  return tree;
}

Result<std::string> SeriesTree::Base() const { return files::Read(Note("base")); }

Result<std::string> SeriesTree::Version() const {
  const auto base = Base();
  if (!base.ok()) return base;
  return kernel_tree::Version(tree_, *base);
}

SeriesTree::Applied SeriesTree::ReadApplied() const {
  Applied applied;
  for (const auto& line : git::SplitLines(files::ReadOrEmpty(Note("applied")))) {
    const auto blank = line.find(' ');
    if (blank == std::string::npos) continue;
    const std::string key = line.substr(0, blank);
    const std::string value = line.substr(blank + 1);
    if (key == "head") applied.head = value;
    if (key == "stamp") applied.stamp = value;
    if (key == "patch") {
      const auto second = value.find(' ');
      applied.patches.emplace_back(value.substr(0, second), value.substr(second + 1));
    }
  }
  return applied;
}

Result<Commits> SeriesTree::Series() const {
  const auto base = Base();
  if (!base.ok()) return Error{base.error()};
  const auto applied = ReadApplied();
  if (applied.head.empty()) {
    return Error{fmt::format("{}: error: holds no series; build the target series-apply",
                             tree_.folder().string())};
  }
  Commits series{*base, {}, {}};
  for (const auto& [commit, file] : applied.patches) {
    series.commits.push_back(commit);
    series.files.push_back(file);
  }
  return series;
}

std::string SeriesTree::Format(const Applied& applied) {
  std::string text = fmt::format("head {}\nstamp {}\n", applied.head, applied.stamp);
  for (const auto& [commit, file] : applied.patches) {
    text += fmt::format("patch {} {}\n", commit, file);
  }
  return text;
}

Result<Edits> SeriesTree::FindEdits() const {
  // -uall: a new folder counts by its files. The form is "XY path", NUL-separated.
  const auto status =
      tree_.Ask({"status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"});
  if (!status.ok()) return Error{status.error()};
  Edits edits;
  for (const auto& entry : git::SplitNul(*status)) {
    if (entry.size() < 4) continue;
    (entry.starts_with("??") ? edits.untracked : edits.tracked).push_back(entry.substr(3));
  }
  const auto head = tree_.Ask({"rev-parse", "--verify", "HEAD"});
  if (!head.ok()) return Error{head.error()};
  std::string expected = ReadApplied().head;
  if (expected.empty()) expected = files::ReadOrEmpty(Note("imported"));
  edits.commits = *head != expected;
  return edits;
}

// --- Recovering from a kill ------------------------------------------------------------------

Result<Done> SeriesTree::Recover() {
  const fs::path dot_git = tree_.folder() / ".git";
  for (const char* name : {"index.lock", "HEAD.lock", "config.lock", "shallow.lock",
                           "refs/heads/series.lock", "packed-refs.lock"}) {
    const fs::path lock = dot_git / name;
    if (!fs::exists(lock)) continue;
    if (IsOpenSomewhere(lock)) {
      return Error{
          fmt::format("{}: error: a git command works in this tree; wait for it", lock.string())};
    }
    const auto removed = files::Remove(lock);
    if (!removed.ok()) return removed;
  }
  if (fs::exists(Note(kScratch))) RemoveScratch();
  if (fs::exists(Note("moving"))) return FinishMove();
  return Done{};
}

Result<Done> SeriesTree::FinishMove() {
  const std::string journal = files::ReadOrEmpty(Note("moving"));
  const auto blank = journal.find(' ');
  if (blank == std::string::npos) return files::Remove(Note("moving"));
  const std::string from = journal.substr(0, blank);
  const std::string to = journal.substr(blank + 1);

  const auto raw =
      tree_.Ask({"diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", from, to});
  if (!raw.ok()) return Error{raw.error()};
  const auto changes = ParseRaw(*raw);
  // The tree was clean when the move began. So a file that is as it was before, or the beginning of
  // what it is to be, was left by the kill; anything else was written since, by the user.
  std::string write;
  for (const auto& change : changes) {
    const fs::path file = tree_.folder() / change.path;
    std::error_code error;
    const bool link = fs::is_symlink(file, error);
    if (!link && !fs::exists(file, error)) {
      if (!change.deleted) write += change.path + '\0';
      continue;
    }
    std::string content = link ? fs::read_symlink(file, error).string() : files::ReadOrEmpty(file);
    const auto blob = tree_.Ask({"hash-object", "--no-filters", "--stdin"}, content);
    if (!blob.ok()) return Error{blob.error()};
    if (*blob == change.old_blob) {
      if (!change.deleted) {
        write += change.path + '\0';
      } else if (const auto removed = files::Remove(file); !removed.ok()) {
        return removed;
      }
      continue;
    }
    if (change.deleted || *blob == change.new_blob) continue;
    const auto target = tree_.Run({"cat-file", "blob", change.new_blob});
    if (!target.ok()) return Error{target.error()};
    if (target->out.starts_with(content)) write += change.path + '\0';
  }
  if (!write.empty()) {
    const auto written =
        tree_.Ask({"checkout", to, "--pathspec-from-file=-", "--pathspec-file-nul"}, write);
    if (!written.ok()) return Error{written.error()};
  }
  const auto reset = tree_.Ask({"reset", "-q", "--mixed", to});
  if (!reset.ok()) return Error{reset.error()};
  std::error_code error;
  if (fs::exists(Note("applied.next"))) fs::rename(Note("applied.next"), Note("applied"), error);
  return files::Remove(Note("moving"));
}

// --- Applying --------------------------------------------------------------------------------

Result<std::string> SeriesTree::Stamp(const Project& project, const std::string& base_commit,
                                      const std::vector<patch_series::Patch>& patches) const {
  std::string text = fmt::format("base {}\n", base_commit);
  for (const auto& patch : patches) {
    const auto bytes = files::Read(patch.file);
    if (!bytes.ok()) return bytes;
    text += fmt::format("patch {} {}\n{}", project.Name(patch.file), bytes->size(), *bytes);
  }
  text += "hook\n" + files::ReadOrEmpty(project.kunit / kHookFile);
  return tree_.Ask({"hash-object", "--stdin"}, std::move(text));
}

void SeriesTree::RemoveScratch() const {
  // Best effort: the next MakeScratch() reports what is in its way.
  // Not by git worktree remove or prune: a kill while git adds one leaves it locked.
  static_cast<void>(files::Remove(Note(kScratch)));
  static_cast<void>(files::Remove(tree_.folder() / ".git/worktrees" / kScratch));
}

Result<git::Repository> SeriesTree::MakeScratch(const std::string& commit,
                                                std::vector<std::string> wanted) const {
  RemoveScratch();
  // Only the files that are worked on are written out; the index is whole.
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::string patterns = "/Makefile\n";
  for (const auto& path : wanted) patterns += SparsePattern(path) + "\n";

  git::Repository scratch(Note(kScratch));
  const auto added = tree_.Ask(
      {"worktree", "add", "-q", "--no-checkout", "--detach", scratch.folder().string(), commit});
  if (!added.ok()) return Error{added.error()};
  const auto sparse = scratch.Ask({"sparse-checkout", "set", "--no-cone", "--stdin"}, patterns);
  if (!sparse.ok()) return Error{sparse.error()};
  const auto filled = scratch.Ask({"reset", "-q", "--hard", commit});
  if (!filled.ok()) return Error{filled.error()};
  return scratch;
}

Result<SeriesTree::Applied> SeriesTree::Build(
    const Project& project, const std::string& base_commit,
    const std::vector<patch_series::Patch>& patches) const {
  std::vector<std::string> texts;
  std::vector<std::string> touched;
  const auto note_touched = [&](const std::string& text) {
    const auto more = patch_series::TouchedFiles(text);
    touched.insert(touched.end(), more.begin(), more.end());
  };
  for (const auto& patch : patches) {
    auto text = files::Read(patch.file);
    if (!text.ok()) return Error{text.error()};
    note_touched(*text);
    texts.push_back(std::move(*text));
  }
  const fs::path hook_file = project.kunit / kHookFile;
  const std::string hook = files::ReadOrEmpty(hook_file);
  note_touched(hook);

  auto scratch = MakeScratch(base_commit, std::move(touched));
  if (!scratch.ok()) return Error{scratch.error()};
  Applied applied;
  for (size_t i = 0; i < patches.size(); ++i) {
    const auto am = scratch->Run({"am", "-q", "--no-gpg-sign", "--no-3way", "--keep-cr",
                                  "--keep-non-patch", "--no-scissors", patches[i].file.string()});
    if (!am.ok()) return Error{am.error()};
    if (!am->ok()) {
      const auto place = patch_series::FindFailure(texts[i], am->err);
      const auto kept = ReadApplied().head.empty() ? "" : "; the tree stays as it was";
      const std::string base = base_commit.substr(0, 12);
      if (project.imported()) {
        const bool cut = am->err.find("corrupt patch") != std::string::npos;
        return Error{
            patch_series::DescribeFailure(patches[i].file.string(), place, am->err) +
            (cut ? "; the mail is cut, or its lines were wrapped: fetch it again"
                 : fmt::format("; base it on {}, or give the tree that it is for as KERNEL_TREE",
                               base)) +
            kept};
      }
      return Error{patch_series::DescribeFailure(project.Name(patches[i].file), place, am->err) +
                   fmt::format("; mend it for base {}, or give that base a file of this number{}",
                               base, kept)};
    }
    const auto commit = scratch->Ask({"rev-parse", "HEAD"});
    if (!commit.ok()) return Error{commit.error()};
    applied.patches.emplace_back(*commit, project.Name(patches[i].file));
  }
  if (!hook.empty()) {
    const auto hooked = scratch->Run({"apply", "--index", hook_file.string()});
    if (!hooked.ok()) return Error{hooked.error()};
    if (!hooked->ok()) {
      const auto place = patch_series::FindFailure(hook, hooked->err);
      return Error{patch_series::DescribeFailure(project.Name(hook_file), place, hooked->err)};
    }
    git::Repository author = *scratch;
    author.SetFixedAuthor();
    const auto commit = author.Ask({"commit", "-q", "--no-verify", "-m", kHookSubject});
    if (!commit.ok()) return Error{commit.error()};
  }
  const auto head = scratch->Ask({"rev-parse", "HEAD"});
  if (!head.ok()) return Error{head.error()};
  applied.head = *head;
  RemoveScratch();
  return applied;
}

Result<Done> SeriesTree::MoveTo(const Applied& applied) {
  const auto from = tree_.Ask({"rev-parse", "HEAD"});
  if (!from.ok()) return Error{from.error()};
  for (const auto& step :
       {files::Write(Note("applied.next"), Format(applied)),
        files::Write(Note("moving"), fmt::format("{} {}", *from, applied.head))}) {
    if (!step.ok()) return step;
  }
  const auto moved = tree_.Ask({"reset", "-q", "--keep", applied.head});
  if (!moved.ok()) {
    // Refused before anything was written, as where a new file of the user's is in the way.
    static_cast<void>(files::Remove(Note("moving")));
    return Error{moved.error()};
  }
  std::error_code error;
  fs::rename(Note("applied.next"), Note("applied"), error);
  if (error) {
    return Error{fmt::format("{}: error: cannot note what was applied: {}",
                             Note("applied").string(), error.message())};
  }
  return files::Remove(Note("moving"));
}

Result<Done> SeriesTree::Adopt(const Applied& applied) {
  const auto reset = tree_.Ask({"reset", "-q", "--mixed", applied.head});
  if (!reset.ok()) return Error{reset.error()};
  return files::Write(Note("applied"), Format(applied));
}

Result<std::string> SeriesTree::WorkTreeContents(const Edits& edits) const {
  const fs::path index = Note("contents.index");
  std::error_code error;
  fs::copy_file(tree_.folder() / ".git/index", index, fs::copy_options::overwrite_existing, error);
  if (error) {
    return Error{
        fmt::format("{}: error: cannot copy the index: {}", index.string(), error.message())};
  }
  git::Repository aside = tree_;
  aside.SetEnvironment("GIT_INDEX_FILE", index.string());
  std::string paths;
  for (const auto* list : {&edits.tracked, &edits.untracked}) {
    for (const auto& path : *list) paths += path + '\0';
  }
  if (!paths.empty()) {
    const auto added =
        aside.Ask({"add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul"}, paths);
    if (!added.ok()) return added;
  }
  auto contents = aside.Ask({"write-tree"});
  static_cast<void>(files::Remove(index));
  return contents;
}

Result<Done> SeriesTree::LayIn(const Project& project) const {
  // What the build puts into the tree is no edit of the user's.
  const fs::path exclude = tree_.folder() / ".git/info/exclude";
  const std::string rules = fmt::format("/{}\n/compile_commands.json\n", kSuiteFolder);
  if (files::ReadOrEmpty(exclude).find(rules) == std::string::npos) {
    const auto written = files::Write(exclude, files::ReadOrEmpty(exclude) + rules);
    if (!written.ok()) return written;
  }
  const fs::path link = tree_.folder() / kSuiteFolder;
  if (!fs::exists(project.kunit / kHookFile)) return Done{};
  std::error_code error;
  const auto type = fs::symlink_status(link, error).type();
  if (type == fs::file_type::symlink) {
    if (fs::read_symlink(link, error) == project.kunit) return Done{};
    const auto removed = files::Remove(link);
    if (!removed.ok()) return removed;
  } else if (type != fs::file_type::not_found) {
    return Error{fmt::format("{}: error: is in the way of the suite; move it away", link.string())};
  }
  error.clear();
  fs::create_directory_symlink(project.kunit, link, error);
  if (error) {
    return Error{
        fmt::format("{}: error: cannot link the suite: {}", link.string(), error.message())};
  }
  return Done{};
}

Result<std::string> SeriesTree::Apply(const Project& project, const std::string& base) {
  const auto base_commit = Base();
  if (!base_commit.ok()) return base_commit;
  const auto patches = patch_series::List(project.kernel, base);
  if (!patches.ok()) return Error{patches.error()};
  const auto stamp = Stamp(project, *base_commit, *patches);
  if (!stamp.ok()) return stamp;
  if (*stamp == ReadApplied().stamp) {
    const auto laid = LayIn(project);
    if (!laid.ok()) return Error{laid.error()};
    return std::string();
  }
  auto next = Build(project, *base_commit, *patches);
  RemoveScratch();
  if (!next.ok()) return Error{next.error()};
  next->stamp = *stamp;

  const auto edits = FindEdits();
  if (!edits.ok()) return Error{edits.error()};
  Result<Done> done = Done{};
  if (edits->commits || !edits->tracked.empty()) {
    // Edits that the patches hold by now, as after series-refresh, are none any more.
    const auto contents = WorkTreeContents(*edits);
    if (!contents.ok()) return contents;
    const auto wanted = tree_.Ask({"rev-parse", next->head + "^{tree}"});
    if (!wanted.ok()) return wanted;
    if (*contents != *wanted) {
      const auto what = edits->tracked.empty() ? std::string("commits") : Enumerate(edits->tracked);
      return Error{fmt::format(
          "{}: error: the patches have changed, but this tree holds edits of yours ({}); keep them "
          "with the target series-refresh, or discard them with git -C {} reset --hard {}",
          tree_.folder().string(), what, process::ShellQuote(tree_.folder().string()),
          ReadApplied().head.empty() ? *base_commit : ReadApplied().head)};
    }
    done = Adopt(*next);
  } else {
    done = MoveTo(*next);
  }
  if (!done.ok()) return Error{done.error()};
  done = LayIn(project);
  if (!done.ok()) return Error{done.error()};
  return fmt::format("-- applied {} for base {}", Plural(patches->size(), "patch", "patches"),
                     base);
}

// --- Telling whether anything changed --------------------------------------------------------

Result<std::string> SeriesTree::Fingerprint(const Project& project) const {
  const auto committed = tree_.Ask({"rev-parse", "HEAD^{tree}"});
  if (!committed.ok()) return committed;
  const auto edits = FindEdits();
  if (!edits.ok()) return Error{edits.error()};
  std::string text = fmt::format("tree {}\n", *committed);
  const auto add = [&](const char* kind, const fs::path& file, const std::string& name) {
    std::error_code error;
    std::string hash = "gone";
    if (fs::is_regular_file(file, error)) {
      auto hashed = tree_.Ask({"hash-object", "--no-filters", "--", file.string()});
      if (!hashed.ok()) return hashed;
      hash = *hashed;
    } else if (fs::is_symlink(file, error)) {
      hash = "link:" + fs::read_symlink(file, error).string();
    }
    text += fmt::format("{} {} {}\n", kind, hash, name);
    return Result<std::string>(hash);
  };
  for (const auto& [kind, list] :
       {std::pair{"edit", &edits->tracked}, std::pair{"new", &edits->untracked}}) {
    for (const auto& path : *list) {
      const auto added = add(kind, tree_.folder() / path, path);
      if (!added.ok()) return added;
    }
  }
  for (const auto& source : SuiteSources(project.kunit)) {
    const auto added =
        add("suite", source, (kSuiteFolder / source.lexically_relative(project.kunit)).string());
    if (!added.ok()) return added;
  }
  for (const char* tool : {"gcc", "ld"}) {
    const auto version = process::Run({{tool, "--version"}, {}, {}, {}});
    if (!version.ok()) return Error{version.error() + "; run tools/bootstrap.sh"};
    text += fmt::format("{} {}\n", tool, version->out.substr(0, version->out.find('\n')));
  }
  return text;
}

// --- Writing edits back ----------------------------------------------------------------------

Result<std::string> SeriesTree::OwnerOf(const std::string& base_commit, const std::string& file,
                                        const std::vector<std::string>& series) const {
  const auto is_ours = [&](const std::string& commit) {
    return std::find(series.begin(), series.end(), commit) != series.end();
  };
  const auto log = tree_.Ask({"log", "--format=%H", base_commit + "..HEAD", "--", file});
  if (!log.ok()) return log;
  std::set<std::string> owners;
  for (const auto& commit : git::SplitLines(*log)) {
    if (is_ours(commit)) owners.insert(commit);
  }
  if (owners.size() == 1) return *owners.begin();
  if (owners.empty()) {
    return Error{fmt::format("{}: error: no patch of the series touches it", file)};
  }
  // Several patches touch the file: the lines that the edit stands on decide.
  const auto diff = tree_.Ask({"diff", "-U0", "--no-color", "HEAD", "--", file});
  if (!diff.ok()) return diff;
  owners.clear();
  for (auto range : OldRanges(*diff)) {
    if (range.count == 0) range = {std::max(range.start, 1), 2};  // An insertion's neighbours.
    const auto blame =
        tree_.Run({"blame", "-s", "-l", "-L", fmt::format("{},+{}", range.start, range.count),
                   base_commit + "..HEAD", "--", file});
    if (!blame.ok()) return Error{blame.error()};
    for (const auto& line : git::SplitLines(blame->out)) {
      const std::string commit = line.substr(0, line.find(' '));
      if (is_ours(commit)) owners.insert(commit);
    }
  }
  if (owners.size() == 1) return *owners.begin();
  return Error{fmt::format("{}: error: the edit stands on lines of {} patches", file,
                           owners.empty() ? "no" : "several")};
}

Result<std::map<std::string, std::vector<std::string>>> SeriesTree::AssignEdits(
    const std::string& base_commit, const Edits& edits,
    const std::vector<std::string>& series) const {
  std::map<std::string, std::vector<std::string>> assigned;
  for (const auto* list : {&edits.tracked, &edits.untracked}) {
    for (const auto& path : *list) {
      auto owner = OwnerOf(base_commit, path, series);
      if (!owner.ok() && series.size() == 1) owner = series.front();
      if (!owner.ok()) {
        const std::string in = "git -C " + process::ShellQuote(tree_.folder().string());
        return Error{fmt::format(
            "{}, so it is not clear where the edit belongs; say so: {} add {} && {} commit "
            "--fixup=COMMIT (or a commit of its own for a new patch), then series-refresh again",
            owner.error(), in, process::ShellQuote(path), in)};
      }
      assigned[*owner].push_back(path);
    }
  }
  return assigned;
}

Result<std::string> SeriesTree::Fold(
    const std::string& base_commit, const std::string& hook,
    const std::map<std::string, std::vector<std::string>>& edits) const {
  std::vector<std::string> touched;
  const auto changed =
      tree_.Ask({"log", "-z", "--format=", "--name-only", "--no-renames", base_commit + "..HEAD"});
  if (!changed.ok()) return changed;
  for (auto& path : git::SplitNul(*changed)) {
    while (path.starts_with('\n')) path.erase(0, 1);
    if (!path.empty()) touched.push_back(path);
  }
  for (const auto& entry : edits) {
    touched.insert(touched.end(), entry.second.begin(), entry.second.end());
  }
  auto scratch = MakeScratch("HEAD", touched);
  if (!scratch.ok()) return Error{scratch.error()};
  git::Repository fixing = *scratch;
  fixing.SetFixedAuthor();
  for (const auto& [owner, paths] : edits) {
    for (const auto& path : paths) {
      std::error_code error;
      const fs::path to = scratch->folder() / path;
      if (!fs::exists(tree_.folder() / path)) {
        fs::remove(to, error);
        continue;
      }
      fs::create_directories(to.parent_path(), error);
      fs::copy_file(tree_.folder() / path, to, fs::copy_options::overwrite_existing, error);
      if (error) {
        return Error{fmt::format("{}: error: cannot copy: {}", to.string(), error.message())};
      }
    }
    const auto added = scratch->Ask({"add", "--all", "--force"});
    if (!added.ok()) return added;
    const auto committed = fixing.Ask({"commit", "-q", "--no-verify", "-m", "fixup! " + owner});
    if (!committed.ok()) return committed;
  }
  // The hook's commit is no patch of the series: applying lays it on top anew.
  git::Repository rebasing = *scratch;
  if (!hook.empty()) {
    rebasing.SetEnvironment("GIT_SEQUENCE_EDITOR", fmt::format("sed -i '/^pick {}/d'", hook));
  }
  const auto rebase = rebasing.Run({"-c", "core.abbrev=40", "rebase", "-q", "--interactive",
                                    "--autosquash", "--keep-empty", base_commit});
  if (!rebase.ok()) return Error{rebase.error()};
  if (!rebase->ok()) {
    const auto conflicts = scratch->Ask({"diff", "--name-only", "--diff-filter=U"});
    return Error{fmt::format(
        "{}: error: the edits do not fold into their patches without a conflict ({}); fold them by "
        "hand: git -C {} rebase -i --autosquash {}",
        tree_.folder().string(),
        conflicts.ok() ? Enumerate(git::SplitLines(*conflicts)) : conflicts.error(),
        process::ShellQuote(tree_.folder().string()), base_commit)};
  }
  return scratch->Ask({"rev-parse", "HEAD"});
}

Result<int> SeriesTree::WritePatches(const Project& project, const std::string& base,
                                     const std::vector<patch_series::Patch>& patches,
                                     const std::vector<std::string>& commits) const {
  const fs::path base_folder = project.kernel / base;
  const bool own_folder = fs::exists(base_folder);
  const bool same_count = patches.size() == commits.size();
  const auto applied = ReadApplied();
  const fs::path out = Note("patches");
  std::set<fs::path> kept;
  std::vector<std::pair<fs::path, std::string>> writes;

  const auto subject_of = [&](const std::string& commit) {
    const auto subject = tree_.Ask({"log", "-1", "--format=%s", commit});
    return subject.ok() ? *subject : std::string();
  };
  // A verbatim patch-id leaves out line numbers: what differs between two bases by itself.
  const auto essence = [&](const std::string& commit) {
    const auto shown = tree_.Run({"show", "--no-color", "--format=%H", commit});
    const auto id = tree_.Ask({"patch-id", "--verbatim"}, shown.ok() ? shown->out : "");
    const auto message = tree_.Ask({"log", "-1", "--format=%an%n%ae%n%ad%n%B", commit});
    return (id.ok() ? id->substr(0, id->find(' ')) : "") + "\n" +
           (message.ok() ? *message : std::string());
  };

  int number = patches.empty() ? 0 : patches.front().number - 1;
  for (size_t i = 0; i < commits.size(); ++i) {
    number = same_count ? patches[i].number : number + 1;
    // The patch that this commit was: by its place, or by its subject where patches came or went.
    const std::string subject = subject_of(commits[i]);
    const patch_series::Patch* before = nullptr;
    std::string before_commit;
    bool renamed = false;
    for (size_t k = 0; k < applied.patches.size() && k < patches.size(); ++k) {
      const bool same_subject = subject_of(applied.patches[k].first) == subject;
      if (same_count ? k != i : !same_subject) continue;
      before = &patches[k];
      before_commit = applied.patches[k].first;
      renamed = !same_subject || before->number != number;
      break;
    }
    if (before != nullptr && !renamed && before_commit == commits[i]) {
      kept.insert(before->file);
      continue;
    }
    const auto cleared = files::Remove(out);
    if (!cleared.ok()) return Error{cleared.error()};
    const auto formatted = tree_.Ask({"format-patch", "-q", "-1", "--zero-commit", "--no-signature",
                                      "-N", "--abbrev=12", fmt::format("--start-number={}", number),
                                      "-o", out.string(), commits[i]});
    if (!formatted.ok()) return Error{formatted.error()};
    fs::path made;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(out, error)) made = entry.path();
    auto text = files::Read(made);
    if (!text.ok()) return Error{text.error()};
    const std::string old = before == nullptr ? "" : files::ReadOrEmpty(before->file);
    const std::string next = patch_series::WithNotes(*text, patch_series::Notes(old));
    if (before != nullptr && !renamed && patch_series::SameButAbbreviation(old, next)) {
      kept.insert(before->file);
      continue;
    }
    const bool foreign = before != nullptr && own_folder && !before->for_base;
    if (foreign && !renamed && essence(before_commit) == essence(commits[i])) {
      kept.insert(before->file);
      continue;
    }
    const fs::path name = before != nullptr && !renamed ? before->file.filename() : made.filename();
    const fs::path target = (own_folder ? base_folder : project.kernel) / name;
    if (foreign) kept.insert(before->file);
    kept.insert(target);
    writes.emplace_back(target, next);
  }
  std::vector<fs::path> obsolete;
  for (const auto& patch : patches) {
    if (kept.count(patch.file) != 0) continue;
    if (own_folder && !patch.for_base) {
      return Error{fmt::format(
          "{}: error: this base's tree drops or renames it, but it serves other bases too; change "
          "the order or number of patches in the tree of the base that kernel/*.patch is for",
          project.Name(patch.file))};
    }
    obsolete.push_back(patch.file);
  }
  for (const auto& [file, text] : writes) {
    const auto written = files::Write(file, text);
    if (!written.ok()) return Error{written.error()};
  }
  for (const auto& file : obsolete) {
    const auto removed = files::Remove(file);
    if (!removed.ok()) return Error{removed.error()};
  }
  static_cast<void>(files::Remove(out));
  return static_cast<int>(writes.size() + obsolete.size());
}

Result<std::string> SeriesTree::Refresh(const Project& project, const std::string& base) {
  const auto base_commit = Base();
  if (!base_commit.ok()) return base_commit;
  const auto patches = patch_series::List(project.kernel, base);
  if (!patches.ok()) return Error{patches.error()};
  const auto stamp = Stamp(project, *base_commit, *patches);
  if (!stamp.ok()) return stamp;
  if (*stamp != ReadApplied().stamp) {
    return Error{fmt::format(
        "{}: error: the patch files have changed since they were applied; a refresh would undo "
        "that. Build the target series-apply first, or restore the patch files",
        project.kernel.string())};
  }
  for (const char* busy : {"rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD"}) {
    if (!fs::exists(tree_.folder() / ".git" / busy)) continue;
    return Error{
        fmt::format("{}: error: a rebase, merge or git am is under way there; end it first",
                    tree_.folder().string())};
  }
  const auto list =
      tree_.Ask({"log", "--reverse", "--format=%H %P|%ae|%s", *base_commit + "..HEAD"});
  if (!list.ok()) return list;
  std::vector<std::string> series;
  std::string hook;
  bool fixups = false;
  bool hook_last = true;
  for (const auto& line : git::SplitLines(*list)) {
    const std::string commit = line.substr(0, line.find(' '));
    const auto bar = line.find('|');
    if (std::count(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(bar), ' ') != 1) {
      return Error{fmt::format("{}: error: commit {} is a merge; a series is one line of commits",
                               tree_.folder().string(), commit.substr(0, 12))};
    }
    const std::string who_and_what = line.substr(bar + 1);
    if (who_and_what == fmt::format("{}|{}", git::kIdentityMail, kHookSubject)) {
      hook = commit;
      continue;
    }
    hook_last = hook.empty();
    const std::string subject = who_and_what.substr(who_and_what.find('|') + 1);
    for (const char* mark : {"fixup! ", "squash! ", "amend! "}) fixups |= subject.starts_with(mark);
    series.push_back(commit);
  }
  const auto edits = FindEdits();
  if (!edits.ok()) return Error{edits.error()};
  std::vector<std::string> commits = series;
  if (fixups || !hook_last || !edits->tracked.empty() || !edits->untracked.empty()) {
    const auto assigned = AssignEdits(*base_commit, *edits, series);
    if (!assigned.ok()) return Error{assigned.error()};
    const auto folded = Fold(*base_commit, hook, *assigned);
    if (!folded.ok()) {
      RemoveScratch();
      return folded;
    }
    RemoveScratch();
    const auto range = tree_.Ask({"rev-list", "--reverse", *base_commit + ".." + *folded});
    if (!range.ok()) return range;
    commits = git::SplitLines(*range);
  }
  const auto written = WritePatches(project, base, *patches, commits);
  if (!written.ok()) return Error{written.error()};
  if (*written == 0) {
    return std::string("-- the patches say what the tree says; nothing to write");
  }
  const auto applied = Apply(project, base);
  if (!applied.ok()) return applied;
  return fmt::format("-- wrote {} in {}",
                     Plural(static_cast<size_t>(*written), "patch file", "patch files"),
                     project.kernel.string());
}

}  // namespace series_tree
