// SPDX-License-Identifier: GPL-2.0-only
#include "log_mutator.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gate {
namespace {

// What may stand between two lines of KTAP: kernel messages, and KTAP in the wrong place.
constexpr std::array kNoise = {
    std::string_view("random: crng init done"),
    std::string_view("# a diagnostic"),
    std::string_view(""),
    std::string_view("ok 5 volts"),
    std::string_view("ok 3"),
    std::string_view("ok 2 # SKIP"),
    std::string_view("ok 7seven"),
    std::string_view("not ok 4:- colon"),
    std::string_view("ok 1 name#hash"),
    std::string_view("not ok 1 - dash # SKIP why # SKIP again"),
    std::string_view("    ok 2  # TODO later"),
    std::string_view("KTAP version 1"),
    std::string_view("    KTAP version 1"),
    std::string_view("TAP version 14"),
    std::string_view("KTAP version 9"),
    std::string_view("# Subtest: intruder"),
    std::string_view("    # Subtest: deeper"),
    std::string_view("1..2"),
    std::string_view("    1..0"),
    std::string_view("1..300"),
    std::string_view("Bail out! no more"),
    std::string_view("reboot: System halted"),
    std::string_view("\xff\xfe no UTF-8 \xc3\xa9"),
    std::string_view("WARNING: CPU: 0 PID: 1 at lib/a.c:1 fn+0x1/0x2"),
    std::string_view("kunit executor: no such thing"),
};

std::vector<std::string> Split(std::string_view log) {
  std::vector<std::string> lines;
  while (!log.empty()) {
    const std::size_t end = log.find('\n');
    lines.emplace_back(log.substr(0, end));
    log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
  }
  return lines;
}

}  // namespace

void LogMutator::ChangeLine(std::string* line) {
  switch (Below(7)) {
    case 0:
      line->insert(0, Below(9), ' ');
      break;
    case 1:
      line->erase(0, std::min(line->find_first_not_of(' '), line->size()));
      break;
    case 2:
      line->resize(Below(line->size() + 1));
      break;
    case 3: {
      const std::size_t at = Below(line->size() + 1);
      line->insert(at, kNoise[Below(kNoise.size())]);
      break;
    }
    case 4:
      line->push_back('\r');
      break;
    case 5: {
      const std::size_t digit = line->find_last_of("0123456789");
      if (digit != std::string::npos) (*line)[digit] = static_cast<char>('0' + Below(10));
      break;
    }
    default:
      if (const std::size_t at = line->find("not ok"); at != std::string::npos) {
        line->erase(at, 4);
      } else if (const std::size_t ok = line->find("ok "); ok != std::string::npos) {
        line->insert(ok, "not ");
      } else {
        line->append(" # SKIP no reason");
      }
      break;
  }
}

void LogMutator::ChangeLines(std::vector<std::string>* lines) {
  const auto at = [this, lines](std::size_t extra = 0) {
    return lines->begin() + static_cast<std::ptrdiff_t>(Below(lines->size() + extra));
  };
  // A run of lines, mostly short.
  const auto run = [this, lines](std::vector<std::string>::iterator from) {
    const std::size_t left = static_cast<std::size_t>(lines->end() - from);
    return from + static_cast<std::ptrdiff_t>(std::min(left, 1 + Below(Below(4) == 0 ? 20 : 2)));
  };
  switch (Below(8)) {
    case 0:
      lines->erase(at(), lines->end());
      break;
    case 1: {
      const auto from = at();
      lines->erase(from, run(from));
      break;
    }
    case 2: {
      const auto from = at();
      const std::vector<std::string> copy(from, run(from));
      lines->insert(at(1), copy.begin(), copy.end());
      break;
    }
    case 3:
      std::swap(*at(), *at());
      break;
    case 4: {
      const auto line = at();
      if (line + 1 == lines->end()) break;
      line->append(*(line + 1));
      lines->erase(line + 1);
      break;
    }
    case 5:
    case 6: {
      const std::string_view noise = kNoise[Below(kNoise.size())];
      lines->insert(at(1), std::string(noise));
      break;
    }
    default:
      ChangeLine(&*at());
      break;
  }
}

std::string LogMutator::Mutate(std::string_view log) {
  std::vector<std::string> lines = Split(log);
  for (std::size_t changes = 1 + Below(6); changes > 0 && !lines.empty(); --changes) {
    ChangeLines(&lines);
  }
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  if (Below(8) == 0) text.resize(Below(text.size() + 1));
  return text;
}

}  // namespace gate
