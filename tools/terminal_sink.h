// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_TERMINAL_SINK_H_
#define TOOLS_TERMINAL_SINK_H_

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include "report.h"
#include "sink.h"

namespace gate {

/// What a person watches: a line for each suite, each error as soon as it is known, the summary. On
/// a terminal one more line, which changes, names what runs.
class TerminalSink : public Sink {
 public:
  struct Settings {
    std::FILE* out = stdout;
    ColorMode color = ColorMode::kAuto;
    bool live = true;
    std::string log_name;
  };

  /// `running` tells the test that runs now.
  TerminalSink(Settings settings, std::function<std::string()> running);

  void OnPlan(const PlanEvent& event) override;
  void OnResult(const ResultEvent& event) override;
  void OnGroupEnd(const GroupEndEvent& event) override;
  void OnReason(const Reason& reason) override;
  /// All bytes that have come so far are digested: shows what runs now, and flushes.
  void OnPause();
  std::string OnVerdict(const Verdict& verdict) override;

 private:
  void Print(const std::string& text);
  void Suite(Status status, std::string_view name, std::uint64_t tests);

  Settings settings_;
  Style style_;
  std::function<std::string()> running_;
  std::uint64_t planned_ = 0;  // Suites.
  std::uint64_t suites_ = 0;   // That have ended.
  std::uint64_t results_ = 0;
  std::string shown_;  // The live line as it stands.
};

}  // namespace gate

#endif  // TOOLS_TERMINAL_SINK_H_
