// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_MEASURE_H_
#define TOOLS_MEASURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "result.h"

/// What running a program costs.
namespace measure {

struct Cost {
  int code = 0;  ///< Exit code; 128 + N where signal N ended it.
  double seconds = 0;
  double cpu_seconds = 0;  ///< In user mode and in the kernel, of all its processes.
  /// Largest resident size of any process of it. Linux starts counting at what the caller holds.
  std::uint64_t peak_bytes = 0;
};

/// Runs `argv`, found in PATH, with its output in a file that is thrown away, and waits for it. Not
/// in /dev/null: grep knows that one, and stops at the first match. The error says why it did not
/// start.
gate::Result<Cost> Run(const std::vector<std::string>& argv);

/// One row of a benchmark: a command that works through `bytes` bytes.
struct Row {
  std::string name;
  std::vector<std::string> argv;
  std::uint64_t bytes = 0;
  int rounds = 1;                ///< Times that it runs; the quickest counts.
  std::vector<int> codes = {0};  ///< Exit codes of a run that did its work.
};

struct Measured {
  Row row;
  double megabytes_per_second = 0;
  double megabytes_per_cpu_second = 0;
  std::uint64_t peak_bytes = 0;
  std::string fault;  ///< Why there is no figure; else empty.
};

/// Measures all rows in turns, round by round, so that a machine that slows down slows all of them.
std::vector<Measured> Measure(const std::vector<Row>& rows);

/// A table: name, MB/s, MB for each second of a processor's time, peak of resident memory, and the
/// speed beside that of each row named in `references`. The ratios are of processor time, which a
/// busy machine changes least.
std::string Format(const std::vector<Measured>& rows, const std::vector<std::string>& references);

}  // namespace measure

#endif  // TOOLS_MEASURE_H_
