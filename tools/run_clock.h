// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_RUN_CLOCK_H_
#define TOOLS_RUN_CLOCK_H_

#include <functional>
#include <optional>
#include <string_view>

namespace gate {

/// The seconds that printk prints ahead of a message, "[    0.060000]" behind an optional "<6>";
/// none where `line` does not begin so.
std::optional<double> PrintkSeconds(std::string_view line);

/// Tells when a line of the console was printed: by printk's own time where the console has it,
/// else by the clock of whoever reads a console as the kernel runs.
class RunClock {
 public:
  /// `clock` gives seconds from any fixed point; null: such times are not known.
  explicit RunClock(std::function<double()> clock);

  /// The line that is looked at from now on. The view must live until the next one; an empty view
  /// ends it.
  void Line(std::string_view raw) { line_ = raw; }

  /// Seconds at that line; the last that were known where it has no time. None: no clock at all.
  std::optional<double> Now();

 private:
  std::function<double()> clock_;
  std::string_view line_;
  std::optional<double> printk_;
};

/// Seconds from `from` to `to`; none where one is not known, or where the kernel began to count
/// afresh between them.
std::optional<double> SecondsBetween(std::optional<double> from, std::optional<double> to);

}  // namespace gate

#endif  // TOOLS_RUN_CLOCK_H_
