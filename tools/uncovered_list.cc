// SPDX-License-Identifier: GPL-2.0-only
#include "uncovered_list.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "git.h"

namespace {

using Kind = UncoveredList::Kind;

constexpr Kind kKinds[] = {Kind::kNotBuilt, Kind::kFunction, Kind::kLine, Kind::kBranch};

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t start = 0;
  for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', start)) {
    fields.push_back(line.substr(start, tab - start));
    start = tab + 1;
  }
  fields.push_back(line.substr(start));
  return fields;
}

std::optional<UncoveredList::Entry> ParseEntry(const std::string& line) {
  auto fields = Fields(line);
  UncoveredList::Entry entry;
  if (fields.front() == "chance") {
    entry.by_chance = true;
    fields.front() = UncoveredKindName(Kind::kBranch);
  }
  for (const Kind kind : kKinds) {
    if (fields.front() == UncoveredKindName(kind)) entry.kind = kind;
  }
  const std::size_t wanted = entry.kind == Kind::kNotBuilt ? 3 : 4;
  if (fields.front() != UncoveredKindName(entry.kind) || fields.size() != wanted) {
    return std::nullopt;
  }
  for (const auto& field : fields) {
    if (field.empty()) return std::nullopt;
  }
  entry.file = std::move(fields[1]);
  if (wanted == 4) entry.what = std::move(fields[2]);
  entry.reason = std::move(fields.back());
  return entry;
}

/// Whether an entry is for one line, and not for all that it fits.
bool IsForOneLine(Kind kind) { return kind == Kind::kLine || kind == Kind::kBranch; }

bool Matches(const UncoveredList::Entry& entry, Kind kind, std::string_view file,
             std::string_view what) {
  if (entry.kind != kind) return false;
  const bool folder = kind == Kind::kNotBuilt && entry.file.ends_with('/');
  return folder ? file.starts_with(entry.file) : entry.file == file && entry.what == what;
}

}  // namespace

const char* UncoveredKindName(Kind kind) {
  switch (kind) {
    case Kind::kNotBuilt:
      return "not-built";
    case Kind::kFunction:
      return "function";
    case Kind::kLine:
      return "line";
    case Kind::kBranch:
      return "branch";
  }
  return "line";
}

gate::Result<UncoveredList> UncoveredList::Parse(const std::string& name, std::string_view text) {
  UncoveredList list;
  list.name_ = name;
  std::size_t number = 0;
  for (const auto& line : git::SplitLines(text)) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    auto entry = ParseEntry(line);
    if (!entry) {
      return gate::Error{
          fmt::format("{}:{}: error: want \"not-built\", a file and the reason, or one of "
                      "\"function\", \"line\", \"branch\", \"chance\", a file, the name or "
                      "text, and the reason, parted by tabs",
                      name, number)};
    }
    entry->line = number;
    for (const auto& other : list.entries_) {
      if (!IsForOneLine(entry->kind) && Matches(other, entry->kind, entry->file, entry->what)) {
        return gate::Error{
            fmt::format("{}:{}: error: line {} says this already", name, number, other.line)};
      }
    }
    list.entries_.push_back(std::move(*entry));
  }
  return list;
}

const UncoveredList::Entry* UncoveredList::Find(Kind kind, std::string_view file,
                                                std::string_view what) {
  for (auto& entry : entries_) {
    if (!Matches(entry, kind, file, what) || (IsForOneLine(kind) && entry.uses > 0)) continue;
    ++entry.uses;
    return &entry;
  }
  return nullptr;
}
