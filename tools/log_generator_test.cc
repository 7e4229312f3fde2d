// SPDX-License-Identifier: GPL-2.0-only
#include "log_generator.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gate.h"

namespace gate {
namespace {

std::string Generate(const LogOptions& options, Totals* totals = nullptr) {
  std::string log;
  const Totals made = GenerateLog(options, [&log](std::string_view text) { log += text; });
  if (totals != nullptr) *totals = made;
  return log;
}

class LogGeneratorTest : public testing::TestWithParam<LogOptions::Shape> {};

TEST_P(LogGeneratorTest, TotalsAgreeWithItsCases) {
  for (const unsigned failures : {0u, 300u}) {
    LogOptions options;
    options.shape = GetParam();
    options.bytes = 300'000;
    options.failures = failures;
    options.skips = 100;
    Totals totals;
    const std::string log = Generate(options, &totals);
    Options gate_options;
    gate_options.out = nullptr;
    auto gate = Gate::Create(gate_options);
    ASSERT_TRUE(gate.ok());
    gate->Feed(log);
    const Verdict verdict = gate->Finish(EndOfInput::kEof);
    EXPECT_EQ(verdict.totals, totals);
    EXPECT_EQ(verdict.tool.totals, totals);
    EXPECT_GT(totals.passed, 1000u);
    EXPECT_GT(totals.skipped, 0u);
    EXPECT_EQ(totals.failed > 0, failures > 0);
    EXPECT_EQ(verdict.code, failures > 0 ? ExitCode::kFailed : ExitCode::kPassed)
        << verdict.reasons.front().message;
    for (const Reason& reason : verdict.reasons) EXPECT_EQ(reason.kind, "expectation");
  }
}

TEST_P(LogGeneratorTest, IsTheSameForTheSameSeed) {
  LogOptions options;
  options.shape = GetParam();
  options.bytes = 50'000;
  const std::string log = Generate(options);
  EXPECT_EQ(Generate(options), log);
  EXPECT_GE(log.size(), options.bytes);
  EXPECT_LT(log.size(), options.bytes + 100'000);
  options.seed = 2;
  EXPECT_NE(Generate(options), log);
}

INSTANTIATE_TEST_SUITE_P(Shapes, LogGeneratorTest,
                         testing::Values(LogOptions::Shape::kFlat, LogOptions::Shape::kDeep),
                         [](const auto& test) {
                           return test.param == LogOptions::Shape::kFlat ? "Flat" : "Deep";
                         });

}  // namespace
}  // namespace gate
