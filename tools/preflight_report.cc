// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "file_io.h"
#include "files.h"
#include "html_writer.h"
#include "progress.h"
#include "text.h"

namespace preflight {
namespace {

namespace fs = std::filesystem;
using gate::ExitCode;
using gate::HtmlWriter;
using nlohmann::json;

constexpr const char* kText = "report.txt";
constexpr const char* kMarkdown = "report.md";
constexpr const char* kHtml = "report.html";
constexpr const char* kJson = "report.json";
constexpr std::array kReports = {kText, kMarkdown, kHtml, kJson};

/// A path as a person at the top of the project types it.
std::string FromSource(const Plan& plan, const fs::path& file) {
  const fs::path relative = file.lexically_relative(plan.source);
  return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

std::string ProofOf(const Plan& plan, const Check& check, const CheckResult& result) {
  if (result.outcome == Outcome::kNotYet || !result.begun) return "";
  std::error_code error;
  if (!check.proof.empty() && fs::exists(plan.build / check.proof, error)) {
    return FromSource(plan, plan.build / check.proof);
  }
  const fs::path log = LogFile(plan, check);
  return fs::exists(log, error) ? FromSource(plan, log) : "";
}

std::string TimeOf(const CheckResult& result) {
  if (result.kept) return "kept";
  if (result.outcome == Outcome::kNotYet || result.outcome == Outcome::kNotRun) return "";
  return MinutesAndSeconds(std::chrono::seconds(result.seconds));
}

std::string VerdictOf(const Check& check, const CheckResult& result) {
  const std::string name = OutcomeName(result.outcome);
  return check.optional && result.outcome == Outcome::kNotRun ? name + " (optional)" : name;
}

std::size_t Count(const Report& report, Outcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(report.results.begin(), report.results.end(),
                    [&](const CheckResult& result) { return result.outcome == outcome; }));
}

/// Each once, in the order in which the checks told them.
std::vector<std::string> ToDo(const Report& report) {
  std::vector<std::string> list;
  std::set<std::string> seen;
  for (const auto& result : report.results) {
    for (const auto& item : result.to_do) {
      if (seen.insert(item).second) list.push_back(item);
    }
  }
  return list;
}

std::string Names(const std::vector<const Check*>& checks) {
  std::string names;
  for (const Check* check : checks) names += (names.empty() ? "" : ", ") + check->name;
  return names;
}

std::string Heading(const Report& report) {
  switch (report.Verdict()) {
    case ExitCode::kPassed:
      return ToDo(report).empty() ? "Ready to be sent" : "Ready but for what only you may do";
    case ExitCode::kFailed:
      return "Not ready: the series is at fault";
    default:
      return "Not known: not everything could be asked";
  }
}

HtmlWriter::Tone ToneOf(const Check& check, const CheckResult& result) {
  switch (result.outcome) {
    case Outcome::kPassed:
      return HtmlWriter::Tone::kGood;
    case Outcome::kFailed:
      return HtmlWriter::Tone::kBad;
    default:
      return check.optional ? HtmlWriter::Tone::kQuiet : HtmlWriter::Tone::kWarn;
  }
}

/// The lines that tell why a check has not passed.
std::vector<std::string> Reasons(const CheckResult& result) {
  std::vector<std::string> lines;
  for (const auto& finding : result.findings) lines.push_back(finding.text);
  if (result.more_findings > 0) {
    lines.push_back(fmt::format("... and {} more", result.more_findings));
  }
  if (lines.empty()) lines.push_back(result.says);
  return lines;
}

/// As it stands, whatever Markdown would make of it: it may be of a stranger's mail. '@' and '#'
/// name people and issues where forges show it, and can't be escaped.
std::string Cell(const std::string& text) {
  constexpr std::string_view kSpecial = "|\\`<>*_[]()!~&";
  std::string cell;
  for (const char letter : text) {
    if (letter == '@' || letter == '#') {
      cell += fmt::format("&#{};", static_cast<int>(letter));
      continue;
    }
    if (kSpecial.find(letter) != std::string_view::npos) cell += '\\';
    cell += letter;
  }
  return cell;
}

/// Inside a code span nothing can be escaped, and '|' ends the cell all the same.
std::string Code(std::string text) {
  std::replace(text.begin(), text.end(), '`', '\'');
  std::replace(text.begin(), text.end(), '|', '/');
  return text.empty() ? "" : "`" + text + "`";
}

/// A status of b4's.
const char* StatusOf(const Check& check, const CheckResult& result) {
  if (result.outcome == Outcome::kPassed) return "pass";
  if (result.outcome == Outcome::kFailed) return "fail";
  return check.optional && result.outcome == Outcome::kNotRun ? "warn" : "fail";
}

/// What b4 reads of a check, and keys of ours, which it leaves alone.
json Entries(const Report& report) {
  json checks = json::array();
  for (std::size_t i = 0; i < report.checks.size(); ++i) {
    const Check& check = *report.checks[i];
    const CheckResult& result = report.results[i];
    std::string details;
    if (result.outcome != Outcome::kPassed) {
      for (const auto& line : Reasons(result)) details += line + "\n";
    }
    checks.push_back({{"tool", check.name},
                      {"status", StatusOf(check, result)},
                      {"summary", result.says},
                      {"url", ""},
                      {"details", details},
                      {"title", check.title},
                      {"outcome", OutcomeName(result.outcome)},
                      {"tier", check.tier == Tier::kRequired ? "required" : "full"},
                      {"optional", check.optional},
                      {"seconds", result.seconds},
                      {"kept", result.kept},
                      {"proof", ProofOf(*report.plan, check, result)},
                      {"reproduce", report.plan->Reproduce(check)}});
  }
  return checks;
}

/// Any bytes become valid text.
std::string Dump(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string Report::LastLine() const {
  const char* word = "PASSED";
  if (Verdict() == ExitCode::kFailed) word = "FAILED";
  if (Verdict() == ExitCode::kInfrastructure) word = "INFRASTRUCTURE";
  std::string line = fmt::format("{} preflight: {} checks: {} passed", word, checks.size(),
                                 Count(*this, Outcome::kPassed));
  for (const auto outcome :
       {Outcome::kFailed, Outcome::kInfrastructure, Outcome::kNotRun, Outcome::kNotYet}) {
    const std::size_t count = Count(*this, outcome);
    if (count == 0) continue;
    const char* name = outcome == Outcome::kFailed ? "the series' fault"
                       : outcome == Outcome::kInfrastructure
                           ? "without an answer (machine or input)"
                       : outcome == Outcome::kNotRun ? "not run"
                                                     : "not yet asked";
    line += fmt::format(", {} {}", count, name);
  }
  return line;
}

std::string FormatText(const Report& report) {
  std::vector<std::vector<std::string>> lines = {
      {"check", "verdict", "time", "what it says", "what proves it", "target"}};
  for (std::size_t i = 0; i < report.checks.size(); ++i) {
    const Check& check = *report.checks[i];
    const CheckResult& result = report.results[i];
    lines.push_back({check.name, VerdictOf(check, result), TimeOf(result), result.says,
                     ProofOf(*report.plan, check, result), "preflight-" + check.name});
  }
  std::vector<std::size_t> widths(lines.front().size());
  // What a fault says is told in full below: it must not push the table off the screen.
  constexpr std::size_t kWidest = 60;
  for (auto& line : lines) {
    line[3] = gate::Cut(std::move(line[3]), kWidest);
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      row += fmt::format("{:<{}}  ", line[i], widths[i]);
    }
    text += row + line.back() + "\n";
  }
  for (std::size_t i = 0; i < report.checks.size(); ++i) {
    const CheckResult& result = report.results[i];
    if (result.outcome == Outcome::kPassed) continue;
    text += fmt::format("\n{} {}: {}\n", OutcomeName(result.outcome), report.checks[i]->name,
                        report.checks[i]->title);
    for (const auto& line : Reasons(result)) text += "  " + line + "\n";
    text += fmt::format("  reproduce: {}\n", report.plan->Reproduce(*report.checks[i]));
  }
  if (!report.left_out.empty()) {
    text += fmt::format("\nNot asked, being of the tier \"full\" (target preflight-full): {}\n",
                        Names(report.left_out));
  }
  for (const auto& item : ToDo(report)) text += "TO DO " + item + "\n";
  return text + report.LastLine() + "\n";
}

std::string FormatMarkdown(const Report& report) {
  std::string text =
      "| check | verdict | what it says | what proves it | how to reproduce |\n"
      "|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < report.checks.size(); ++i) {
    const Check& check = *report.checks[i];
    const CheckResult& result = report.results[i];
    text += fmt::format("| {}: {} | {} | {} | {} | {} |\n", Code(check.name), Cell(check.title),
                        VerdictOf(check, result), Cell(result.says),
                        Code(ProofOf(*report.plan, check, result)),
                        Code(report.plan->Reproduce(check)));
  }
  if (!report.left_out.empty()) text += "\nNot asked: " + Cell(Names(report.left_out)) + "\n";
  for (const auto& item : ToDo(report)) text += "\nTo do: " + Cell(item) + "\n";
  return text + "\n" + Cell(report.LastLine()) + "\n";
}

std::string FormatForB4(const Report& report) { return Dump(Entries(report)); }

std::string FormatJson(const Report& report) {
  json left_out = json::array();
  for (const Check* check : report.left_out) left_out.push_back(check->name);
  return Dump({{"verdict", gate::ExitCodeName(report.Verdict())},
               {"summary", report.LastLine()},
               {"to_do", ToDo(report)},
               {"not_asked", left_out},
               {"checks", Entries(report)}});
}

std::string WriteHtml(const Report& report, const std::string& file) {
  auto output = gate::OutputFile::Create(file);
  if (!output.ok()) return output.error();
  HtmlWriter html(output->stream());
  const ExitCode verdict = report.Verdict();
  const auto tone = verdict == ExitCode::kPassed   ? HtmlWriter::Tone::kGood
                    : verdict == ExitCode::kFailed ? HtmlWriter::Tone::kBad
                                                   : HtmlWriter::Tone::kWarn;
  html.BeginPage("Pre-flight", Heading(report), tone);
  html.Paragraph(report.LastLine());
  if (const auto to_do = ToDo(report); !to_do.empty()) {
    html.Heading("To do");
    html.List(to_do);
  }
  html.Heading("Checks");
  html.BeginTable({"check", "asks", "verdict", "time", "what it says", "what proves it"});
  for (std::size_t i = 0; i < report.checks.size(); ++i) {
    const Check& check = *report.checks[i];
    const CheckResult& result = report.results[i];
    html.Row({{.text = check.name, .code = true},
              {.text = check.title},
              {.text = VerdictOf(check, result), .tone = ToneOf(check, result)},
              {.text = TimeOf(result), .number = true},
              {.text = result.says},
              {.text = ProofOf(*report.plan, check, result), .code = true}});
  }
  html.EndTable();
  if (!report.left_out.empty()) html.Paragraph("Not asked: " + Names(report.left_out));
  html.Heading("How to have each alone");
  for (std::size_t i = 0; i < report.checks.size(); ++i) {
    const Check& check = *report.checks[i];
    const CheckResult& result = report.results[i];
    const bool passed = result.outcome == Outcome::kPassed;
    html.BeginDetails(check.name, ToneOf(check, result), !passed);
    std::vector<std::string> lines = {report.plan->Reproduce(check)};
    if (!passed) {
      for (const auto& line : Reasons(result)) lines.push_back(line);
    }
    html.Lines(lines);
    html.EndDetails();
  }
  html.EndPage();
  return output->Commit();
}

gate::Result<files::Done> RemoveReports(const Plan& plan) {
  for (const char* name : kReports) {
    auto removed = files::Remove(plan.Folder() / name);
    if (!removed.ok()) return removed;
  }
  return files::Done{};
}

gate::Result<files::Done> WriteReports(const Report& report) {
  const fs::path folder = report.plan->Folder();
  const std::string fault = WriteHtml(report, (folder / kHtml).string());
  if (!fault.empty()) return gate::Error{fault};
  for (const auto& [name, text] : {std::pair(kText, FormatText(report)),
                                   {kMarkdown, FormatMarkdown(report)},
                                   {kJson, FormatJson(report)}}) {
    const auto written = files::Write(folder / name, text);
    if (!written.ok()) return written;
  }
  return files::Done{};
}

}  // namespace preflight
