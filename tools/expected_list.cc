// SPDX-License-Identifier: GPL-2.0-only
#include "expected_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "console.h"
#include "file_io.h"
#include "line_splitter.h"
#include "manifest.h"
#include "text.h"

namespace gate {
namespace {

// kunit.py's _list_tests() takes such lines.
bool IsTest(std::string_view line) {
  const std::size_t dot = line.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == line.size()) return false;
  return line.find('.', dot + 1) == std::string_view::npos && IsTestName(line.substr(0, dot)) &&
         IsTestName(line.substr(dot + 1));
}

// The comments and blank lines that stand ahead of the first test.
std::string HeadOf(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && (text[size] == '#' || text[size] == '\n')) {
    const std::size_t end = text.find('\n', size);
    size = end == std::string_view::npos ? text.size() : end + 1;
  }
  return std::string(text.substr(0, size));
}

std::vector<std::string> Missing(const std::vector<std::string>& from,
                                 const std::vector<std::string>& in) {
  const std::set<std::string_view> known(in.begin(), in.end());
  std::vector<std::string> missing;
  std::copy_if(from.begin(), from.end(), std::back_inserter(missing),
               [&known](const std::string& name) { return known.count(name) == 0; });
  return missing;
}

}  // namespace

Result<std::vector<std::string>> ReadTestList(std::string_view console) {
  Console placer;
  LineSplitter splitter;
  std::vector<std::string> tests;
  const auto take = [&](const LineSplitter::Line& raw) {
    const Console::Line line = placer.Place(raw.text);
    if (line.part == Part::kTests && IsTest(line.text)) tests.emplace_back(line.text);
  };
  splitter.Feed(console, take);
  splitter.Finish(take);
  if (tests.empty()) {
    return Error{"lists no test: boot with kunit.action=list, and give its whole console"};
  }
  std::set<std::string_view> seen;
  for (const std::string& test : tests) {
    if (!seen.insert(test).second) {
      return Error{fmt::format("lists {} twice: rename one, no verdict can tell them apart",
                               Printable(test))};
    }
  }
  return tests;
}

ListChanges CompareLists(const std::vector<std::string>& old, const std::vector<std::string>& now) {
  ListChanges changes{Missing(old, now), Missing(now, old), false};
  changes.reordered = changes.left.empty() && changes.came.empty() && old != now;
  return changes;
}

Result<ListChanges> WriteExpected(const std::vector<std::string>& tests, const std::string& file) {
  std::vector<std::string> old;
  std::string head;
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    const auto text = ReadFile(file);
    if (!text) return Error{text.error()};
    head = HeadOf(*text);
    if (head.size() < text->size()) {
      const auto manifest = Manifest::Read(file, {});
      if (!manifest) return Error{manifest.error()};
      for (const Manifest::Entry& entry : manifest->entries()) old.push_back(entry.name);
    }
  }
  ListChanges changes = CompareLists(old, tests);
  if (old == tests) return changes;
  auto output = OutputFile::Create(file);
  if (!output) return Error{output.error()};
  Put(output->stream(), head);
  for (const std::string& test : tests) Put(output->stream(), test + "\n");
  std::string failure = output->Commit();
  if (!failure.empty()) return Error{std::move(failure)};
  return changes;
}

std::string FormatChanges(const ListChanges& changes, const std::string& file) {
  if (changes.left.empty() && changes.came.empty()) {
    return fmt::format("{}: {}\n", Printable(file),
                       changes.reordered ? "the same tests, in another order" : "unchanged");
  }
  std::string text = fmt::format("{}: {} left, {} came\n", Printable(file), changes.left.size(),
                                 changes.came.size());
  for (const std::string& test : changes.left) text += fmt::format("  left: {}\n", test);
  for (const std::string& test : changes.came) text += fmt::format("  came: {}\n", test);
  return text;
}

}  // namespace gate
