// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FENCE_PROBE_RUN_H_
#define TOOLS_FENCE_PROBE_RUN_H_

#include <cstdio>
#include <string>
#include <vector>

#include "fence_probe_expected.h"
#include "fence_probe_scenarios.h"
#include "fence_probe_timing.h"
#include "ktap_writer.h"
#include "result.h"

namespace fence_probe {

/// What the probe of one device gave.
struct Report {
  struct Row {
    std::string scenario;
    std::string what;
    std::string seen;
  };
  std::string device;
  std::string suite;
  Expect expect = Expect::kNothing;
  std::vector<Row> rows;
  std::vector<Timing> timings;
  std::vector<Outcome::Event> timeline;
};

/// Runs every scenario that applies to `target`, each as a case of suite `suite`, and judges what
/// it sees by the table of expectations (with Expect::kNothing a case fails only where a call
/// does). `timed_jobs` jobs are timed after them; 0: none. The error says that nothing could be
/// run.
gate::Result<Report> ProbeDevice(const Target& target, const std::string& suite, Expect expect,
                                 int timed_jobs, KtapWriter* ktap);

/// One JSON document of all reports. An empty string, or the error line.
std::string WriteReports(const std::vector<Report>& reports, const std::string& file);

}  // namespace fence_probe

#endif  // TOOLS_FENCE_PROBE_RUN_H_
