// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LINE_SPLITTER_H_
#define TOOLS_LINE_SPLITTER_H_

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace gate {

/// Cuts bytes that arrive in any pieces into lines. `\n`, `\r\n` and a lone `\r` end a line, as in
/// Python's universal newlines, which kunit_tool reads with. A line that lies whole in one piece is
/// not copied. Of a line longer than kMaxLine the head is kept, so that hostile input cannot grow
/// us.
class LineSplitter {
 public:
  static constexpr std::size_t kMaxLine = 64 * 1024;  ///< Bytes kept of one line.

  /// Calls `on_line(std::string_view line, bool cut)` for each line that `bytes` completes; `cut`
  /// says that the tail of the line was dropped. The view lives for the call only.
  template <typename OnLine>
  void Feed(std::string_view bytes, OnLine&& on_line) {
    const char* p = bytes.data();
    const char* const end = p + bytes.size();
    if (p == end) return;
    if (skip_lf_) {
      skip_lf_ = false;
      if (*p == '\n') ++p;
    }
    const char* lf = Find(p, end, '\n');
    const char* cr = Find(p, end, '\r');
    while (p != end) {
      const char* stop = lf < cr ? lf : cr;
      if (stop == end) {
        Keep(p, end);
        return;
      }
      const char* next = stop + 1;
      if (stop == cr) {
        if (next == end) {
          skip_lf_ = true;
        } else if (*next == '\n') {
          ++next;
        }
      }
      Emit(p, stop, on_line);
      p = next;
      if (lf < p) lf = Find(p, end, '\n');
      if (cr < p) cr = Find(p, end, '\r');
    }
  }

  /// Hands out what follows the last line end, if anything does.
  template <typename OnLine>
  void Finish(OnLine&& on_line) {
    if (!kept_.empty()) Emit(nullptr, nullptr, on_line);
  }

 private:
  static const char* Find(const char* p, const char* end, char c) {
    if (p == end) return end;
    const void* hit = std::memchr(p, c, static_cast<std::size_t>(end - p));
    return hit == nullptr ? end : static_cast<const char*>(hit);
  }

  void Keep(const char* p, const char* end);

  template <typename OnLine>
  void Emit(const char* p, const char* stop, OnLine&& on_line) {
    if (kept_.empty()) {
      const std::size_t size = static_cast<std::size_t>(stop - p);
      on_line(std::string_view(p, size < kMaxLine ? size : kMaxLine), size > kMaxLine);
      return;
    }
    Keep(p, stop);
    on_line(std::string_view(kept_), cut_);
    kept_.clear();
    cut_ = false;
  }

  std::string kept_;      // The beginning of a line whose end has not come yet.
  bool cut_ = false;      // More than kMaxLine of it came.
  bool skip_lf_ = false;  // The last piece ended in '\r': a '\n' next belongs to it.
};

}  // namespace gate

#endif  // TOOLS_LINE_SPLITTER_H_
