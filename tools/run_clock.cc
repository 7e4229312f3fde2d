// SPDX-License-Identifier: GPL-2.0-only
#include "run_clock.h"

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include "ktap_line.h"

namespace gate {
namespace {

// The number of six digits at `digits`, of which `*good` tells whether they are; two bytes more may
// be read.
std::uint64_t SixDigits(const char* digits, bool* good) {
  std::uint64_t number = 0;
  if constexpr (std::endian::native == std::endian::little) {
    // All at once: pairs of digits, pairs of those, and so on. Two digits 0 go ahead.
    constexpr std::uint64_t kZeros = 0x3030303030303030;
    std::uint64_t word;
    std::memcpy(&word, digits, sizeof(word));
    word = (word << 16) | (kZeros & 0xffff);
    const std::uint64_t past = word + 0x4646464646464646;  // Sets the top bit of what is past '9'.
    word -= kZeros;                                        // And this, of what is below '0'.
    *good = ((past | word) & 0x8080808080808080) == 0;
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
    number = (word * 10'000 + (word >> 32)) & 0xffffffff;
  } else {
    *good = true;
    for (int i = 0; i < 6; ++i) {
      const auto digit = static_cast<unsigned char>(digits[i] - '0');
      *good = *good && digit <= 9;
      number = number * 10 + digit;
    }
  }
  return number;
}

// "[    0.060000]", as printk prints it for more than a day. None: it has another form.
std::optional<double> UsualSeconds(std::string_view line) {
  constexpr std::size_t kPoint = 6;
  constexpr std::size_t kClose = 13;
  if (line.size() <= kClose + 1 || line[0] != '[' || line[kPoint] != '.' || line[kClose] != ']') {
    return std::nullopt;
  }
  std::size_t at = 1;
  while (line[at] == ' ') ++at;
  if (at == kPoint) return std::nullopt;
  std::uint64_t seconds = 0;
  for (; at < kPoint; ++at) {
    const auto digit = static_cast<unsigned char>(line[at] - '0');
    if (digit > 9) return std::nullopt;
    seconds = seconds * 10 + digit;
  }
  bool good;
  const std::uint64_t micros = SixDigits(line.data() + kPoint + 1, &good);
  if (!good) return std::nullopt;
  // So few digits: the nearest number there is.
  return static_cast<double>(seconds * 1'000'000 + micros) / 1e6;
}

}  // namespace

std::optional<double> PrintkSeconds(std::string_view line) {
  if (const auto usual = UsualSeconds(line)) return usual;
  if (line.starts_with('<')) {
    const std::size_t end = line.substr(0, 6).find('>');
    if (end == std::string_view::npos) return std::nullopt;
    line.remove_prefix(end + 1);
  }
  if (!line.starts_with('[')) return std::nullopt;
  line = TrimLeft(line.substr(1));
  const char* const last = line.data() + line.size();
  double seconds = 0;
  const auto [end, error] = std::from_chars(line.data(), last, seconds, std::chars_format::fixed);
  // "nan" and "inf" are numbers to from_chars().
  if (error != std::errc() || end == last || *end != ']' || !(seconds >= 0 && seconds < 1e12)) {
    return std::nullopt;
  }
  return seconds;
}

RunClock::RunClock(std::function<double()> clock) : clock_(std::move(clock)) {}

std::optional<double> RunClock::Now() {
  if (const auto seconds = PrintkSeconds(line_)) printk_ = seconds;
  if (printk_) return printk_;
  if (clock_) return clock_();
  return std::nullopt;
}

std::optional<double> SecondsBetween(std::optional<double> from, std::optional<double> to) {
  if (!from || !to || *to < *from) return std::nullopt;
  return *to - *from;
}

}  // namespace gate
