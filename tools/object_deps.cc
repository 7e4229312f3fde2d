// SPDX-License-Identifier: GPL-2.0-only
#include "object_deps.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "files.h"
#include "git.h"

namespace object_deps {
namespace {

namespace fs = std::filesystem;

/// "KEY VALUE" lines of a fingerprint; for files the key is "KIND PATH".
std::map<std::string, std::string> ParseFingerprint(const std::string& text) {
  std::map<std::string, std::string> entries;
  for (const auto& line : git::SplitLines(text)) {
    const auto kind = line.substr(0, line.find(' '));
    if (kind == "edit" || kind == "new" || kind == "suite") {
      const auto hash = line.find(' ', kind.size() + 1);
      if (hash == std::string::npos) continue;
      entries[kind + line.substr(hash)] = line.substr(kind.size() + 1, hash - kind.size() - 1);
    } else {
      entries[kind] = line.substr(std::min(kind.size() + 1, line.size()));
    }
  }
  return entries;
}

bool IsSource(const std::string& path) { return path.ends_with(".c") || path.ends_with(".h"); }

/// Whether `text` names `path`, as a whole.
bool Names(std::string_view text, std::string_view path) {
  for (size_t at = text.find(path); at != std::string_view::npos; at = text.find(path, at + 1)) {
    const size_t end = at + path.size();
    if (end == text.size() || text[end] == ' ' || text[end] == '\n' || text[end] == ')')
      return true;
  }
  return false;
}

}  // namespace

std::optional<std::set<std::string>> ChangedSources(const std::string& before,
                                                    const std::string& now) {
  const auto old_entries = ParseFingerprint(before);
  const auto new_entries = ParseFingerprint(now);
  std::set<std::string> keys;
  for (const auto* entries : {&old_entries, &new_entries}) {
    for (const auto& entry : *entries) keys.insert(entry.first);
  }
  std::set<std::string> changed;
  for (const auto& key : keys) {
    const auto old_entry = old_entries.find(key);
    const auto new_entry = new_entries.find(key);
    const bool in_both = old_entry != old_entries.end() && new_entry != new_entries.end();
    if (in_both && old_entry->second == new_entry->second) continue;
    const auto kind = key.substr(0, key.find(' '));
    const std::string path = key.substr(std::min(kind.size() + 1, key.size()));
    // An edit that comes or goes is a change of contents; a new file that does is more than that.
    if (!(kind == "edit" || (in_both && (kind == "new" || kind == "suite")))) return std::nullopt;
    for (const auto* entries : {&old_entries, &new_entries}) {
      const auto entry = entries->find(key);
      if (entry != entries->end() && entry->second == "gone") return std::nullopt;
    }
    if (!IsSource(path)) return std::nullopt;
    changed.insert(path);
  }
  return changed;
}

std::optional<std::vector<std::string>> CompiledFrom(const fs::path& objects,
                                                     const std::set<std::string>& sources) {
  // A thin archive names its members' files: it stays right when they are compiled anew.
  if (!files::ReadOrEmpty(objects / "built-in.a").starts_with("!<thin>\n")) return std::nullopt;
  std::vector<std::string> names;
  // By the last part of the name: an include may have taken any way to the file ("../x.h"). What it
  // matches too many is compiled in vain, and no harm done.
  for (const auto& source : sources) names.push_back("/" + fs::path(source).filename().string());
  std::vector<std::string> found;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(objects, error);
       entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with('.') || !name.ends_with(".cmd")) continue;
    const std::string text = files::ReadOrEmpty(entry->path());
    const auto named = [&](const std::string& name_part) { return Names(text, name_part); };
    if (std::none_of(names.begin(), names.end(), named)) continue;
    const fs::path folder = entry->path().parent_path();
    const std::string object = name.substr(1, name.size() - 5);
    const std::string relative = (folder / object).lexically_relative(objects).string();
    const bool of_vmlinux = object.ends_with(".o") &&
                            text.find("\nsource_" + relative + " := ") != std::string::npos &&
                            fs::exists(folder / "built-in.a") && !fs::exists(folder / "lib.a");
    if (!of_vmlinux) return std::nullopt;
    found.push_back(relative);
  }
  if (error || found.empty()) return std::nullopt;
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace object_deps
