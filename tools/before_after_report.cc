// SPDX-License-Identifier: GPL-2.0-only
#include "before_after_report.h"

#include <fmt/core.h>
#include <tinyxml2.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "file_io.h"
#include "text.h"

namespace before_after {
namespace {

using fence_probe::Outcome;
using fence_probe::Report;
using fence_probe::Timing;

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

/// The document, element by element. tinyxml2 escapes what is in it.
class Html {
 public:
  Html() : printer_(nullptr, /*compact=*/true) {
    printer_.PushUnknown("DOCTYPE html");
    Open("html", {{"lang", "en"}});
  }

  using Attributes = std::vector<std::pair<const char*, std::string>>;
  void Open(const char* name, const Attributes& attributes = {}) {
    printer_.OpenElement(name, true);
    for (const auto& [key, value] : attributes) {
      printer_.PushAttribute(key, gate::Printable(value).c_str());
    }
  }
  void Close() { printer_.CloseElement(true); }
  void Text(const std::string& text) { printer_.PushText(gate::Printable(text).c_str()); }
  void Element(const char* name, const std::string& text, const Attributes& attributes = {}) {
    Open(name, attributes);
    Text(text);
    Close();
  }
  std::string Finish() {
    Close();
    return std::string(printer_.CStr()) + "\n";
  }

 private:
  tinyxml2::XMLPrinter printer_;
};

constexpr char kStyle[] =
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color:#1b1f24;background:#fff}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #d8dee4;"
    "vertical-align:top}"
    ".changed td{background:#ddf4e4}"
    "svg text{font:13px system-ui,sans-serif;fill:#1b1f24}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}"
    ".changed td{background:#12361f}th,td{border-color:#30363d}svg text{fill:#e6edf3}}";

std::int64_t EventTime(const Report& report, std::string_view name) {
  for (const Outcome::Event& event : report.timeline) {
    if (event.name == name) return event.nanoseconds;
  }
  return -1;
}

/// One kernel's job as a lane of the drawing: a bar from the job's start to DQBUF, and what a
/// consumer saw on it.
void DrawLane(Html* html, int top, const std::string& title, const Report& report,
              double pixels_per_ns) {
  constexpr int kLeft = 20;
  const auto x = [&](std::int64_t ns) { return kLeft + static_cast<double>(ns) * pixels_per_ns; };
  const auto number = [](double value) { return fmt::format("{:.1f}", value); };
  const std::int64_t end = EventTime(report, "DQBUF returns");
  if (end < 0) return;
  html->Element("text", title, {{"x", "20"}, {"y", std::to_string(top + 14)}});
  html->Open("rect", {{"x", number(x(0))},
                      {"y", std::to_string(top + 74)},
                      {"width", number(x(end) - x(0))},
                      {"height", "18"},
                      {"rx", "3"},
                      {"fill", "#8ab4f8"}});
  html->Element("title", "the device has the buffer");
  html->Close();
  struct Mark {
    const char* event;
    const char* label;
    const char* color;
    int row;
  };
  const Mark marks[] = {{"queued", "QBUF", "#57606a", 0},
                        {"looked at", "consumer exports a sync_file", "#8250df", 1},
                        {"fence signals", "fence signals", "#1a7f37", 2},
                        {"wait returns", "wait on the sync_file returns", "#cf222e", 3},
                        {"DQBUF returns", "DQBUF returns", "#57606a", 4}};
  for (const Mark& mark : marks) {
    const bool first = std::string_view(mark.event) == "queued";
    const std::int64_t at = first ? 0 : EventTime(report, mark.event);
    if (at < 0) continue;
    const bool late = at * 2 > end;
    const int y = mark.row < 2 ? top + 44 + 16 * mark.row : top + 90 + 17 * (mark.row - 1);
    html->Open("line", {{"x1", number(x(at))},
                        {"x2", number(x(at))},
                        {"y1", std::to_string(std::min(y, top + 74))},
                        {"y2", std::to_string(std::max(y, top + 92))},
                        {"stroke", mark.color},
                        {"stroke-width", "2"}});
    html->Close();
    html->Element("text", fmt::format("{} {:.1f} ms", mark.label, static_cast<double>(at) / 1e6),
                  {{"x", number(x(at) + (late ? -6 : 6))},
                   {"y", std::to_string(y)},
                   {"text-anchor", late ? "end" : "start"}});
  }
}

void DrawTimeline(Html* html, const Report& before, const Report& after) {
  const std::int64_t longest =
      std::max(EventTime(before, "DQBUF returns"), EventTime(after, "DQBUF returns"));
  if (longest <= 0) return;
  constexpr double kWidth = 860;
  html->Open("svg", {{"viewBox", "0 0 900 330"}, {"width", "100%"}, {"role", "img"}});
  html->Element("title", "One job, from QBUF to DQBUF, before and after");
  const double scale = kWidth / static_cast<double>(longest);
  DrawLane(html, 0, "before", before, scale);
  DrawLane(html, 165, "after", after, scale);
  html->Close();
}

void WriteTable(Html* html, const std::vector<Pair>& pairs) {
  html->Open("table");
  html->Open("tr");
  for (const char* head : {"scenario", "observation", "before", "after"}) {
    html->Element("th", head);
  }
  html->Close();
  for (const Pair& pair : pairs) {
    html->Open("tr", pair.changed() ? Html::Attributes{{"class", "changed"}} : Html::Attributes{});
    for (const std::string& cell : {pair.scenario, pair.what, pair.before, pair.after}) {
      html->Element("td", cell);
    }
    html->Close();
  }
  html->Close();
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
    const auto changed = static_cast<std::size_t>(
        std::count_if(pairs.begin(), pairs.end(), [](const Pair& p) { return p.changed(); }));
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

std::string HtmlReport(const Subject& subject, const KernelResults& before,
                       const KernelResults& after) {
  Html html;
  html.Open("head");
  html.Open("meta", {{"charset", "utf-8"}});
  html.Close();
  html.Open("meta", {{"name", "viewport"}, {"content", "width=device-width,initial-scale=1"}});
  html.Close();
  html.Element("title", "Release fences, before and after");
  html.Element("style", kStyle);
  html.Close();
  html.Open("body");
  html.Element("h1", "Release fences, before and after");
  html.Element("p", fmt::format("What a V4L2 client sees on {} without and with the series, under "
                                "User Mode Linux. Before: {}. After: {}.",
                                subject.base, before.verdict, after.verdict));
  for (const Report& report : after.probes) {
    const Report* other = Find(before.probes, report.suite);
    if (other == nullptr) continue;
    html.Element("h2", report.suite);
    DrawTimeline(&html, *other, report);
    WriteTable(&html, Pairs(*other, &report));
  }
  html.Element("h2", "Times");
  html.Element("p", "Microseconds, median / 99th percentile.");
  html.Open("table");
  for (const Report& report : after.probes) {
    for (const Timing& timing : report.timings) {
      html.Open("tr");
      html.Element("td", report.suite);
      html.Element("td", timing.name);
      html.Element("td", Show(FindTiming(Find(before.probes, report.suite), timing.name)));
      html.Element("td", Show(&timing));
      html.Close();
    }
  }
  html.Close();
  html.Element("h2", "v4l2-compliance");
  html.Open("table");
  for (const auto& [driver, transcript] : before.compliance) {
    html.Open("tr");
    html.Element("td", driver);
    html.Element("td", ComplianceLine(driver, before, after));
    html.Close();
  }
  html.Close();
  html.Close();
  return html.Finish();
}

}  // namespace before_after
