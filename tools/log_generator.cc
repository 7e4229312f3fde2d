// SPDX-License-Identifier: GPL-2.0-only
#include "log_generator.h"

#include <fmt/format.h>

#include <iterator>
#include <random>
#include <string>

namespace gate {
namespace {

constexpr std::uint64_t kCases = 500;      // Of a flat suite.
constexpr std::uint64_t kDeepCases = 20;   // Of a deep one.
constexpr std::uint64_t kParameters = 12;  // Of a case, or of a group in it.
constexpr int kDeepest = 3;                // Levels of groups below a suite.

// One suite at a time: its bytes depend on the seed and its number alone.
class SuiteWriter {
 public:
  SuiteWriter(const LogOptions& options, std::uint64_t number)
      : options_(options), number_(number), random_(options.seed * 0x9e3779b97f4a7c15u + number) {}

  // The suite as text; `totals` gets its leaves.
  const std::string& Write(Totals* totals) {
    const std::string name = fmt::format("generated_{}", number_);
    const bool deep = options_.shape == LogOptions::Shape::kDeep;
    Header(1, name);
    Line(1, "# module: generated");
    const std::uint64_t cases = deep ? kDeepCases : kCases;
    Line(1, fmt::format("1..{}", cases));
    Totals direct;
    Totals leaves;
    for (std::uint64_t i = 1; i <= cases; ++i) {
      const std::string test = fmt::format("case_{}_{:x}", i, random_() & 0xffff);
      Count(deep ? Group(2, i, test, &leaves) : Leaf(1, i, test, &leaves), &direct);
    }
    Statistics(name, direct);
    Statistics("Totals", leaves);
    Line(0, fmt::format("{}ok {} {}", leaves.failed > 0 ? "not " : "", number_, name));
    totals->Add(leaves);
    return text_;
  }

 private:
  unsigned Roll() { return static_cast<unsigned>(random_() % 10'000); }

  void Line(int level, std::string_view text) {
    ++lines_;
    const std::uint64_t micros = number_ * 1'000'000 + lines_;
    fmt::format_to(std::back_inserter(text_), "[{:5}.{:06}] {:{}}{}\n", micros / 1'000'000,
                   micros % 1'000'000, "", 4 * level, text);
  }

  void Header(int level, const std::string& name) {
    Line(level, "KTAP version 1");
    Line(level, "# Subtest: " + name);
  }

  void Statistics(const std::string& name, const Totals& totals) {
    Line(0, fmt::format("# {}: pass:{} fail:{} skip:{} total:{}", name, totals.passed,
                        totals.failed, totals.skipped, totals.tests()));
  }

  Status Leaf(int level, std::uint64_t number, const std::string& name, Totals* totals) {
    // As often as not a test says something of its own.
    if ((random_() & 1) != 0) {
      Line(level, fmt::format("# {}: step {} of what it does", name, random_() % 100));
    }
    const unsigned roll = Roll();
    Status status = Status::kPassed;
    if (roll < options_.failures) {
      status = Status::kFailed;
      Line(level, fmt::format("# {}: EXPECTATION FAILED at lib/generated.c:{}", name, number));
      Line(level, "Expected a == b, but");
      Line(level, fmt::format("    a == {} (0x0)", number));
      Line(level, "    b == 0 (0x0)");
      Line(level, fmt::format("not ok {} {}", number, name));
    } else if (roll < options_.failures + options_.skips) {
      status = Status::kSkipped;
      Line(level, fmt::format("ok {} {} # SKIP not on this machine", number, name));
    } else {
      Line(level, fmt::format("ok {} {}", number, name));
    }
    Count(status, totals);
    return status;
  }

  Status Group(int level, std::uint64_t number, const std::string& name, Totals* totals) {
    Header(level, name);
    Line(level, fmt::format("1..{}", kParameters));
    Totals leaves;
    for (std::uint64_t i = 1; i <= kParameters; ++i) {
      // No test is named like its group: kunit_tool would take its result for the group's.
      const std::string parameter = fmt::format("value {}.{}", level, i);
      // The first is always a leaf that may pass: a group of skips alone is a skip itself.
      if (i > 1 && level < kDeepest && Roll() < 2'000) {
        Group(level + 1, i, parameter, &leaves);
      } else {
        Leaf(level, i, parameter, &leaves);
      }
    }
    totals->Add(leaves);
    const Status status = StatusOf(leaves);
    Line(level - 1,
         fmt::format("{}ok {} {}{}", status == Status::kFailed ? "not " : "", number, name,
                     status == Status::kSkipped ? " # SKIP not on this machine" : ""));
    return status;
  }

  const LogOptions& options_;
  std::uint64_t number_;
  std::mt19937_64 random_;
  std::uint64_t lines_ = 0;
  std::string text_;
};

}  // namespace

Totals GenerateLog(const LogOptions& options, const std::function<void(std::string_view)>& write) {
  // The plan stands ahead of the suites, so they are counted first.
  std::uint64_t suites = 0;
  for (std::uint64_t bytes = 0; bytes < options.bytes || suites == 0;) {
    Totals ignored;
    bytes += SuiteWriter(options, ++suites).Write(&ignored).size();
  }
  write("Linux version 6.12.0 (generated)\n");
  write(fmt::format("[    0.000001] KTAP version 1\n[    0.000002] 1..{}\n", suites));
  Totals totals;
  for (std::uint64_t number = 1; number <= suites; ++number) {
    write(SuiteWriter(options, number).Write(&totals));
  }
  write(fmt::format("[{:5}.000000] reboot: System halted\n", suites + 1));
  return totals;
}

}  // namespace gate
