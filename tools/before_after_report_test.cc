// SPDX-License-Identifier: GPL-2.0-only
#include "before_after_report.h"

#include <gtest/gtest.h>
#include <tinyxml2.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "before_after_guest.h"
#include "files.h"

namespace {

using before_after::KernelResults;
using fence_probe::Report;

Report ProbeOf(const std::string& suite, const std::string& seen) {
  Report report;
  report.device = "/dev/video0";
  report.suite = suite;
  report.rows = {{"running_job", "poll_in", seen}, {"starved_output", "poll_in", "ready"}};
  report.timings = {{"export_sync_file", 10, 3.5, 9.0}, {"signal_to_wake_up", 0, 0, 0}};
  report.timeline = {
      {"looked at", 1'000'000}, {"wait returns", 90'000'000}, {"DQBUF returns", 100'000'000}};
  return report;
}

KernelResults Kernel(const std::string& seen) {
  KernelResults kernel;
  kernel.verdict = "passed";
  kernel.probes = {ProbeOf("vim2m", seen)};
  kernel.compliance["vim2m"].tests = {{"a", "OK"}, {"b", "FAIL"}};
  return kernel;
}

TEST(BeforeAfterReport, ReadsWhatTheProbeWrites) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("before_after_report_test-" + std::to_string(::getpid()) + ".json");
  ASSERT_EQ(fence_probe::WriteReports({ProbeOf("vim2m", "busy")}, file.string()), "");
  const auto reports = before_after::ReadReports(file.string());
  std::filesystem::remove(file);
  ASSERT_TRUE(reports.ok()) << reports.error();
  ASSERT_EQ(reports->size(), 1u);
  const Report& report = reports->front();
  EXPECT_EQ(report.suite, "vim2m");
  EXPECT_EQ(report.device, "/dev/video0");
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_EQ(report.rows[0].scenario, "running_job");
  EXPECT_EQ(report.rows[0].what, "poll_in");
  EXPECT_EQ(report.rows[0].seen, "busy");
  ASSERT_EQ(report.timings.size(), 2u);
  EXPECT_EQ(report.timings[0].samples, 10u);
  EXPECT_DOUBLE_EQ(report.timings[0].median_us, 3.5);
  ASSERT_EQ(report.timeline.size(), 3u);
  EXPECT_EQ(report.timeline[2].nanoseconds, 100'000'000);
}

TEST(BeforeAfterReport, AFileOfAnotherKindIsAnError) {
  EXPECT_FALSE(before_after::ReadReports("/dev/null").ok());
  EXPECT_FALSE(before_after::ReadReports("/nonexistent").ok());
}

TEST(BeforeAfterReport, TextTellsWhatChangesAndWhatDoesNot) {
  const std::string text = before_after::TextReport({"6.12"}, Kernel("ready"), Kernel("busy"));
  EXPECT_NE(text.find("vim2m: 1 of 2 observations change"), std::string::npos) << text;
  EXPECT_NE(text.find("ready          busy"), std::string::npos) << text;
  EXPECT_NE(text.find("2 tests, 1 fail on both; 0 differ"), std::string::npos) << text;
}

TEST(BeforeAfterReport, ADriverThatDoesNotChangeTakesOneLine) {
  const std::string text = before_after::TextReport({"6.12"}, Kernel("ready"), Kernel("ready"));
  EXPECT_NE(text.find("vim2m: 0 of 2 observations change"), std::string::npos) << text;
  EXPECT_EQ(text.find("running_job"), std::string::npos) << text;
}

TEST(BeforeAfterReport, SummaryCountsEachDriversChangesAndAllComplianceTests) {
  KernelResults before = Kernel("ready");
  KernelResults after = Kernel("busy");
  before.probes.push_back(ProbeOf("vivid", "ready"));
  after.probes.push_back(ProbeOf("vivid", "ready"));
  before.compliance["vivid"].tests = {{"a", "OK"}};
  after.compliance["vivid"].tests = {{"a", "FAIL"}};
  EXPECT_EQ(before_after::Summary(before, after),
            "vim2m 1 of 2, vivid 0 of 2 observations change; v4l2-compliance: 3 tests, 1 differ");
}

TEST(BeforeAfterReport, SummaryOfNothingSaysSo) {
  EXPECT_EQ(before_after::Summary({}, {}), "no observations; v4l2-compliance: 0 tests, 0 differ");
}

TEST(BeforeAfterReport, TextFitsACoverLetter) {
  KernelResults before;
  for (const auto& row : fence_probe::Expectations()) {
    if (before.probes.empty()) before.probes.push_back(ProbeOf("vim2m", ""));
    before.probes[0].rows.push_back(
        {std::string(row.scenario), std::string(row.what), std::string(row.unfenced)});
  }
  KernelResults after = before;
  for (auto& row : after.probes[0].rows) {
    for (const auto* expectation : fence_probe::ExpectationsOf(row.scenario)) {
      if (expectation->what == row.what) row.seen = expectation->fenced;
    }
  }
  std::string text = before_after::TextReport({"6.12"}, before, after);
  for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
    EXPECT_LE(end, 72u) << text.substr(0, end);
  }
}

TEST(BeforeAfterReport, HtmlDrawsTheJobAndRefersToNothing) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("before_after_report_test-" + std::to_string(::getpid()) + ".html");
  const auto before = Kernel("<script>&\x1b[31m");
  ASSERT_EQ(before_after::WriteHtmlReport({"6.12"}, before, Kernel("busy"), file.string()), "");
  const std::string html = files::ReadOrEmpty(file);
  std::filesystem::remove(file);
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  for (const char* reference : {"src=", "href=", "url(", "@import"}) {
    EXPECT_EQ(html.find(reference), std::string::npos) << reference;
  }
  EXPECT_NE(html.find("busy (changed)"), std::string::npos);
  EXPECT_NE(html.find("DQBUF returns at 100.0 ms"), std::string::npos);
  // All after the document type is XML, too.
  tinyxml2::XMLDocument document;
  EXPECT_EQ(document.Parse(html.substr(html.find('\n')).c_str()), tinyxml2::XML_SUCCESS)
      << document.ErrorStr();
}

}  // namespace
