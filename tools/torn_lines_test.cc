// SPDX-License-Identifier: GPL-2.0-only
// Lines of KTAP that another message of printk tears: the verdict stays right, or fails loudly with
// a finding that names the place, and no cascade hides it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

constexpr std::string_view kNoise = "random: crng init done";

// Line 1 is the first.
const std::vector<std::string> kPassing = {
    "KTAP version 1",                          // 1
    "1..2",                                    //
    "    KTAP version 1",                      // 3
    "    # Subtest: s",                        //
    "    # module: s",                         // 5
    "    1..3",                                //
    "    ok 1 a",                              // 7
    "    ok 2 b",                              //
    "        KTAP version 1",                  // 9
    "        # Subtest: p",                    //
    "        1..2",                            // 11
    "        ok 1 x",                          //
    "        ok 2 y",                          // 13
    "    # p: pass:2 fail:0 skip:0 total:2",   //
    "    ok 3 p",                              // 15
    "# s: pass:3 fail:0 skip:0 total:3",       //
    "# Totals: pass:4 fail:0 skip:0 total:4",  // 17
    "ok 1 s",                                  //
    "    KTAP version 1",                      // 19
    "    # Subtest: t",                        //
    "    # module: t",                         // 21
    "    1..2",                                //
    "    ok 1 c",                              // 23
    "    ok 2 d",                              //
    "# t: pass:2 fail:0 skip:0 total:2",       // 25
    "# Totals: pass:2 fail:0 skip:0 total:2",  //
    "ok 2 t",                                  // 27
    "reboot: System halted",
};
constexpr std::size_t kResultOfB = 8;

std::vector<std::string> Failing() {
  std::vector<std::string> lines = kPassing;
  lines[kResultOfB - 1] = "    not ok 2 b";
  lines[15] = "# s: pass:2 fail:1 skip:0 total:3";
  lines[16] = "# Totals: pass:3 fail:1 skip:0 total:4";
  lines[17] = "not ok 1 s";
  return lines;
}

enum class Tear {
  kGlued,  // The message follows the line's head at once, and the line's rest comes after it.
  kApart,  // Head, message and rest are lines of their own.
};

// `lines` with the line of this number torn at byte `at`.
std::string TearLine(const std::vector<std::string>& lines, std::size_t number, std::size_t at,
                     Tear tear) {
  std::string log;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + 1 == number) {
      log.append(lines[i], 0, at).append(tear == Tear::kApart ? "\n" : "");
      log.append(kNoise).append("\n").append(lines[i], at);
    } else {
      log.append(lines[i]);
    }
    log.push_back('\n');
  }
  return log;
}

class TornLinesTest : public testing::Test {
 protected:
  Verdict Judge(const std::string& log, bool expects) const {
    Options options;
    options.out = nullptr;
    if (expects) options.expected_file = list_;
    auto gate = Gate::Create(options);
    gate->Feed(log);
    return gate->Finish(EndOfInput::kEof);
  }

 private:
  const TestFolder folder_;
  const std::string list_ = folder_.Write("list", "s.a\ns.b\ns.p\nt.c\nt.d\n");
};

std::vector<std::string> Kinds(const Verdict& verdict) {
  std::vector<std::string> kinds;
  for (const Reason& reason : verdict.reasons) kinds.push_back(reason.kind);
  return kinds;
}

std::string Tell(const std::string& log, const Verdict& verdict) {
  std::string text = log;
  for (const Reason& reason : verdict.reasons) {
    text += std::to_string(reason.log_line) + ": " + reason.kind + ": " + reason.message + "\n";
  }
  return text;
}

struct Torn {
  const char* name;
  std::size_t line;
  const char* head;  // What stands of it ahead of the message.
  Tear tear;
  std::vector<std::string> kinds;  // All findings, in order.
  std::uint64_t log_line;          // Of the first.
};

class TornLineTest : public TornLinesTest, public testing::WithParamInterface<Torn> {};

TEST_P(TornLineTest, IsToldOnceAndNamed) {
  const Torn& torn = GetParam();
  const std::string head = torn.head;
  ASSERT_TRUE(kPassing[torn.line - 1].starts_with(head));
  const std::string log = TearLine(kPassing, torn.line, head.size(), torn.tear);
  const Verdict verdict = Judge(log, true);
  EXPECT_NE(verdict.code, ExitCode::kPassed);
  EXPECT_EQ(Kinds(verdict), torn.kinds) << Tell(log, verdict);
  ASSERT_FALSE(verdict.reasons.empty());
  EXPECT_EQ(verdict.reasons[0].log_line, torn.log_line) << Tell(log, verdict);
}

using Strings = std::vector<std::string>;

// A message between the two lines of a header is torn away from the first one.
INSTANTIATE_TEST_SUITE_P(
    Lines, TornLineTest,
    testing::Values(
        Torn{"document_version", 1, "K", Tear::kGlued, {"version"}, 2},
        Torn{"document_plan", 2, "1", Tear::kGlued, {"missing-plan"}, 28},
        Torn{"suite_version_and_subtest_apart",
             3,
             "    KTAP version 1",
             Tear::kApart,
             {"no-suite-name"},
             3},
        Torn{
            "suite_version_without_indentation", 19, "    ", Tear::kGlued, {"second-document"}, 20},
        Torn{"subtest", 4, "    # Sub", Tear::kGlued, {"no-suite-name"}, 3},
        Torn{"subtest_without_indentation", 20, "    ", Tear::kGlued, {"no-suite-name"}, 19},
        Torn{"suite_name", 4, "    # Subtest: ", Tear::kGlued, {"unknown-suite"}, 3},
        Torn{"suite_plan", 6, "    1", Tear::kGlued, {"missing-plan"}, 19},
        Torn{"result", 7, "    o", Tear::kGlued, {"number"}, 9},
        Torn{"result_number", 7, "    ok", Tear::kGlued, {"number"}, 9},
        Torn{"result_name", 7, "    ok 1", Tear::kApart, {"loose-result"}, 7},
        Torn{"last_result", 24, "    o", Tear::kGlued, {"statistics"}, 26},
        Torn{"parameters_version_and_subtest_apart",
             9,
             "        KTAP version 1",
             Tear::kApart,
             {"split-header"},
             12},
        Torn{"parameters_name", 10, "        # Subtest: ", Tear::kGlued, {"missing-result"}, 16},
        Torn{"parameter", 12, "        ok", Tear::kGlued, {"number"}, 14},
        Torn{"statistics", 16, "# s: pass:", Tear::kGlued, {"statistics"}, 16},
        Torn{"suite_result", 18, "o", Tear::kGlued, {"missing-result"}, 20},
        Torn{"suite_result_name", 18, "ok 1 ", Tear::kGlued, {"missing-result"}, 18},
        Torn{"last_suite_result", 27, "o", Tear::kGlued, {"truncated"}, 28}),
    [](const auto& torn) { return std::string(torn.param.name); });

// Every line at every byte. What stays of the KTAP decides which of them pass: that none passes
// which should not is what the failing log is for.
TEST_F(TornLinesTest, NoTearMakesAFailureAPassOrACascade) {
  const std::vector<std::string> failing = Failing();
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const auto* lines : {&kPassing, &failing}) {
    for (std::size_t number = 1; number < lines->size(); ++number) {
      const std::string& line = (*lines)[number - 1];
      for (std::size_t at = 0; at <= line.size(); ++at) {
        for (const Tear tear : {Tear::kGlued, Tear::kApart}) {
          for (const bool expects : {false, true}) {
            const std::string log = TearLine(*lines, number, at, tear);
            const Verdict verdict = Judge(log, expects);
            const bool own = lines == &failing;
            EXPECT_LE(verdict.reasons.size(), own ? 4u : 3u) << Tell(log, verdict);
            EXPECT_LE(verdict.reasons.size() + verdict.following_reasons, 15u);
            EXPECT_FALSE(own && verdict.code == ExitCode::kPassed) << Tell(log, verdict);
            ++(verdict.code == ExitCode::kPassed ? passed : failed);
            if (verdict.code == ExitCode::kPassed || own) continue;
            // That a plan or a name is lost shows at the group's end alone, and names the group.
            EXPECT_TRUE(std::any_of(
                verdict.reasons.begin(), verdict.reasons.end(),
                [&](const Reason& reason) {
                  return reason.kind == "missing-plan" || reason.kind == "missing-result" ||
                         (reason.log_line + 1 >= number && reason.log_line <= number + 10);
                }))
                << "none names the place\n"
                << Tell(log, verdict);
          }
        }
      }
    }
  }
  EXPECT_GT(passed, 100u);
  EXPECT_GT(failed, 1000u);
}

TEST_F(TornLinesTest, AFailureBehindATornLineIsToldAllTheSame) {
  std::vector<std::string> lines = kPassing;
  lines[6] = "    o";
  lines[7] = "    not ok 2 b";
  lines[14] = "    ok 3 a";  // A name for the second time.
  const Verdict verdict = Judge(TearLine(lines, 28, 0, Tear::kGlued), false);
  const Strings kinds = Kinds(verdict);
  EXPECT_NE(std::find(kinds.begin(), kinds.end(), "test-failed"), kinds.end());
  EXPECT_GT(verdict.following_reasons, 0u);
}

}  // namespace
}  // namespace gate
