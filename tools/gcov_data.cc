// SPDX-License-Identifier: GPL-2.0-only
#include "gcov_data.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// `name`, as the compiler was called in `folder`, from the top of `tree`; empty: it is elsewhere.
std::string NameInTree(const std::string& name, const std::string& folder, const fs::path& tree) {
  const fs::path whole = (fs::path(folder) / name).lexically_normal();
  const fs::path relative = whole.lexically_relative(tree);
  return relative.empty() || *relative.begin() == ".." ? std::string() : relative.string();
}

void AddFunctions(const json& functions, GcovData::File* file) {
  for (const auto& entry : functions) {
    auto& function = file->functions[entry.at("name").get<std::string>()];
    function.first = entry.at("start_line").get<std::size_t>();
    function.last = entry.at("end_line").get<std::size_t>();
    function.count += entry.at("execution_count").get<std::uint64_t>();
  }
}

/// A function of a header has a copy in each object that calls it, and a line is told of once for
/// each. Copies that the compiler gave the same ways on are one; where it did not, each way of each
/// copy would have to be taken, which nobody could read: those of the copy that has most are told.
void AddLine(const json& entry, GcovData::File* file) {
  auto& line = file->lines[entry.at("line_number").get<std::size_t>()];
  line.count += entry.at("count").get<std::uint64_t>();
  std::vector<std::uint64_t> branches;
  for (const auto& branch : entry.at("branches")) {
    branches.push_back(branch.at("count").get<std::uint64_t>());
  }
  if (branches.size() > line.branches.size()) {
    line.branches = std::move(branches);
  } else if (branches.size() == line.branches.size()) {
    for (std::size_t i = 0; i < branches.size(); ++i) line.branches[i] += branches[i];
  }
}

}  // namespace

std::string GcovData::File::FunctionAt(std::size_t line) const {
  std::string name;
  std::size_t first = 0;
  for (const auto& [candidate, function] : functions) {
    if (line < function.first || line > function.last || function.first < first) continue;
    first = function.first;
    name = candidate;
  }
  return name;
}

gate::Result<files::Done> GcovData::Add(std::string_view documents, const std::string& tree) {
  while (!documents.empty()) {
    const std::size_t end = std::min(documents.find('\n'), documents.size());
    const std::string_view text = documents.substr(0, end);
    documents.remove_prefix(std::min(end + 1, documents.size()));
    if (text.empty()) continue;
    try {
      const json document = json::parse(text);
      const auto folder = document.at("current_working_directory").get<std::string>();
      for (const auto& entry : document.at("files")) {
        const auto name = NameInTree(entry.at("file").get<std::string>(), folder, tree);
        if (name.empty()) continue;
        auto& file = files_[name];
        AddFunctions(entry.at("functions"), &file);
        for (const auto& line : entry.at("lines")) AddLine(line, &file);
      }
    } catch (const json::exception& error) {
      return gate::Error{
          fmt::format("gcov: error: this is not what gcov --json-format prints: {}", error.what())};
    }
  }
  return files::Done{};
}
