// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SHORT_NAME_H_
#define TOOLS_SHORT_NAME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gate {

/// A copy of a test's name, taken at each result: no allocation, and no call where the name is as
/// short as most are.
class ShortName {
 public:
  static constexpr std::size_t kMax = 256;  ///< Bytes kept; what is longer is cut.

  void Assign(std::string_view name) {
    size_ = name.size() < kMax ? name.size() : kMax;
    const char* const from = name.data();
    char* const to = bytes_.data();
    if (size_ > 32) {
      std::memcpy(to, from, size_);
    } else if (size_ >= 16) {
      CopyEnds<std::array<char, 16>>(from, to);
    } else if (size_ >= 8) {
      CopyEnds<std::uint64_t>(from, to);
    } else {
      for (std::size_t i = 0; i < size_; ++i) to[i] = from[i];
    }
  }
  void Clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  // The first and the last bytes, each as many as a Word has; they may overlap.
  template <typename Word>
  void CopyEnds(const char* from, char* to) {
    Word head;
    Word tail;
    std::memcpy(&head, from, sizeof(Word));
    std::memcpy(&tail, from + size_ - sizeof(Word), sizeof(Word));
    std::memcpy(to, &head, sizeof(Word));
    std::memcpy(to + size_ - sizeof(Word), &tail, sizeof(Word));
  }

  std::array<char, kMax> bytes_;
  std::size_t size_ = 0;
};

}  // namespace gate

#endif  // TOOLS_SHORT_NAME_H_
