// SPDX-License-Identifier: GPL-2.0-only
#include "progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "file_io.h"

namespace {

/// Columns of the terminal behind `out`, 80 where it does not tell.
size_t Columns(std::FILE* out) {
  winsize size{};
  if (::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool IsTerminal(std::FILE* out) {
  const char* term = std::getenv("TERM");
  return ::isatty(::fileno(out)) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace

Progress::Progress(std::FILE* out) : out_(out), terminal_(IsTerminal(out)) {}

Progress::~Progress() { Clear(); }

void Progress::Show(std::string_view text) {
  text_ = text;
  Refresh();
}

void Progress::Refresh() {
  const auto now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  // A log gets nothing at all from a step that is over before the first pause is.
  if (now - (last_ == Clock::time_point{} && !terminal_ ? start_ : last_) < pause) return;
  last_ = now;
  const std::string line = fmt::format("{}  {}", text_, MinutesAndSeconds(Elapsed()));
  if (terminal_) {
    gate::Put(out_, fmt::format("\r{}\033[K", line.substr(0, Columns(out_) - 1)));
    shown_ = true;
  } else {
    gate::Put(out_, fmt::format("{}\n", line));
  }
  std::fflush(out_);
}

void Progress::Print(std::string_view text) {
  Clear();
  gate::Put(out_, fmt::format("{}\n", text));
  std::fflush(out_);
}

void Progress::Clear() {
  if (!shown_) return;
  gate::Put(out_, "\r\033[K");
  std::fflush(out_);
  shown_ = false;
}

std::chrono::seconds Progress::Elapsed() const {
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start_);
}

std::string MinutesAndSeconds(std::chrono::seconds seconds) {
  return fmt::format("{}:{:02}", seconds.count() / 60, seconds.count() % 60);
}
