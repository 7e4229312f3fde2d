// SPDX-License-Identifier: GPL-2.0-only
#include "junit_sink.h"

#include <fmt/format.h>

#include <utility>

#include "ktap_parser.h"
#include "report.h"
#include "text.h"

namespace gate {
namespace {

constexpr std::size_t kMaxClass = 2 * KtapParser::kMaxName + 1;  // Bytes of suite.case.

}  // namespace

JunitSink::JunitSink(OutputFile file, std::string log_name, RunClock* clock)

    : file_(std::move(file)), log_name_(std::move(log_name)), clock_(clock), xml_(file_.stream()) {
  xml_.PushHeader(false, true);
  xml_.OpenElement("testsuites");
  xml_.PushAttribute("name", "kunit");
}

void JunitSink::OpenSuite(std::string_view name) {
  CloseSuite();
  xml_.OpenElement("testsuite");
  xml_.PushAttribute("name", Printable(name).c_str());
  in_suite_ = true;
}

void JunitSink::CloseSuite() {
  if (!in_suite_) return;
  xml_.CloseElement();
  in_suite_ = false;
}

void JunitSink::Case(std::string_view suite, std::string_view name, Status status,
                     std::string_view why) {
  xml_.OpenElement("testcase");
  // A path of deep groups is long, and stands in each of their results.
  xml_.PushAttribute("classname", Printable(suite.substr(0, kMaxClass)).c_str());
  xml_.PushAttribute("name", Printable(name).c_str());
  const auto now = clock_->Now();
  if (const auto seconds = SecondsBetween(last_, now)) {
    xml_.PushAttribute("time", fmt::format("{:.6f}", *seconds).c_str());
  }
  last_ = now;
  // One failure: readers such as Jenkins look at the first alone.
  if (!reasons_.empty()) {
    xml_.OpenElement("failure");
    xml_.PushAttribute("type", Printable(reasons_.front().kind).c_str());
    xml_.PushAttribute("message", Printable(reasons_.front().message).c_str());
    std::string text;
    for (const Reason& reason : reasons_) {
      if (!text.empty()) text += '\n';
      text += FormatReason(reason, log_name_, Style(false));
    }
    xml_.PushText(text.c_str());
    xml_.CloseElement();
  }
  if (reasons_.empty() && (status == Status::kFailed || status == Status::kCrashed)) {
    xml_.OpenElement("failure");
    xml_.PushAttribute("message", "failed");
    xml_.CloseElement();
  }
  if (reasons_.empty() && status == Status::kSkipped) {
    xml_.OpenElement("skipped");
    xml_.PushAttribute("message", Printable(why).c_str());
    xml_.CloseElement();
  }
  reasons_.clear();
  xml_.CloseElement();
}

void JunitSink::OnGroup(const GroupEvent& event) {
  if (event.depth > 1) return;
  last_ = clock_->Now();
  // What came before the suite is not the suite's.
  if (!reasons_.empty()) {
    OpenSuite("kunit-gate");
    Case("kunit-gate", "(run)", Status::kFailed, {});
  }
  if (event.depth == 1) OpenSuite(event.path);
}

void JunitSink::OnResult(const ResultEvent& event) {
  const bool alone = event.depth <= 1;
  if (alone) OpenSuite(event.name);
  Case(alone ? event.name : event.parent, event.name, event.status, event.reason);
  if (alone) CloseSuite();
}

void JunitSink::OnGroupEnd(const GroupEndEvent& event) {
  if (event.depth == 0) return;
  const bool failed_alone = event.totals.tests() > 0 && event.children == 0;
  if (!reasons_.empty() || failed_alone) {
    Case(event.path, event.depth == 1 ? "(suite)" : event.name, event.reported, event.reason);
  }
  if (event.depth == 1) CloseSuite();
}

void JunitSink::OnReason(const Reason& reason) { reasons_.push_back(reason); }

std::string JunitSink::OnVerdict(const Verdict& verdict) {
  CloseSuite();
  if (!reasons_.empty() || verdict.omitted_reasons > 0) {
    OpenSuite("kunit-gate");
    Case("kunit-gate", "(run)", Status::kFailed, {});
    CloseSuite();
  }
  xml_.CloseElement();
  std::fputc('\n', file_.stream());
  return file_.Commit();
}

}  // namespace gate
