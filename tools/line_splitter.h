// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LINE_SPLITTER_H_
#define TOOLS_LINE_SPLITTER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "line_marks.h"

namespace gate {

/// Cuts bytes that arrive in any pieces into lines. `\n`, `\r\n` and a lone `\r` end a line, as in
/// Python's universal newlines, which kunit_tool reads with. A line that lies whole in one piece is
/// not copied. Of a line longer than kMaxLine the head is kept, so that hostile input cannot grow
/// us.
class LineSplitter {
 public:
  static constexpr std::size_t kMaxLine = 64 * 1024;  ///< Bytes kept of one line.

  struct Line {
    std::string_view text;  ///< Lives for the call only.
    bool cut = false;       ///< The tail of the line was dropped.
    /// The bytes of `text` that LineMarks tells of: bit N is set where byte N is one.
    std::uint64_t marks = 0;
    bool more_marks = true;  ///< What `marks` does not tell of may hold others, or was dropped.
  };

  /// Calls `on_line(const Line&)` for each line that `bytes` completes.
  template <typename OnLine>
  void Feed(std::string_view bytes, OnLine&& on_line) {
    if (bytes.empty()) return;
    const char* const end = bytes.data() + bytes.size();
    OpenLine open{bytes.data()};
    if (skip_lf_ && *open.start == '\n') ++open.start;
    skip_lf_ = false;
    const char* at = bytes.data();
    for (; static_cast<std::size_t>(end - at) >= BlockMarks::kSize; at += BlockMarks::kSize) {
      Block(ScanBlock(at), at, end, &open, on_line);
    }
    if (at != end) {
      char tail[BlockMarks::kSize] = {};
      std::memcpy(tail, at, static_cast<std::size_t>(end - at));
      Block(ScanBlock(tail), at, end, &open, on_line);
    }
    if (open.start != end) Keep(open.start, end);
  }

  /// Hands out what follows the last line end, if anything does.
  template <typename OnLine>
  void Finish(OnLine&& on_line) {
    if (!kept_.empty()) Emit({nullptr}, nullptr, on_line);
  }

 private:
  // A line whose end is looked for.
  struct OpenLine {
    // Takes note of `found`, marks among the block at `at`.
    void Add(std::uint64_t found, const char* at) {
      if (found == 0) return;
      if (start >= at) {
        marks |= found >> (start - at);
        return;
      }
      const auto behind = static_cast<std::size_t>(at - start);
      if (behind < BlockMarks::kSize) {
        marks |= found << behind;
        found >>= BlockMarks::kSize - behind;
      }
      more_marks = more_marks || found != 0;
    }

    const char* start;
    std::uint64_t marks = 0;
    bool more_marks = false;
  };

  // The lines that end among the bytes at `at`, of which `block` tells.
  template <typename OnLine>
  void Block(BlockMarks block, const char* at, const char* end, OpenLine* open, OnLine&& on_line) {
    while (block.ends != 0) {
      const char* const stop = at + std::countr_zero(block.ends);
      const std::uint64_t upto = block.ends ^ (block.ends - 1);
      block.ends &= block.ends - 1;
      if (stop < open->start) continue;  // The '\n' of a "\r\n".
      open->Add(block.marks & upto, at);
      block.marks &= ~upto;
      Emit(*open, stop, on_line);
      *open = OpenLine{stop + 1};
      if (*stop != '\r') continue;
      if (open->start == end) {
        skip_lf_ = true;
      } else if (*open->start == '\n') {
        ++open->start;
      }
    }
    open->Add(block.marks, at);
  }

  void Keep(const char* p, const char* end);

  template <typename OnLine>
  void Emit(const OpenLine& line, const char* stop, OnLine&& on_line) {
    if (kept_.empty()) {
      const std::size_t size = static_cast<std::size_t>(stop - line.start);
      on_line(Line{{line.start, size < kMaxLine ? size : kMaxLine},
                   size > kMaxLine,
                   line.marks,
                   line.more_marks || size > kMaxLine});
      return;
    }
    Keep(line.start, stop);
    // What came in pieces was not looked at as a whole.
    on_line(Line{kept_, cut_, 0, true});
    kept_.clear();
    cut_ = false;
  }

  std::string kept_;      // The beginning of a line whose end has not come yet.
  bool cut_ = false;      // More than kMaxLine of it came.
  bool skip_lf_ = false;  // The last piece ended in '\r': a '\n' next belongs to it.
};

}  // namespace gate

#endif  // TOOLS_LINE_SPLITTER_H_
