// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_NAME_SET_H_
#define TOOLS_NAME_SET_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gate {

/// Tells whether a name has come before. Holds a 128-bit hash of each, not the name. With 128 bits,
/// two names of a run do not meet by chance; with 32 or 64 bits, false duplicates were seen.
///
/// It takes no more than 32 bytes a name: the tables are filled by half to four fifths, and many
/// names are parted among tables of which one at a time is copied to a larger one.
class NameSet {
 public:
  /// 16.8 M names, 512 MiB at worst.
  static constexpr std::size_t kMaxNames = std::size_t{1} << 24;

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
  struct Table {
    std::size_t Find(const Key& key) const;
    void Grow();
    bool Add(const Key& key);  // False: it is there.

    std::vector<Key> slots;  // Open addressing.
    std::size_t room = 0;    // Keys that it takes before it grows.
  };
  static Key Hash(std::string_view name);
  std::size_t TableOf(const Key& key) const;
  void Part();

  std::vector<Table> tables_{1};  // One, or kTables of them.
  std::size_t size_ = 0;
};

}  // namespace gate

#endif  // TOOLS_NAME_SET_H_
