// SPDX-License-Identifier: GPL-2.0-only
#include "console.h"

#include <algorithm>

#include "ktap_line.h"
#include "text.h"

namespace gate {
namespace {

// Matches "<word> N" at the end of `line`, at any place in it, and finds its first `word`.
bool FindVersion(std::string_view line, std::string_view word, std::size_t* at) {
  std::size_t digits = line.size();
  while (digits > 0 && line[digits - 1] >= '0' && line[digits - 1] <= '9') --digits;
  if (digits == line.size() || digits == 0 || line[digits - 1] != ' ') return false;
  if (!line.substr(0, digits - 1).ends_with(word)) return false;
  *at = line.find(word);
  return true;
}

}  // namespace

StopMark FindStopMark(std::string_view line, const LineMarks& marks) {
  StopMark found = StopMark::kNone;
  for (std::size_t at = FindPlace(line, ':', marks.colons, 0); at < line.size();
       at = FindPlace(line, ':', marks.colons, at + 1)) {
    if (at == 0 || !MayEndStopMark(line[at - 1])) continue;
    const std::string_view before = line.substr(0, at);
    const std::string_view after = line.substr(at + 1);
    if (before.ends_with("reboot")) {
      if (after.starts_with(" System halted")) return StopMark::kEndOfKtap;
      if (after.starts_with(" Restarting system") || after.starts_with(" Power down")) {
        found = StopMark::kStopped;
      }
    } else if (before.ends_with("List of all partitions") ||
               before.ends_with("Kernel panic - not syncing: VFS")) {
      return StopMark::kEndOfKtap;
    }
  }
  return found;
}

std::string_view CutCharacters(std::string_view text, std::size_t count) {
  while (count > 0 && !text.empty()) {
    const std::size_t size = Utf8Length(text);
    const std::size_t worth = size == 0 ? 4 : 1;
    text.remove_prefix(size == 0 ? 1 : size);
    count -= worth < count ? worth : count;
  }
  return text;
}

std::size_t CountCharacters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t size = Utf8Length(text);
    count += size == 0 ? 4 : 1;
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return count;
}

bool Console::FindStart(std::string_view line) {
  std::size_t at;
  if (!FindVersion(line, "KTAP version", &at) && !FindVersion(line, "TAP version", &at)) {
    return false;
  }
  prefix_ = CountCharacters(line.substr(0, at));
  return true;
}

Console::Line Console::PlaceAny(std::string_view raw, const LineMarks& marks) {
  const std::string_view line = TrimRight(raw);
  // Each mark holds a colon.
  const StopMark stop = marks.colon && started_ ? FindStopMark(line, marks) : StopMark::kNone;
  if (started_ && !ended_) {
    if (stop == StopMark::kEndOfKtap) {
      ended_ = true;
      return {Part::kEnd, line, stop};
    }
    // In plain ASCII a character is a byte.
    if (marks.high) return {Part::kTests, CutCharacters(line, prefix_), stop};
    return {Part::kTests, line.substr(std::min(prefix_, line.size())), stop};
  }
  if (FindStart(line)) {
    started_ = true;
    ended_ = false;
    return {Part::kStart, CutCharacters(line, prefix_), stop};
  }
  if (ended_) return {Part::kAfter, line, stop};
  const std::size_t at = line.find("kunit executor: ");
  return {at == std::string_view::npos ? Part::kBoot : Part::kExecutor, line, stop};
}

}  // namespace gate
