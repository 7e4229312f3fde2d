// SPDX-License-Identifier: GPL-2.0-only
#include "terminal_sink.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <utility>

#include "file_io.h"
#include "text.h"

namespace gate {
namespace {

// Columns of the terminal behind `out`; 80 where it does not say.
std::size_t Columns(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

TerminalSink::TerminalSink(Settings settings, std::function<std::string()> running)
    : settings_(std::move(settings)),
      style_(UseColor(settings_.color, settings_.out)),
      running_(std::move(running)) {
  settings_.live = settings_.live && isatty(fileno(settings_.out)) == 1;
}

void TerminalSink::Print(const std::string& text) {
  if (!shown_.empty()) {
    shown_.clear();
    Put(settings_.out, "\r\033[K");
  }
  Put(settings_.out, text);
}

void TerminalSink::Suite(Status status, std::string_view name, std::uint64_t tests) {
  ++suites_;
  std::string word;
  switch (status) {
    case Status::kPassed:
      word = style_.Green("ok     ");
      break;
    case Status::kSkipped:
      word = style_.Yellow("skipped");
      break;
    case Status::kNoTests:
      word = style_.Red("empty  ");
      break;
    case Status::kFailed:
      word = style_.Red("FAILED ");
      break;
    case Status::kCrashed:
      word = style_.Red("CRASHED");
      break;
  }
  std::string progress;
  if (planned_ > 0) progress = fmt::format("[{}/{}] ", suites_, planned_);
  std::string line = fmt::format("{}{} {}", progress, word, Printable(name));
  if (tests > 0) line += fmt::format(" ({})", tests);
  line += '\n';
  Print(line);
}

void TerminalSink::OnPlan(const PlanEvent& event) {
  if (event.depth == 0) planned_ += event.count;
}

void TerminalSink::OnResult(const ResultEvent& event) {
  ++results_;
  if (event.depth == 1) Suite(event.status, event.name, 0);
}

void TerminalSink::OnGroupEnd(const GroupEndEvent& event) {
  if (event.depth != 1) return;
  const bool worse = event.status == Status::kPassed && event.totals.failed > 0;
  Suite(worse ? Status::kFailed : event.status, event.name, event.totals.tests());
}

void TerminalSink::OnReason(const Reason& reason) {
  Print(FormatReason(reason, settings_.log_name, style_) + '\n' + FormatFrames(reason));
}

void TerminalSink::OnPause() {
  if (settings_.live) {
    const std::string test = running_();
    std::string line;
    if (!test.empty()) line = fmt::format("{} tests, running {}", results_, Printable(test));
    const std::size_t columns = Columns(settings_.out) - 1;
    if (line.size() > columns) {
      std::size_t size = columns;
      while (size > 0 && (static_cast<unsigned char>(line[size]) & 0xc0) == 0x80) --size;
      line.resize(size);  // At the end of a UTF-8 character.
    }
    if (line != shown_) {
      Put(settings_.out, "\r\033[K" + line);
      shown_ = std::move(line);
    }
  }
  std::fflush(settings_.out);
}

std::string TerminalSink::OnVerdict(const Verdict& verdict) {
  Print(FormatSummary(verdict, style_, false));
  if (std::fflush(settings_.out) != 0 || std::ferror(settings_.out) != 0) {
    return "standard output: cannot write";
  }
  return {};
}

}  // namespace gate
