// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SHORT_NAME_H_
#define TOOLS_SHORT_NAME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gate {

/// Whether `one` and `other` are the same, with no call where they are as short as most names are.
[[gnu::always_inline]] inline bool AreEqual(std::string_view one, std::string_view other) {
  const std::size_t size = one.size();
  if (size != other.size()) return false;
  const char* const a = one.data();
  const char* const b = other.data();
  // The first and the last bytes, some of which may be looked at twice.
  const auto ends = [a, b, size](auto word) {
    constexpr std::size_t kSize = sizeof(word);
    return __builtin_memcmp(a, b, kSize) == 0 &&
           __builtin_memcmp(a + size - kSize, b + size - kSize, kSize) == 0;
  };
  if (size > 32) return std::memcmp(a, b, size) == 0;
  if (size >= 16) return ends(std::array<char, 16>());
  if (size >= 8) return ends(std::uint64_t{});
  if (size >= 4) return ends(std::uint32_t{});
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// memcpy(), with no call where `text` is as short as most names are. Returns the end of the copy.
[[gnu::always_inline]] inline char* CopyShort(std::string_view text, char* to) {
  const std::size_t size = text.size();
  const char* const from = text.data();
  // The first and the last bytes; they may overlap.
  const auto ends = [from, to, size](auto head) {
    constexpr std::size_t kSize = sizeof(head);
    auto tail = head;
    std::memcpy(&head, from, kSize);
    std::memcpy(&tail, from + size - kSize, kSize);
    std::memcpy(to, &head, kSize);
    std::memcpy(to + size - kSize, &tail, kSize);
  };
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    ends(std::array<char, 16>());
  } else if (size >= 8) {
    ends(std::uint64_t{});
  } else if (size >= 4) {
    ends(std::uint32_t{});
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
  return to + size;
}

/// A copy of a test's name, taken at each result: no allocation, and no call where the name is as
/// short as most are.
class ShortName {
 public:
  static constexpr std::size_t kMax = 256;  ///< Bytes kept; what is longer is cut.

  void Assign(std::string_view name) {
    size_ = name.size() < kMax ? name.size() : kMax;
    CopyShort({name.data(), size_}, bytes_.data());
  }
  void Clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kMax> bytes_;
  std::size_t size_ = 0;
};

}  // namespace gate

#endif  // TOOLS_SHORT_NAME_H_
