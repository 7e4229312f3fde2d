// SPDX-License-Identifier: GPL-2.0-only
#include "cover_letter.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "git.h"

namespace cover_letter {
namespace {

using gate::Error;
using gate::Result;

constexpr std::string_view kBegin = "==== cmake --build build --target ";
constexpr std::string_view kEnd = "==== end";

struct Part {
  std::string target;
  std::size_t begin = 0;  ///< Line of the letter after the head.
  std::size_t end = 0;    ///< Line of the end.
};

Result<std::vector<Part>> FindParts(const std::vector<std::string>& lines) {
  std::vector<Part> parts;
  bool open = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (line.starts_with(kBegin)) {
      if (open) break;
      open = true;
      parts.push_back({std::string(line.substr(kBegin.size())), i + 1, i + 1});
    } else if (open && line == kEnd) {
      open = false;
      parts.back().end = i;
    }
  }
  if (open) {
    return Error{fmt::format("cover letter, line {}: error: no \"{}\" ends what {} measured",
                             parts.back().begin, kEnd, parts.back().target)};
  }
  return parts;
}

std::string Join(const std::vector<std::string>& lines, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += lines[i] + "\n";
  return text;
}

/// The subject of a mail in one line, without "[PATCH ...] "; empty where there is none.
std::string SubjectOf(const std::vector<std::string>& lines) {
  constexpr std::string_view kSubject = "Subject: ";
  std::string subject;
  bool inside = false;
  for (const auto& line : lines) {
    if (line.empty()) break;
    if (inside && line.starts_with(' ')) {
      subject += line;
      continue;
    }
    inside = line.starts_with(kSubject);
    if (inside) subject = line.substr(kSubject.size());
  }
  if (subject.starts_with('[')) {
    if (const auto close = subject.find("] "); close != std::string::npos) {
      subject.erase(0, close + 2);
    }
  }
  return subject;
}

bool Replace(std::string* text, std::string_view from, std::string_view to) {
  const auto at = text->find(from);
  if (at == std::string::npos) return false;
  text->replace(at, from.size(), to);
  return true;
}

/// Column of the second field in a row of before_after::TextReport().
constexpr std::size_t kObservation = 28;

/// A row as "scenario|rest": the report leaves out a scenario that is that of the row above.
std::string WholeRow(const std::string& row, std::string* scenario) {
  if (row.size() <= kObservation) return row;
  const std::string name = row.substr(0, kObservation);
  if (name.find_first_not_of(' ') != std::string::npos) *scenario = name;
  return *scenario + row.substr(kObservation);
}

/// The parts of `report` that an empty line divides.
std::vector<std::vector<std::string>> Paragraphs(std::string_view report) {
  std::vector<std::vector<std::string>> paragraphs(1);
  for (auto& line : git::SplitLines(report)) {
    if (!line.empty()) {
      paragraphs.back().push_back(std::move(line));
    } else if (!paragraphs.back().empty()) {
      paragraphs.emplace_back();
    }
  }
  if (paragraphs.back().empty()) paragraphs.pop_back();
  return paragraphs;
}

bool IsTable(const std::vector<std::string>& lines) {
  return lines.size() > 2 && lines[1].find("before") != std::string::npos;
}

}  // namespace

Result<std::vector<std::string>> Targets(std::string_view letter) {
  const auto parts = FindParts(git::SplitLines(letter));
  if (!parts.ok()) return Error{parts.error()};
  std::vector<std::string> targets;
  for (const auto& part : *parts) targets.push_back(part.target);
  return targets;
}

Result<std::vector<std::string>> EmptyParts(std::string_view letter) {
  const auto parts = FindParts(git::SplitLines(letter));
  if (!parts.ok()) return Error{parts.error()};
  std::vector<std::string> targets;
  for (const auto& part : *parts) {
    if (part.begin == part.end) targets.push_back(part.target);
  }
  return targets;
}

Result<std::string> WithPart(std::string_view letter, std::string_view target,
                             std::string_view text) {
  const auto lines = git::SplitLines(letter);
  const auto parts = FindParts(lines);
  if (!parts.ok()) return Error{parts.error()};
  const auto part = std::find_if(parts->begin(), parts->end(),
                                 [&](const Part& known) { return known.target == target; });
  if (part == parts->end()) {
    return Error{fmt::format("cover letter: error: has no line \"{}{}\"", kBegin, target)};
  }
  std::string inside(text);
  if (!inside.empty() && !inside.ends_with('\n')) inside += '\n';
  return Join(lines, 0, part->begin) + inside + Join(lines, part->end, lines.size());
}

Result<std::string> DescribeKunit(const gate::Verdict& verdict, const std::string& base) {
  if (verdict.code != gate::ExitCode::kPassed) {
    return Error{fmt::format("{}: error: the run did not pass; see {}", verdict.log, verdict.log)};
  }
  const auto& totals = verdict.totals;
  return fmt::format(
      "Linux {}: {} tests, {} passed, {} skipped; {} kernel reports (WARN,\n"
      "BUG, lockdep, KASAN and the like). kunit_tool's own verdict: {}.\n",
      base, totals.tests(), totals.passed, totals.skipped, verdict.splats,
      verdict.tool.passed ? "passed" : "failed");
}

std::string DescribeComparison(std::string_view report) {
  const auto paragraphs = Paragraphs(report);
  std::set<std::string> told;
  std::string text;
  for (const auto& lines : paragraphs) {
    if (lines.front().starts_with("Microseconds")) continue;
    if (!text.empty()) text += "\n";
    if (!IsTable(lines)) {
      text += Join(lines, 0, lines.size());
      continue;
    }
    std::vector<std::string> rows;
    const bool first = told.empty();
    std::string scenario;
    std::string shown;
    for (std::size_t i = 2; i < lines.size(); ++i) {
      const std::string row = WholeRow(lines[i], &scenario);
      if (first) {
        told.insert(row);
        rows.push_back(lines[i]);
      } else if (told.count(row) == 0) {
        rows.push_back(scenario == shown ? lines[i] : row);
        shown = scenario;
      }
    }
    text += lines[0];
    if (!first) text += rows.empty() ? ", each as above" : "; those not listed are as above";
    text += "\n";
    if (!rows.empty()) text += lines[1] + "\n" + Join(rows, 0, rows.size());
  }
  return text;
}

Result<std::string> DescribeCost(const std::vector<bench::Row>& rows, const std::string& base) {
  std::string text = fmt::format(
      "Linux {}, x86_64, one plane of vmalloc that nobody else holds. QEMU\n"
      "(-icount) counts the instructions; those of RCU, which frees the fence\n"
      "later, are not in it. The bytes are pahole's.\n\n",
      base);
  for (const auto& row : rows) {
    if (!row.not_run.empty()) {
      return Error{fmt::format("{}: error: not measured: {}", row.what, row.not_run)};
    }
    if (row.missed()) {
      return Error{
          fmt::format("{}: error: beyond the limit: {}, {}", row.what, row.figure, row.beside)};
    }
    text += fmt::format("{}: {}\n  {}\n", row.what, row.figure, row.beside);
  }
  return text;
}

Result<std::string> Fill(std::string_view generated, std::string_view letter) {
  const auto lines = git::SplitLines(letter);
  const std::string subject = SubjectOf(lines);
  if (subject.empty()) return Error{"cover letter: error: has no Subject: line"};
  const auto head = std::find(lines.begin(), lines.end(), std::string());
  std::string body =
      Join(lines, static_cast<std::size_t>(head - lines.begin()) + (head != lines.end() ? 1 : 0),
           lines.size());
  while (body.ends_with('\n')) body.pop_back();
  std::string filled(generated);
  if (!Replace(&filled, "*** SUBJECT HERE ***", subject) ||
      !Replace(&filled, "*** BLURB HERE ***", body)) {
    return Error{"cover letter: error: git format-patch left no place for subject and text"};
  }
  return filled;
}

std::string SummarizeComparison(std::string_view report) {
  std::string text;
  bool counting = false;
  for (const auto& lines : Paragraphs(report)) {
    if (lines.front().starts_with("Microseconds")) continue;
    const bool counts = lines.front().find(" observations change") != std::string::npos;
    if (!text.empty() && !(counts && counting)) text += "\n";
    text += IsTable(lines) ? lines.front() + "\n" : Join(lines, 0, lines.size());
    counting = counts;
  }
  return text;
}

std::string WithCharset(std::string mail) {
  const auto ascii = [](char letter) { return static_cast<unsigned char>(letter) < 0x80; };
  const auto end = mail.find("\n\n");
  if (end == std::string::npos || std::all_of(mail.begin(), mail.end(), ascii)) return mail;
  if (mail.substr(0, end).find("\nContent-Type: ") != std::string::npos) return mail;
  return mail.insert(end + 1,
                     "MIME-Version: 1.0\n"
                     "Content-Type: text/plain; charset=UTF-8\n"
                     "Content-Transfer-Encoding: 8bit\n");
}

}  // namespace cover_letter
