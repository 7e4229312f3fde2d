// SPDX-License-Identifier: GPL-2.0-only
#include "case_recorder.h"

#include <algorithm>
#include <utility>

#include "text.h"

namespace gate {

CaseRecorder::CaseRecorder(std::function<void(const CaseRecord&)> on_case, RunClock* clock)
    : on_case_(std::move(on_case)), clock_(clock), lines_(kHead + kTail) {}

void CaseRecorder::OnLine(std::string_view raw, std::uint64_t number) {
  if (count_ == 0) {
    first_line_ = number;
    if (!started_) started_ = clock_->Now();
  }
  const std::size_t place = count_ < kHead ? count_ : kHead + (count_ - kHead) % kTail;
  lines_[place].assign(raw.substr(0, kMaxLine));
  ++count_;
}

void CaseRecorder::StartPart() {
  count_ = 0;
  started_ = clock_->Now();
}

void CaseRecorder::TakeSlice(CaseRecord* record) {
  record->log_line = count_ == 0 ? 0 : first_line_;
  if (!record->failed()) return;
  const std::uint64_t head = std::min<std::uint64_t>(count_, kHead);
  const std::uint64_t tail = std::min<std::uint64_t>(count_ - head, kTail);
  for (std::uint64_t i = 0; i < head; ++i) record->slice.push_back(Printable(lines_[i]));
  for (std::uint64_t i = count_ - tail; i < count_; ++i) {
    record->slice.push_back(Printable(lines_[kHead + (i - kHead) % kTail]));
  }
  record->omitted_after = head;
  record->omitted = count_ - head - tail;
}

// The case's own reasons go into its record, the others into records of their own.
void CaseRecorder::Emit(CaseRecord record) {
  const auto others =
      std::stable_partition(reasons_.begin(), reasons_.end(),
                            [&record](const Reason& reason) { return reason.test == record.test; });
  record.reasons.assign(std::make_move_iterator(reasons_.begin()), std::make_move_iterator(others));
  reasons_.erase(reasons_.begin(), others);
  record.seconds = SecondsBetween(started_, clock_->Now());
  TakeSlice(&record);
  EmitReasons({});
  on_case_(record);
}

void CaseRecorder::EmitReasons(std::string_view running) {
  while (!reasons_.empty()) {
    CaseRecord record;
    record.test = reasons_.front().test;
    const auto others = std::stable_partition(
        reasons_.begin(), reasons_.end(),
        [&record](const Reason& reason) { return reason.test == record.test; });
    record.reasons.assign(std::make_move_iterator(reasons_.begin()),
                          std::make_move_iterator(others));
    reasons_.erase(reasons_.begin(), others);
    record.log_line = record.reasons.front().log_line;
    if (!running.empty() && record.test == running) {
      record.outcome = Status::kCrashed;
      TakeSlice(&record);
    }
    on_case_(record);
  }
}

void CaseRecorder::OnGroup(const GroupEvent& event) {
  if (event.depth > 1) return;
  EmitReasons({});
  StartPart();
}

void CaseRecorder::OnResult(const ResultEvent& event) {
  if (event.depth > 2) return;
  CaseRecord record;
  std::string test(event.parent);
  if (!test.empty()) test += '.';
  record.test = Printable(test.append(event.name));
  record.outcome = event.status;
  record.skip_reason = Printable(event.reason);
  record.tests = 1;
  Emit(std::move(record));
  StartPart();
}

void CaseRecorder::OnGroupEnd(const GroupEndEvent& event) {
  if (event.depth > 2) return;
  // What the input's end closed is still running: OnVerdict() has the whole of it.
  if (event.depth < 2 || !event.has_result) {
    EmitReasons({});
    if (event.has_result) StartPart();
    return;
  }
  CaseRecord record;
  record.test = Printable(event.path);
  record.outcome = event.status;
  record.skip_reason = Printable(event.reason);
  record.tests = event.totals.tests();
  Emit(std::move(record));
  StartPart();
}

std::string CaseRecorder::OnVerdict(const Verdict& verdict) {
  EmitReasons(verdict.running);
  return {};
}

}  // namespace gate
