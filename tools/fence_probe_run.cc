// SPDX-License-Identifier: GPL-2.0-only
#include "fence_probe_run.h"

#include <fmt/core.h>
#include <rapidjson/filewritestream.h>
#include <rapidjson/prettywriter.h>

#include <algorithm>
#include <string_view>

#include "file_io.h"

namespace fence_probe {
namespace {

/// Compares what a scenario saw with the table, row by row. A row that was not looked at fails.
bool Judge(std::string_view scenario, const Outcome& outcome, Expect expect, KtapWriter* ktap) {
  bool holds = true;
  for (const auto& seen : outcome.seen) {
    ktap->Note(fmt::format("{}: {}: {}", scenario, seen.what, seen.value));
  }
  if (expect == Expect::kNothing) return true;
  for (const Expectation* expectation : ExpectationsOf(scenario)) {
    const auto seen = std::find_if(outcome.seen.begin(), outcome.seen.end(), [&](const auto& each) {
      return each.what == expectation->what;
    });
    const std::string_view wanted = expectation->Wanted(expect);
    // A camera has no OUTPUT buffer.
    if (seen == outcome.seen.end() && expectation->what == "poll_out_source") continue;
    if (seen != outcome.seen.end() && seen->value == wanted) continue;
    holds = false;
    ktap->Failure(scenario, kExpectationsFile, expectation->line,
                  fmt::format("Expected {} to be \"{}\", but it {}{}", expectation->what, wanted,
                              seen == outcome.seen.end() ? "was not seen" : "is \"",
                              seen == outcome.seen.end() ? "" : seen->value + "\""));
  }
  return holds;
}

const char* ExpectName(Expect expect) {
  switch (expect) {
    case Expect::kFenced:
      return "fenced";
    case Expect::kUnfenced:
      return "unfenced";
    case Expect::kNothing:
      return "nothing";
  }
  return "nothing";
}

}  // namespace

gate::Result<Report> ProbeDevice(const Target& target, const std::string& suite, Expect expect,
                                 int timed_jobs, KtapWriter* ktap) {
  const auto plan = PlanFor(target);
  if (!plan.ok()) return gate::Error{plan.error()};
  const bool timed = timed_jobs > 0 && plan->runs_jobs;
  Report report;
  report.device = target.path;
  report.suite = suite;
  report.expect = expect;
  ktap->BeginSuite(suite, plan->scenarios.size() + (timed ? 1 : 0));
  for (const Scenario& scenario : plan->scenarios) {
    Outcome outcome = Run(scenario, target);
    if (!outcome.error.empty()) {
      ktap->Note(fmt::format("{}: error: {}", scenario.name, outcome.error));
      ktap->Fail(scenario.name);
      continue;
    }
    if (outcome.too_quick) {
      ktap->Skip(scenario.name, "the job is over before it can be looked at; give larger frames");
      continue;
    }
    for (const auto& seen : outcome.seen) {
      report.rows.push_back({std::string(scenario.name), seen.what, seen.value});
    }
    if (!outcome.timeline.empty()) report.timeline = outcome.timeline;
    if (Judge(scenario.name, outcome, expect, ktap)) {
      ktap->Pass(scenario.name);
    } else {
      ktap->Fail(scenario.name);
    }
  }
  if (timed) {
    auto timings = Measure(target, timed_jobs);
    if (timings.ok()) {
      for (const Timing& timing : *timings) {
        ktap->Note(timing.samples == 0
                       ? fmt::format("timing: {}: none, there is no fence", timing.name)
                       : fmt::format("timing: {}: median {:.1f} us, p99 {:.1f} us, {} samples",
                                     timing.name, timing.median_us, timing.p99_us, timing.samples));
      }
      report.timings = std::move(*timings);
      ktap->Pass("timing");
    } else {
      ktap->Note(fmt::format("timing: error: {}", timings.error()));
      ktap->Fail("timing");
    }
  }
  ktap->EndSuite();
  return report;
}

std::string WriteReports(const std::vector<Report>& reports, const std::string& file) {
  auto output = gate::OutputFile::Create(file);
  if (!output.ok()) return output.error();
  char buffer[4096];
  rapidjson::FileWriteStream stream(output->stream(), buffer, sizeof(buffer));
  rapidjson::PrettyWriter<rapidjson::FileWriteStream> json(stream);
  const auto text = [&](const char* key, const std::string& value) {
    json.Key(key);
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  json.StartArray();
  for (const Report& report : reports) {
    json.StartObject();
    text("device", report.device);
    text("suite", report.suite);
    text("expect", ExpectName(report.expect));
    json.Key("rows");
    json.StartArray();
    for (const auto& row : report.rows) {
      json.StartObject();
      text("scenario", row.scenario);
      text("what", row.what);
      text("seen", row.seen);
      json.EndObject();
    }
    json.EndArray();
    json.Key("timings");
    json.StartArray();
    for (const Timing& timing : report.timings) {
      json.StartObject();
      text("name", timing.name);
      json.Key("samples");
      json.Uint64(timing.samples);
      json.Key("median_us");
      json.Double(timing.median_us);
      json.Key("p99_us");
      json.Double(timing.p99_us);
      json.EndObject();
    }
    json.EndArray();
    json.Key("timeline");
    json.StartArray();
    for (const auto& event : report.timeline) {
      json.StartObject();
      text("event", event.name);
      json.Key("nanoseconds");
      json.Int64(event.nanoseconds);
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  stream.Flush();
  std::fputc('\n', output->stream());
  return output->Commit();
}

}  // namespace fence_probe
