// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FLAKY_TALLY_H_
#define TOOLS_FLAKY_TALLY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "case_record.h"
#include "exit_codes.h"
#include "report.h"
#include "verdict.h"

namespace gate {

/// Compares the runs of one suite, case by case, and names what does not come out alike in all of
/// them.
class FlakyTally {
 public:
  /// One record of the run that is going on.
  void Add(const CaseRecord& record);
  /// The run is over.
  void EndRun(const Verdict& verdict);

  /// The worst verdict of all runs, by ExitCodeRank().
  ExitCode code() const { return code_; }
  std::size_t runs() const { return runs_; }
  /// Names of the tests whose outcome is not the same in all runs; "(run)" is a run as a whole.
  std::vector<std::string> Flaky() const;

  /// A line for each flaky test and each that failed in all runs, with the errors seen, and a
  /// summary last.
  std::string Report(const Style& style) const;

 private:
  enum class Outcome : std::uint8_t { kPassed, kFailed, kSkipped };

  struct History {
    std::vector<std::size_t> passed;  // Runs, 1-based.
    std::vector<std::size_t> failed;
    std::vector<std::size_t> skipped;
    std::vector<std::string> errors;  // Distinct ones.

    std::size_t present() const { return passed.size() + failed.size() + skipped.size(); }
  };

  bool IsFlaky(const History& history) const;

  std::map<std::string, History> tests_;
  std::map<std::string, Outcome> run_;  // Of the run that is going on: the worst word on each test.
  std::size_t runs_ = 0;
  ExitCode code_ = ExitCode::kPassed;
};

}  // namespace gate

#endif  // TOOLS_FLAKY_TALLY_H_
