// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LOG_GENERATOR_H_
#define TOOLS_LOG_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "ktap_events.h"

namespace gate {

/// Makes consoles of any size, as a kernel with printk times prints them, for measuring. The same
/// options give the same bytes on every machine.
struct LogOptions {
  enum class Shape : std::uint8_t {
    kFlat,  ///< Suites of cases, as most are.
    kDeep,  ///< Cases of parameters, some of them in groups of their own.
  };

  std::uint64_t seed = 1;
  std::uint64_t bytes = 100'000'000;  ///< About as many: it ends with the suite that reaches it.
  Shape shape = Shape::kFlat;
  unsigned failures = 0;  ///< Of 10,000 tests, how many fail.
  unsigned skips = 0;     ///< Of 10,000 tests, how many are skipped.
};

/// Writes the console in pieces and returns what its tests come to, leaves counted as kunit_tool
/// does.
Totals GenerateLog(const LogOptions& options, const std::function<void(std::string_view)>& write);

}  // namespace gate

#endif  // TOOLS_LOG_GENERATOR_H_
