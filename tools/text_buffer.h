// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_TEXT_BUFFER_H_
#define TOOLS_TEXT_BUFFER_H_

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "short_name.h"

namespace gate {

/// What is on its way to a stream, gathered into large pieces: a report of a million tests is
/// written in many small ones, and each call of fwrite() costs as much as a test. The stream itself
/// must not be written to before Flush(). What fails shows in ferror(stream).
class TextBuffer {
 public:
  static constexpr std::size_t kSize = 64 * 1024;  ///< Bytes that it holds.

  /// `stream` must live longer.
  explicit TextBuffer(std::FILE* stream) : stream_(stream), bytes_(new char[kSize]) {}

  void Append(std::string_view text) {
    if (text.size() > kSize - used_) {
      AppendLarge(text);
      return;
    }
    std::memcpy(bytes_.get() + used_, text.data(), text.size());
    used_ += text.size();
  }
  /// Appends all of `pieces`, which are kSize bytes at most, with one look at the room that is
  /// left.
  template <typename... Pieces>
  void AppendAll(const Pieces&... pieces) {
    if ((Size(pieces) + ...) > kSize - used_) Flush();
    char* at = bytes_.get() + used_;
    ((at = Copy(pieces, at)), ...);
    used_ = static_cast<std::size_t>(at - bytes_.get());
  }
  void Flush();

 private:
  static std::size_t Size(std::string_view piece) { return piece.size(); }
  template <std::size_t kBytes>
  static constexpr std::size_t Size(const char (&)[kBytes]) {
    return kBytes - 1;
  }
  static char* Copy(std::string_view piece, char* to) { return CopyShort(piece, to); }
  // A literal's size is known: it is copied without a call.
  template <std::size_t kBytes>
  static char* Copy(const char (&literal)[kBytes], char* to) {
    std::memcpy(to, literal, kBytes - 1);
    return to + kBytes - 1;
  }
  void AppendLarge(std::string_view text);

  std::FILE* stream_;
  std::unique_ptr<char[]> bytes_;
  std::size_t used_ = 0;
};

}  // namespace gate

#endif  // TOOLS_TEXT_BUFFER_H_
