// SPDX-License-Identifier: GPL-2.0-only
#include "measured.h"

#include <fmt/core.h>

#include <system_error>

#include "bench_rows.h"
#include "cover_letter.h"
#include "exit_codes.h"
#include "files.h"
#include "process.h"
#include "verdict.h"

namespace measured {
namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;

constexpr const char kCostTarget[] = "bench-fence";

bool Compares(const std::string& target) {
  return target == "before-after" || target == "before-after-debug";
}

Result<std::string> DescribeComparison(const fs::path& state, const std::string& target) {
  const auto verdict = files::Read(state / kComparisonVerdict);
  if (!verdict.ok()) return verdict;
  const std::string word = verdict->substr(0, verdict->find('\n'));
  if (word != gate::ExitCodeName(gate::ExitCode::kPassed)) {
    return Error{
        fmt::format("{}: error: the comparison did not pass ({}); run {} again, it says why",
                    (state / kComparisonVerdict).string(), word, target)};
  }
  const auto report = files::Read(state / "before-after.txt");
  if (!report.ok()) return report;
  return target == "before-after" ? cover_letter::DescribeComparison(*report)
                                  : cover_letter::SummarizeComparison(*report);
}

Result<std::string> DescribeCost(const fs::path& file, const std::string& base) {
  const auto rows = bench::Load(file.string());
  if (!rows.ok()) return Error{rows.error()};
  auto text = cover_letter::DescribeCost(*rows, base);
  if (!text.ok()) return Error{file.string() + ": " + text.error()};
  return text;
}

/// The file that tells that `target` came to its end.
fs::path ResultOf(const fs::path& build, const std::string& target) {
  if (target == kCostTarget) return build / "bench/fence.json";
  return build / target / (Compares(target) ? kComparisonVerdict : "verdict.json");
}

}  // namespace

Result<std::string> Describe(const fs::path& build, const std::string& base,
                             const std::string& target) {
  const fs::path result = ResultOf(build, target);
  std::error_code error;
  const auto when = fs::last_write_time(result, error);
  if (error) {
    return Error{fmt::format("{}: error: not there; run cmake --build {} --target {}",
                             result.string(), process::ShellQuote(build.string()), target)};
  }
  const auto changed = fs::last_write_time(build / "linux.id", error);
  if (!error && when < changed) {
    return Error{fmt::format("{}: error: the kernel tree has changed since; run {} again",
                             result.string(), target)};
  }
  if (Compares(target)) return DescribeComparison(build / target, target);
  if (target == kCostTarget) return DescribeCost(result, base);
  const auto verdict = gate::ReadVerdict(result.string());
  if (!verdict.ok()) return Error{verdict.error()};
  return cover_letter::DescribeKunit(*verdict, base);
}

}  // namespace measured
