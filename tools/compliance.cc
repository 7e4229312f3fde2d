// SPDX-License-Identifier: GPL-2.0-only
#include "compliance.h"

#include <fmt/core.h>

#include <algorithm>

namespace compliance {
namespace {

constexpr std::string_view kTest = "\ttest ";

}  // namespace

std::size_t Transcript::failed() const {
  return static_cast<std::size_t>(std::count_if(
      tests.begin(), tests.end(), [](const auto& test) { return test.second == "FAIL"; }));
}

Transcript Parse(std::string_view output) {
  Transcript transcript;
  std::string part;     // "Test input 0"
  std::string section;  // "Buffer ioctls (Input 0)"
  while (!output.empty()) {
    const std::size_t end = output.find('\n');
    std::string_view line = output.substr(0, end);
    output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("Total for ")) {
      transcript.complete = true;
    } else if (line.starts_with("Test input ") || line.starts_with("Test output ")) {
      part = line.substr(0, line.find(':'));
      section.clear();
    } else if (!line.starts_with('\t') && line.ends_with(':')) {
      section = line.substr(0, line.size() - 1);
    } else if (line.starts_with(kTest)) {
      line.remove_prefix(kTest.size());
      const std::size_t colon = line.rfind(": ");
      if (colon == std::string_view::npos) continue;
      std::string name;
      for (const std::string& heading : {part, section}) {
        if (!heading.empty()) name += heading + ", ";
      }
      name += line.substr(0, colon);
      std::string unique = name;
      for (int i = 2; transcript.tests.contains(unique); ++i) {
        unique = fmt::format("{} ({})", name, i);
      }
      transcript.tests[unique] = line.substr(colon + 2);
    }
  }
  return transcript;
}

std::vector<Difference> Compare(const Transcript& before, const Transcript& after) {
  std::vector<Difference> differences;
  const auto verdict = [](const Transcript& of, const std::string& test) {
    const auto found = of.tests.find(test);
    return found == of.tests.end() ? std::string() : found->second;
  };
  for (const auto& [test, seen] : before.tests) {
    if (const std::string now = verdict(after, test); now != seen) {
      differences.push_back({test, seen, now});
    }
  }
  for (const auto& [test, seen] : after.tests) {
    if (!before.tests.contains(test)) differences.push_back({test, "", seen});
  }
  return differences;
}

}  // namespace compliance
