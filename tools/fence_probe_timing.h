// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FENCE_PROBE_TIMING_H_
#define TOOLS_FENCE_PROBE_TIMING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fence_probe_session.h"

namespace fence_probe {

/// How long one step took, over many jobs.
struct Timing {
  std::string name;
  std::size_t samples = 0;  ///< 0: the step does not exist there.
  double median_us = 0;
  double p99_us = 0;
};

/// Median and 99th percentile (nearest rank) of `nanoseconds`.
Timing Summarise(std::string name, std::vector<std::int64_t> nanoseconds);

/// Runs `jobs` short jobs on the device and times, for each, the ioctl that exports a sync_file,
/// the way from the fence's signal to a waiter's return and to the end of DQBUF, and a whole cycle
/// from QBUF to DQBUF. Without a fence there is no signal, and two of them do not exist.
gate::Result<std::vector<Timing>> Measure(Target target, int jobs);

}  // namespace fence_probe

#endif  // TOOLS_FENCE_PROBE_TIMING_H_
