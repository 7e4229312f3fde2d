// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_HTML_SINK_H_
#define TOOLS_HTML_SINK_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "file_io.h"
#include "html_writer.h"
#include "sink.h"

namespace gate {

/// A run as a page: the verdict, what failed with its errors and its part of the log, and every
/// case with its time. The verdict comes first on the page and last in time, so the rest waits in
/// temporary files: memory does not grow with the run.
class HtmlSink : public Sink {
 public:
  static constexpr std::uint64_t kMaxFailures = 1000;  ///< Failures that are shown in full.
  static constexpr std::uint64_t kMaxCases = 50'000;   ///< Rows of the table of cases.

  static Result<std::unique_ptr<HtmlSink>> Create(const std::string& file,
                                                  const std::string& log_name,
                                                  const std::string& reproduce);

  void OnCase(const CaseRecord& record) override;
  std::string OnVerdict(const Verdict& verdict) override;

 private:
  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };
  using Stream = std::unique_ptr<std::FILE, Close>;

  HtmlSink(OutputFile file, Stream failures, Stream cases, std::string log_name,
           std::string reproduce);
  void Failure(const CaseRecord& record);

  OutputFile file_;
  Stream failures_;
  Stream cases_;
  std::string log_name_;
  std::string reproduce_;
  std::uint64_t failed_ = 0;  // Records with a failure.
  std::uint64_t listed_ = 0;  // Records with an outcome.
  double seconds_ = 0;
  bool timed_ = false;
};

}  // namespace gate

#endif  // TOOLS_HTML_SINK_H_
