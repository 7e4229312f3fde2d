// SPDX-License-Identifier: GPL-2.0-only
#include "run_clock.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

#include "ktap_line.h"

namespace gate {
namespace {

// "12.500000" as from_chars() would have it, for digits so few that one division gives the nearest
// number: most of the time goes there. `*end` is what follows. None: leave it to from_chars().
std::optional<double> FewDigits(std::string_view text, const char** end) {
  constexpr std::array kPowers = {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  constexpr std::ptrdiff_t kMost = 16;  // Digits that a double holds, and the point.
  const char* const begin = text.data();
  const char* const stop = begin + text.size();
  std::uint64_t number = 0;
  const auto digits = [&number, stop](const char* at) {
    for (; at != stop; ++at) {
      const std::uint64_t digit = static_cast<std::uint64_t>(*at) - '0';
      if (digit > 9) break;
      number = number * 10 + digit;
    }
    return at;
  };
  const char* const point = digits(begin);
  if (point == begin || point == stop || *point != '.') return std::nullopt;
  *end = digits(point + 1);
  const auto fraction = static_cast<std::size_t>(*end - point - 1);
  if (fraction == 0 || fraction >= kPowers.size() || *end - begin > kMost) return std::nullopt;
  return static_cast<double>(number) / kPowers[fraction];
}

}  // namespace

std::optional<double> PrintkSeconds(std::string_view line) {
  if (line.starts_with('<')) {
    const std::size_t end = line.substr(0, 6).find('>');
    if (end == std::string_view::npos) return std::nullopt;
    line.remove_prefix(end + 1);
  }
  if (!line.starts_with('[')) return std::nullopt;
  line = TrimLeft(line.substr(1));
  const char* const last = line.data() + line.size();
  const char* few = last;
  const auto known = FewDigits(line, &few);
  if (known && few != last && *few == ']') return known;
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
