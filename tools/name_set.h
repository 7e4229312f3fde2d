// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_NAME_SET_H_
#define TOOLS_NAME_SET_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gate {

/// Tells whether a name has come before. Holds a 128-bit hash of each, not the name: 16 bytes in a
/// table at most three quarters full. With 128 bits, two names of a run do not meet by chance; with
/// 32 or 64 bits, false duplicates were seen.
class NameSet {
 public:
  static constexpr std::size_t kMaxNames = std::size_t{1}
                                           << 24;  ///< 16.8 M names, 512 MiB at worst.

  enum class Added : std::uint8_t { kNew, kDuplicate, kFull };

  Added Add(std::string_view name);
  bool Contains(std::string_view name) const;
  void Clear();
  std::size_t size() const { return size_; }

 private:
  struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;  // Never 0 in a used slot.
    bool operator==(const Key&) const = default;
  };
  static Key Hash(std::string_view name);
  std::size_t Find(const Key& key) const;
  void Grow();

  std::vector<Key> slots_;  // Open addressing; a power of two.
  std::size_t size_ = 0;
};

}  // namespace gate

#endif  // TOOLS_NAME_SET_H_
