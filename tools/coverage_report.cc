// SPDX-License-Identifier: GPL-2.0-only
#include "coverage_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "file_io.h"
#include "html_writer.h"

namespace coverage {
namespace {

using gate::ExitCode;
using gate::HtmlWriter;
using Kind = UncoveredList::Kind;

std::string Trim(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Takes one file's new lines, as gcov saw them.
class FileJudge {
 public:
  FileJudge(const std::string& name, const GcovData::File& seen, UncoveredList* list,
            std::vector<Gap>* gaps)
      : seen_(seen), list_(list), gaps_(gaps) {
    file_.name = name;
  }

  void Take(std::size_t number, const std::string& text) {
    const auto found = seen_.lines.find(number);
    if (found == seen_.lines.end()) return;  // No code on it.
    const auto& line = found->second;
    Gap gap;
    gap.file = file_.name;
    gap.line = number;
    gap.text = Trim(text);
    gap.function = seen_.FunctionAt(number);
    gap.ran = line.count > 0;
    gap.ways = line.branches.size();
    gap.taken = static_cast<std::size_t>(
        std::count_if(line.branches.begin(), line.branches.end(), [](auto n) { return n > 0; }));
    Tally tally;
    tally.lines = 1;
    tally.lines_run = gap.ran ? 1 : 0;
    tally.branches = gap.ways;
    tally.branches_taken = gap.taken;
    if (!gap.ran || gap.taken < gap.ways) {
      gap.reason = Reason(gap);
      if (!gap.reason.empty()) {
        tally.lines_excused = gap.ran ? 0 : 1;
        tally.branches_excused = gap.ways - gap.taken;
      }
      gaps_->push_back(gap);
    }
    Count(gap.function, tally);
  }

  File Finish() { return std::move(file_); }

 private:
  std::string Reason(const Gap& gap) {
    const UncoveredList::Entry* entry = nullptr;
    const auto function = seen_.functions.find(gap.function);
    if (function != seen_.functions.end() && function->second.count == 0) {
      entry = list_->Find(Kind::kFunction, gap.file, gap.function);
    }
    if (entry == nullptr) {
      entry = list_->Find(gap.ran ? Kind::kBranch : Kind::kLine, gap.file, gap.text);
    }
    return entry == nullptr ? std::string() : entry->reason;
  }

  void Count(const std::string& function, const Tally& tally) {
    file_.tally.Add(tally);
    const auto same = [&](const Function& other) { return other.name == function; };
    auto found = std::find_if(file_.functions.begin(), file_.functions.end(), same);
    if (found == file_.functions.end()) found = file_.functions.insert(found, {function, {}});
    found->tally.Add(tally);
  }

  const GcovData::File& seen_;
  UncoveredList* list_;
  std::vector<Gap>* gaps_;
  File file_;
};

std::string Excused(std::size_t count) {
  return count == 0 ? std::string() : fmt::format(" (+{})", count);
}

std::string Lines(const Tally& tally) {
  return fmt::format("{}/{}{}", tally.lines_run, tally.lines, Excused(tally.lines_excused));
}

std::string Branches(const Tally& tally) {
  return fmt::format("{}/{}{}", tally.branches_taken, tally.branches,
                     Excused(tally.branches_excused));
}

std::string Describe(const Gap& gap) {
  if (!gap.ran) return "never run";
  return fmt::format("{} of {} ways on never taken", gap.ways - gap.taken, gap.ways);
}

/// What a fresh list entry would need to say.
constexpr const char kMissing[] = "a test is missing";

std::string ReasonOf(const std::string& reason) { return reason.empty() ? kMissing : reason; }

HtmlWriter::Tone ToneOf(const Tally& tally) {
  const bool all = tally.lines_run + tally.lines_excused == tally.lines &&
                   tally.branches_taken + tally.branches_excused == tally.branches;
  return all ? HtmlWriter::Tone::kGood : HtmlWriter::Tone::kBad;
}

nlohmann::json ToJson(const Tally& tally) {
  return {
      {"lines", {{"run", tally.lines_run}, {"all", tally.lines}, {"excused", tally.lines_excused}}},
      {"branches",
       {{"taken", tally.branches_taken},
        {"all", tally.branches},
        {"excused", tally.branches_excused}}}};
}

}  // namespace

void Tally::Add(const Tally& other) {
  lines += other.lines;
  lines_run += other.lines_run;
  lines_excused += other.lines_excused;
  branches += other.branches;
  branches_taken += other.branches_taken;
  branches_excused += other.branches_excused;
}

Tally Report::Total() const {
  Tally total;
  for (const auto& file : files) total.Add(file.tally);
  return total;
}

std::size_t Report::Unexcused() const {
  const auto unexcused = [](const auto& item) { return item.reason.empty(); };
  return static_cast<std::size_t>(std::count_if(gaps.begin(), gaps.end(), unexcused) +
                                  std::count_if(not_run.begin(), not_run.end(), unexcused));
}

ExitCode Report::Code() const {
  if (Unexcused() > 0 || !faults_of_list.empty()) return ExitCode::kFailed;
  return Total().lines == 0 ? ExitCode::kNoTests : ExitCode::kPassed;
}

Report Evaluate(const AddedLines& added, const GcovData& data,
                const std::set<std::string>& compiled, UncoveredList list) {
  Report report;
  for (const auto& [name, lines] : added) {
    const bool source = name.ends_with(".c");
    if (!source && !name.ends_with(".h")) continue;
    if (source && !compiled.contains(name)) {
      const auto* entry = list.Find(Kind::kNotBuilt, name, "");
      report.not_run.push_back({name, lines.size(), entry == nullptr ? "" : entry->reason});
      continue;
    }
    const auto seen = data.files().find(name);
    if (seen == data.files().end()) continue;
    FileJudge judge(name, seen->second, &list, &report.gaps);
    for (const auto& [number, text] : lines) judge.Take(number, text);
    File file = judge.Finish();
    if (file.tally.lines > 0) report.files.push_back(std::move(file));
  }
  for (const auto& entry : list.entries()) {
    if (entry.uses > 0 || entry.by_chance) continue;
    report.faults_of_list.push_back(fmt::format(
        "{}:{}: error: excuses nothing: what it names is covered, or gone; remove it ({} {}{}{})",
        list.name(), entry.line, UncoveredKindName(entry.kind), entry.file,
        entry.what.empty() ? "" : ": ", entry.what));
  }
  return report;
}

std::string FormatText(const Report& report) {
  std::string text = fmt::format("{:<58} {:>15} {:>15}\n", "", "lines", "branches");
  for (const auto& file : report.files) {
    text +=
        fmt::format("{:<58} {:>15} {:>15}\n", file.name, Lines(file.tally), Branches(file.tally));
  }
  const Tally total = report.Total();
  text += fmt::format("{:<58} {:>15} {:>15}\n", "all", Lines(total), Branches(total));
  for (const auto& gap : report.gaps) {
    if (!gap.reason.empty()) {
      text += fmt::format("excused  {}:{}: {}: {}: {}\n", gap.file, gap.line, Describe(gap),
                          gap.text, gap.reason);
    }
  }
  for (const auto& source : report.not_run) {
    text += fmt::format("NOT RUN  {}: {} new lines: {}\n", source.file, source.lines,
                        source.reason.empty() ? "error: no reason is known" : source.reason);
  }
  for (const auto& gap : report.gaps) {
    if (gap.reason.empty()) {
      text += fmt::format("{}:{}: error: {}: {}\n", gap.file, gap.line, Describe(gap), gap.text);
    }
  }
  for (const auto& fault : report.faults_of_list) text += fault + "\n";
  return text;
}

std::string Summary(const Report& report) {
  const Tally total = report.Total();
  return fmt::format(
      "{} coverage of what the series adds: {} of {} lines, {} of {} branches; excused {} and {}; "
      "not excused {}; sources not run {}\n",
      report.Code() == ExitCode::kPassed ? "PASSED" : "FAILED", total.lines_run, total.lines,
      total.branches_taken, total.branches, total.lines_excused, total.branches_excused,
      report.Unexcused(), report.not_run.size());
}

std::string FormatJson(const Report& report) {
  using nlohmann::json;
  json files = json::array();
  for (const auto& file : report.files) {
    json entry = ToJson(file.tally);
    entry["file"] = file.name;
    for (const auto& function : file.functions) {
      json part = ToJson(function.tally);
      part["function"] = function.name;
      entry["functions"].push_back(std::move(part));
    }
    files.push_back(std::move(entry));
  }
  json gaps = json::array();
  for (const auto& gap : report.gaps) {
    gaps.push_back({{"file", gap.file},
                    {"line", gap.line},
                    {"function", gap.function},
                    {"text", gap.text},
                    {"ran", gap.ran},
                    {"branches", gap.ways},
                    {"taken", gap.taken},
                    {"reason", gap.reason}});
  }
  json not_run = json::array();
  for (const auto& source : report.not_run) {
    not_run.push_back({{"file", source.file}, {"lines", source.lines}, {"reason", source.reason}});
  }
  json note = ToJson(report.Total());
  note["verdict"] = gate::ExitCodeName(report.Code());
  note["files"] = std::move(files);
  note["gaps"] = std::move(gaps);
  note["not_run"] = std::move(not_run);
  note["faults_of_list"] = report.faults_of_list;
  return note.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string WriteHtml(const Report& report, const std::string& file) {
  auto output = gate::OutputFile::Create(file);
  if (!output.ok()) return output.error();
  using Tone = HtmlWriter::Tone;
  const bool passed = report.Code() == ExitCode::kPassed;
  const Tally total = report.Total();
  HtmlWriter html(output->stream());
  html.BeginPage("Coverage", "Coverage of what the series adds", passed ? Tone::kGood : Tone::kBad);
  html.Facts({{"lines run", Lines(total), ToneOf(total)},
              {"branches taken", Branches(total), ToneOf(total)},
              {"not excused", std::to_string(report.Unexcused()),
               report.Unexcused() == 0 ? Tone::kPlain : Tone::kBad},
              {"sources not run", std::to_string(report.not_run.size()),
               report.not_run.empty() ? Tone::kPlain : Tone::kWarn}});
  html.Paragraph("A figure in brackets: what is excused, for a reason that is told below.");
  html.BeginTable({"file and function", "lines", "branches"});
  for (const auto& source : report.files) {
    html.Row({{.text = source.name},
              {.text = Lines(source.tally), .tone = ToneOf(source.tally), .number = true},
              {.text = Branches(source.tally), .tone = ToneOf(source.tally), .number = true}});
    for (const auto& function : source.functions) {
      html.Row(
          {{.text = function.name, .tone = Tone::kQuiet, .code = true},
           {.text = Lines(function.tally), .tone = ToneOf(function.tally), .number = true},
           {.text = Branches(function.tally), .tone = ToneOf(function.tally), .number = true}});
    }
  }
  html.EndTable();
  for (const auto& fault : report.faults_of_list) html.Paragraph(fault);
  html.Heading("Not reached");
  html.BeginTable({"place", "line", "what", "reason"});
  for (const auto& gap : report.gaps) {
    html.Row(
        {{.text = fmt::format("{}:{}", gap.file, gap.line)},
         {.text = gap.text, .code = true},
         {.text = Describe(gap)},
         {.text = ReasonOf(gap.reason), .tone = gap.reason.empty() ? Tone::kBad : Tone::kPlain}});
  }
  html.EndTable();
  html.Heading("Not run");
  html.BeginTable({"file", "new lines", "reason"});
  for (const auto& source : report.not_run) {
    html.Row({{.text = source.file},
              {.text = std::to_string(source.lines), .number = true},
              {.text = ReasonOf(source.reason),
               .tone = source.reason.empty() ? Tone::kBad : Tone::kWarn}});
  }
  html.EndTable();
  html.EndPage();
  return output->Commit();
}

}  // namespace coverage
