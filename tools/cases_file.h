// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_CASES_FILE_H_
#define TOOLS_CASES_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "case_record.h"
#include "exit_codes.h"
#include "file_io.h"
#include "sink.h"

namespace gate {

/// The records of a run as a file, one JSON object a line, the verdict last: what tells each case's
/// fate on its own, to CTest above all. Appears once it is complete.
class CasesSink : public Sink {
 public:
  CasesSink(OutputFile file, std::string filter);

  void OnCase(const CaseRecord& record) override;
  std::string OnVerdict(const Verdict& verdict) override;

 private:
  OutputFile file_;
  std::string filter_;
};

/// What the file of a run says of one case.
struct CaseFate {
  /// kNoTests where it did not run and was not to: skipped, or outside the boot's filter.
  ExitCode code = ExitCode::kInfrastructure;
  std::string why;  ///< Where no record tells it: one line. Else empty.
  std::vector<CaseRecord> records;
  std::string log;        ///< Options::log_name.
  std::string reproduce;  ///< Options::reproduce.
};

/// Looks `test` (suite.case) up in `file`. The error is one line: unreadable, or no such file.
Result<CaseFate> ReadCaseFate(const std::string& file, std::string_view test);

}  // namespace gate

#endif  // TOOLS_CASES_FILE_H_
