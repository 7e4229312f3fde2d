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

constexpr std::size_t kStep = 16;  // Bytes that are mixed in at a time.

}  // namespace

NameSet::Key NameSet::Hash(std::string_view name) {
  Key key{kRoot2 ^ name.size(), kRoot3};
  const auto mix = [&key](const char* bytes) {
    std::uint64_t words[2];
    std::memcpy(words, bytes, sizeof(words));
    key.low = Fold(words[0] ^ kRoot5, words[1] ^ key.low);
    key.high = Fold(words[0] + key.high, words[1] + kRoot7) + kRoot2;
  };
  for (; name.size() > kStep; name.remove_prefix(kStep)) mix(name.data());
  char tail[kStep] = {};
  if (!name.empty()) std::memcpy(tail, name.data(), name.size());
  mix(tail);
  key.low = Fold(key.low, kRoot3);
  key.high = Fold(key.high, kRoot5) | 1;
  return key;
}

// The slot that holds `key`, or the free one where it would go.
std::size_t NameSet::Find(const Key& key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(key.low) & mask;
  while (slots_[at].high != 0 && slots_[at] != key) at = (at + 1) & mask;
  return at;
}

bool NameSet::Contains(std::string_view name) const {
  return size_ > 0 && slots_[Find(Hash(name))].high != 0;
}

NameSet::Added NameSet::Add(std::string_view name) {
  if (size_ == kMaxNames) return Added::kFull;
  if ((size_ + 1) * 4 > slots_.size() * 3) Grow();
  const Key key = Hash(name);
  const std::size_t at = Find(key);
  if (slots_[at].high != 0) return Added::kDuplicate;
  slots_[at] = key;
  ++size_;
  return Added::kNew;
}

void NameSet::Clear() {
  constexpr std::size_t kKeep = 1024;  // Slots: what a usual suite needs.
  if (slots_.size() > kKeep) {
    slots_ = {};
  } else if (size_ > 0) {
    std::fill(slots_.begin(), slots_.end(), Key{});
  }
  size_ = 0;
}

void NameSet::Grow() {
  std::vector<Key> old(slots_.empty() ? 16 : slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Key& key : old) {
    if (key.high == 0) continue;
    std::size_t at = static_cast<std::size_t>(key.low) & mask;
    while (slots_[at].high != 0) at = (at + 1) & mask;
    slots_[at] = key;
  }
}

}  // namespace gate
