// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_CASE_RECORD_H_
#define TOOLS_CASE_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ktap_events.h"
#include "reason.h"
#include "result.h"

namespace gate {

/// What a run tells of one case: how it ended, why, how long it took, and its part of the log. What
/// is blamed on a suite or on the run as a whole has a record of its own, and so has what shows of
/// a case only after its result; those have no outcome.
struct CaseRecord {
  std::string test;               ///< suite.case, a suite, or empty for the run. Printable.
  std::optional<Status> outcome;  ///< As kunit_tool sees its result; none: a later word on it.
  std::string skip_reason;
  std::optional<double> seconds;  ///< From the result before it to its own; none: no clock.
  std::uint64_t tests = 0;        ///< Itself, or its parameters.
  std::uint64_t log_line = 0;     ///< 1-based: where its part of the log begins; 0: nowhere.
  std::vector<Reason> reasons;
  /// Where it failed: its lines of the log, printable, without the middle of a long part.
  std::vector<std::string> slice;
  std::uint64_t omitted_after = 0;  ///< How many lines of the slice stand before the gap.
  std::uint64_t omitted = 0;        ///< Lines that the gap leaves out; 0: there is none.

  bool failed() const {
    return !reasons.empty() || outcome == Status::kFailed || outcome == Status::kCrashed;
  }
};

/// "passed", "failed", "skipped", "crashed", "empty".
const char* StatusName(Status status);

/// `record` as one line of JSON, without a line end. The test's name comes first.
std::string ToJson(const CaseRecord& record);

/// Reads what ToJson() wrote. The error says what is wrong with it.
Result<CaseRecord> CaseRecordFromJson(std::string_view line);

}  // namespace gate

#endif  // TOOLS_CASE_RECORD_H_
