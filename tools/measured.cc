// SPDX-License-Identifier: GPL-2.0-only
#include "measured.h"

#include <fmt/core.h>

#include <system_error>

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

}  // namespace

Result<std::string> Describe(const fs::path& build, const std::string& base,
                             const std::string& target) {
  const fs::path state = build / target;
  const bool compares = target == "before-after" || target == "before-after-debug";
  const fs::path result = state / (compares ? kComparisonVerdict : "verdict.json");
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
  if (compares) return DescribeComparison(state, target);
  const auto verdict = gate::ReadVerdict(result.string());
  if (!verdict.ok()) return Error{verdict.error()};
  return cover_letter::DescribeKunit(*verdict, base);
}

}  // namespace measured
