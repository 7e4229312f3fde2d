// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FENCE_COST_REPORT_H_
#define TOOLS_FENCE_COST_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench_rows.h"
#include "result.h"

/// What kunit/cost measured in a kernel without the series and in one with it.
namespace fence_cost {

/// One line "cost: NAME MEDIAN LEAST MOST" of a console, in instructions.
struct Sample {
  std::uint64_t median = 0;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};

/// Samples by name.
using Samples = std::map<std::string, Sample>;

/// The samples that a console tells of. The error: a line that is none, or one of a name that was
/// there before.
gate::Result<Samples> ReadSamples(const std::string& console);

/// Bytes of structures by name, as `pahole --sizes` prints them: name, size and holes a line.
std::map<std::string, std::uint64_t> ReadSizes(const std::string& pahole);

struct Kernel {
  Samples samples;
  std::map<std::string, std::uint64_t> sizes;
};

/// The table. `no_sizes`: why no sizes are known; empty where they are. The error names what a
/// kernel did not measure.
gate::Result<std::vector<bench::Row>> Compare(const Kernel& before, const Kernel& after,
                                              const std::string& no_sizes);

}  // namespace fence_cost

#endif  // TOOLS_FENCE_COST_REPORT_H_
