// SPDX-License-Identifier: GPL-2.0-only
#include "console.h"

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

bool IsEnd(std::string_view line) {
  // Each of the three holds a colon, and most lines do not.
  if (line.find(':') == std::string_view::npos) return false;
  return line.find("reboot: System halted") != std::string_view::npos ||
         line.find("List of all partitions:") != std::string_view::npos ||
         line.find("Kernel panic - not syncing: VFS:") != std::string_view::npos;
}

}  // namespace

std::string_view CutCharacters(std::string_view text, std::size_t count) {
  // A prefix is plain ASCII but for a hostile log, and there a character is a byte.
  if (text.size() >= count) {
    unsigned char seen = 0;
    for (std::size_t i = 0; i < count; ++i) seen |= static_cast<unsigned char>(text[i]);
    if (seen < 0x80) return text.substr(count);
  }
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

Console::Line Console::Place(std::string_view raw) {
  const std::string_view line = TrimRight(raw);
  if (started_ && !ended_) {
    if (IsEnd(line)) {
      ended_ = true;
      return {Part::kEnd, line};
    }
    return {Part::kTests, prefix_ == 0 ? line : CutCharacters(line, prefix_)};
  }
  if (FindStart(line)) {
    started_ = true;
    ended_ = false;
    return {Part::kStart, CutCharacters(line, prefix_)};
  }
  if (ended_) return {Part::kAfter, line};
  const std::size_t at = line.find("kunit executor: ");
  return {at == std::string_view::npos ? Part::kBoot : Part::kExecutor, line};
}

}  // namespace gate
