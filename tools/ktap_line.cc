// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_line.h"

#include <limits>

namespace gate {
namespace {

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

// `text` follows "ok " or "not ok ".
void ParseResult(std::string_view text, bool ok, KtapLine* line) {
  std::uint64_t number;
  if (!TakeNumber(&text, &number)) return;
  if (!text.empty() && text.front() != ' ') return;
  line->ok = ok;
  line->number = number;
  line->kind = LineKind::kLooseResult;
  line->name = TrimLeft(text);
  if (text.empty()) return;
  text.remove_prefix(1);

  const bool dash = text.starts_with("- ");
  const std::string_view after_dash = text.substr(dash ? 2 : 0);
  const std::size_t hash = text.find('#');
  const std::size_t after_hash =
      hash == std::string_view::npos ? hash : hash - (text.size() - after_dash.size());
  // A dash that belongs to the name is tried last, as a regular expression's "(- )?" does.
  if (!SplitComment(after_dash, after_hash, &line->match_name) &&
      !(dash && SplitComment(text, hash, &line->match_name))) {
    return;
  }
  line->kind = LineKind::kResult;
  line->name = line->match_name;
  if (hash != std::string_view::npos && !SplitSkip(after_dash, line) && dash) {
    SplitSkip(text, line);
  }
}

bool ParseVersion(std::string_view text, std::string_view word, KtapLine* line) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  std::uint64_t number;
  if (!TakeNumber(&text, &number) || !text.empty()) return false;
  line->kind = LineKind::kVersion;
  line->number = number;
  return true;
}

}  // namespace

bool TakeNumber(std::string_view* text, std::uint64_t* value) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  std::size_t used = 0;
  std::uint64_t sum = 0;
  for (const char c : *text) {
    if (c < '0' || c > '9') break;
    const std::uint64_t digit = static_cast<std::uint64_t>(c - '0');
    sum = sum > (kMax - digit) / 10 ? kMax : sum * 10 + digit;
    ++used;
  }
  if (used == 0) return false;
  text->remove_prefix(used);
  *value = sum;
  return true;
}

KtapLine ParseKtapLine(std::string_view text) {
  KtapLine line;
  const std::size_t size = text.size();
  while (line.indent < size && IsSpace(text[line.indent])) ++line.indent;
  text.remove_prefix(line.indent);
  if (text.empty()) return line;
  switch (text.front()) {
    case 'o':
      if (text.starts_with("ok ")) ParseResult(text.substr(3), true, &line);
      break;
    case 'n':
      if (text.starts_with("not ok ")) ParseResult(text.substr(7), false, &line);
      break;
    case '#':
      line.kind = LineKind::kDiagnostic;
      if (text.starts_with("# Subtest: ")) {
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
      if (text.starts_with("1..")) {
        text.remove_prefix(3);
        if (TakeNumber(&text, &line.number)) line.kind = LineKind::kPlan;
      }
      break;
    default:
      break;
  }
  return line;
}

}  // namespace gate
