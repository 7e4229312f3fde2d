// SPDX-License-Identifier: GPL-2.0-only
#include "junit_sink.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "ktap_parser.h"
#include "report.h"

namespace gate {
namespace {

constexpr std::size_t kMaxClass = 2 * KtapParser::kMaxName + 1;  // Bytes of suite.case.

// Seconds with six digits behind the point, as printk gives them.
class SecondsText {
 public:
  explicit SecondsText(double seconds) {
    constexpr double kMost = 1e12;  // Past that it is no time of a test.
    const auto micros = static_cast<std::uint64_t>(std::min(seconds, kMost) * 1e6 + 0.5);
    const std::uint64_t whole = micros / 1'000'000;
    char* at = digits_.data();
    if (whole < 10) {
      *at++ = static_cast<char>('0' + whole);
    } else {
      at = std::to_chars(at, at + kMostDigits, whole).ptr;
    }
    *at++ = '.';
    auto fraction = static_cast<std::uint32_t>(micros % 1'000'000);
    for (int i = 5; i >= 0; --i, fraction /= 10) at[i] = static_cast<char>('0' + fraction % 10);
    size_ = static_cast<std::size_t>(at + 6 - digits_.data());
  }
  std::string_view view() const { return {digits_.data(), size_}; }

 private:
  static constexpr std::size_t kMostDigits = 20;

  std::array<char, kMostDigits + 7> digits_;
  std::size_t size_;
};

}  // namespace

JunitSink::JunitSink(OutputFile file, std::string log_name, RunClock* clock)
    : file_(std::move(file)), log_name_(std::move(log_name)), clock_(clock), xml_(file_.stream()) {
  xml_.Begin("testsuites");
  xml_.Attribute("name", "kunit");
}

void JunitSink::OpenSuite(std::string_view name) {
  CloseSuite();
  xml_.Begin("testsuite");
  xml_.Attribute("name", name);
  in_suite_ = true;
}

void JunitSink::CloseSuite() {
  if (!in_suite_) return;
  xml_.End();
  in_suite_ = false;
}

// Most tests pass, with nothing to tell: of them no more than the name and the time is new.
bool JunitSink::PassedCase(std::string_view suite, std::string_view name) {
  if (!reasons_.empty() || name.size() > KtapParser::kMaxName || !IsPlain(name)) return false;
  if (head_.empty() || !AreEqual(suite, suite_)) {
    suite_ = suite;
    head_ = "<testcase classname=\"";
    head_.append(EscapeHtml(suite.substr(0, kMaxClass))).append("\" name=\"");
  }
  const auto now = clock_->Now();
  if (const auto seconds = SecondsBetween(last_, now)) {
    xml_.Element(head_, name, "\" time=\"", SecondsText(*seconds).view(), "\"/>\n");
  } else {
    xml_.Element(head_, name, "\"/>\n");
  }
  last_ = now;
  return true;
}

void JunitSink::Case(std::string_view suite, std::string_view name, Status status,
                     std::string_view why) {
  if (status == Status::kPassed && PassedCase(suite, name)) return;
  xml_.Begin("testcase");
  // A path of deep groups is long, and stands in each of their results.
  xml_.Attribute("classname", suite.substr(0, kMaxClass));
  xml_.Attribute("name", name);
  const auto now = clock_->Now();
  if (const auto seconds = SecondsBetween(last_, now)) {
    xml_.Attribute("time", SecondsText(*seconds).view());
  }
  last_ = now;
  // One failure: readers such as Jenkins look at the first alone.
  if (!reasons_.empty()) {
    xml_.Begin("failure");
    xml_.Attribute("type", reasons_.front().kind);
    xml_.Attribute("message", reasons_.front().message);
    for (const Reason& reason : reasons_) {
      if (&reason != &reasons_.front()) xml_.NewLine();
      xml_.Text(FormatReason(reason, log_name_, Style(false)));
    }
    xml_.End();
  }
  if (reasons_.empty() && (status == Status::kFailed || status == Status::kCrashed)) {
    xml_.Begin("failure");
    xml_.Attribute("message", "failed");
    xml_.End();
  }
  if (reasons_.empty() && status == Status::kSkipped) {
    xml_.Begin("skipped");
    xml_.Attribute("message", why);
    xml_.End();
  }
  reasons_.clear();
  xml_.End();
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
  xml_.End();
  xml_.Finish();
  return file_.Commit();
}

}  // namespace gate
