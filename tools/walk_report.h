// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_WALK_REPORT_H_
#define TOOLS_WALK_REPORT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the console tells of one walk of the suite videobuf2_fence_model, in the words of
/// kunit/videobuf2_fence_model_kunit.c.
struct WalkReport {
  std::string kind;                ///< Of the queue.
  int steps = 0;                   ///< How many it was to have, as far as its numbers go.
  bool failed = false;             ///< It said so; one that the kernel died in says nothing.
  std::optional<int> failed_step;  ///< Where it then was.
  std::vector<std::string> names;  ///< "step 7: ..." of all steps that were printed, in order.
};

/// The walks that a console tells of, in the order in which they began.
std::vector<WalkReport> ReadWalkReports(std::string_view console);

/// The kinds of those that may be to blame for a run that failed: first those that said so, then
/// the one that began last, which may have ended with the kernel, then the others.
std::vector<std::string> SuspectKinds(const std::vector<WalkReport>& reports);

#endif  // TOOLS_WALK_REPORT_H_
