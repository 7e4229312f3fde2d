// SPDX-License-Identifier: GPL-2.0-only
#include "mutant.h"

#include <fmt/core.h>

#include <algorithm>
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

}  // namespace

Result<Mutant> Mutant::Parse(const fs::path& file, std::string text) {
  Mutant mutant;
  mutant.name = file.stem().string();
  bool in_diff = false;
  for (const auto& line : git::SplitLines(text)) {
    if (line.starts_with("diff --git ")) in_diff = true;
    if (in_diff) {
      if (line.starts_with("+++ b/")) mutant.files.push_back(line.substr(6));
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
  if (mutant.fault.empty()) return fault("it does not say what is wrong with the kernel");
  if (mutant.files.empty()) return fault("it holds no diff, as git-diff(1) writes it");
  if (mutant.caught_by.empty() && mutant.not_run.empty()) {
    return fault("a line \"Caught-by: suite.case\" is missing, or \"Not-run: reason\"");
  }
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
