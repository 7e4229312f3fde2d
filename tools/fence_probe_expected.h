// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FENCE_PROBE_EXPECTED_H_
#define TOOLS_FENCE_PROBE_EXPECTED_H_

#include <span>
#include <string_view>
#include <vector>

namespace fence_probe {

/// Whether a driver publishes release fences: one that opts in does, on a kernel with the series.
enum class Expect { kNothing, kUnfenced, kFenced };

/// One thing that a consumer of a buffer can see, and what it is to see. The words of `unfenced`
/// and `fenced` are the probe's own; they stand in the tables that it prints.
struct Expectation {
  std::string_view scenario;
  std::string_view what;
  std::string_view unfenced;
  std::string_view fenced;
  std::string_view meaning;  ///< One line for the reader of a table.
  unsigned line = 0;         ///< Where the row stands in kExpectationsFile.

  std::string_view Wanted(Expect expect) const {
    return expect == Expect::kFenced ? fenced : unfenced;
  }
};

/// All of them, those of a scenario side by side, in the order in which scenarios run.
std::span<const Expectation> Expectations();

/// Those of one scenario.
std::vector<const Expectation*> ExpectationsOf(std::string_view scenario);

/// Where the table stands, as a path from the project's folder.
inline constexpr std::string_view kExpectationsFile = "tools/fence_probe_expected.cc";

}  // namespace fence_probe

#endif  // TOOLS_FENCE_PROBE_EXPECTED_H_
