// SPDX-License-Identifier: GPL-2.0-only
#include "checkpatch.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "git.h"
#include "process.h"
#include "unique_fd.h"

namespace checkpatch {
namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;
using mail_form::Finding;
using patch_mail::Mail;

constexpr char kScript[] = "scripts/checkpatch.pl";

/// Where Debian's codespell has its dictionary: by itself, or as a Python package.
constexpr std::array<const char*, 2> kDictionaries{
    "/usr/share/codespell/dictionary.txt",
    "/usr/lib/python3/dist-packages/codespell_lib/data/dictionary.txt"};

/// The one that Debian's modules are for. Others may come before it in PATH.
constexpr char kPython[] = "/usr/bin/python3";

/// The commit that all mainline history goes back to, Linux 2.6.12-rc2.
constexpr char kFirstCommit[] = "1da177e4c3f41524e886b7f1b8a0c1fc7321cac2";

/// False, too, where the system can't tell.
bool Exists(const fs::path& file) {
  std::error_code unknown;
  return fs::exists(file, unknown);
}

fs::path Dictionary(const Options& options) {
  if (!options.dictionary.empty()) return options.dictionary;
  const auto found = std::find_if(kDictionaries.begin(), kDictionaries.end(), Exists);
  return found == kDictionaries.end() ? fs::path() : fs::path(*found);
}

/// A mail as checkpatch gets it; of each of its lines, the file's line, and whether a hunk has it.
struct Text {
  std::string text;
  std::vector<std::size_t> lines;
  std::vector<bool> inside;
};

/// Where git begins to compare a series with its last posting: what was taken away is shown, too.
bool BeginsComparison(std::string_view line) {
  return line.ends_with(':') && (line.starts_with("Range-diff") || line.starts_with("Interdiff"));
}

/// The headers that checkpatch reads, and the body in clear.
Text Render(const Mail& mail, bool letter) {
  Text text;
  const auto add = [&text](std::string_view line, std::size_t number) {
    // A line end that was encoded would move all lines below.
    std::replace_copy(line.begin(), line.end(), std::back_inserter(text.text), '\n', ' ');
    text.text += '\n';
    text.lines.push_back(number);
  };
  for (const char* name : {"From", "Date", "Subject"}) {
    const patch_mail::Header* header = mail.Find(name);
    if (header != nullptr) add(fmt::format("{}: {}", name, header->value), header->line);
  }
  add("", mail.line);
  const auto hunks = patch_mail::FindHunks(mail.body);
  text.inside.resize(text.lines.size());
  text.inside.insert(text.inside.end(), hunks.inside.begin(), hunks.inside.end());
  for (const auto& line : mail.body) {
    if (letter && BeginsComparison(line.text)) break;
    add(line.text, line.line);
  }
  return text;
}

/// `text` in memory, where a process that we start can open it by the name of the value. A kill
/// leaves nothing behind.
Result<UniqueFd> InMemory(const std::string& text) {
  UniqueFd fd(::memfd_create("mail", 0));
  if (fd.get() < 0) return Error{fmt::format("memfd: error: {}", std::strerror(errno))};
  for (std::size_t at = 0; at < text.size();) {
    const auto put = ::write(fd.get(), text.data() + at, text.size() - at);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error{fmt::format("memfd: error: {}", std::strerror(errno))};
    at += static_cast<std::size_t>(put);
  }
  return fd;
}

bool HasFullHistory(const fs::path& tree) {
  const auto first =
      git::AskForeign(tree, {"cat-file", "-e", std::string(kFirstCommit) + "^{commit}"});
  if (!first.ok()) return false;
  const auto shallow = git::AskForeign(tree, {"rev-parse", "--is-shallow-repository"});
  return shallow.ok() && *shallow == "false";
}

/// Whether findings of this type say nothing of the patch.
bool Ignored(const std::string& type, const Options& options, bool full_history) {
  // Asks whether MAINTAINERS needs an entry, for each new file, whether or not it has one.
  if (type == "FILE_PATH_CHANGES") return true;
  if (type == "UNKNOWN_COMMIT_ID") return !full_history;
  if (type == "MISSING_SIGN_OFF") return options.unsigned_patches;
  return false;
}

struct Message {
  std::string name;  ///< What we called the mail.
  std::size_t line;
  std::string level;
  std::string type;
  std::string text;
};

/// "/proc/self/fd/7:12: WARNING:TYPE: text".
std::optional<Message> ParseMessage(const std::string& line) {
  const auto name_end = line.find(':');
  if (name_end == std::string::npos) return std::nullopt;
  const auto line_end = line.find(": ", name_end + 1);
  if (line_end == std::string::npos) return std::nullopt;
  const auto level_end = line.find(':', line_end + 2);
  if (level_end == std::string::npos) return std::nullopt;
  const auto type_end = line.find(": ", level_end + 1);
  if (type_end == std::string::npos) return std::nullopt;
  Message message;
  message.name = line.substr(0, name_end);
  message.line = std::strtoul(line.c_str() + name_end + 1, nullptr, 10);
  message.level = line.substr(line_end + 2, level_end - line_end - 2);
  message.type = line.substr(level_end + 1, type_end - level_end - 1);
  message.text = line.substr(type_end + 2);
  if (message.level != "ERROR" && message.level != "WARNING" && message.level != "CHECK") {
    return std::nullopt;
  }
  return message;
}

/// Whether what is told of line `at` was there before the patch: the line has only moved, or the
/// misspelt word stands in a line that the hunk takes away.
bool IsOld(const Text& text, std::size_t at, const Message& message) {
  const auto lines = git::SplitLines(text.text);
  if (!lines[at].starts_with('+')) return false;
  // Outside the hunks, anyone can write a line that looks like it.
  const auto taken = [&](std::size_t i) {
    return i < text.inside.size() && text.inside[i] && lines[i].starts_with('-');
  };
  // A blank line is found somewhere in any patch.
  if (lines[at].find_first_not_of("+ \t") != std::string::npos) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (taken(i) && lines[i].compare(1, std::string::npos, lines[at], 1) == 0) return true;
    }
  }
  if (message.type != "TYPO_SPELLING") return false;
  const auto open = message.text.find('\'');
  const auto close = message.text.find('\'', open + 1);
  if (open == std::string::npos || close == std::string::npos) return false;
  const std::string word = message.text.substr(open + 1, close - open - 1);
  const auto limit = [](const std::string& line) { return line.starts_with("@@ "); };
  std::size_t begin = at;
  while (begin > 0 && !limit(lines[begin])) --begin;
  for (std::size_t i = begin + 1; i < lines.size() && !limit(lines[i]); ++i) {
    if (taken(i) && lines[i].find(word) != std::string::npos) return true;
  }
  return false;
}

/// The user's own .checkpatch.conf must not change the verdict; git needs the user's settings.
std::vector<std::pair<std::string, std::string>> Environment() {
  std::vector<std::pair<std::string, std::string>> environment = {
      {"GIT_OPTIONAL_LOCKS", "0"}, {"PYTHONDONTWRITEBYTECODE", "1"}, {"HOME", "/nonexistent"}};
  const char* path = std::getenv("PATH");
  environment.emplace_back("PATH", "/usr/bin:/bin:" + std::string(path == nullptr ? "" : path));
  const char* home = std::getenv("HOME");
  if (home != nullptr && Exists(fs::path(home) / ".gitconfig")) {
    environment.emplace_back("GIT_CONFIG_GLOBAL", (fs::path(home) / ".gitconfig").string());
  }
  return environment;
}

}  // namespace

std::string Missing(const Options& options) {
  if (const std::string missing = process::Missing("perl", "perl"); !missing.empty()) {
    return missing;
  }
  if (options.spelling) {
    const fs::path dictionary = Dictionary(options);
    if (dictionary.empty()) return "codespell's dictionary is not installed (Debian: codespell)";
    if (!Exists(dictionary)) {
      return dictionary.string() + " does not exist (Debian has one in: codespell)";
    }
    return "";
  }
  // checkpatch takes every licence for valid where the tree's spdxcheck.py can't run.
  process::Command command;
  command.argv = {kPython, "-c", "import git, ply.lex"};
  const auto run = process::Run(command);
  if (!run.ok() || !run->ok()) {
    return "scripts/spdxcheck.py lacks its modules (Debian: python3-git python3-ply)";
  }
  return "";
}

Result<Outcome> Run(const std::vector<Mail>& mails, const Options& options) {
  const fs::path script = options.tree / kScript;
  std::error_code unknown;
  if (!fs::exists(script, unknown)) {
    return Error{fmt::format("{}: error: {}; name a kernel tree", script.string(),
                             unknown ? unknown.message() : "does not exist")};
  }
  Outcome outcome;
  std::vector<Text> texts;
  std::vector<UniqueFd> fds;
  std::map<std::string, std::size_t> index;
  std::vector<const Mail*> given;
  process::Command command;
  command.argv = {"perl",    kScript,        "--strict",     "--max-line-length=80",
                  "--terse", "--show-types", "--no-summary", "--color=never"};
  if (options.spelling) {
    command.argv.insert(command.argv.end(), {"--no-tree", "--types=TYPO_SPELLING", "--codespell",
                                             "--codespellfile=" + Dictionary(options).string()});
  }
  for (const auto& mail : mails) {
    // It takes a cover letter for a broken patch, also one with an interdiff.
    const bool patch =
        patch_mail::HasDiff(mail) && mail_form::ParseSubject(mail.Value("Subject")).number != 0;
    if (!patch && !options.spelling) continue;
    ++outcome.mails;
    texts.push_back(Render(mail, !patch));
    auto fd = InMemory(texts.back().text);
    if (!fd.ok()) return Error{fd.error()};
    const std::string name = fmt::format("/proc/self/fd/{}", fd->get());
    given.push_back(&mail);
    index[name] = texts.size() - 1;
    command.argv.push_back(name);
    fds.push_back(std::move(*fd));
  }
  if (texts.empty()) return Error{mails.front().file + ": error: holds no patch; give one"};
  command.folder = options.tree.string();
  command.environment = Environment();
  const auto run = process::Run(command);
  if (!run.ok()) return Error{run.error()};
  // It warns there of what it could not look at.
  if (!run->err.empty()) {
    return Error{fmt::format("{}: error: could not look at everything: {}", script.string(),
                             run->err.substr(0, run->err.find('\n')))};
  }
  const bool full_history = !options.spelling && HasFullHistory(options.tree);
  bool told = false;
  for (const auto& line : git::SplitLines(run->out)) {
    const auto message = ParseMessage(line);
    const auto found = message ? index.find(message->name) : index.end();
    if (found == index.end()) continue;
    told = true;
    if (Ignored(message->type, options, full_history)) {
      ++outcome.ignored[message->type];
      continue;
    }
    const auto& lines = texts[found->second].lines;
    const std::size_t at = std::clamp<std::size_t>(message->line, 1, lines.size());
    if (IsOld(texts[found->second], at - 1, *message)) {
      ++outcome.old;
      continue;
    }
    outcome.findings.push_back({given[found->second]->file, lines[at - 1],
                                message->level == "ERROR", message->text, message->type});
  }
  if (!run->ok() && !told) {
    return Error{fmt::format("{}: error: fails (exit code {}) without a reason: {}",
                             script.string(), run->code, run->out.substr(0, run->out.find('\n')))};
  }
  return outcome;
}

}  // namespace checkpatch
