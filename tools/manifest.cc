// SPDX-License-Identifier: GPL-2.0-only
#include "manifest.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "file_io.h"
#include "ktap_line.h"
#include "text.h"

namespace gate {
namespace {

constexpr std::size_t kMaxQuoted = 120;  // Bytes of a line that an error quotes.

}  // namespace

bool IsTestName(std::string_view name) {
  if (name.empty()) return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == ':' || c == '/';
  });
}

bool FilterTakes(std::string_view filter, std::string_view name) {
  if (filter.empty()) return true;
  const std::size_t filter_dot = filter.find('.');
  const std::size_t name_dot = name.find('.');
  const std::string suite(name.substr(0, name_dot));
  const std::string suite_glob(filter.substr(0, filter_dot));
  if (fnmatch(suite_glob.c_str(), suite.c_str(), 0) != 0) return false;
  if (filter_dot == std::string_view::npos || name_dot == std::string_view::npos) return true;
  const std::string test(name.substr(name_dot + 1));
  const std::string test_glob(filter.substr(filter_dot + 1));
  return test_glob.empty() || fnmatch(test_glob.c_str(), test.c_str(), 0) == 0;
}

Result<Manifest> Manifest::Read(const std::string& file, std::string_view filter) {
  auto text = ReadFile(file);
  if (!text) return Error{text.error()};
  Manifest manifest;
  manifest.file_ = file;
  std::uint64_t number = 0;
  bool any = false;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = TrimLeft(TrimRight(rest.substr(0, end)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::size_t dot = line.find('.');
    if (dot == std::string_view::npos || !IsTestName(line.substr(0, dot)) ||
        !IsTestName(line.substr(dot + 1))) {
      return Error{fmt::format("{}:{}: error: \"{}\" is no suite.case", file, number,
                               Printable(line.substr(0, kMaxQuoted)))};
    }
    const auto [place, fresh] =
        manifest.index_.emplace(std::string(line), manifest.entries_.size());
    if (!fresh) {
      return Error{fmt::format("{}:{}: error: {} stands in line {} already; delete one", file,
                               number, Printable(line), manifest.entries_[place->second].line)};
    }
    // A suite's name may hold dots.
    for (std::size_t at = dot; at != std::string_view::npos; at = line.find('.', at + 1)) {
      manifest.suites_.emplace(line.substr(0, at));
    }
    const bool expected = FilterTakes(filter, line);
    any = any || expected;
    manifest.entries_.push_back({std::string(line), number, expected, false});
  }
  if (manifest.entries_.empty()) {
    return Error{
        fmt::format("{}: error: expects no test at all; list one suite.case a line", file)};
  }
  if (!any) {
    return Error{fmt::format("{}: error: the filter \"{}\" takes in none of its tests", file,
                             Printable(filter))};
  }
  return manifest;
}

bool Manifest::See(std::string_view name) {
  const auto place = index_.find(std::string(name));
  if (place == index_.end()) return false;
  entries_[place->second].seen = true;
  return true;
}

bool Manifest::HasSuite(std::string_view suite) const {
  return suites_.contains(std::string(suite));
}

const Manifest::Entry* Manifest::After(std::string_view name) const {
  const std::string_view suite = name.substr(0, name.find('.'));
  std::size_t from = 0;
  if (name.size() != suite.size()) {
    const auto place = index_.find(std::string(name));
    if (place == index_.end()) return nullptr;
    from = place->second + 1;
  }
  for (std::size_t i = from; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const bool same = entry.name.starts_with(suite) && entry.name.size() > suite.size() &&
                      entry.name[suite.size()] == '.';
    if (same && entry.expected) return &entry;
    if (!same && from != 0) break;
  }
  return nullptr;
}

}  // namespace gate
