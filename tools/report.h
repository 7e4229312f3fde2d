// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_REPORT_H_
#define TOOLS_REPORT_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "reason.h"
#include "verdict.h"

namespace gate {

enum class ColorMode : std::uint8_t { kAuto, kAlways, kNever };

/// Whether to colour what goes to `out`: kAuto does on a terminal, unless NO_COLOR is set.
bool UseColor(ColorMode mode, std::FILE* out);

/// Puts text in colours, or leaves it as it is.
class Style {
 public:
  explicit Style(bool color) : color_(color) {}
  std::string Red(std::string_view text) const { return Wrap("31", text); }
  std::string Green(std::string_view text) const { return Wrap("32", text); }
  std::string Yellow(std::string_view text) const { return Wrap("33", text); }
  std::string Bold(std::string_view text) const { return Wrap("1", text); }

 private:
  std::string Wrap(const char* code, std::string_view text) const;
  bool color_;
};

/// "file:line: error: suite.case: message", as compilers print it, so that an editor jumps there.
/// Where no source file is known the log stands in its place. No line end.
std::string FormatReason(const Reason& reason, const std::string& log, const Style& style);

/// The lines of a splat's stack, each with its line end: "file:line: note: fn+0x1/0x2", which an
/// editor jumps to as well. Empty for reasons that have none.
std::string FormatFrames(const Reason& reason);

/// The end of a run's output: the word, the counts, each failed test with the command that runs it
/// again, and what kunit_tool makes of the log where that differs.
std::string FormatSummary(const Verdict& verdict, const Style& style, bool cached);

/// `form` with each "{}" replaced by `test`, quoted for a shell.
std::string FormatCommand(const std::string& form, const std::string& test);

/// kunit_tool's own last line: "Testing complete. Ran 3 tests: passed: 2, failed: 1", without the
/// time; where kunit_tool has none, one that says why. No line end.
std::string FormatToolVerdict(const ToolVerdict& tool);

/// Prints the reasons and the summary of `verdict` as the live run did, marked "(cached)".
void PrintCachedVerdict(const Verdict& verdict, std::FILE* out, ColorMode color);

}  // namespace gate

#endif  // TOOLS_REPORT_H_
