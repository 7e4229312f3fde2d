// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_JUNIT_SINK_H_
#define TOOLS_JUNIT_SINK_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "file_io.h"
#include "run_clock.h"
#include "sink.h"
#include "xml_writer.h"

namespace gate {

/// JUnit XML, written as the run goes: a testsuite for each suite, a testcase for each result, its
/// reasons as a failure, the time since the result before it. What is wrong with a suite or with
/// the run as a whole gets a testcase of its own, "(suite)" and "(run)", so that no reader of JUnit
/// takes a failed run for a passed one.
class JunitSink : public Sink {
 public:
  /// `clock` is at the line that causes an event.
  JunitSink(OutputFile file, std::string log_name, RunClock* clock);

  void OnGroup(const GroupEvent& event) override;
  void OnResult(const ResultEvent& event) override;
  void OnGroupEnd(const GroupEndEvent& event) override;
  void OnReason(const Reason& reason) override;
  std::string OnVerdict(const Verdict& verdict) override;

 private:
  void OpenSuite(std::string_view name);
  void CloseSuite();
  bool PassedCase(std::string_view suite, std::string_view name);
  void Case(std::string_view suite, std::string_view name, Status status, std::string_view why);

  OutputFile file_;
  std::string log_name_;
  RunClock* clock_;
  std::optional<double> last_;  // When the result before the next one was printed.
  XmlWriter xml_;
  std::string suite_;            // Of the last testcase that passed,
  std::string head_;             // and how that one began, as markup.
  std::vector<Reason> reasons_;  // Of the test whose result is next.
  bool in_suite_ = false;
};

}  // namespace gate

#endif  // TOOLS_JUNIT_SINK_H_
