// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_writer.h"

#include <fmt/core.h>

namespace {

/// A record of /dev/kmsg takes less than 1024 bytes; a longer write fails as a whole
/// (kernel/printk/printk.c, PRINTKRB_RECORD_MAX).
constexpr std::size_t kMaxLine = 900;

}  // namespace

KtapWriter::KtapWriter(std::FILE* out, std::size_t suites) : out_(out) {
  Line("KTAP version 1");
  Line(fmt::format("1..{}", suites));
}

void KtapWriter::Line(const std::string& text) {
  std::string line = text.substr(0, kMaxLine);
  // One line is one line, whatever a driver calls itself.
  for (char& byte : line) {
    if (byte == '\n' || byte == '\r') byte = ' ';
  }
  line += '\n';
  if (std::fwrite(line.data(), 1, line.size(), out_) != line.size() || std::fflush(out_) != 0) {
    broken_ = true;
  }
}

void KtapWriter::BeginSuite(std::string_view name, std::size_t cases) {
  suite_ = name;
  cases_ = 0;
  suite_failed_ = false;
  Line("    KTAP version 1");
  Line(fmt::format("    # Subtest: {}", name));
  Line(fmt::format("    1..{}", cases));
}

void KtapWriter::Note(std::string_view text) { Line(fmt::format("    # {}", text)); }

void KtapWriter::Failure(std::string_view test, std::string_view file, unsigned line,
                         std::string_view text) {
  Line(fmt::format("    # {}: EXPECTATION FAILED at {}:{}", test, file, line));
  Line(fmt::format("    {}", text));
}

void KtapWriter::Result(bool ok, std::string_view name, std::string_view directive) {
  Line(fmt::format("    {} {} {}{}", ok ? "ok" : "not ok", ++cases_, name, directive));
  if (!ok) suite_failed_ = failed_ = true;
}

void KtapWriter::Pass(std::string_view name) { Result(true, name, ""); }
void KtapWriter::Fail(std::string_view name) { Result(false, name, ""); }
void KtapWriter::Skip(std::string_view name, std::string_view reason) {
  Result(true, name, fmt::format(" # SKIP {}", reason));
}

void KtapWriter::EndSuite() {
  Line(fmt::format("{} {} {}", suite_failed_ ? "not ok" : "ok", ++suites_, suite_));
}
