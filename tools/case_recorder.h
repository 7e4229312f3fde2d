// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_CASE_RECORDER_H_
#define TOOLS_CASE_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "case_record.h"
#include "run_clock.h"
#include "sink.h"

namespace gate {

/// Gathers what belongs to each case as the run goes, and hands it out once the case has its
/// result. Its memory does not grow with the log: of a long part of the log it keeps the beginning
/// and the end.
class CaseRecorder : public Sink {
 public:
  static constexpr std::size_t kHead = 50;      ///< First lines kept of one case.
  static constexpr std::size_t kTail = 150;     ///< Last lines kept of one case.
  static constexpr std::size_t kMaxLine = 500;  ///< Bytes kept of one line.

  /// `clock` is at the line that the recorder looks at.
  CaseRecorder(std::function<void(const CaseRecord&)> on_case, RunClock* clock);

  /// Each line of the console, ahead of the events that it causes.
  void OnLine(std::string_view raw, std::uint64_t number);

  void OnGroup(const GroupEvent& event) override;
  void OnResult(const ResultEvent& event) override;
  void OnGroupEnd(const GroupEndEvent& event) override;
  void OnReason(const Reason& reason) override { reasons_.push_back(reason); }
  /// Hands out what is left: the case that was running, tests that are missing, the run's faults.
  std::string OnVerdict(const Verdict& verdict) override;

 private:
  void Emit(CaseRecord record);
  void EmitReasons(std::string_view running);
  void TakeSlice(CaseRecord* record);
  void StartPart();

  std::function<void(const CaseRecord&)> on_case_;
  RunClock* clock_;
  std::vector<Reason> reasons_;     // That no record has taken yet.
  std::vector<std::string> lines_;  // kHead, then a ring of kTail; kept allocated.
  std::uint64_t count_ = 0;         // Lines of the part that is open.
  std::uint64_t first_line_ = 0;    // Where it begins.
  std::optional<double> started_;   // When the part that is open began.
};

}  // namespace gate

#endif  // TOOLS_CASE_RECORDER_H_
