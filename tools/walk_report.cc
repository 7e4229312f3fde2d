// SPDX-License-Identifier: GPL-2.0-only
#include "walk_report.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace {

constexpr std::string_view kMark = "# walk_agrees_with_model: ";

/// The word behind `name` in `line`, or nothing.
std::string_view Field(std::string_view line, std::string_view name) {
  const auto at = line.find(name);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + name.size());
  return line.substr(0, line.find_first_of(" ;"));
}

std::optional<int> Number(std::string_view word) {
  int number = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || read.ec != std::errc() || read.ptr != word.data() + word.size()) return {};
  return number;
}

void ReadLine(std::string_view line, std::vector<WalkReport>* reports) {
  if (line.starts_with("seed=")) {
    if (const auto steps = Number(Field(line, " steps="))) {
      reports->push_back({std::string(Field(line, " kind=")), *steps, false, {}, {}});
    } else if (!reports->empty() && line.find(" failed at step ") != std::string_view::npos) {
      reports->back().failed = true;
      reports->back().failed_step = Number(Field(line, " failed at step "));
    }
  } else if (line.starts_with("step ") && !reports->empty()) {
    // The last of them are told again when it fails.
    std::vector<std::string>& names = reports->back().names;
    if (std::find(names.begin(), names.end(), line) == names.end()) names.emplace_back(line);
  }
}

}  // namespace

std::vector<WalkReport> ReadWalkReports(std::string_view console) {
  std::vector<WalkReport> reports;
  while (!console.empty()) {
    std::string_view line = console.substr(0, console.find('\n'));
    console.remove_prefix(std::min(console.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const auto at = line.find(kMark); at != std::string_view::npos) {
      ReadLine(line.substr(at + kMark.size()), &reports);
    }
  }
  return reports;
}

std::vector<std::string> SuspectKinds(const std::vector<WalkReport>& reports) {
  std::vector<std::string> kinds;
  const auto add = [&](const WalkReport& report) {
    if (std::find(kinds.begin(), kinds.end(), report.kind) == kinds.end()) {
      kinds.push_back(report.kind);
    }
  };
  for (const auto& report : reports) {
    if (report.failed) add(report);
  }
  if (!reports.empty()) add(reports.back());
  for (const auto& report : reports) add(report);
  return kinds;
}
