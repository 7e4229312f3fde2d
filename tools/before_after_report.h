// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_BEFORE_AFTER_REPORT_H_
#define TOOLS_BEFORE_AFTER_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "compliance.h"
#include "fence_probe_run.h"
#include "result.h"

namespace before_after {

/// What one kernel gave.
struct KernelResults {
  std::string verdict;  ///< The gate's word, and counts.
  std::vector<fence_probe::Report> probes;
  std::map<std::string, compliance::Transcript> compliance;  ///< By driver.
};

/// Reads what fence_probe::WriteReports() wrote. The error is one line.
gate::Result<std::vector<fence_probe::Report>> ReadReports(const std::string& file);

/// What was run, for the head of a report.
struct Subject {
  std::string base;  ///< "6.12"
};

/// The comparison as plain text, no line longer than 72 columns, as a cover letter takes it.
std::string TextReport(const Subject& subject, const KernelResults& before,
                       const KernelResults& after);

/// The comparison in one line: "vim2m 27 of 50, vivid 0 of 35 observations change;
/// v4l2-compliance: 300 tests, 0 differ".
std::string Summary(const KernelResults& before, const KernelResults& after);

/// The report with a drawing of one job on each kernel, as one HTML file that refers to no other.
/// An empty string, or the error line.
std::string WriteHtmlReport(const Subject& subject, const KernelResults& before,
                            const KernelResults& after, const std::string& file);

}  // namespace before_after

#endif  // TOOLS_BEFORE_AFTER_REPORT_H_
