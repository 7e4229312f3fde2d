// SPDX-License-Identifier: GPL-2.0-only
// What the gate costs for each byte of a log, in instructions: a measure that does not depend on
// the machine's load. valgrind counts them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>

#include "log_generator.h"
#include "test_files.h"

namespace gate {
namespace {

std::string MakeLog(LogOptions::Shape shape, std::uint64_t bytes) {
  LogOptions options;
  options.shape = shape;
  options.bytes = bytes;
  std::string log;
  GenerateLog(options, [&log](std::string_view piece) { log.append(piece); });
  return log;
}

// Instructions of one run of the gate; 0: valgrind did not say.
std::uint64_t Count(const std::string& arguments, const std::string& log) {
  const std::string command = fmt::format(
      "valgrind --tool=callgrind --callgrind-out-file=/dev/null " KUNIT_GATE " {} '{}' 2>&1",
      arguments, log);
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return 0;
  std::string output;
  std::array<char, 4096> buffer;
  std::size_t got;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    output.append(buffer.data(), got);
  }
  if (pclose(pipe) != 0) return 0;
  const std::string mark = "Collected : ";
  const std::size_t at = output.find(mark);
  return at == std::string::npos ? 0
                                 : std::strtoull(output.c_str() + at + mark.size(), nullptr, 10);
}

struct Cost {
  const char* name;
  LogOptions::Shape shape;
  const char* arguments;
  double bound;  // Instructions for each byte; a little above what it was when this was written.
};

class InstructionsTest : public testing::TestWithParam<Cost> {};

TEST_P(InstructionsTest, StayWithinTheirBound) {
#if !defined(NDEBUG) || defined(__clang__)
  GTEST_SKIP() << "not run: the bounds are those of an optimised build by GCC";
#endif
  if (std::system("valgrind --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "not run: valgrind is not installed";
  }
  const TestFolder folder;
  const std::string small = MakeLog(GetParam().shape, 50'000);
  const std::string large = MakeLog(GetParam().shape, 1'000'000);
  const std::uint64_t few = Count(GetParam().arguments, folder.Write("small.log", small));
  const std::uint64_t many = Count(GetParam().arguments, folder.Write("large.log", large));
  ASSERT_GT(few, 0u);
  ASSERT_GT(many, few);
  // What the start of the program costs is in both.
  const double each =
      static_cast<double>(many - few) / static_cast<double>(large.size() - small.size());
  fmt::print("{}: {:.2f} instructions for each byte\n", GetParam().name, each);
  EXPECT_LT(each, GetParam().bound);
}

std::ostream& operator<<(std::ostream& out, const Cost& cost) { return out << cost.name; }

INSTANTIATE_TEST_SUITE_P(Outputs, InstructionsTest,
                         testing::Values(Cost{"flat", LogOptions::Shape::kFlat, "", 12.5},
                                         Cost{"deep", LogOptions::Shape::kDeep, "", 13.5},
                                         Cost{"reports", LogOptions::Shape::kFlat,
                                              "--junit /dev/null --json /dev/null", 23}),
                         [](const testing::TestParamInfo<Cost>& cost) {
                           return std::string(cost.param.name);
                         });

}  // namespace
}  // namespace gate
