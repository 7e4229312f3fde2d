// SPDX-License-Identifier: GPL-2.0-only
#include "run_clock.h"

#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include "ktap_line.h"

namespace gate {

std::optional<double> PrintkSeconds(std::string_view line) {
  if (line.starts_with('<')) {
    const std::size_t end = line.substr(0, 6).find('>');
    if (end == std::string_view::npos) return std::nullopt;
    line.remove_prefix(end + 1);
  }
  if (!line.starts_with('[')) return std::nullopt;
  line = TrimLeft(line.substr(1));
  double seconds = 0;
  const char* const last = line.data() + line.size();
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
