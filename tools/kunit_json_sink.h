// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KUNIT_JSON_SINK_H_
#define TOOLS_KUNIT_JSON_SINK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "file_io.h"
#include "ktap_line.h"
#include "sink.h"
#include "spool.h"
#include "text_buffer.h"

namespace gate {

/// The JSON that `kunit.py parse --json` writes (tools/testing/kunit/kunit_json.py): kunit_tool's
/// verdict on the first document, not the strict one. The order of the keys is another; of 7.3 and
/// later each group has its counts, "misc".
///
/// It is written while the log is read. A group's tests and its groups are arrays of their own, and
/// come mixed: the array that begins goes out at once, the other waits in a spool.
class KunitJsonSink : public Sink {
 public:
  KunitJsonSink(OutputFile file, ToolVersion version);

  void OnGroup(const GroupEvent& event) override;
  void OnResult(const ResultEvent& event) override;
  void OnMissing(const MissingEvent& event) override;
  void OnGroupEnd(const GroupEndEvent& event) override;
  void OnToolEnd(const ToolEndEvent& event) override;
  std::string OnVerdict(const Verdict& verdict) override;

  /// Nameless tests of one group that it writes; a plan may promise any number. The counts are
  /// whole.
  static constexpr std::uint64_t kMaxMissing = 1'000'000;

 private:
  enum class Array : std::uint8_t { kNone, kGroups, kCases };

  static constexpr std::size_t kFile = static_cast<std::size_t>(-1);

  // A group that is open. It is a group to kunit_json.py only once it has a child.
  struct Frame {
    Array first = Array::kNone;  // The array that goes out at once.
    bool first_any = false;      // It holds something.
    bool other_any = false;      // The other one does.
    std::size_t out = kFile;     // The frame in whose spool the first array waits, if any does.
    Spool other;
  };

  void Out(std::size_t level, std::string_view text);
  void Put(std::size_t level, Array array, std::string_view text);
  void Begin(std::size_t level, Array array);
  void Element(std::size_t level, Array array, std::string_view text);
  void Case(std::size_t level, std::string_view name, Status status);
  void Close(std::size_t level, std::string_view name, const Totals& totals);
  void CloseDocument(const Totals& totals);

  OutputFile file_;
  TextBuffer out_;
  ToolVersion version_;
  std::vector<Frame> frames_{1};  // Kept allocated; the first is the document.
  std::size_t depth_ = 1;
  bool done_ = false;
  std::string text_;  // The element that is being put together.
};

}  // namespace gate

#endif  // TOOLS_KUNIT_JSON_SINK_H_
