// SPDX-License-Identifier: GPL-2.0-only
#include "patch_series.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "git.h"

namespace patch_series {
namespace {

constexpr std::string_view kDoesNotApply = ": error: does not apply: ";

namespace fs = std::filesystem;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The number that a patch file's name begins with; nothing where it is no patch file's name.
std::optional<int> NumberOf(const std::string& name) {
  if (name.size() < 10 || name[4] != '-' || !name.ends_with(".patch") ||
      !std::all_of(name.begin(), name.begin() + 4, IsDigit)) {
    return std::nullopt;
  }
  return std::atoi(name.substr(0, 4).c_str());
}

gate::Result<std::map<int, fs::path>> Scan(const fs::path& folder) {
  std::map<int, fs::path> found;
  std::error_code error;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  for (const auto& path : entries) {
    const auto number = NumberOf(path.filename().string());
    if (!number || *number == 0) continue;
    const auto [other, added] = found.emplace(*number, path);
    if (!added) {
      return gate::Error{fmt::format("{}: error: has the number of {}; remove or renumber one",
                                     path.string(), other->second.filename().string())};
    }
  }
  return found;
}

/// The name behind "a/" or "b/" in a diff's header, up to a tab or the end; nothing for /dev/null.
std::optional<std::string> NameBehindPrefix(std::string_view text) {
  if (const auto tab = text.find('\t'); tab != std::string_view::npos) text = text.substr(0, tab);
  if (text == "/dev/null" || text.size() < 3 || text[1] != '/') return std::nullopt;
  return std::string(text.substr(2));
}

/// The file that a "diff --git a/X b/X" line is about. Kernel file names hold no " b/".
std::optional<std::string> NameInDiffLine(std::string_view line) {
  constexpr std::string_view kDiff = "diff --git a/";
  if (!line.starts_with(kDiff)) return std::nullopt;
  const auto second = line.rfind(" b/");
  if (second == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(second + 3));
}

/// "@@ -10,7 +10,8 @@" of a hunk's first line.
std::string HunkHeader(std::string_view line) {
  const auto end = line.find("@@", 2);
  return std::string(end == std::string_view::npos ? line : line.substr(0, end + 2));
}

/// The line of `complaint` that says most: one that names a file, else the first error.
std::string BestComplaint(std::string_view complaint) {
  std::string best;
  for (auto& line : git::SplitLines(complaint)) {
    if (!line.starts_with("error: ") && !line.starts_with("fatal: ")) continue;
    line.erase(0, 7);
    if (line.starts_with("patch failed: ")) return line;
    if (best.empty()) best = line;
  }
  return best;
}

bool IsBlobLine(std::string_view line) {
  return line.starts_with("index ") && line.find("..") != std::string_view::npos;
}

/// Whether two "index a..b mode" lines name the same blobs, each to the digits that both have.
bool SameBlobs(std::string_view a, std::string_view b) {
  const auto parts = [](std::string_view line) {
    line.remove_prefix(6);
    const auto dots = line.find("..");
    const auto blank = std::min(line.find(' '), line.size());
    return std::array<std::string_view, 3>{
        line.substr(0, dots), line.substr(dots + 2, blank - dots - 2), line.substr(blank)};
  };
  const auto first = parts(a);
  const auto second = parts(b);
  const auto same = [](std::string_view x, std::string_view y) {
    const auto digits = std::min(x.size(), y.size());
    return x.substr(0, digits) == y.substr(0, digits);
  };
  return same(first[0], second[0]) && same(first[1], second[1]) && first[2] == second[2];
}

/// Where the notes of `patch` begin and end.
std::pair<size_t, size_t> NotesRange(std::string_view patch) {
  const auto cut = patch.find("\n---\n");
  if (cut == std::string_view::npos) return {patch.size(), patch.size()};
  const size_t begin = cut + 5;
  for (size_t at = begin; at < patch.size();) {
    const auto end = std::min(patch.find('\n', at), patch.size());
    const auto line = patch.substr(at, end - at);
    const bool diffstat =
        line.starts_with(' ') && (line.find(" | ") != std::string_view::npos ||
                                  line.find(" changed") != std::string_view::npos);
    if (diffstat || line.starts_with("diff --git ")) return {begin, at};
    at = end + 1;
  }
  return {begin, begin};
}

}  // namespace

gate::Result<std::vector<Patch>> List(const fs::path& folder, const std::string& base) {
  auto common = Scan(folder);
  if (!common.ok()) return gate::Error{common.error()};
  auto own = Scan(folder / base);
  if (!own.ok()) return gate::Error{own.error()};
  std::map<int, Patch> by_number;
  for (const auto& [number, file] : *common) by_number[number] = {number, file, false};
  for (const auto& [number, file] : *own) by_number[number] = {number, file, true};
  std::vector<Patch> patches;
  for (const auto& entry : by_number) patches.push_back(entry.second);
  return patches;
}

std::vector<std::string> TouchedFiles(std::string_view patch) {
  std::vector<std::string> touched;
  for (const auto& line : git::SplitLines(patch)) {
    const std::string_view text = line;
    std::optional<std::string> name;
    if (text.starts_with("--- ") || text.starts_with("+++ ")) {
      name = NameBehindPrefix(text.substr(4));
    } else if (text.starts_with("rename from ") || text.starts_with("rename to ")) {
      name = std::string(text.substr(text[7] == 'f' ? 12 : 10));
    } else {
      name = NameInDiffLine(text);
    }
    if (name) touched.push_back(std::move(*name));
  }
  return touched;
}

Place FindFailure(std::string_view patch, std::string_view complaint) {
  // git's forms: "patch failed: FILE:LINE", "FILE: why", "corrupt patch at line N".
  const std::string said = BestComplaint(complaint);
  Place place;
  std::string file;
  std::string old_line;
  constexpr std::string_view kFailed = "patch failed: ";
  if (said.starts_with(kFailed)) {
    const auto colon = said.rfind(':');
    file = said.substr(kFailed.size(), colon - kFailed.size());
    old_line = said.substr(colon + 1);
  } else if (const auto colon = said.find(": "); colon != std::string::npos) {
    file = said.substr(0, colon);
  }
  std::string current;
  int hunk = 0;
  size_t number = 0;
  for (const auto& line : git::SplitLines(patch)) {
    ++number;
    if (auto name = NameInDiffLine(line)) {
      current = std::move(*name);
      hunk = 0;
      if (current == file) {
        place.file = current;
        place.line = number;
      }
    } else if (line.starts_with("@@ -") && current == file && !file.empty()) {
      ++hunk;
      const auto end = line.find_first_of(", ", 4);
      if (line.substr(4, end - 4) == old_line) {
        place.hunk = hunk;
        place.line = number;
        place.header = HunkHeader(line);
        return place;
      }
    }
  }
  return place;
}

std::string DescribeFailure(const std::string& patch_name, const Place& place,
                            std::string_view complaint) {
  const std::string said = BestComplaint(complaint);
  if (place.hunk > 0) {
    return fmt::format("{}:{}{}{}, hunk #{} ({})", patch_name, place.line, kDoesNotApply,
                       place.file, place.hunk, place.header);
  }
  return fmt::format("{}:{}{}{}", patch_name, std::max<size_t>(place.line, 1), kDoesNotApply,
                     said.empty() ? "git gives no reason" : said);
}

bool IsFailureToApply(std::string_view error) {
  return error.find(kDoesNotApply) != std::string_view::npos;
}

bool SameButAbbreviation(std::string_view a, std::string_view b) {
  const auto first = git::SplitLines(a);
  const auto second = git::SplitLines(b);
  if (first.size() != second.size()) return false;
  for (size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) continue;
    if (!IsBlobLine(first[i]) || !IsBlobLine(second[i]) || !SameBlobs(first[i], second[i])) {
      return false;
    }
  }
  return a.ends_with('\n') == b.ends_with('\n');
}

std::string Notes(std::string_view patch) {
  const auto [begin, end] = NotesRange(patch);
  return std::string(patch.substr(begin, end - begin));
}

std::string WithNotes(std::string_view patch, std::string_view notes) {
  const auto [begin, end] = NotesRange(patch);
  return std::string(patch.substr(0, begin)) + std::string(notes) + std::string(patch.substr(end));
}

}  // namespace patch_series
