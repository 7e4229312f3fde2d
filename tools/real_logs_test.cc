// SPDX-License-Identifier: GPL-2.0-only
// The strict verdict on consoles of real kernels: testdata/real/README.md says how each was made.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "file_io.h"
#include "gate.h"
#include "tool_version.h"

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

Verdict JudgeReal(const std::string& log, ToolVersion tool) {
  const auto text = ReadFile(std::string(TOOLS_TESTDATA) + "/real/" + log + ".log");
  EXPECT_TRUE(text.ok()) << text.error();
  Options options;
  options.out = nullptr;
  options.tool = tool;
  auto gate = Gate::Create(options);
  if (text.ok()) gate->Feed(*text);
  return gate->Finish(EndOfInput::kEof);
}

class RealLogsTest : public testing::TestWithParam<Real> {};

TEST_P(RealLogsTest, IsJudged) {
  const Real& real = GetParam();
  const Verdict verdict = JudgeReal(real.log, ToolVersion::k6_12);
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
    testing::Values(Real{"plain", ExitCode::kPassed, {111, 0, 0, 0, 0}, 0, {}},
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
                    Real{"tiny_memory", ExitCode::kNoTests, {0, 0, 0, 0, 0}, 0, {"no-ktap"}},
                    Real{"v7_pass", ExitCode::kPassed, {166, 0, 0, 0, 0}, 0, {}},
                    Real{"v7_splat", ExitCode::kSplat, {5, 0, 0, 0, 0}, 1, {"splat"}},
                    Real{"v7_fail", ExitCode::kSplat, {6, 1, 0, 0, 0}, 1, {"splat", "expectation"}},
                    Real{"v7_crash", ExitCode::kSplat, {4, 0, 0, 0, 3}, 1, {"splat", "truncated"}}),
    [](const testing::TestParamInfo<Real>& real) { return std::string(real.param.log); });

// What the kunit_tool of 7.3 exits with and counts, as it did when these were recorded. It passes
// the WARNING, and even the panic in the middle of the suite.
TEST(RealLogsOf7Test, AreJudgedAsKunitToolJudgesThem) {
  struct Theirs {
    const char* log;
    int exit;
    Totals totals;
  };
  for (const Theirs& theirs :
       {Theirs{"v7_pass", 0, {166, 0, 0, 0, 0}}, Theirs{"v7_splat", 0, {5, 0, 0, 0, 0}},
        Theirs{"v7_fail", 1, {6, 1, 0, 0, 0}}, Theirs{"v7_crash", 0, {4, 0, 0, 0, 3}}}) {
    const Verdict verdict = JudgeReal(theirs.log, ToolVersion::k7_3);
    EXPECT_EQ(verdict.tool.ParseExitCode(), theirs.exit) << theirs.log;
    EXPECT_EQ(verdict.tool.totals, theirs.totals) << theirs.log;
  }
}

// 7.x names the place before the processor. The report belongs to the case that ran, which passes.
TEST(RealLogsOf7Test, TheWarningIsReadInTheFormOf7) {
  const Verdict verdict = JudgeReal("v7_splat", ToolVersion::k7_3);
  ASSERT_EQ(verdict.reasons.size(), 1u);
  const Reason& reason = verdict.reasons.front();
  EXPECT_NE(reason.message.find("refcount"), std::string::npos) << reason.message;
  EXPECT_EQ(reason.test, "videobuf2_fileio_fence.read_gets_frames_of_fenced_buffers");
}

}  // namespace
}  // namespace gate
