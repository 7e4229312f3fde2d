// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_BENCH_ROWS_H_
#define TOOLS_BENCH_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "exit_codes.h"
#include "result.h"

/// What all measurements tell in one form, so that one table can hold them.
namespace bench {

/// A figure, and what it is compared with.
struct Row {
  enum class Wanted : std::uint8_t { kNothing, kAtMost, kAtLeast };

  std::string what;      ///< "QBUF to DQBUF, with a release fence".
  std::string figure{};  ///< With its unit: "2104 instructions".
  std::string beside{};  ///< The same for the other: "before the series: 1980".
  double ratio = 0;      ///< Of the two; 0: none is told.
  Wanted wanted = Wanted::kNothing;
  double limit = 0;       ///< Of `ratio`.
  bool repeats = false;   ///< The same in each run with one toolchain: a miss is a fault.
  std::string remark{};   ///< The spread of what was measured, for one; may be empty.
  std::string not_run{};  ///< Why there is no figure; empty where there is one.

  bool missed() const;
};

/// One line each, in columns, with a line of their names.
std::string Format(const std::vector<Row>& rows);

/// The closing line below a table, with its line end: Judge()'s verdict, and what it is made of.
std::string Summary(const std::vector<Row>& rows);

/// kInfrastructure where something was not measured: that is no pass. kFailed where a figure that
/// repeats is beyond its limit. One that is noisy and beyond it is told, and no fault.
gate::ExitCode Judge(const std::vector<Row>& rows);

/// Writes rows as JSON, in one step. Empty, or the error.
std::string Save(const std::vector<Row>& rows, const std::string& file);

/// Reads what Save() wrote. The error is one line: unreadable, no JSON, wrong form.
gate::Result<std::vector<Row>> Load(const std::string& file);

}  // namespace bench

#endif  // TOOLS_BENCH_ROWS_H_
