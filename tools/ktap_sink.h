// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KTAP_SINK_H_
#define TOOLS_KTAP_SINK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "file_io.h"
#include "sink.h"

namespace gate {

/// The run's KTAP in one form, as Documentation/dev-tools/ktap.rst gives it: no prefixes, two
/// columns a level, results numbered as they stand, a plan where the case of an older kernel prints
/// none. What the kernel said is kept as diagnostics ("# | "), and each error of ours too
/// ("# kunit-gate: "). Nothing is made whole: a result that is missing stays so.
class KtapSink : public Sink {
 public:
  /// Bytes of a group without a plan that are held back until its tests have been counted. A longer
  /// group stays without.
  static constexpr std::size_t kMaxHeld = 64 * 1024;

  explicit KtapSink(OutputFile file) : file_(std::move(file)) {}

  void OnDocument(const DocumentEvent& event) override;
  void OnGroup(const GroupEvent& event) override;
  void OnPlan(const PlanEvent& event) override;
  void OnText(const TextEvent& event) override;
  void OnResult(const ResultEvent& event) override;
  void OnGroupEnd(const GroupEndEvent& event) override;
  void OnReason(const Reason& reason) override;
  std::string OnVerdict(const Verdict& verdict) override;

 private:
  struct Level {
    std::uint64_t children = 0;
    bool planned = false;    // Its plan is written, or has a place in held_, or will never be.
    bool has_place = false;  // The plan's place is `place`.
    std::size_t place = 0;
  };

  void Line(std::string_view text);
  void Child();
  void Result(bool ok, bool skipped, std::string_view name, std::string_view reason);
  void Close();
  void Flush();

  OutputFile file_;
  std::vector<Level> levels_;  // The groups that are open, the document first.
  std::string held_;
  std::size_t places_ = 0;  // Levels whose plan has a place in held_.
};

}  // namespace gate

#endif  // TOOLS_KTAP_SINK_H_
