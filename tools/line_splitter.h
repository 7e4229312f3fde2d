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
    bool marked = true;     ///< False: FindMarks(text) is known to find nothing.
  };

  /// Calls `on_line(const Line&)` for each line that `bytes` completes.
  template <typename OnLine>
  void Feed(std::string_view bytes, OnLine&& on_line) {
    if (bytes.empty()) return;
    const char* const end = bytes.data() + bytes.size();
    const char* start = bytes.data();  // Of the line that is open.
    if (skip_lf_ && *start == '\n') ++start;
    skip_lf_ = false;
    bool marked = false;
    const char* at = bytes.data();
    for (; static_cast<std::size_t>(end - at) >= BlockMarks::kSize; at += BlockMarks::kSize) {
      Block(ScanBlock(at), at, end, &start, &marked, on_line);
    }
    if (at != end) {
      char tail[BlockMarks::kSize] = {};
      std::memcpy(tail, at, static_cast<std::size_t>(end - at));
      Block(ScanBlock(tail), at, end, &start, &marked, on_line);
    }
    if (start != end) Keep(start, end);
  }

  /// Hands out what follows the last line end, if anything does.
  template <typename OnLine>
  void Finish(OnLine&& on_line) {
    if (!kept_.empty()) Emit(nullptr, nullptr, true, on_line);
  }

 private:
  // The lines that end among the bytes at `at`, of which `block` tells.
  template <typename OnLine>
  void Block(BlockMarks block, const char* at, const char* end, const char** start, bool* marked,
             OnLine&& on_line) {
    while (block.ends != 0) {
      const char* const stop = at + std::countr_zero(block.ends);
      const std::uint64_t upto = block.ends ^ (block.ends - 1);
      block.ends &= block.ends - 1;
      if (stop < *start) continue;  // The '\n' of a "\r\n".
      Emit(*start, stop, *marked || (block.marks & upto) != 0, on_line);
      block.marks &= ~upto;
      *marked = false;
      *start = stop + 1;
      if (*stop != '\r') continue;
      if (*start == end) {
        skip_lf_ = true;
      } else if (**start == '\n') {
        ++*start;
      }
    }
    *marked = *marked || block.marks != 0;
  }

  void Keep(const char* p, const char* end);

  template <typename OnLine>
  void Emit(const char* p, const char* stop, bool marked, OnLine&& on_line) {
    if (kept_.empty()) {
      const std::size_t size = static_cast<std::size_t>(stop - p);
      on_line(Line{{p, size < kMaxLine ? size : kMaxLine}, size > kMaxLine, marked});
      return;
    }
    Keep(p, stop);
    on_line(Line{kept_, cut_, true});
    kept_.clear();
    cut_ = false;
  }

  std::string kept_;      // The beginning of a line whose end has not come yet.
  bool cut_ = false;      // More than kMaxLine of it came.
  bool skip_lf_ = false;  // The last piece ended in '\r': a '\n' next belongs to it.
};

}  // namespace gate

#endif  // TOOLS_LINE_SPLITTER_H_
