// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FENCE_PROBE_SCENARIOS_H_
#define TOOLS_FENCE_PROBE_SCENARIOS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fence_probe_session.h"

namespace fence_probe {

/// What one run of a scenario saw.
struct Outcome {
  struct Seen {
    std::string what;   ///< As in the table of expectations.
    std::string value;  ///< In its words.
  };
  struct Event {
    std::string name;
    std::int64_t nanoseconds = 0;  ///< Since the job was given to the device.
  };

  std::vector<Seen> seen;
  std::vector<Event> timeline;  ///< Scenario running_job alone.
  std::string error;            ///< What failed; then `seen` is not complete.
  bool too_quick = false;       ///< The job was over before all had been looked at.
};

/// A scenario that applies to a device. Which do depends on what the device is: a camera has no
/// OUTPUT queue to starve, a driver whose jobs take no time shows no running job.
struct Scenario {
  std::string_view name;
  void (*run)(const Target& target, Outcome* outcome);
};

/// What applies to a device.
struct Plan {
  std::vector<Scenario> scenarios;  ///< In the order of the table of expectations.
  /// The probe can give it jobs. It cannot where those need a bitstream of some codec: a decoder of
  /// real hardware has its starved buffers looked at, and no more.
  bool runs_jobs = false;
};

/// The error says why the device cannot be probed.
gate::Result<Plan> PlanFor(const Target& target);

/// Runs `scenario`, again with a longer job where the job was too quick.
Outcome Run(const Scenario& scenario, Target target);

}  // namespace fence_probe

#endif  // TOOLS_FENCE_PROBE_SCENARIOS_H_
