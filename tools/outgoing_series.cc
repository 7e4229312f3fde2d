// SPDX-License-Identifier: GPL-2.0-only
#include "outgoing_series.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <system_error>
#include <vector>

#include "cover_letter.h"
#include "files.h"
#include "git.h"
#include "posted_commits.h"
#include "process.h"
#include "recipients.h"

namespace outgoing_series {
namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;

/// "Name <mail>", taken apart.
struct Person {
  std::string name;
  std::string mail;
};

Result<Person> ParsePerson(const std::string& text) {
  const auto open = text.find(" <");
  if (open == std::string::npos || open == 0 || !text.ends_with('>') ||
      text.find('@', open) == std::string::npos || text.find('\n') != std::string::npos) {
    return Error{fmt::format("{}: error: is no sender; give \"Name <mail>\"", text)};
  }
  return Person{text.substr(0, open), text.substr(open + 2, text.size() - open - 3)};
}

/// A file of the suite, and what it is called in the kernel; an empty name: not part of the patch.
std::string NameInKernel(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::string extension = file.extension().string();
  if (extension == ".c" || extension == ".h" || name == "Kconfig" || name == "Makefile") {
    return name;
  }
  return name == "kunit.config" ? ".kunitconfig" : "";
}

/// What `kunit.py --kunitconfig` needs, without the remarks about this project.
std::string WithoutComments(const std::string& config) {
  std::string kept;
  for (const auto& line : git::SplitLines(config)) {
    if (!line.starts_with('#')) kept += line + "\n";
  }
  return kept;
}

/// Makes the commits that are sent. What they are made in is an index aside of the tree's own.
class Committer {
 public:
  Committer(const git::Repository& tree, fs::path index, std::string assisted_by)
      : git_(tree), index_(std::move(index)), assisted_by_(std::move(assisted_by)) {
    git_.SetEnvironment("GIT_INDEX_FILE", index_.string());
  }
  ~Committer() { static_cast<void>(files::Remove(index_)); }
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// `commit` on top of `parent`, by `author` if that is given.
  Result<std::string> Copy(const std::string& commit, const std::string& parent,
                           const Person* author) {
    const auto known = AuthorOf(commit);
    if (!known.ok()) return Error{known.error()};
    const auto date = git_.Ask({"log", "-1", "--format=%ad", "--date=raw", commit});
    if (!date.ok()) return date;
    const auto message = git_.Ask({"log", "-1", "--format=%B", commit});
    if (!message.ok()) return message;
    return Make(commit + "^{tree}", parent, author == nullptr ? *known : *author, *date, *message);
  }

  /// The suite of `project` on top of `parent`, in the tree of `hooked`, which builds it.
  Result<std::string> AddSuite(const series_tree::Project& project, const std::string& hooked,
                               const std::string& parent, const Person* author) {
    const auto message = files::Read(project.kunit / kKunitMessage);
    if (!message.ok()) return message;
    const auto read = git_.Ask({"read-tree", hooked});
    if (!read.ok()) return read;
    std::error_code error;
    std::string entries;
    for (const auto& entry : fs::directory_iterator(project.kunit, error)) {
      const std::string name = NameInKernel(entry.path());
      if (name.empty()) continue;
      auto text = files::Read(entry.path());
      if (!text.ok()) return text;
      if (name == ".kunitconfig") text = WithoutComments(*text);
      const auto blob = git_.Ask({"hash-object", "-w", "--stdin"}, *text);
      if (!blob.ok()) return blob;
      entries += fmt::format("100644 {}\t{}/{}\n", *blob, series_tree::kSuiteFolder, name);
    }
    const auto added = git_.Ask({"update-index", "--add", "--index-info"}, entries);
    if (!added.ok()) return added;
    const auto contents = git_.Ask({"write-tree"});
    if (!contents.ok()) return contents;
    const auto known = AuthorOf(parent);
    if (!known.ok()) return Error{known.error()};
    const auto date = git_.Ask({"log", "-1", "--format=%ad", "--date=raw", parent});
    if (!date.ok()) return date;
    return Make(*contents, parent, author == nullptr ? *known : *author, *date, *message);
  }

  Result<Person> AuthorOf(const std::string& commit) const {
    const auto name = git_.Ask({"log", "-1", "--format=%an", commit});
    if (!name.ok()) return Error{name.error()};
    const auto mail = git_.Ask({"log", "-1", "--format=%ae", commit});
    if (!mail.ok()) return Error{mail.error()};
    return Person{*name, *mail};
  }

 private:
  Result<std::string> Make(const std::string& contents, const std::string& parent,
                           const Person& author, const std::string& date, std::string message) {
    if (!assisted_by_.empty()) {
      auto with = git_.Ask({"interpret-trailers", "--trailer", "Assisted-by: " + assisted_by_},
                           std::move(message));
      if (!with.ok()) return with;
      message = std::move(*with);
    }
    git::Repository by_author = git_;
    by_author.SetEnvironment("GIT_AUTHOR_NAME", author.name);
    by_author.SetEnvironment("GIT_AUTHOR_EMAIL", author.mail);
    by_author.SetEnvironment("GIT_AUTHOR_DATE", date);
    return by_author.Ask({"commit-tree", contents, "-p", parent, "-F", "-"}, message);
  }

  git::Repository git_;
  fs::path index_;
  std::string assisted_by_;
};

/// Whether `path` is `folder` or in it, by whichever names.
bool IsIn(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(path, error);
  const fs::path outer = fs::weakly_canonical(folder, error);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Whether writing to `folders` could take one of the mails of `previous` away.
bool IsInTheWay(const fs::path& previous, const std::vector<fs::path>& folders) {
  if (previous.empty()) return false;
  std::error_code error;
  std::vector<fs::path> paths = {previous};
  // Links may lead from anywhere.
  for (auto entry = fs::directory_iterator(previous, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path());
  }
  return std::any_of(folders.begin(), folders.end(), [&](const fs::path& folder) {
    return std::any_of(paths.begin(), paths.end(),
                       [&](const fs::path& path) { return IsIn(path, folder); });
  });
}

/// Whether others can have `commit`: a tag of the checkout holds it, or a branch of a remote that
/// is no folder of this machine.
bool IsPublic(const kernel_tree::Origin& origin, const std::string& commit) {
  if (origin.kind != kernel_tree::Origin::Kind::kCheckout) return false;
  const auto refs = git::AskForeign(
      origin.path,
      {"for-each-ref", "--contains", commit, "--format=%(refname)", "refs/tags", "refs/remotes"});
  if (!refs.ok()) return false;
  for (const auto& ref : git::SplitLines(*refs)) {
    constexpr std::string_view kRemotes = "refs/remotes/";
    if (!ref.starts_with(kRemotes)) return true;
    const std::string remote =
        ref.substr(kRemotes.size(), ref.find('/', kRemotes.size()) - kRemotes.size());
    const auto url = git::AskForeign(origin.path, {"config", "remote." + remote + ".url"});
    if (url.ok() && !url->starts_with('/') && !url->starts_with('.') &&
        !url->starts_with("file:") && url->find(':') != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<std::string> Write(const series_tree::SeriesTree& tree, const series_tree::Project& project,
                          const kernel_tree::Origin& origin, const Options& options) {
  const fs::path letter_file = project.kernel / kLetter;
  const auto letter = files::Read(letter_file);
  if (!letter.ok()) return letter;
  const auto empty = cover_letter::EmptyParts(*letter);
  if (!empty.ok()) return Error{empty.error()};
  if (!empty->empty()) {
    return Error{
        fmt::format("{}: error: holds no result of {}; build that target, and then series-letter",
                    letter_file.string(), fmt::join(*empty, " and "))};
  }
  if (options.version > 1) {
    const std::string since = fmt::format("Changes since v{}", options.version - 1);
    if (letter->find(since) == std::string::npos) {
      return Error{fmt::format("{}: error: version {} says nothing of \"{}\"; tell it there",
                               letter_file.string(), options.version, since)};
    }
  }
  if (options.version == 1 && !options.previous.empty()) {
    return Error{
        fmt::format("{}: error: version 1 has no posting before it; give SERIES_VERSION, or no "
                    "SERIES_PREVIOUS",
                    options.previous.string())};
  }
  if (IsInTheWay(options.previous, {options.folder, tree.Note("").parent_path()})) {
    return Error{fmt::format(
        "{}: error: is where this writes, and would be gone; give a copy of the mails elsewhere",
        options.previous.string())};
  }
  if (options.assisted_by.find_first_of("\r\n") != std::string::npos) {
    return Error{"error: what goes into Assisted-by has to be one line"};
  }
  if (options.sign_off && options.sender.empty()) {
    return Error{"error: a Signed-off-by is somebody's; say whose with the sender"};
  }
  Person sender;
  if (!options.sender.empty()) {
    const auto parsed = ParsePerson(options.sender);
    if (!parsed.ok()) return Error{parsed.error()};
    sender = *parsed;
  }
  const auto edits = tree.FindEdits();
  if (!edits.ok()) return Error{edits.error()};
  if (edits->any()) {
    return Error{fmt::format("{}: error: holds edits that no patch file has; build series-refresh",
                             tree.repository().folder().string())};
  }

  const auto series = tree.Series();
  if (!series.ok()) return Error{series.error()};
  const Person* author = options.sender.empty() ? nullptr : &sender;
  Committer committer(tree.repository(), tree.Note("outgoing.index"), options.assisted_by);
  std::string tip = series->base;
  for (const auto& commit : series->commits) {
    const auto copied = committer.Copy(commit, tip, author);
    if (!copied.ok()) return copied;
    tip = *copied;
  }
  const auto suite = committer.AddSuite(project, "HEAD", tip, author);
  if (!suite.ok()) return suite;

  const auto from = committer.AuthorOf(*suite);
  if (!from.ok()) return Error{from.error()};

  std::string range;
  if (!options.previous.empty()) {
    PostedCommits::Settings settings;
    settings.mails = options.previous;
    settings.version = options.version - 1;
    settings.base = series->base;
    settings.scratch = tree.Note("previous");
    // --signoff comes after the comparison: what it gave last time would look as if it had gone.
    const auto messages =
        tree.repository().Ask({"log", "--format=%B", series->base + ".." + *suite});
    if (!messages.ok()) return messages;
    const std::string sign_off = "Signed-off-by: " + options.sender;
    if (messages->find(sign_off) == std::string::npos) settings.without = sign_off;
    const auto made = PostedCommits(tree.repository(), settings).Make();
    if (!made.ok()) return made;
    range = series->base + ".." + *made;
  }

  const bool is_public = IsPublic(origin, series->base);
  git::Arguments arguments = {
      "format-patch", "-q", "--cover-letter", "--numbered", "--no-signature", "--zero-commit",
      "--abbrev=12",  "-o"};
  const auto write = [&](const fs::path& folder, const std::vector<std::string>& more) {
    git::Arguments all = arguments;
    all.push_back(folder.string());
    all.insert(all.end(), more.begin(), more.end());
    if (options.version > 1) all.push_back(fmt::format("-v{}", options.version));
    if (options.sign_off) all.push_back("--signoff");
    if (!range.empty()) all.push_back("--range-diff=" + range);
    if (is_public) all.push_back("--base=" + series->base);
    all.push_back(series->base + ".." + *suite);
    // The committer is who signs off, and who the cover letter is from.
    git::Repository repository = tree.repository();
    repository.SetEnvironment("GIT_COMMITTER_NAME", from->name);
    repository.SetEnvironment("GIT_COMMITTER_EMAIL", from->mail);
    repository.SetEnvironment("GIT_COMMITTER_DATE", fmt::format("{} +0000", std::time(nullptr)));
    return repository.Ask(all);
  };

  // Once for get_maintainer.pl to read, and once with what it said.
  const fs::path draft = tree.Note("outgoing");
  static_cast<void>(files::Remove(draft));
  const auto drafted = write(draft, {});
  if (!drafted.ok()) return drafted;
  auto patches = recipients::MailsIn(draft);
  if (!patches.empty()) patches.erase(patches.begin());  // The cover letter changes no file.
  const auto people =
      recipients::Of(tree.repository().folder(), patches, recipients::Which::kPeople);
  if (!people.ok()) return Error{people.error()};
  const auto lists = recipients::Of(tree.repository().folder(), patches, recipients::Which::kLists);
  if (!lists.ok()) return Error{lists.error()};
  static_cast<void>(files::Remove(draft));

  const auto cleared = files::Remove(options.folder);
  if (!cleared.ok()) return Error{cleared.error()};
  std::vector<std::string> headers;
  for (const auto& person : *people) headers.push_back("--to=" + person);
  for (const auto& list : *lists) headers.push_back("--cc=" + list);
  const auto written = write(options.folder, headers);
  if (!written.ok()) return written;
  const auto mails = recipients::MailsIn(options.folder);
  if (mails.empty()) return Error{"error: git format-patch wrote nothing"};
  const auto generated = files::Read(mails.front());
  if (!generated.ok()) return generated;
  const auto filled = cover_letter::Fill(*generated, *letter);
  if (!filled.ok()) return filled;
  const auto saved = files::Write(mails.front(), cover_letter::WithCharset(*filled));
  if (!saved.ok()) return Error{saved.error()};

  std::string told =
      fmt::format("PASSED mails: {} mails in {}, to {} people and {} lists\n", mails.size(),
                  options.folder.string(), people->size(), lists->size());
  if (!is_public) {
    told += "TO DO base-commit: nobody else has this one; give a public checkout as KERNEL_TREE\n";
  }
  if (author == nullptr)
    told += "TO DO author: it is the stored one; give yours as SERIES_SENDER\n";
  if (!options.sign_off) {
    told += "TO DO Signed-off-by: only you may give it; SERIES_SIGN_OFF=ON does\n";
  }
  // b4 sends a branch; of the letter, which changes nothing, git makes no commit.
  return told +
         fmt::format(
             "-- nothing was sent; to send: git send-email --confirm=always {0}/*\n"
             "-- or by b4, on a branch of your kernel at the base: git am --empty=drop {0}/* "
             "&& b4 prep --enroll HEAD~{1} && b4 send",
             process::ShellQuote(options.folder.string()), mails.size() - 1);
}

}  // namespace outgoing_series
