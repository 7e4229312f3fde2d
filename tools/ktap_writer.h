// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KTAP_WRITER_H_
#define TOOLS_KTAP_WRITER_H_

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

/// Writes KTAP version 1 of two levels, suites and their cases, as KUnit prints it
/// (Documentation/dev-tools/ktap.rst). Each line is written by itself, so that a stream on
/// /dev/kmsg makes one record of it.
class KtapWriter {
 public:
  /// `suites` will follow. Writes to `out`, which must live longer.
  KtapWriter(std::FILE* out, std::size_t suites);

  void BeginSuite(std::string_view name, std::size_t cases);
  /// A line about the case that runs, which is told by its result.
  void Note(std::string_view text);
  /// A row of the table of expectations that does not hold: where it stands, what was wanted.
  void Failure(std::string_view test, std::string_view file, unsigned line, std::string_view text);
  void Pass(std::string_view name);
  void Fail(std::string_view name);
  void Skip(std::string_view name, std::string_view reason);
  /// "ok" where no case failed.
  void EndSuite();

  bool failed() const { return failed_; }
  /// Something could not be written.
  bool broken() const { return broken_; }

 private:
  void Line(const std::string& text);
  void Result(bool ok, std::string_view name, std::string_view directive);

  std::FILE* out_;
  std::string suite_;
  std::size_t suites_ = 0;
  std::size_t cases_ = 0;
  bool suite_failed_ = false;
  bool failed_ = false;
  bool broken_ = false;
};

#endif  // TOOLS_KTAP_WRITER_H_
