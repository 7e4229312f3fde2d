// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PROGRESS_H_
#define TOOLS_PROGRESS_H_

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

/// One line that tells how a long step goes: rewritten in place on a terminal, else printed anew
/// about every ten seconds, so that a log stays readable.
class Progress {
 public:
  explicit Progress(std::FILE* out);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Shows `text`, with the time since construction behind it.
  void Show(std::string_view text);

  /// Shows the last text again with the time of now: call it now and then where nothing changes.
  void Refresh();

  /// Prints `text` as a line of its own that stays.
  void Print(std::string_view text);

  /// Takes the changing line off the terminal.
  void Clear();

  std::chrono::seconds Elapsed() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::FILE* out_;
  bool terminal_;
  bool shown_ = false;
  std::string text_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_{};
};

/// `seconds` as m:ss.
std::string MinutesAndSeconds(std::chrono::seconds seconds);

#endif  // TOOLS_PROGRESS_H_
