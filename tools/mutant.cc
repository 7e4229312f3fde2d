// SPDX-License-Identifier: GPL-2.0-only
#include "mutant.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <system_error>
#include <utility>

#include "files.h"
#include "git.h"

namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;

/// The value of "KEY: VALUE"; empty where the line has another key.
std::string_view Trailer(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return {};
  line.remove_prefix(key.size());
  if (!line.starts_with(": ")) return {};
  return line.substr(2);
}

/// How many lines of one side, '-' or '+', a hunk holds, by its head "@@ -1,2 +3,4 @@".
int HunkLength(const std::string& head, char side) {
  const auto at = head.find(side, 2);
  const auto end = head.find(' ', at);
  const auto comma = head.find(',', at);
  return comma < end ? std::atoi(head.c_str() + comma + 1) : 1;
}

/// The files whose lines a diff edits. The error is the line of it that does something else.
Result<std::vector<std::string>> EditedFiles(const std::vector<std::string>& diff) {
  constexpr std::array<std::string_view, 8> kOtherwise{"new file ", "deleted file ", "rename ",
                                                       "copy ",     "old mode ",     "new mode ",
                                                       "Binary ",   "GIT binary "};
  std::vector<std::string> files;
  std::string from;
  // What is in a hunk may look like a head.
  int old_lines = 0;
  int new_lines = 0;
  for (const auto& line : diff) {
    if (old_lines > 0 || new_lines > 0) {
      if (line.starts_with('\\')) continue;
      if (!line.starts_with('+')) --old_lines;
      if (!line.starts_with('-')) --new_lines;
    } else if (line.starts_with("@@ ")) {
      old_lines = HunkLength(line, '-');
      new_lines = HunkLength(line, '+');
    } else if (line.starts_with("--- ")) {
      if (!line.starts_with("--- a/")) return Error{line};
      from = line.substr(6);
    } else if (line.starts_with("+++ ")) {
      if (!line.starts_with("+++ b/") || line.substr(6) != from) return Error{line};
      files.push_back(from);
    } else if (std::any_of(kOtherwise.begin(), kOtherwise.end(),
                           [&](std::string_view what) { return line.starts_with(what); })) {
      return Error{line};
    }
  }
  return files;
}

}  // namespace

Result<Mutant> Mutant::Parse(const fs::path& file, std::string text) {
  Mutant mutant;
  mutant.name = file.stem().string();
  std::vector<std::string> diff;
  for (auto& line : git::SplitLines(text)) {
    if (!diff.empty() || line.starts_with("diff --git ")) {
      diff.push_back(std::move(line));
    } else if (const auto name = Trailer(line, "Profile"); !name.empty()) {
      mutant.profile = name;
    } else if (const auto test = Trailer(line, "Caught-by"); !test.empty()) {
      mutant.caught_by.emplace_back(test);
    } else if (const auto why = Trailer(line, "Not-run"); !why.empty()) {
      mutant.not_run = why;
    } else if (!line.empty()) {
      if (!mutant.fault.empty()) mutant.fault += ' ';
      mutant.fault += line;
    }
  }
  const auto fault = [&](std::string_view what) {
    return Error{fmt::format("{}: error: {}", file.string(), what)};
  };
  auto files = EditedFiles(diff);
  if (!files.ok()) {
    return fault(fmt::format(
        "a mutant may edit lines, and not add, remove or rename a file: \"{}\"", files.error()));
  }
  mutant.files = std::move(*files);
  if (mutant.fault.empty()) return fault("it does not say what is wrong with the kernel");
  if (mutant.files.empty()) return fault("it holds no diff, as git-diff(1) writes it");
  if (mutant.caught_by.empty() && mutant.not_run.empty()) {
    return fault("a line \"Caught-by: suite.case\" is missing, or \"Not-run: reason\"");
  }
  const std::set<std::string> once(mutant.caught_by.begin(), mutant.caught_by.end());
  if (once.size() < mutant.caught_by.size()) return fault("two lines \"Caught-by:\" are the same");
  mutant.text = std::move(text);
  return mutant;
}

Result<std::vector<Mutant>> Mutant::ReadAll(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".patch") paths.push_back(entry.path());
  }
  if (error) {
    return Error{fmt::format("{}: error: cannot list: {}", folder.string(), error.message())};
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Mutant> mutants;
  for (const auto& path : paths) {
    auto text = files::Read(path);
    if (!text.ok()) return Error{text.error()};
    auto mutant = Parse(path, std::move(*text));
    if (!mutant.ok()) return Error{mutant.error()};
    mutants.push_back(std::move(*mutant));
  }
  return mutants;
}
