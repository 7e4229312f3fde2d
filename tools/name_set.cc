// SPDX-License-Identifier: GPL-2.0-only
#include "name_set.h"

#include <algorithm>
#include <cstring>

namespace gate {
namespace {

__extension__ using Wide = unsigned __int128;

// Multiplies to 128 bits and folds: each bit of the operands reaches all of the result.
std::uint64_t Fold(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Odd numbers with no pattern: the fractional parts of the square roots of 2, 3, 5 and 7.
constexpr std::uint64_t kRoot2 = 0x6a09e667f3bcc909;
constexpr std::uint64_t kRoot3 = 0xbb67ae8584caa73b;
constexpr std::uint64_t kRoot5 = 0x3c6ef372fe94f82b;
constexpr std::uint64_t kRoot7 = 0xa54ff53a5f1d36f1;

constexpr std::size_t kStep = 16;    // Bytes that are mixed in at a time.
constexpr std::size_t kFew = 16;     // Slots that a table has at least.
constexpr std::size_t kKeep = 2048;  // Slots that stay, at most, for the next group.
constexpr std::size_t kWhole = std::size_t{1} << 16;  // Names that one table holds alone.
constexpr unsigned kTableBits = 6;
constexpr std::size_t kTables = std::size_t{1} << kTableBits;

// Names that a table of so many slots takes before it grows.
constexpr std::size_t Room(std::size_t slots) { return slots / 5 * 4; }

std::uint64_t Load64(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

std::uint64_t Load32(const char* bytes) {
  std::uint32_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

}  // namespace

// The pieces may overlap: the size, which is mixed in, tells what they stand for.
inline NameSet::Key NameSet::Hash(std::string_view name) {
  const char* at = name.data();
  std::size_t left = name.size();
  Key key{kRoot2 ^ left, kRoot3};
  const auto mix = [&key](std::uint64_t first, std::uint64_t last) {
    key.low = Fold(first ^ kRoot5, last ^ key.low);
    key.high = Fold(first + key.high, last + kRoot7) + kRoot2;
  };
  if (left > kStep) {
    for (; left > kStep; left -= kStep, at += kStep) mix(Load64(at), Load64(at + 8));
    at = at + left - kStep;
    mix(Load64(at), Load64(at + 8));
  } else if (left >= 8) {
    mix(Load64(at), Load64(at + left - 8));
  } else if (left >= 4) {
    mix(Load32(at), Load32(at + left - 4));
  } else if (left > 0) {
    const auto byte = [at](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(at[i])};
    };
    mix(byte(0) | byte(left / 2) << 8 | byte(left - 1) << 16, 0);
  }
  key.high |= 1;
  return key;
}

// The slot that holds `key`, or the free one where it would go.
inline std::size_t NameSet::Table::Find(const Key& key) const {
  const std::size_t count = slots.size();
  const Key* const keys = slots.data();
  std::size_t at = static_cast<std::size_t>((static_cast<Wide>(key.low) * count) >> 64);
  while (keys[at].high != 0 && keys[at] != key) {
    if (++at == count) at = 0;
  }
  return at;
}

void NameSet::Table::Grow() {
  std::vector<Key> old(std::max(kFew, slots.size() + slots.size() / 2));
  old.swap(slots);
  room = Room(slots.size());
  for (const Key& key : old) {
    if (key.high == 0) continue;
    slots[Find(key)] = key;
    --room;
  }
}

inline bool NameSet::Table::Add(const Key& key) {
  if (room == 0) Grow();
  Key& slot = slots[Find(key)];
  if (slot.high != 0) return false;
  slot = key;
  --room;
  return true;
}

inline std::size_t NameSet::TableOf(const Key& key) const {
  return tables_.size() == 1 ? 0 : static_cast<std::size_t>(key.high >> (64 - kTableBits));
}

void NameSet::Part() {
  std::vector<Table> whole(kTables);
  whole.swap(tables_);
  for (const Key& key : whole.front().slots) {
    if (key.high != 0) tables_[TableOf(key)].Add(key);
  }
}

bool NameSet::Contains(std::string_view name) const {
  if (size_ == 0) return false;
  const Key key = Hash(name);
  const Table& table = tables_[TableOf(key)];
  return !table.slots.empty() && table.slots[table.Find(key)].high != 0;
}

NameSet::Added NameSet::Add(std::string_view name) {
  if (size_ == kMaxNames) return Added::kFull;
  const Key key = Hash(name);
  if (!tables_[TableOf(key)].Add(key)) return Added::kDuplicate;
  if (++size_ == kWhole) Part();
  return Added::kNew;
}

void NameSet::Clear() {
  if (size_ == 0) return;
  tables_.resize(1);
  Table& table = tables_.front();
  // The next group is like this one, or like a usual one.
  const std::size_t slots = size_ + size_ / 2 + kFew;
  if (slots > kKeep) {
    table.slots = {};
  } else {
    table.slots.assign(slots, Key());
  }
  table.room = Room(table.slots.size());
  size_ = 0;
}

}  // namespace gate
