// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "file_io.h"
#include "text.h"
#include "tool_version.h"

namespace gate {
namespace {

std::string Plural(std::uint64_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string FormatTotals(const Totals& totals) {
  std::string text = fmt::format("{}: {} passed", Plural(totals.tests(), "test"), totals.passed);
  const auto add = [&text](std::uint64_t count, std::string_view word) {
    if (count > 0) text += fmt::format(", {} {}", count, word);
  };
  add(totals.failed, "failed");
  add(totals.crashed, "crashed");
  add(totals.skipped, "skipped");
  return text;
}

// For a shell. A name comes out of the log and may hold anything.
std::string ShellQuote(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return upper;
}

}  // namespace

bool UseColor(ColorMode mode, std::FILE* out) {
  if (mode != ColorMode::kAuto) return mode == ColorMode::kAlways;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  return isatty(fileno(out)) == 1;
}

std::string Style::Wrap(const char* code, std::string_view text) const {
  if (!color_) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::string FormatCommand(const std::string& form, const std::string& test) {
  const std::string name = ShellQuote(test);
  std::string command;
  std::size_t from = 0;
  for (std::size_t at; (at = form.find("{}", from)) != std::string::npos; from = at + 2) {
    command.append(form, from, at - from).append(name);
  }
  return command.append(form, from);
}

std::string FormatReason(const Reason& reason, const std::string& log, const Style& style) {
  std::string place = "kunit-gate";
  if (!reason.file.empty()) {
    place = Printable(reason.file);
    if (reason.line > 0) place += fmt::format(":{}", reason.line);
  } else if (!log.empty() && reason.kind != "infrastructure") {
    place = Printable(log);
    if (reason.log_line > 0) place += fmt::format(":{}", reason.log_line);
  }
  std::string text = fmt::format("{}: {} ", style.Bold(place), style.Red("error:"));
  if (!reason.test.empty()) text += fmt::format("{}: ", reason.test);
  return text + reason.message;
}

std::string FormatFrames(const Reason& reason) {
  std::string text;
  for (const std::string& frame : reason.frames) {
    const bool placed = frame.find(": note: ") != std::string::npos;
    text += fmt::format("{}{}\n", placed ? "" : "  ", Printable(frame));
  }
  return text;
}

std::string FormatSummary(const Verdict& verdict, const Style& style, bool cached) {
  const bool passed = verdict.code == ExitCode::kPassed;
  const std::string word = Upper(ExitCodeName(verdict.code));
  std::string text = fmt::format("{}{} {}", passed ? style.Green(word) : style.Red(word),
                                 cached ? " (cached)" : "", FormatTotals(verdict.totals));
  if (verdict.splats > 0) text += fmt::format("; {}", Plural(verdict.splats, "kernel splat"));
  if (verdict.allowed_splats > 0) text += fmt::format("; {} allowed", verdict.allowed_splats);
  if (!passed) {
    text += fmt::format("; {}", Plural(verdict.reasons.size() + verdict.omitted_reasons, "error"));
    text += fmt::format("; exit code {}", static_cast<int>(verdict.code));
  }
  text += '\n';
  if (verdict.omitted_reasons > 0) {
    text += fmt::format("  {} more errors are not shown\n", verdict.omitted_reasons);
  }
  if (verdict.following_reasons > 0) {
    text += fmt::format("  {} follow from these, and are not shown\n",
                        Plural(verdict.following_reasons, "more error"));
  }
  for (const std::string& test : verdict.failed) {
    text += fmt::format("  {} {}\n", style.Red("failed:"), test);
    if (!verdict.reproduce.empty()) {
      text += fmt::format("    again: {}\n", FormatCommand(verdict.reproduce, test));
    }
  }
  if (verdict.omitted_failed > 0) {
    text += fmt::format("  {} more failed\n", verdict.omitted_failed);
  }
  if (!verdict.running.empty()) {
    text += fmt::format("  {} {}\n", style.Yellow("running at the end:"), verdict.running);
  }
  const ToolVerdict& tool = verdict.tool;
  if (tool.hangs || tool.dies) {
    text += fmt::format("  {}\n", FormatToolVerdict(tool));
  } else if (tool.passed != passed || tool.totals != verdict.totals) {
    text +=
        fmt::format("  kunit_tool {} would have said: {}; exit code {}\n",
                    ToolVersionName(tool.version), FormatToolVerdict(tool), tool.passed ? 0 : 1);
  }
  return text;
}

std::string FormatToolVerdict(const ToolVerdict& tool) {
  if (tool.hangs) return "kunit_tool would not end on this log";
  if (tool.dies) return "kunit_tool would end in a Python traceback on this log";
  const Totals& totals = tool.totals;
  std::string text = fmt::format("Testing complete. Ran {} tests: ", totals.tests());
  const char* comma = "";
  const auto add = [&](const char* name, std::uint64_t count) {
    if (count == 0) return;
    text += fmt::format("{}{}: {}", comma, name, count);
    comma = ", ";
  };
  add("passed", totals.passed);
  add("failed", totals.failed);
  add("crashed", totals.crashed);
  add("skipped", totals.skipped);
  add("errors", totals.errors);
  return text;
}

void PrintCachedVerdict(const Verdict& verdict, std::FILE* out, ColorMode color) {
  const Style style(UseColor(color, out));
  for (const Reason& reason : verdict.reasons) {
    Put(out, FormatReason(reason, verdict.log, style) + "\n" + FormatFrames(reason));
  }
  Put(out, FormatSummary(verdict, style, true));
}

}  // namespace gate
