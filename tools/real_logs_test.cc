// SPDX-License-Identifier: GPL-2.0-only
// The strict verdict on consoles of real kernels: testdata/real/README.md says how each was made.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "file_io.h"
#include "gate.h"

namespace gate {
namespace {

struct Real {
  const char* log;
  ExitCode code;
  Totals totals;
  std::size_t splats;
  std::vector<std::string> kinds;  // Reasons that must be there.
};

std::ostream& operator<<(std::ostream& out, const Real& real) { return out << real.log; }

class RealLogsTest : public testing::TestWithParam<Real> {};

TEST_P(RealLogsTest, IsJudged) {
  const Real& real = GetParam();
  const auto text = ReadFile(std::string(TOOLS_TESTDATA) + "/real/" + real.log + ".log");
  ASSERT_TRUE(text.ok()) << text.error();
  Options options;
  options.out = nullptr;
  auto gate = Gate::Create(options);
  gate->Feed(*text);
  const Verdict verdict = gate->Finish(EndOfInput::kEof);
  EXPECT_STREQ(ExitCodeName(verdict.code), ExitCodeName(real.code));
  EXPECT_EQ(verdict.totals, real.totals);
  EXPECT_EQ(verdict.splats, real.splats);
  for (const std::string& kind : real.kinds) {
    EXPECT_TRUE(std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                            [&kind](const Reason& reason) { return reason.kind == kind; }))
        << kind;
  }
  if (real.code == ExitCode::kPassed) {
    EXPECT_TRUE(verdict.reasons.empty());
  }
}

// "pass" fails: one of its parameters holds a '#', and 6.12 loses such a result.
INSTANTIATE_TEST_SUITE_P(
    Consoles, RealLogsTest,
    testing::Values(
        Real{"plain", ExitCode::kPassed, {111, 0, 0, 0, 0}, 0, {}},
        Real{"pass", ExitCode::kFailed, {5, 0, 0, 0, 1}, 0, {"loose-result"}},
        Real{"time", ExitCode::kFailed, {5, 0, 0, 0, 1}, 0, {"loose-result"}},
        Real{"fail", ExitCode::kFailed, {3, 3, 0, 0, 1}, 0, {"expectation"}},
        Real{"skip", ExitCode::kPassed, {1, 0, 0, 2, 0}, 0, {}},
        Real{"all_skip", ExitCode::kNoTests, {0, 0, 0, 1, 0}, 0, {"no-tests"}},
        Real{"init", ExitCode::kFailed, {0, 5, 0, 0, 1}, 0, {"expectation"}},
        Real{"suite_init", ExitCode::kFailed, {0, 1, 0, 0, 0}, 0, {"expectation"}},
        Real{"splat", ExitCode::kSplat, {5, 0, 0, 0, 0}, 4, {"splat"}},
        Real{"crash", ExitCode::kSplat, {1, 0, 1, 0, 2}, 1, {"splat", "truncated"}},
        Real{"hang", ExitCode::kIncomplete, {0, 0, 2, 0, 3}, 0, {"truncated"}},
        Real{"many", ExitCode::kSplat, {68, 0, 0, 5, 0}, 1, {"splat"}},
        Real{"modules", ExitCode::kFailed, {6, 6, 0, 0, 2}, 0, {"second-document"}},
        Real{"none", ExitCode::kNoTests, {0, 0, 0, 0, 0}, 0, {"no-tests"}},
        Real{"no_root", ExitCode::kFailed, {5, 0, 0, 0, 1}, 0, {"loose-result"}},
        Real{"tiny_memory", ExitCode::kNoTests, {0, 0, 0, 0, 0}, 0, {"no-ktap"}}),
    [](const testing::TestParamInfo<Real>& real) { return std::string(real.param.log); });

}  // namespace
}  // namespace gate
