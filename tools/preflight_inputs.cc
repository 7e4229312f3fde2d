// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_inputs.h"

#include <fmt/core.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "files.h"
#include "git.h"
#include "process.h"

namespace preflight {
namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;

constexpr std::string_view kProgram = "program:";
constexpr std::string_view kText = "text:";
constexpr char kAbsent[] = "absent";

/// The regular files that `input` names, sorted.
Result<std::vector<fs::path>> FilesOf(const fs::path& input) {
  std::vector<fs::path> roots;
  std::error_code error;
  const std::string last = input.filename().string();
  if (last.find_first_of("*?[") == std::string::npos || fs::exists(input, error)) {
    roots.push_back(input);
  } else {
    for (const auto& entry : fs::directory_iterator(input.parent_path(), error)) {
      if (::fnmatch(last.c_str(), entry.path().filename().c_str(), 0) == 0) {
        roots.push_back(entry.path());
      }
    }
    const bool gone = error == std::errc::no_such_file_or_directory;
    if (error && !gone) {
      return Error{fmt::format("{}: error: cannot be read: {}", input.parent_path().string(),
                               error.message())};
    }
  }
  std::vector<fs::path> found;
  for (const auto& root : roots) {
    if (fs::is_regular_file(root, error)) found.push_back(root);
    if (!fs::is_directory(root, error)) continue;
    auto entry = fs::recursive_directory_iterator(root, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->is_regular_file(error)) found.push_back(entry->path());
    }
    if (error) {
      return Error{fmt::format("{}: error: cannot be read: {}", root.string(), error.message())};
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// git's own hashes: what it names contents by, it need not read twice.
Result<std::string> HashText(std::string text) {
  return git::Repository("/").Ask({"hash-object", "--no-filters", "--stdin"}, std::move(text));
}

Result<std::string> HashFound(const std::vector<fs::path>& found) {
  std::string list;
  std::string names;
  for (const auto& file : found) {
    const std::string name = file.string();
    names += name + "\n";
    // git takes one name from each line.
    if (name.find('\n') == std::string::npos) {
      list += name + "\n";
      continue;
    }
    auto text = files::Read(file);
    if (!text.ok()) return text;
    const auto hash = HashText(std::move(*text));
    if (!hash.ok()) return hash;
    names += *hash + "\n";
  }
  auto hashes = git::Repository("/").Ask({"hash-object", "--no-filters", "--stdin-paths"}, list);
  if (!hashes.ok()) return hashes;
  // Names count as well: what was in one file may now be in another.
  return found.size() == 1 && !list.empty() ? hashes : HashText(names + *hashes);
}

Result<std::string> HashFiles(const fs::path& input) {
  // A file may go between the look at its folder and the look at itself: an editor's, for one.
  constexpr int kTries = 3;
  Result<std::string> hash = Error{""};
  for (int i = 0; i < kTries && !hash.ok(); ++i) {
    const auto found = FilesOf(input);
    if (!found.ok()) return Error{found.error()};
    if (found->empty()) return std::string(kAbsent);
    hash = HashFound(*found);
  }
  if (!hash.ok())
    return Error{fmt::format("{}: error: cannot be read: {}", input.string(), hash.error())};
  return hash;
}

/// Where a shell would find `program`; empty: nowhere.
fs::path InPath(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const auto end = rest.find(':');
    const fs::path file = fs::path(rest.substr(0, end)) / program;
    if (::access(file.c_str(), X_OK) == 0) return file;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return {};
}

Result<std::string> HashVersion(const std::string& program) {
  process::Command command;
  command.argv = {program, "--version"};
  const auto run = process::Run(command);
  if (run.ok() && run->ok()) return HashText(run->out);
  // Some, as smatch, know no such option.
  const fs::path file = InPath(program);
  return file.empty() ? std::string(kAbsent) : HashFiles(file);
}

}  // namespace

Result<Inputs> HashInputs(const std::vector<std::string>& inputs) {
  Inputs hashes;
  for (const auto& input : inputs) {
    const auto hash = [&]() -> Result<std::string> {
      if (input.starts_with(kProgram)) return HashVersion(input.substr(kProgram.size()));
      if (input.starts_with(kText)) return HashText(input);
      return HashFiles(input);
    }();
    if (!hash.ok()) return Error{hash.error()};
    // An option is known by its name: its value is what may differ.
    const auto value = input.starts_with(kText) ? input.find('=') : std::string::npos;
    hashes[input.substr(0, value)] = *hash;
  }
  return hashes;
}

std::string Differences(const Inputs& then, const Inputs& now) {
  std::string names;
  const auto add = [&](const std::string& name) { names += (names.empty() ? "" : ", ") + name; };
  for (const auto& [name, hash] : now) {
    const auto before = then.find(name);
    if (before == then.end() || before->second != hash) add(name);
  }
  for (const auto& [name, hash] : then) {
    if (!now.contains(name)) add(name);
  }
  return names;
}

}  // namespace preflight
