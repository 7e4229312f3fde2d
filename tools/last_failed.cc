// SPDX-License-Identifier: GPL-2.0-only
#include "last_failed.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

namespace {

/// `suite` and `case` of `suite.case...`; the second is empty where there is no period.
std::pair<std::string, std::string> Split(std::string_view name) {
  const auto period = name.find('.');
  if (period == std::string_view::npos) return {std::string(name), {}};
  return {std::string(name.substr(0, period)), std::string(name.substr(period + 1))};
}

std::string Escape(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// What all `names` begin and end with, and a star for what lies between.
std::string CommonGlob(const std::set<std::string>& names) {
  const std::string& first = *names.begin();
  if (names.size() == 1) return Escape(first);
  size_t prefix = first.size();
  size_t shortest = first.size();
  for (const auto& name : names) {
    const auto end = std::mismatch(first.begin(), first.end(), name.begin(), name.end()).first;
    prefix = std::min(prefix, static_cast<size_t>(end - first.begin()));
    shortest = std::min(shortest, name.size());
  }
  // The end must not overlap the beginning in the shortest name.
  size_t suffix = shortest - prefix;
  for (const auto& name : names) {
    const auto end = std::mismatch(first.rbegin(), first.rend(), name.rbegin(), name.rend()).first;
    suffix = std::min(suffix, static_cast<size_t>(end - first.rbegin()));
  }
  return Escape(first.substr(0, prefix)) + "*" + Escape(first.substr(first.size() - suffix));
}

}  // namespace

LastFailed LastFailed::Parse(std::string_view text) {
  LastFailed list;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) list.tests_.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return list;
}

std::string LastFailed::Serialize() const {
  std::string text;
  for (const auto& test : tests_) text += test + "\n";
  return text;
}

void LastFailed::Update(std::string_view glob, const std::set<std::string>& failed, bool complete) {
  if (complete) {
    std::erase_if(tests_, [&](const std::string& test) { return Matches(glob, test); });
  }
  tests_.insert(failed.begin(), failed.end());
}

std::string LastFailed::Glob() const {
  std::set<std::string> suites;
  std::set<std::string> cases;
  bool whole_suite = false;
  for (const auto& test : tests_) {
    const auto [suite, rest] = Split(test);
    suites.insert(suite);
    whole_suite |= rest.empty();
    cases.insert(rest.substr(0, rest.find('.')));
  }
  if (suites.empty()) return {};
  if (suites.size() > 1 || whole_suite) return CommonGlob(suites);
  return CommonGlob(suites) + "." + CommonGlob(cases);
}

bool LastFailed::Matches(std::string_view glob, std::string_view test) {
  if (glob.empty()) return true;
  const auto [suite_glob, case_glob] = Split(glob);
  const auto [suite, rest] = Split(test);
  if (::fnmatch(suite_glob.c_str(), suite.c_str(), 0) != 0) return false;
  const std::string name = rest.substr(0, rest.find('.'));
  return case_glob.empty() || name.empty() || ::fnmatch(case_glob.c_str(), name.c_str(), 0) == 0;
}
