// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SPOOL_H_
#define TOOLS_SPOOL_H_

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace gate {

/// Text that has to wait until what stands ahead of it is written. What is more than kMemory goes
/// to a file without a name.
class Spool {
 public:
  static constexpr std::size_t kMemory = 256 * 1024;  ///< Bytes that it holds in memory.

  void Append(std::string_view text);
  /// Hands everything to `take(std::string_view)`, in pieces, and is empty then.
  template <typename Take>
  void Drain(Take&& take) {
    if (file_ != nullptr) {
      std::rewind(file_.get());
      char buffer[16 * 1024];
      std::size_t got;
      while ((got = std::fread(buffer, 1, sizeof(buffer), file_.get())) > 0) {
        take(std::string_view(buffer, got));
      }
      Close();
    }
    if (!text_.empty()) take(std::string_view(text_));
    text_.clear();
  }
  bool empty() const { return text_.empty() && file_ == nullptr; }
  /// The file could not be made, written or read: something is lost.
  bool failed() const { return failed_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void Spill();
  void Close();

  std::string text_;  // The end of it; the rest is in the file.
  std::unique_ptr<std::FILE, CloseFile> file_;
  bool failed_ = false;
};

}  // namespace gate

#endif  // TOOLS_SPOOL_H_
