// SPDX-License-Identifier: GPL-2.0-only
#include "before_after_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "file_io.h"
#include "html_writer.h"

namespace before_after {
namespace {

using fence_probe::Outcome;
using fence_probe::Report;
using fence_probe::Timing;
using gate::HtmlWriter;

constexpr char kMissing[] = "-";

/// One observation on both kernels.
struct Pair {
  std::string scenario;
  std::string what;
  std::string before;
  std::string after;
  bool changed() const { return before != after; }
};

const Report* Find(const std::vector<Report>& reports, const std::string& suite) {
  const auto found = std::find_if(reports.begin(), reports.end(),
                                  [&](const Report& report) { return report.suite == suite; });
  return found == reports.end() ? nullptr : &*found;
}

std::vector<Pair> Pairs(const Report& before, const Report* after) {
  std::vector<Pair> pairs;
  for (const auto& row : before.rows) {
    pairs.push_back({row.scenario, row.what, row.seen, kMissing});
  }
  if (after == nullptr) return pairs;
  for (const auto& row : after->rows) {
    const auto same = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) {
      return pair.scenario == row.scenario && pair.what == row.what;
    });
    if (same != pairs.end()) {
      same->after = row.seen;
    } else {
      pairs.push_back({row.scenario, row.what, kMissing, row.seen});
    }
  }
  return pairs;
}

std::string Show(const Timing* timing) {
  if (timing == nullptr || timing->samples == 0) return "no fence";
  return fmt::format("{:.0f} / {:.0f}", timing->median_us, timing->p99_us);
}

std::size_t Changed(const std::vector<Pair>& pairs) {
  return static_cast<std::size_t>(
      std::count_if(pairs.begin(), pairs.end(), [](const Pair& pair) { return pair.changed(); }));
}

const Timing* FindTiming(const Report* report, const std::string& name) {
  if (report == nullptr) return nullptr;
  for (const Timing& timing : report->timings) {
    if (timing.name == name) return &timing;
  }
  return nullptr;
}

std::string ComplianceLine(const std::string& driver, const KernelResults& before,
                           const KernelResults& after) {
  const auto left = before.compliance.find(driver);
  const auto right = after.compliance.find(driver);
  if (left == before.compliance.end() || right == after.compliance.end()) return "not run";
  const auto differences = compliance::Compare(left->second, right->second);
  return fmt::format("{} tests, {} fail on both; {} differ", left->second.tests.size(),
                     left->second.failed(), differences.size());
}

std::int64_t EventTime(const Report& report, std::string_view name) {
  for (const Outcome::Event& event : report.timeline) {
    if (event.name == name) return event.nanoseconds;
  }
  return -1;
}

/// One kernel's job as a lane of the drawing: a bar from QBUF to DQBUF, and what a consumer saw on
/// it.
void DrawLane(HtmlWriter* html, double top, const std::string& title, const Report& report,
              double units_per_ns) {
  constexpr double kLeft = 20;
  const std::int64_t end = EventTime(report, "DQBUF returns");
  if (end < 0) return;
  const auto x = [&](std::int64_t ns) { return kLeft + static_cast<double>(ns) * units_per_ns; };
  const double bar = top + 66;
  html->Label(kLeft, top + 14, title, false);
  html->Bar(x(0), bar, x(end) - x(0), 18, HtmlWriter::Tone::kQuiet);
  struct Mark {
    const char* event;
    const char* label;
    HtmlWriter::Tone tone;
    double y;  // Of its label, from the lane's top.
  };
  const Mark marks[] = {
      {"queued", "QBUF", HtmlWriter::Tone::kPlain, 36},
      {"looked at", "a consumer exports a sync_file", HtmlWriter::Tone::kPlain, 54},
      {"fence signals", "the fence signals", HtmlWriter::Tone::kGood, 104},
      {"wait returns", "its wait returns", HtmlWriter::Tone::kWarn, 122},
      {"DQBUF returns", "DQBUF returns", HtmlWriter::Tone::kPlain, 140}};
  for (const Mark& mark : marks) {
    const std::int64_t at =
        std::string_view(mark.event) == "queued" ? 0 : EventTime(report, mark.event);
    if (at < 0) continue;
    const bool late = at * 2 > end;
    const double y = top + mark.y;
    html->Line(x(at), std::min(y - 10, bar), x(at), std::max(y, bar + 18), mark.tone);
    html->Label(x(at) + (late ? -6 : 6), y,
                fmt::format("{} at {:.1f} ms", mark.label, static_cast<double>(at) / 1e6), late);
  }
}

void DrawTimeline(HtmlWriter* html, const Report& before, const Report& after) {
  constexpr int kWidth = 900;
  constexpr int kLane = 160;
  const std::int64_t longest =
      std::max(EventTime(before, "DQBUF returns"), EventTime(after, "DQBUF returns"));
  if (longest <= 0) return;
  html->BeginDrawing(kWidth, 2 * kLane, "One job, from QBUF to DQBUF, before and after");
  const double units_per_ns = (kWidth - 40) / static_cast<double>(longest);
  DrawLane(html, 0, "before", before, units_per_ns);
  DrawLane(html, kLane, "after", after, units_per_ns);
  html->EndDrawing();
}

void WriteTable(HtmlWriter* html, const std::vector<Pair>& pairs) {
  html->BeginTable({"scenario", "observation", "before", "after"});
  for (const Pair& pair : pairs) {
    const auto tone = pair.changed() ? HtmlWriter::Tone::kGood : HtmlWriter::Tone::kPlain;
    html->Row({{.text = pair.scenario, .code = true},
               {.text = pair.what, .code = true},
               {.text = pair.before},
               {.text = pair.after + (pair.changed() ? " (changed)" : ""), .tone = tone}});
  }
  html->EndTable();
}

void WriteTimings(HtmlWriter* html, const KernelResults& before, const KernelResults& after) {
  html->Heading("Times");
  html->Paragraph("Microseconds: median / 99th percentile.");
  html->BeginTable({"driver", "step", "before", "after"});
  for (const Report& report : after.probes) {
    for (const Timing& timing : report.timings) {
      const Timing* earlier = FindTiming(Find(before.probes, report.suite), timing.name);
      html->Row({{.text = report.suite},
                 {.text = timing.name, .code = true},
                 {.text = Show(earlier), .number = true},
                 {.text = Show(&timing), .number = true}});
    }
  }
  html->EndTable();
}

}  // namespace

gate::Result<std::vector<Report>> ReadReports(const std::string& file) {
  const auto text = gate::ReadFile(file);
  if (!text.ok()) return gate::Error{text.error()};
  const auto document = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_array()) {
    return gate::Error{fmt::format("{}: error: is not what the probe writes", file)};
  }
  std::vector<Report> reports;
  for (const auto& item : document) {
    if (!item.is_object()) continue;
    Report report;
    report.device = item.value("device", "");
    report.suite = item.value("suite", "");
    for (const auto& row : item.value("rows", nlohmann::json::array())) {
      report.rows.push_back(
          {row.value("scenario", ""), row.value("what", ""), row.value("seen", "")});
    }
    for (const auto& timing : item.value("timings", nlohmann::json::array())) {
      report.timings.push_back({timing.value("name", ""), timing.value("samples", std::size_t{0}),
                                timing.value("median_us", 0.0), timing.value("p99_us", 0.0)});
    }
    for (const auto& event : item.value("timeline", nlohmann::json::array())) {
      report.timeline.push_back(
          {event.value("event", ""), event.value("nanoseconds", std::int64_t{0})});
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

std::string TextReport(const Subject& subject, const KernelResults& before,
                       const KernelResults& after) {
  std::string text = fmt::format(
      "What a V4L2 client sees, on {} without and with the series\n"
      "(User Mode Linux, one processor)\n",
      subject.base);
  for (const Report& report : before.probes) {
    const Report* other = Find(after.probes, report.suite);
    const auto pairs = Pairs(report, other);
    const std::size_t changed = Changed(pairs);
    text +=
        fmt::format("\n{}: {} of {} observations change\n", report.suite, changed, pairs.size());
    if (changed == 0) continue;
    text +=
        fmt::format("  {:<25} {:<16} {:<14} {}\n", "scenario", "observation", "before", "after");
    std::string scenario;
    for (const Pair& pair : pairs) {
      text +=
          fmt::format("  {:<25} {:<16} {:<14} {}\n", pair.scenario == scenario ? "" : pair.scenario,
                      pair.what, pair.before, pair.after);
      scenario = pair.scenario;
    }
  }
  text += "\nMicroseconds, median / 99th percentile\n";
  text += fmt::format("  {:<10} {:<20} {:<18} {}\n", "driver", "step", "before", "after");
  for (const Report& report : after.probes) {
    const Report* other = Find(before.probes, report.suite);
    for (const Timing& timing : report.timings) {
      const Timing* earlier = FindTiming(other, timing.name);
      if (timing.samples == 0 && (earlier == nullptr || earlier->samples == 0)) continue;
      text += fmt::format("  {:<10} {:<20} {:<18} {}\n", report.suite, timing.name, Show(earlier),
                          Show(&timing));
    }
  }
  text += "\nv4l2-compliance, streaming included\n";
  for (const auto& [driver, transcript] : before.compliance) {
    text += fmt::format("  {:<10} {}\n", driver, ComplianceLine(driver, before, after));
  }
  return text;
}

std::string Summary(const KernelResults& before, const KernelResults& after) {
  std::string text;
  for (const Report& report : before.probes) {
    const auto pairs = Pairs(report, Find(after.probes, report.suite));
    text += fmt::format("{}{} {} of {}", text.empty() ? "" : ", ", report.suite, Changed(pairs),
                        pairs.size());
  }
  text += text.empty() ? "no observations" : " observations change";
  std::size_t tests = 0;
  std::size_t differ = 0;
  for (const auto& [driver, transcript] : before.compliance) {
    const auto other = after.compliance.find(driver);
    if (other == after.compliance.end()) continue;
    tests += transcript.tests.size();
    differ += compliance::Compare(transcript, other->second).size();
  }
  return text + fmt::format("; v4l2-compliance: {} tests, {} differ", tests, differ);
}

std::string WriteHtmlReport(const Subject& subject, const KernelResults& before,
                            const KernelResults& after, const std::string& file) {
  auto output = gate::OutputFile::Create(file);
  if (!output.ok()) return output.error();
  HtmlWriter html(output->stream());
  constexpr char kTitle[] = "Release fences, before and after";
  html.BeginPage(kTitle, kTitle, HtmlWriter::Tone::kPlain);
  html.Facts({{"kernel", subject.base}, {"before", before.verdict}, {"after", after.verdict}});
  html.Paragraph(
      "What a V4L2 client sees on the kernel without the series and on the one with it, "
      "under User Mode Linux.");
  for (const Report& report : after.probes) {
    const Report* other = Find(before.probes, report.suite);
    if (other == nullptr) continue;
    html.Heading(report.suite);
    DrawTimeline(&html, *other, report);
    WriteTable(&html, Pairs(*other, &report));
  }
  WriteTimings(&html, before, after);
  html.Heading("v4l2-compliance");
  html.BeginTable({"driver", "verdicts"});
  for (const auto& [driver, transcript] : before.compliance) {
    html.Row({{.text = driver}, {.text = ComplianceLine(driver, before, after)}});
  }
  html.EndTable();
  html.EndPage();
  return output->Commit();
}

}  // namespace before_after
