// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SINK_H_
#define TOOLS_SINK_H_

#include <string>

#include "case_record.h"
#include "ktap_events.h"
#include "reason.h"
#include "verdict.h"

namespace gate {

/// One output of the gate. It gets the parser's events as they come, and in between them the
/// reasons that the judge finds; the reasons of a test come before its result. Names and text in
/// events are the log's own bytes: a sink makes them safe for its own form.
class Sink : public KtapHandler {
 public:
  virtual void OnReason(const Reason&) {}
  /// All that belongs to one case, after its result. Only where Options asks for a file that wants
  /// it.
  virtual void OnCase(const CaseRecord&) {}
  /// The end. Returns an empty string, or the line that says why the output is not complete.
  virtual std::string OnVerdict(const Verdict&) { return {}; }
};

}  // namespace gate

#endif  // TOOLS_SINK_H_
