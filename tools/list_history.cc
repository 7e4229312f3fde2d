// SPDX-License-Identifier: GPL-2.0-only
#include "list_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "expected_list.h"
#include "files.h"
#include "git.h"
#include "ktap_line.h"
#include "text.h"

namespace list_history {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNamed = 20;  // Entries that a line names.

// Comments and blank lines say nothing, and neither does what explains an allowed splat.
std::vector<std::string> Entries(const std::string& text) {
  std::vector<std::string> entries;
  for (const std::string& whole : git::SplitLines(text)) {
    std::string_view line = gate::TrimLeft(gate::TrimRight(whole));
    if (line.empty() || line.front() == '#') continue;
    const std::size_t tab = line.find('\t');
    if (tab != std::string_view::npos) line = line.substr(0, line.find('\t', tab + 1));
    std::string entry(line);
    std::replace(entry.begin(), entry.end(), '\t', ' ');
    entries.push_back(gate::Printable(entry));
  }
  return entries;
}

std::string Named(const std::vector<std::string>& entries, std::string_view what) {
  std::string text = fmt::format("{} {}: ", entries.size(), what);
  for (std::size_t i = 0; i < std::min(entries.size(), kMaxNamed); ++i) {
    text += (i == 0 ? "" : ", ") + entries[i];
  }
  if (entries.size() > kMaxNamed) text += fmt::format(" and {} more", entries.size() - kMaxNamed);
  return text;
}

std::string Format(const gate::ListChanges& changes, const std::string& list,
                   const std::string& revision) {
  const std::string head = fmt::format("{} against {}: ", gate::Printable(list), revision);
  if (changes.left.empty() && changes.came.empty()) {
    return changes.reordered ? head + "the same entries, in another order\n" : std::string();
  }
  std::string text = head;
  if (!changes.left.empty()) text += Named(changes.left, "left");
  if (!changes.left.empty() && !changes.came.empty()) text += "; ";
  if (!changes.came.empty()) text += Named(changes.came, "came");
  return text + "\n";
}

class Project {
 public:
  explicit Project(const fs::path& folder) : folder_(folder) {}

  std::optional<std::string> Ask(const git::Arguments& arguments) const {
    auto answer = git::AskForeign(folder_, arguments);
    if (!answer.ok()) return std::nullopt;
    return std::move(*answer);
  }

  bool Has(const std::string& revision) const {
    return Ask({"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"})
        .has_value();
  }

  // What has left and come since `revision`. A list that is not there has no entries.
  std::string Compare(const std::string& list, const std::string& revision,
                      const std::string& name) const {
    const auto old = Ask({"show", "--end-of-options", revision + ":./" + list});
    return Format(gate::CompareLists(Entries(old.value_or(std::string())),
                                     Entries(files::ReadOrEmpty(folder_ / list))),
                  list, name);
  }

  // All lists that are here, or were in one of `revisions`.
  std::set<std::string> Lists(const std::vector<std::string>& revisions) const {
    std::set<std::string> lists;
    const auto add = [&lists](const std::string& path) {
      if (path.ends_with(".txt") &&
          (path.starts_with("kunit/expected") || path.starts_with("kernel/allow-"))) {
        lists.insert(path);
      }
    };
    for (const char* folder : {"kunit", "kernel"}) {
      std::error_code error;
      for (const auto& entry : fs::directory_iterator(folder_ / folder, error)) {
        add(fmt::format("{}/{}", folder, entry.path().filename().string()));
      }
    }
    for (const std::string& revision : revisions) {
      const auto names = Ask({"ls-tree", "-z", "--name-only", revision, "kunit/", "kernel/"});
      for (const std::string& name : git::SplitNul(names.value_or(std::string()))) add(name);
    }
    return lists;
  }

 private:
  const fs::path& folder_;
};

std::string NotCompared(std::string_view why) {
  return fmt::format("lists of tests and splats: not compared with an earlier state: {}\n", why);
}

}  // namespace

std::string Tell(const fs::path& project, const std::string& since) {
  const Project git(project);
  if (!git.Has("HEAD")) return NotCompared("no commit of git is here");
  std::string text;
  if (!since.empty()) {
    const auto fork = git.Ask({"merge-base", "--end-of-options", since, "HEAD"});
    if (!fork) return NotCompared(fmt::format("no common commit of {} and HEAD is here", since));
    for (const auto& list : git.Lists({*fork})) text += git.Compare(list, *fork, since);
    return text;
  }
  // The first commit of all has nothing before it; in a shallow clone it is only not there.
  const bool parent = git.Has("HEAD^");
  for (const auto& list : git.Lists({"HEAD", "HEAD^"})) {
    const std::string edited = git.Compare(list, "HEAD", "HEAD");
    text += edited.empty() && parent ? git.Compare(list, "HEAD^", "HEAD^") : edited;
  }
  if (!parent && git.Ask({"rev-parse", "--is-shallow-repository"}) == "true") {
    text += NotCompared("a shallow clone has no HEAD^; fetch two commits");
  }
  return text;
}

}  // namespace list_history
