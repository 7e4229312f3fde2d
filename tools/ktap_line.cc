// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_line.h"

#include <limits>

namespace gate {
namespace {

// TakeNumber(), for those in this file to have in line.
inline bool Take(std::string_view* text, std::uint64_t* value) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  constexpr std::ptrdiff_t kSafe = 19;  // So many digits can't overflow.
  const char* const begin = text->data();
  const char* const end = begin + text->size();
  const char* at = begin;
  std::uint64_t sum = 0;
  for (; at != end; ++at) {
    const std::uint64_t digit = static_cast<std::uint64_t>(*at) - '0';
    if (digit > 9) break;
    sum = at - begin >= kSafe && sum > (kMax - digit) / 10 ? kMax : sum * 10 + digit;
  }
  if (at == begin) return false;
  text->remove_prefix(static_cast<std::size_t>(at - begin));
  *value = sum;
  return true;
}

// Splits "name # comment" as ([^#]*)( # .*)?$ does. False: it does not match.
bool SplitComment(std::string_view text, std::size_t hash, std::string_view* name) {
  if (hash == std::string_view::npos) {
    *name = text;
    return true;
  }
  if (hash == 0 || text[hash - 1] != ' ') return false;
  if (hash + 1 >= text.size() || text[hash + 1] != ' ') return false;
  *name = text.substr(0, hash - 1);
  return true;
}

constexpr std::string_view kSkip = " # SKIP";

bool SplitSkip(std::string_view text, KtapLine* line) {
  const std::size_t at = text.rfind(kSkip);
  if (at == std::string_view::npos) return false;
  line->name = text.substr(0, at);
  line->reason = TrimLeft(text.substr(at + kSkip.size()));
  line->skipped = true;
  return true;
}

// Where the name may begin in `text`, which follows the number; the first that fits counts, as in
// the regular expressions: " ?(:?- )?" of 7.3, " (- )?" of 6.12. Returns how many there are.
std::size_t NameStarts(std::string_view text, ToolVersion version, std::size_t (&starts)[3]) {
  std::size_t count = 0;
  const std::size_t space = text.starts_with(' ') ? 1 : 0;
  const std::string_view rest = text.substr(space);
  if (rest.starts_with("- ")) starts[count++] = space + 2;
  if (version == ToolVersion::k7_3 && rest.starts_with(":- ")) starts[count++] = space + 3;
  starts[count++] = space;
  if (version == ToolVersion::k7_3 && space > 0) starts[count++] = 0;
  return count;
}

// `text` follows "ok " or "not ok ".
void ParseResult(std::string_view text, bool ok, ToolVersion version, bool may_hold_hash,
                 KtapLine* line) {
  std::uint64_t number;
  if (!Take(&text, &number)) return;
  const bool spaced = text.starts_with(' ');
  if (!spaced && !text.empty() && version == ToolVersion::k6_12) return;
  line->ok = ok;
  line->number = number;
  line->kind = LineKind::kLooseResult;
  line->name = TrimLeft(text);
  if (!spaced && version == ToolVersion::k6_12) return;

  const std::size_t hash = may_hold_hash ? text.find('#') : std::string_view::npos;
  if (hash == std::string_view::npos && spaced && text.size() > 2 && text[1] != '-' &&
      text[1] != ':') {
    line->kind = LineKind::kResult;  // The usual form.
    line->name = line->match_name = text.substr(1);
    return;
  }
  std::size_t starts[3];
  const std::size_t count = NameStarts(text, version, starts);
  bool fits = false;
  for (std::size_t i = 0; i < count && !fits; ++i) {
    const std::size_t after = hash == std::string_view::npos ? hash : hash - starts[i];
    fits = SplitComment(text.substr(starts[i]), after, &line->match_name);
  }
  if (!fits) return;
  line->kind = LineKind::kResult;
  line->name = line->match_name;
  for (std::size_t i = 0; hash != std::string_view::npos && i < count; ++i) {
    if (SplitSkip(text.substr(starts[i]), line)) break;
  }
}

template <std::size_t kSize>
bool ParseVersion(std::string_view text, const char (&word)[kSize], KtapLine* line) {
  if (!BeginsWith(text, word)) return false;
  text.remove_prefix(kSize - 1);
  std::uint64_t number;
  if (!Take(&text, &number) || !text.empty()) return false;
  line->kind = LineKind::kVersion;
  line->number = number;
  return true;
}

}  // namespace

bool TakeNumber(std::string_view* text, std::uint64_t* value) { return Take(text, value); }

KtapLine ParseKtapLine(std::string_view text, ToolVersion version, bool may_hold_hash) {
  KtapLine line;
  line.indent = IndentOf(text);
  text.remove_prefix(line.indent);
  if (text.empty()) return line;
  switch (text.front()) {
    case 'o':
      if (BeginsWith(text, "ok ")) ParseResult(text.substr(3), true, version, may_hold_hash, &line);
      break;
    case 'n':
      if (BeginsWith(text, "not ok "))
        ParseResult(text.substr(7), false, version, may_hold_hash, &line);
      break;
    case '#':
      line.kind = LineKind::kDiagnostic;
      if (BeginsWith(text, "# Subtest: ")) {
        line.kind = LineKind::kSubtest;
        line.name = text.substr(11);
      }
      break;
    case 'K':
      ParseVersion(text, "KTAP version ", &line);
      break;
    case 'T':
      line.tap = ParseVersion(text, "TAP version ", &line);
      break;
    case '1':
      if (BeginsWith(text, "1..")) {
        text.remove_prefix(3);
        if (Take(&text, &line.number)) line.kind = LineKind::kPlan;
      }
      break;
    default:
      break;
  }
  return line;
}

}  // namespace gate
