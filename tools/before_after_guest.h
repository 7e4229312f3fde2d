// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_BEFORE_AFTER_GUEST_H_
#define TOOLS_BEFORE_AFTER_GUEST_H_

#include <cstddef>
#include <string>

#include "exit_codes.h"

/// The part of before-after that runs as the first process of a kernel under test.
namespace before_after {

struct GuestOptions {
  bool fenced = false;  ///< The drivers that opt in are expected to publish fences.
  std::string out;      ///< Folder of the host that takes the results; nothing else is written.
  int timed_jobs = 0;
  bool opt_ins_alone = false;  ///< No other driver, and no v4l2-compliance.
};

/// Drivers that the kernels hold, as they call themselves. The first two opt in.
inline constexpr const char* kDrivers[] = {"vim2m", "visl", "vivid", "vicodec"};
inline constexpr std::size_t kOptIns = 2;

/// Name of a driver's transcript in the folder of results.
std::string ComplianceFile(const std::string& driver);
/// Name of the probe's document there.
inline constexpr const char kProbeFile[] = "probe.json";

/// Probes every driver and runs v4l2-compliance on it, with KTAP on the kernel's own console, where
/// it stands in order with what the kernel says; then halts the machine. Returns only where it is
/// not process 1 of a kernel under test, and has done nothing then: kUsage.
gate::ExitCode RunGuest(const GuestOptions& options);

}  // namespace before_after

#endif  // TOOLS_BEFORE_AFTER_GUEST_H_
