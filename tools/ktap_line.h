// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KTAP_LINE_H_
#define TOOLS_KTAP_LINE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gate {

/// Whose kunit_tool decides what a line says and what is counted: the tree's own differs by
/// version.
enum class ToolVersion : std::uint8_t {
  k6_12,  ///< v6.12, and those after it that lack the next one's changes.
  k7_3,   ///< v7.3: results need no name, plans may come late, a parent's own failure counts.
};

/// What one line is to kunit_tool. Its regular expressions are the rule:
/// tools/testing/kunit/kunit_parser.py, KTAP_START to TEST_RESULT_SKIP.
enum class LineKind : std::uint8_t {
  kOther,        ///< Kernel log, or anything else that says nothing in KTAP.
  kDiagnostic,   ///< Begins with '#'.
  kVersion,      ///< "KTAP version 1", "TAP version 14".
  kSubtest,      ///< "# Subtest: name".
  kPlan,         ///< "1..N".
  kResult,       ///< "ok 1 name", "not ok 2 - name # SKIP why".
  kLooseResult,  ///< Reads as a result, but kunit_tool does not count it: "ok 3 a#b", "ok 4".
};

/// A line taken apart. The views point into the line.
struct KtapLine {
  LineKind kind = LineKind::kOther;
  bool ok = false;           ///< kResult, kLooseResult: "ok", not "not ok".
  bool skipped = false;      ///< kResult: "# SKIP" is there; it wins over "not ok" too.
  bool tap = false;          ///< kVersion: TAP, the older form.
  std::size_t indent = 0;    ///< Bytes of white space ahead.
  std::uint64_t number = 0;  ///< Version, plan or test number; saturates.
  std::string_view name;     ///< kSubtest, kResult: the test; kLooseResult: all after the number.
  /// kResult: the name as far as the first " # ". kunit_tool compares this one with the open
  /// group's name; it differs from `name` only where " # SKIP" stands twice in the line.
  std::string_view match_name;
  std::string_view reason;  ///< kResult: what follows "# SKIP".
};

/// "# name: words", the usual diagnostic, with no other ':' or '#' in it. The views point into the
/// line.
struct Note {
  std::string_view name;   ///< Not empty.
  std::string_view words;  ///< Not empty.
};

/// Takes `text` apart: one line with no line end, no white space at its end and no console prefix.
/// `may_hold_hash` is false where it is known to hold no '#'.
KtapLine ParseKtapLine(std::string_view text, ToolVersion version = ToolVersion::k6_12,
                       bool may_hold_hash = true);

/// White space as Python's str.strip() sees it, in ASCII.
constexpr bool IsSpace(char c) {
  return c <= ' ' && (c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f'));
}

/// Whether `text` begins with `words`, a literal: its length is known, so that no call is made.
/// Compilers compare powers of two in line: the first and the last bytes, which may overlap.
template <std::size_t kSize>
constexpr bool BeginsWith(std::string_view text, const char (&words)[kSize]) {
  constexpr std::size_t kBytes = kSize - 1;
  constexpr std::size_t kEnds = std::bit_floor(kBytes);
  constexpr std::size_t kTail = kBytes - kEnds;
  if (text.size() < kBytes) return false;
  return __builtin_memcmp(text.data(), words, kEnds) == 0 &&
         (kTail == 0 || __builtin_memcmp(text.data() + kTail, words + kTail, kEnds) == 0);
}

/// Bytes of white space ahead in `text`.
constexpr std::size_t IndentOf(std::string_view text) {
  std::size_t size = 0;
  while (BeginsWith(text.substr(size), "    ")) size += 4;  // As KTAP is indented.
  while (size < text.size() && IsSpace(text[size])) ++size;
  return size;
}

constexpr std::string_view TrimRight(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

constexpr std::string_view TrimLeft(std::string_view text) { return text.substr(IndentOf(text)); }

/// Takes decimal digits off the front of `text` into `*value`, which saturates. False: there are
/// none.
bool TakeNumber(std::string_view* text, std::uint64_t* value);

}  // namespace gate

#endif  // TOOLS_KTAP_LINE_H_
