// SPDX-License-Identifier: GPL-2.0-only
#include "gate.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "report.h"
#include "test_files.h"

namespace gate {
namespace {

constexpr std::string_view kHead = "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n";

// A document of one suite, `s`, with these lines in it.
std::string Suite(std::string_view lines, std::string_view result = "ok 1 s\n") {
  return std::string(kHead).append(lines).append(result);
}

std::string Passing() { return Suite("    1..2\n    ok 1 a\n    ok 2 b\n"); }

struct Outcome {
  Verdict verdict;
  std::string output;

  bool Has(std::string_view kind, std::string_view test = {}) const {
    return std::any_of(verdict.reasons.begin(), verdict.reasons.end(), [&](const Reason& reason) {
      return reason.kind == kind && (test.empty() || reason.test == test);
    });
  }
  const Reason* Find(std::string_view kind) const {
    for (const Reason& reason : verdict.reasons) {
      if (reason.kind == kind) return &reason;
    }
    return nullptr;
  }
  int code() const { return static_cast<int>(verdict.code); }
};

// Most logs here are extracts; see JudgeConsole().
Outcome Judge(std::string_view log, Options options = {}, EndOfInput how = EndOfInput::kEof,
              std::size_t piece = 0, bool end_line = false) {
  options.end_line = end_line;
  char* text = nullptr;
  std::size_t size = 0;
  options.out = open_memstream(&text, &size);
  if (options.log_name.empty()) options.log_name = "kunit.log";
  Outcome run;
  {
    auto gate = Gate::Create(options);
    if (!gate) {
      ADD_FAILURE() << gate.error();
      std::fclose(options.out);
      std::free(text);
      return run;
    }
    if (piece == 0) piece = std::max<std::size_t>(log.size(), 1);
    for (std::size_t at = 0; at < log.size(); at += piece) gate->Feed(log.substr(at, piece));
    run.verdict = gate->Finish(how);
  }
  std::fclose(options.out);
  run.output.assign(text, size);
  std::free(text);
  return run;
}

// A whole console, whose end must show.
Outcome JudgeConsole(std::string_view log) { return Judge(log, {}, EndOfInput::kEof, 0, true); }

TEST(GateTest, APassingRunPasses) {
  const Outcome run = Judge(Passing());
  EXPECT_EQ(run.code(), 0) << run.output;
  EXPECT_TRUE(run.verdict.reasons.empty());
  EXPECT_EQ(run.verdict.totals, (Totals{2, 0, 0, 0, 0}));
  EXPECT_NE(run.output.find("PASSED 2 tests: 2 passed\n"), std::string::npos) << run.output;
}

TEST(GateTest, AFailureIsPrintedAsACompilerWould) {
  Options options;
  options.path_maps = {{"drivers/", "kunit/"}};
  const Outcome run = Judge(Suite("    1..2\n"
                                  "    # a: EXPECTATION FAILED at drivers/x_kunit.c:123\n"
                                  "    Expected a == b, but\n"
                                  "        a == 1 (0x1)\n"
                                  "        b == 2 (0x2)\n"
                                  "    not ok 1 a\n    ok 2 b\n",
                                  "not ok 1 s\n"),
                            options);
  EXPECT_EQ(run.code(), 1);
  EXPECT_NE(run.output.find("kunit/x_kunit.c:123: error: s.a: EXPECTATION FAILED: "
                            "Expected a == b, but a == 1 (0x1), b == 2 (0x2)\n"),
            std::string::npos)
      << run.output;
  EXPECT_EQ(run.verdict.reasons.size(), 1u) << "one failure, one error";
  EXPECT_EQ(run.verdict.failed, std::vector<std::string>({"s.a"}));
}

TEST(GateTest, EveryFailedExpectationOfATestIsTold) {
  const Outcome run =
      Judge(Suite("    1..1\n"
                  "    # a: EXPECTATION FAILED at x.c:1\n    Expected x to be true\n"
                  "    # a: ASSERTION FAILED at x.c:2\n    Expected y to be true\n"
                  "the test's own words\nnoise\n"
                  "    not ok 1 a\n",
                  "not ok 1 s\n"));
  ASSERT_EQ(run.verdict.reasons.size(), 2u);
  EXPECT_EQ(run.verdict.reasons[1].line, 2u);
  EXPECT_EQ(run.verdict.reasons[1].message,
            "ASSERTION FAILED: Expected y to be true, the test's own words");
}

TEST(GateTest, AFailedInitSaysSo) {
  const Outcome run = Judge(
      Suite("    1..1\n    # a: failed to initialize: -12\n    not ok 1 a\n", "not ok 1 s\n"));
  ASSERT_EQ(run.verdict.reasons.size(), 1u) << run.output;
  EXPECT_EQ(run.verdict.reasons[0].test, "s.a");
  EXPECT_EQ(run.verdict.reasons[0].message, "failed to initialize: -12");
  const Outcome suite =
      Judge("KTAP version 1\n1..1\n    # s:     # failed to initialize (-5)\nnot ok 1 s\n");
  ASSERT_EQ(suite.verdict.reasons.size(), 1u) << suite.output;
  EXPECT_EQ(suite.verdict.reasons[0].test, "s");
  EXPECT_EQ(suite.verdict.reasons[0].message, "failed to initialize (-5)");
}

TEST(GateTest, AResultIsNoPartOfAnExpectation) {
  const Outcome run =
      Judge(Suite("    1..2\n    # a: EXPECTATION FAILED at x.c:1\n    Expected x\n"
                  "    not ok 1 a#1\n    not ok 2 b\n",
                  "not ok 1 s\n"));
  ASSERT_NE(run.Find("expectation"), nullptr);
  EXPECT_EQ(run.Find("expectation")->message, "EXPECTATION FAILED: Expected x");
}

TEST(GateTest, AParametersFailureNamesCaseAndParameter) {
  const Outcome run =
      Judge(Suite("    1..1\n        KTAP version 1\n        # Subtest: c\n"
                  "    # c: EXPECTATION FAILED at x.c:1\n    Expected x\n"
                  "        not ok 1 big and odd\n        ok 2 small\n"
                  "    # c: pass:1 fail:1 skip:0 total:2\n    not ok 1 c\n",
                  "not ok 1 s\n"));
  ASSERT_EQ(run.verdict.reasons.size(), 1u) << run.output;
  EXPECT_EQ(run.verdict.reasons[0].test, "s.c");
  EXPECT_NE(run.verdict.reasons[0].message.find("[big and odd]"), std::string::npos);
  EXPECT_EQ(run.verdict.failed, std::vector<std::string>({"s.c"}));
}

TEST(GateTest, AFailureThatSaysNothingPointsIntoTheLog) {
  const Outcome run = Judge(Suite("    1..1\n    not ok 1 a\n", "not ok 1 s\n"));
  EXPECT_TRUE(run.Has("test-failed", "s.a"));
  EXPECT_NE(run.output.find("kunit.log:6: error: s.a: "), std::string::npos) << run.output;
}

TEST(GateTest, AFakeFailureInsideAPassingTestIsNone) {
  const Outcome run =
      Judge(Suite("    1..1\n    # fake: EXPECTATION FAILED at x.c:1\n"
                  "    # fake test: x.c:722: told\n    ok 1 a\n"));
  EXPECT_EQ(run.code(), 0) << run.output;
}

TEST(GateTest, ASplatInAPassingTestFailsAndNamesIt) {
  const Outcome run =
      Judge(Suite("    1..2\n    ok 1 a\n"
                  "WARNING: CPU: 0 PID: 1 at lib/refcount.c:28 fn+0x1/0x2\n"
                  "refcount_t: underflow; use-after-free.\n"
                  "---[ end trace 0 ]---\n    ok 2 b\n"));
  EXPECT_EQ(run.code(), 2);
  EXPECT_TRUE(run.Has("splat", "s.b")) << run.output;
  EXPECT_NE(run.output.find("lib/refcount.c:28: error: s.b: WARNING: "), std::string::npos);
  EXPECT_NE(run.output.find("refcount_t: underflow"), std::string::npos);
  EXPECT_NE(run.output.find("  kunit_tool 6.12 would have said: Testing complete. Ran 2 tests: "
                            "passed: 2; exit code 0\n"),
            std::string::npos)
      << run.output;
  EXPECT_TRUE(run.verdict.tool.passed);
}

TEST(GateTest, ASplatAfterTheLastCaseIsTheSuites) {
  const Outcome run =
      Judge(Suite("    1..1\n    ok 1 a\n"
                  "WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2\n---[ end trace 0 ]---\n"));
  EXPECT_TRUE(run.Has("splat", "s")) << run.output;
}

// KTAP's specification: what stands ahead of the plan is about the group.
TEST(GateTest, ASplatAheadOfThePlanIsTheSuites) {
  const std::string splat = "WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2\n---[ end trace 0 ]---\n";
  const Outcome run = Judge(Suite(splat + "    1..1\n    ok 1 a\n"));
  EXPECT_EQ(run.code(), 2);
  EXPECT_TRUE(run.Has("splat", "s")) << run.output;
  EXPECT_TRUE(Judge(Suite("    1..1\n" + splat + "    ok 1 a\n")).Has("splat", "s.a"));
  const Outcome unplanned = Judge(Suite("    ok 1 a\n" + splat + "    ok 2 b\n"));
  EXPECT_TRUE(unplanned.Has("splat", "s.b")) << unplanned.output;
}

// kunit.py parse does not take a run without a test that passed for a success; exec and run do.
TEST(GateTest, KunitToolDisagreesWithItselfOnSkips) {
  const ToolVerdict skipped =
      Judge(Suite("    1..1\n    ok 1 a # SKIP x\n", "ok 1 s # SKIP\n")).verdict.tool;
  EXPECT_TRUE(skipped.passed);
  EXPECT_EQ(skipped.ParseExitCode(), 1);
  const ToolVerdict some = Judge(Suite("    1..2\n    ok 1 a # SKIP x\n    ok 2 b\n")).verdict.tool;
  EXPECT_TRUE(some.passed);
  EXPECT_EQ(some.ParseExitCode(), 0);
  EXPECT_EQ(FormatToolVerdict(Judge(Suite("    1..4\n    ok 1 a\n    not ok 2 b\n"
                                          "    ok 3 c # SKIP x\n"))
                                  .verdict.tool),
            "Testing complete. Ran 4 tests: passed: 1, failed: 1, crashed: 1, skipped: 1, "
            "errors: 1");
}

TEST(GateTest, SplatsCountAtBootAndAfterTheLastTest) {
  constexpr std::string_view kSplat = "INFO: lockdep is turned off.\n";
  for (const bool boot : {true, false}) {
    const Outcome run =
        Judge(boot ? std::string(kSplat) + Passing() : Passing() + std::string(kSplat));
    EXPECT_EQ(run.code(), 2);
    EXPECT_EQ(run.verdict.splats, 1u);
    EXPECT_NE(run.output.find(boot ? "(at boot)" : "(after the last test)"), std::string::npos);
  }
}

TEST(GateTest, AnAllowedSplatPassesAndAnUnusedEntryFails) {
  const TestFolder folder;
  Options options;
  options.allow_file = folder.Write("allow", "boot\tlockdep is turned off\t6.12 does that\n");
  const std::string splat = "INFO: lockdep is turned off.\n";
  const Outcome allowed = Judge(splat + Passing(), options);
  EXPECT_EQ(allowed.code(), 0) << allowed.output;
  EXPECT_EQ(allowed.verdict.allowed_splats, 1u);

  EXPECT_EQ(Judge(Passing() + splat, options).code(), 2) << "of another scope";
  const Outcome unused = Judge(Passing(), options);
  EXPECT_EQ(unused.code(), 1);
  EXPECT_TRUE(unused.Has("allow-unused"));

  options.allow_file = folder.Write("optional", "?boot\tlockdep is turned off\t6.12 does that\n");
  EXPECT_EQ(Judge(Passing(), options).code(), 0);
}

TEST(GateTest, AListOfAnotherBaseAllowsNothing) {
  const TestFolder folder;
  Options options;
  options.allow_file =
      folder.Write("allow", "base\t6.12\nboot\tlockdep is turned off\t6.12 does that\n");
  const std::string splat = "INFO: lockdep is turned off.\n" + Passing();
  EXPECT_EQ(Judge("[ 0.0] Linux version 6.12.57 (a@b) #1\n" + splat, options).code(), 0);
  EXPECT_EQ(Judge(splat, options).code(), 0) << "an extract does not tell its kernel";
  const Outcome run = Judge("[ 0.0] Linux version 7.3.0 (a@b) #1\n" + Passing(), options);
  EXPECT_EQ(run.code(), 1);
  ASSERT_EQ(run.verdict.reasons.size(), 1u) << "not that its entries are unused\n" << run.output;
  EXPECT_EQ(run.verdict.reasons[0].line, 1u);
  EXPECT_EQ(run.verdict.reasons[0].message,
            "the list is for 6.12, and this kernel is 7.3.0: none of its entries counts");
  EXPECT_EQ(Judge("Linux version 7.3.0 (a@b) #1\n" + splat, options).code(), 2);
}

TEST(GateTest, AnAllowedSplatHidesNoOther) {
  const TestFolder folder;
  Options options;
  options.allow_file = folder.Write("allow", "test\t^WARNING: .*fn\\+0x1/0x2$\tknown\n");
  constexpr char kWarning[] = "WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2\n";
  const auto run = [&](const std::string& after) {
    return Judge(Suite("    1..1\n" + std::string(kWarning) + after + "    ok 1 a\n"), options);
  };
  const Outcome alone = run("a message of its own\n---[ end trace 0 ]---\n");
  EXPECT_EQ(alone.code(), 0) << "the expression sees the first line alone\n" << alone.output;
  EXPECT_EQ(run("BUG: KASAN: x in fn\n").code(), 2);
  EXPECT_EQ(run("INFO: lockdep is turned off.\n").code(), 2);
}

TEST(GateTest, ASplatBehindAnyPrefixIsFound) {
  for (const char* prefix : {"kern  :warn  : [    0.100000] ", "Nov 22 14:00:00 host kernel: ",
                             "12:00:01 ", "(1) ", "qemu| ", "\033[0m", "[    0.1] "}) {
    const auto log = [prefix](std::string_view message) {
      std::string text;
      for (const std::string_view line :
           {std::string_view("KTAP version 1"), std::string_view("1..1"),
            std::string_view("    # Subtest: s"), std::string_view("    1..1"), message,
            std::string_view("    ok 1 a"), std::string_view("ok 1 s")}) {
        text.append(prefix).append(line).append("\n");
      }
      return text;
    };
    EXPECT_EQ(Judge(log("quiet")).code(), 0) << prefix;
    EXPECT_EQ(Judge(log("WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2")).code(), 2) << prefix;
    EXPECT_EQ(Judge(log("turning off the locking correctness validator.")).code(), 2) << prefix;
    EXPECT_EQ(Judge(log("** 5 printk messages dropped **")).code(), 3) << prefix;
  }
}

TEST(GateTest, TheEndOfAConsoleMustShow) {
  for (const char* end :
       {"reboot: System halted\n", "[ 1.0] reboot: System halted", "reboot: Restarting system\n",
        "reboot: Power down\n", "List of all partitions:\n",
        "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(98,0)\n"}) {
    const Outcome run = JudgeConsole(Passing() + end);
    EXPECT_EQ(run.code(), 0) << end << run.output;
  }
  const Outcome silent = JudgeConsole(Passing());
  EXPECT_EQ(silent.code(), 3) << "it may have died after its last test";
  EXPECT_TRUE(silent.Has("no-end"));
  EXPECT_EQ(JudgeConsole("reboot: Restarting system\n" + Passing()).code(), 3) << "too early";
  for (const std::string& cut : {std::string("reboot: Sys"), std::string("vim2m: x")}) {
    EXPECT_EQ(JudgeConsole(Passing() + cut).code(), 3) << cut;
    EXPECT_TRUE(Judge(Passing() + cut).Has("truncated")) << "of an extract, too";
  }
  const std::string passing = Passing();
  EXPECT_EQ(Judge(passing.substr(0, passing.size() - 1)).code(), 3) << "is that the whole name?";
}

TEST(GateTest, ASecondBootIsIncomplete) {
  const std::string boot = "[    0.0] Linux version 6.12.1 (a@b) (gcc) #1\n[    0.1] Memory: 1G\n";
  const std::string halt = "reboot: System halted\n";
  EXPECT_EQ(JudgeConsole(boot + Passing() + halt).code(), 0);
  for (const std::string& log :
       {boot + boot + Passing() + halt, boot + Passing() + halt + boot,
        boot + Passing() + boot + halt,
        boot + "Kernel panic - not syncing: VFS: Unable to mount\n" + boot + Passing() + halt}) {
    const Outcome run = JudgeConsole(log);
    EXPECT_EQ(run.code(), 3) << run.output;
    EXPECT_TRUE(run.Has("second-boot"));
  }
  EXPECT_EQ(JudgeConsole("Linux version of the firmware\n" + boot + Passing() + halt).code(), 0);
}

struct Broken {
  const char* name;
  std::string log;
  const char* kind;
  int code;
};

// Each of these makes `kunit.py run` exit 0, or hides what is wrong.
class StrictTest : public testing::TestWithParam<Broken> {};

TEST_P(StrictTest, Fails) {
  const Outcome run = Judge(GetParam().log);
  EXPECT_EQ(run.code(), GetParam().code) << run.output;
  EXPECT_TRUE(run.Has(GetParam().kind)) << run.output;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, StrictTest,
    testing::Values(
        Broken{"second_document", Passing() + Passing(), "second-document", 1},
        Broken{"second_boot", Passing() + "reboot: System halted\n[ 1] KTAP version 1\n[ 1] 1..0\n",
               "second-document", 1},
        Broken{"second_document_that_fails",
               Passing() +
                   "KTAP version 1\n1..1\n    # Subtest: m\n    1..1\n    not ok 1 a\nnot ok 1 m\n",
               "test-failed", 1},
        Broken{"second_document_after_the_halt",
               Passing() + "reboot: System halted\n" +
                   "KTAP version 1\n1..1\n    # Subtest: m\n    1..1\n    not ok 1 a\nnot ok 1 m\n",
               "test-failed", 1},
        Broken{"past_suite_plan_failing", Suite("    1..1\n    ok 1 a\n    not ok 2 b\n"),
               "test-failed", 1},
        Broken{"past_document_plan_failing", Passing() + "not ok 2 t\n", "past-plan", 1},
        Broken{"suite_result_missing",
               "KTAP version 1\n1..2\n  # Subtest: s\n  1..1\n  ok 1 a\n"
               "  # Subtest: t\n  1..1\n  ok 1 b\nok 2 t\n",
               "missing-result", 1},
        Broken{"no_header_but_a_plan", "KTAP version 1\n1..1\n    1..1\n    ok 1 a\nok 1 s\n",
               "stray-plan", 1},
        Broken{"later_pass", Suite("    1..2\n    not ok 1 a\n    ok 2 a\n"), "duplicate", 1},
        Broken{"noise_takes_the_slot_of_a_failure", Suite("    1..1\nok 5 volts\n    not ok 1 a\n"),
               "test-failed", 1},
        Broken{"past_document_plan", Passing() + "ok 2 t\n", "past-plan", 1},
        Broken{"past_suite_plan", Suite("    1..1\n    ok 1 a\n    ok 2 b\n"), "missing-result", 1},
        Broken{"suite_other_name", Suite("    1..1\n    ok 1 a\n", "ok 1 t\n"), "missing-result",
               1},
        Broken{"no_header", "KTAP version 1\n1..1\n    ok 1 a\nok 2 s\n", "past-plan", 1},
        Broken{"wrong_number", Suite("    1..2\n    ok 1 a\n    ok 3 b\n"), "number", 1},
        Broken{"wrong_version", "KTAP version 2\n1..1\nok 1 a\n", "version", 1},
        Broken{"noise", Suite("    1..2\n    ok 1 a\nok 5 volts\n    ok 2 b\n"), "number", 1},
        Broken{
            "parameter_as_case",
            Suite("    1..1\n        # Subtest: c\n        ok 1 c\n        ok 2 d\n    ok 1 c\n"),
            "missing-result", 1},
        Broken{"hash_in_parameter",
               Suite("    1..1\n        # Subtest: c\n        ok 1 x\n        not ok 2 p#1\n"
                     "    ok 1 c\n"),
               "loose-result", 1},
        Broken{"duplicate", Suite("    1..2\n    ok 1 a\n    ok 2 a\n"), "duplicate", 1},
        Broken{"duplicate_suite",
               "KTAP version 1\n1..2\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s\n"
               "  # Subtest: s\n  1..1\n  ok 1 a\nok 2 s\n",
               "duplicate", 1},
        Broken{"split_header",
               "KTAP version 1\n1..1\n  KTAP version 1\nnoise\n  # Subtest: s\n  1..1\n"
               "  ok 1 a\nok 1 s\n",
               "split-header", 3},
        Broken{"huge_plan", Suite("    1..200000\n    ok 1 a\n"), "missing-tests", 1},
        Broken{"suite_init", Suite("    1..2\n", "not ok 1 s\n"), "suite-failed", 1},
        Broken{"suite_exit", Suite("    1..1\n    ok 1 a\n", "not ok 1 s\n"), "suite-failed", 1},
        Broken{"rollup", Suite("    1..1\n    not ok 1 a\n"), "wrong-rollup", 1},
        Broken{"empty_suite", Suite("    1..0\n"), "empty-group", 1},
        Broken{"statistics", Suite("    1..1\n    ok 1 a\n# s: pass:2 fail:0 skip:0 total:2\n"),
               "statistics", 1},
        Broken{"totals", Suite("    1..1\n    ok 1 a\n# Totals: pass:0 fail:1 skip:0 total:1\n"),
               "statistics", 1},
        Broken{"statistics_total",
               Suite("    1..1\n    ok 1 a\n# s: pass:1 fail:0 skip:0 total:2\n"), "statistics", 1},
        Broken{"statistics_cut", Suite("    1..1\n    ok 1 a\n# s: pass:1 fail:0 skip:\n"),
               "statistics", 1},
        Broken{"no_suite_plan", Suite("    ok 1 a\n"), "missing-plan", 1},
        Broken{"no_document_plan", "KTAP version 1\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s\n",
               "missing-plan", 1},
        Broken{"huge_plan_overflows",
               "KTAP version 1\n1..18446744073709551615\n  # Subtest: s\n"
               "  1..18446744073709551615\n  ok 1 a\nok 1 s\n",
               "huge-plan", 3},
        Broken{"stray_plan", Suite("    1..2\n    ok 1 a\n    1..2\n    ok 2 b\n"), "stray-plan",
               1},
        Broken{"dropped", Suite("    1..1\n** 12 printk messages dropped **\n    ok 1 a\n"),
               "dropped", 3},
        Broken{"not_ok_skip", Suite("    1..2\n    ok 1 a\n    not ok 2 b # SKIP x\n"),
               "not-ok-skip", 1},
        Broken{"not_ok_skip_suite", Suite("    1..1\n    ok 1 a\n", "not ok 1 s # SKIP x\n"),
               "not-ok-skip", 1},
        Broken{"not_ok_skip_parameter",
               Suite("    1..1\n        # Subtest: c\n        ok 1 x\n"
                     "        not ok 2 y # SKIP x\n    ok 1 c\n"),
               "not-ok-skip", 1},
        Broken{"skipped_suite_ran", Suite("    1..1\n    ok 1 a\n", "ok 1 s # SKIP x\n"),
               "wrong-rollup", 1},
        Broken{"skipped_case_ran",
               Suite("    1..1\n        # Subtest: c\n        ok 1 x\n    ok 1 c # SKIP\n"),
               "wrong-rollup", 1},
        Broken{"failed_then_skipped",
               Suite("    1..2\n    ok 1 a\n    # b: EXPECTATION FAILED at x.c:1\n"
                     "    Expected x\n    ok 2 b # SKIP y\n"),
               "expectation", 1},
        Broken{"failed_then_ok",
               Suite("    1..1\n    # a: EXPECTATION FAILED at x.c:1\n    Expected x\n"
                     "    ok 1 a\n"),
               "expectation", 1},
        Broken{"failed_late",
               Suite("    1..2\n    ok 1 a\n    # a: EXPECTATION FAILED at x.c:1\n"
                     "    Expected x\n    ok 2 b\n"),
               "expectation", 1},
        Broken{"parameter_failed_then_ok",
               Suite("    1..1\n        # Subtest: c\n    # c: EXPECTATION FAILED at x.c:1\n"
                     "    Expected x\n        ok 1 x\n    ok 1 c\n"),
               "expectation", 1},
        Broken{"truncated", Suite("    1..2\n    ok 1 a\n", ""), "truncated", 3},
        Broken{"truncated_before_result", Suite("    1..1\n    ok 1 a\n", ""), "truncated", 3},
        Broken{"cut_in_the_last_name",
               "KTAP version 1\n1..1\n  # Subtest: suite\n  1..1\n  ok 1 a\nok 1 sui", "truncated",
               3},
        Broken{"halted_early", Suite("    1..2\n    ok 1 a\n", "reboot: System halted\n"),
               "truncated", 3},
        Broken{"no_ktap", "Linux version 6.12\nok 1 a\n", "no-ktap", 4},
        Broken{"no_tests", "KTAP version 1\n1..0\n", "no-tests", 4},
        Broken{"all_skipped", Suite("    1..1\n    ok 1 a # SKIP x\n", "ok 1 s # SKIP\n"),
               "no-tests", 4},
        Broken{"empty", "", "infrastructure", 6},
        Broken{"long_line", Suite("    1..1\n" + std::string(70000, 'x') + "\n    ok 1 a\n"),
               "long-line", 1}),
    [](const testing::TestParamInfo<Broken>& param) { return std::string(param.param.name); });

TEST(GateTest, AWrongNumberIsQuotedOnlyWhereALineBearsIt) {
  const Outcome leaf = Judge(Suite("    1..1\n    ok 3 a\n"));
  ASSERT_NE(leaf.Find("number"), nullptr);
  EXPECT_EQ(leaf.Find("number")->message, "\"ok 3 a\": result 3 stands where 1 is due");
  const Outcome suite = Judge(Suite("    1..1\n    ok 1 a\n", "ok 3 s\n"));
  ASSERT_NE(suite.Find("number"), nullptr);
  EXPECT_EQ(suite.Find("number")->test, "s");
  EXPECT_EQ(suite.Find("number")->message, "result 3 stands where 1 is due");
}

TEST(GateTest, AHugePlanIsOneFinding) {
  const Outcome run = Judge(Suite("    1..200000\n    ok 1 a\n"));
  ASSERT_EQ(run.verdict.reasons.size(), 1u) << run.output;
  EXPECT_EQ(run.verdict.reasons[0].message, "200000 tests planned, 1 ran");
}

TEST(GateTest, ASuiteThatIsNotListedOrDidNotRunIsOneFinding) {
  const TestFolder folder;
  Options options;
  options.expected_file = folder.Write("m", "s.a\nr.x\nr.y\n");
  const std::string log =
      "KTAP version 1\n1..2\n    # Subtest: s\n    1..1\n    ok 1 a\nok 1 s\n"
      "    # Subtest: new\n    1..2\n    ok 1 b\n    ok 2 c\nok 2 new\n";
  const Outcome run = Judge(log, options);
  EXPECT_EQ(run.code(), 1);
  ASSERT_EQ(run.verdict.reasons.size(), 2u) << run.output;
  EXPECT_EQ(run.verdict.reasons[0].kind, "unknown-suite");
  EXPECT_EQ(run.verdict.reasons[0].test, "new");
  EXPECT_EQ(run.verdict.reasons[1].kind, "missing-test");
  EXPECT_EQ(run.verdict.reasons[1].test, "r");
  EXPECT_EQ(run.verdict.reasons[1].line, 2u);
  EXPECT_EQ(run.verdict.following_reasons, 2u);
  EXPECT_NE(run.output.find("  2 more errors follow from these, and are not shown\n"),
            std::string::npos)
      << run.output;
}

TEST(GateTest, APanicIsASplatThoughTheRunIsIncompleteToo) {
  const Outcome run =
      Judge(Suite("    1..2\n    ok 1 a\nKernel panic - not syncing: Fatal exception\n", ""));
  EXPECT_EQ(run.code(), 2);
  EXPECT_TRUE(run.Has("splat"));
  EXPECT_TRUE(run.Has("truncated"));
}

TEST(GateTest, AHangNamesTheLastRunningTest) {
  const Outcome hint =
      Judge(Suite("    1..2\n    ok 1 a\n    # b: working\n", ""), {}, EndOfInput::kTimedOut);
  EXPECT_EQ(hint.code(), 3);
  EXPECT_EQ(hint.verdict.running, "s.b");
  EXPECT_TRUE(hint.Has("hang", "s.b"));

  const TestFolder folder;
  Options options;
  options.expected_file = folder.Write("m", "s.a\ns.b\n");
  const Outcome listed = Judge(Suite("    1..2\n    ok 1 a\n", ""), options, EndOfInput::kTimedOut);
  EXPECT_EQ(listed.verdict.running, "s.b") << "the list knows what comes next";

  const Outcome late = Judge(Passing(), {}, EndOfInput::kTimedOut);
  EXPECT_EQ(late.code(), 3) << "hung after the last test";
  EXPECT_EQ(Judge(Passing(), {}, EndOfInput::kKilled).code(), 3);
}

TEST(GateTest, ASuitesOwnDiagnosticsAreNoCase) {
  const Outcome run = Judge(Suite("    # module: m\n    1..2\n", ""), {}, EndOfInput::kTimedOut);
  EXPECT_EQ(run.verdict.running, "s");
}

TEST(GateTest, TheManifestIsKeptBothWays) {
  const TestFolder folder;
  Options options;
  options.expected_file = folder.Write("m", "s.a\ns.b\n");
  EXPECT_EQ(Judge(Passing(), options).code(), 0);

  const Outcome missing = Judge(Suite("    1..1\n    ok 1 a\n"), options);
  EXPECT_EQ(missing.code(), 1);
  ASSERT_NE(missing.Find("missing-test"), nullptr);
  EXPECT_EQ(missing.Find("missing-test")->file, options.expected_file);
  EXPECT_EQ(missing.Find("missing-test")->line, 2u);

  const Outcome added = Judge(Suite("    1..3\n    ok 1 a\n    ok 2 b\n    ok 3 c\n"), options);
  EXPECT_EQ(added.code(), 1);
  ASSERT_NE(added.Find("unknown-test"), nullptr);
  EXPECT_NE(added.Find("unknown-test")->message.find("add the line \"s.c\""), std::string::npos);

  const Outcome skipped =
      Judge(Suite("    1..2\n    ok 1 a\n    ok 2 b # SKIP no device\n"), options);
  EXPECT_EQ(skipped.code(), 1);
  ASSERT_NE(skipped.Find("skipped"), nullptr);
  EXPECT_NE(skipped.Find("skipped")->message.find("no device"), std::string::npos);

  const Outcome parameter = Judge(Suite("    1..2\n    ok 1 a\n        # Subtest: b\n"
                                        "        ok 1 x\n        ok 2 y # SKIP no device\n"
                                        "    ok 2 b\n"),
                                  options);
  EXPECT_EQ(parameter.code(), 1);
  ASSERT_EQ(parameter.verdict.reasons.size(), 1u);
  EXPECT_EQ(parameter.verdict.reasons[0].test, "s.b");
  EXPECT_EQ(parameter.verdict.reasons[0].message, "expected to run, but skipped: no device [y]");

  options.filter = "s.a";
  EXPECT_EQ(Judge(Suite("    1..1\n    ok 1 a\n"), options).code(), 0);
}

TEST(GateTest, OneCauseOfManyMissingTestsIsOneLine) {
  const TestFolder folder;
  Options options;
  options.expected_file = folder.Write("m", "s.a\ns.b\ns.c\n");
  const Outcome run = Judge(Suite("    1..3\n    ok 1 a\n", ""), options);
  EXPECT_EQ(std::count_if(run.verdict.reasons.begin(), run.verdict.reasons.end(),
                          [](const Reason& r) { return r.kind == "missing-test"; }),
            1);
}

TEST(GateTest, FaultsOfTheMachineComeFirst) {
  const TestFolder folder;
  Options options;
  options.verdict_file = folder.Path("none/verdict.json");
  const Outcome run = Judge(Suite("    1..1\n    not ok 1 a\n", "not ok 1 s\n"), options);
  EXPECT_EQ(run.code(), 6);
  EXPECT_TRUE(run.Has("test-failed")) << "every reason is listed all the same";
  EXPECT_NE(run.output.find("cannot write"), std::string::npos);

  options = {};
  options.expected_file = folder.Path("none");
  EXPECT_FALSE(Gate::Create(options).ok());
}

TEST(GateTest, TheLogCannotReachTheTerminal) {
  const Outcome run =
      Judge(Suite("    1..2\n    # \033[2Ja: EXPECTATION FAILED at \033]0;x.c:1\n"
                  "    Expected \033[31m\n    not ok 1 \033[2Ja\n"
                  "BUG: KASAN: \033c in fn\n    ok 2 \x9b\n",
                  "not ok 1 s\n"));
  EXPECT_EQ(run.output.find('\033'), std::string::npos) << run.output;
  for (const char c : run.output) {
    EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f'));
  }
}

TEST(GateTest, TheVerdictIsTheSameHoweverTheBytesArrive) {
  const std::string log = "INFO: lockdep is turned off.\r\n" +
                          Suite(
                              "    1..2\n    # a: EXPECTATION FAILED at x.c:1\n    Expected x\n"
                              "    not ok 1 a\n    ok 2 b\n",
                              "not ok 1 s\n");
  const Outcome whole = Judge(log);
  for (const std::size_t piece : {1u, 2u, 7u, 64u}) {
    EXPECT_EQ(Judge(log, {}, EndOfInput::kEof, piece).output, whole.output) << piece;
  }
}

TEST(GateTest, TheCachedVerdictReadsAsTheLiveOne) {
  const TestFolder folder;
  Options options;
  options.verdict_file = folder.Path("verdict.json");
  options.reproduce = "run {}";
  const Outcome run =
      Judge("BUG: KASAN: \xff in fn\n" + Suite("    1..2\n    # a: EXPECTATION FAILED at x.c:1\n"
                                               "    Expected \"q\" == 1\n    not ok 1 a\n",
                                               ""),
            options);
  const auto cached = ReadVerdict(options.verdict_file);
  ASSERT_TRUE(cached.ok()) << cached.error();
  EXPECT_EQ(cached->code, run.verdict.code);
  EXPECT_EQ(cached->totals, run.verdict.totals);
  EXPECT_EQ(cached->tool, run.verdict.tool);
  EXPECT_EQ(cached->failed, run.verdict.failed);

  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  PrintCachedVerdict(*cached, out, ColorMode::kNever);
  std::fclose(out);
  const std::string printed(text, size);
  std::free(text);
  const std::size_t first = run.output.find("kunit.log:1: error:");
  ASSERT_NE(first, std::string::npos);
  EXPECT_NE(printed.find("SPLAT (cached) "), std::string::npos) << printed;
  for (const Reason& reason : run.verdict.reasons) {
    EXPECT_NE(printed.find(FormatReason(reason, "kunit.log", Style(false)) + "\n"),
              std::string::npos);
  }
  EXPECT_NE(printed.find("again: run s.a\n"), std::string::npos);
}

TEST(GateTest, AMalformedVerdictIsAnErrorLine) {
  const TestFolder folder;
  for (const char* text : {"", "{", "[]", "{}", "{\"exit_code\":99}", "{\"exit_code\":\"0\"}"}) {
    const auto verdict = ReadVerdict(folder.Write("v", text));
    ASSERT_FALSE(verdict.ok()) << text;
    EXPECT_EQ(verdict.error().find('\n'), std::string::npos);
  }
}

TEST(GateTest, ReasonsAreBounded) {
  std::string cases = "    1..5000\n";
  for (int i = 1; i <= 5000; ++i) {
    cases += "    not ok " + std::to_string(i) + " c" + std::to_string(i) + "\n";
  }
  const Outcome run = Judge(Suite(cases, "not ok 1 s\n"));
  EXPECT_EQ(run.verdict.totals.failed, 5000u);
  EXPECT_EQ(run.verdict.reasons.size() + run.verdict.omitted_reasons, 5000u);
  EXPECT_LE(run.verdict.reasons.size(), 1000u);
  EXPECT_EQ(run.verdict.failed.size() + run.verdict.omitted_failed, 5000u);
}

TEST(GateTest, ManyReasonsDoNotCrowdOutTheWorst) {
  std::string cases = "    1..1200\n";
  for (int i = 1; i <= 1200; ++i) {
    cases += "    not ok " + std::to_string(i) + " c" + std::to_string(i) + "\n";
  }
  const Outcome run = Judge(Suite(cases, "not ok 1 s\n") + "BUG: KASAN: x in fn\n");
  EXPECT_EQ(run.code(), 2);
  EXPECT_TRUE(run.Has("splat")) << "what decides is told";
  EXPECT_NE(run.output.find("BUG: KASAN: x in fn"), std::string::npos);
}

TEST(GateTest, LongNamesAreBounded) {
  const TestFolder folder;
  Options options;
  options.junit_file = folder.Path("junit.xml");
  const std::string name(60000, 'n');
  std::string log = "KTAP version 1\n1..1\n";
  for (int depth = 0; depth < 40; ++depth) log += "# Subtest: " + name + "\n1..3000\n";
  for (int i = 1; i <= 3000; ++i) log += "not ok " + std::to_string(i + 1) + " a\n";
  const Outcome run = Judge(log, options);
  EXPECT_TRUE(run.Has("long-name"));
  for (const Reason& reason : run.verdict.reasons) {
    EXPECT_LE(reason.test.size(), 2 * 256 + 1u);
    EXPECT_LE(reason.message.size(), 2000u);
  }
  EXPECT_LT(run.output.size(), 4'000'000u);
  EXPECT_LT(std::filesystem::file_size(options.junit_file), 8'000'000u);
  const Outcome fits = Judge(Suite("    1..1\n    ok 1 " + std::string(256, 'n') + "\n"));
  EXPECT_EQ(fits.code(), 0) << fits.output;
}

TEST(GateTest, TheCommandToRunAFailureAgainIsSafeToPaste) {
  Options options;
  options.reproduce = "run {} --name={}";
  const Outcome plain = Judge(Suite("    1..1\n    not ok 1 a-b\n", "not ok 1 s\n"), options);
  EXPECT_NE(plain.output.find("again: run s.a-b --name=s.a-b\n"), std::string::npos)
      << plain.output;
  const Outcome hostile =
      Judge(Suite("    1..1\n    not ok 1 a;$(x)`y`'{}\n", "not ok 1 s\n"), options);
  EXPECT_NE(hostile.output.find("again: run 's.a;$(x)`y`'\\''{}' --name='s.a;$(x)`y`'\\''{}'\n"),
            std::string::npos)
      << hostile.output;
}

TEST(GateTest, FaultsOfTheMachineAreNotOfALine) {
  Options options;
  options.verdict_file = "/none/verdict.json";
  const Outcome run = Judge(Passing(), options);
  EXPECT_NE(run.output.find("kunit-gate: error: /none/verdict.json: cannot write: "),
            std::string::npos)
      << run.output;
}

// Random damage to real kinds of log must not crash, and never turns a failing log into a pass with
// fewer results than were planned. Outcome it under the sanitizers for its full worth.
TEST(GateTest, SurvivesDamagedLogs) {
  std::vector<std::string> logs = {Passing()};
  for (const char* name : {"pass.log", "fail.log", "splats.log"}) {
    std::ifstream file(std::string(TOOLS_TESTDATA) + "/" + name, std::ios::binary);
    ASSERT_TRUE(file.good()) << name;
    logs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::mt19937 random(6120);
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (int round = 0; round < 2000; ++round) {
    std::string log = logs[below(logs.size())];
    for (std::size_t edits = 1 + below(8); edits > 0 && !log.empty(); --edits) {
      const std::size_t at = below(log.size());
      switch (below(5)) {
        case 0:
          log[at] = static_cast<char>(below(256));
          break;
        case 1:
          log.erase(at, 1 + below(40));
          break;
        case 2:
          log.insert(at, log.substr(below(log.size()), below(200)));
          break;
        case 3:
          log.insert(at, 1, static_cast<char>(below(256)));
          break;
        default:
          log.resize(at + 1);
          break;
      }
    }
    const Outcome run = Judge(log, {}, EndOfInput::kEof, 1 + below(300));
    if (run.code() == 0) {
      EXPECT_TRUE(run.verdict.tool.passed || run.verdict.tool.hangs) << log;
      EXPECT_TRUE(run.verdict.reasons.empty()) << log;
    }
    for (const Reason& reason : run.verdict.reasons) {
      EXPECT_EQ(reason.message.find('\n'), std::string::npos);
    }
  }
}

// The gate takes a Note, and the result that is due, by a short way of their own, where the line
// lies whole in what is read; one that comes in pieces goes the way of any other line.
TEST(GateTest, UsualLinesAreTakenAsAnyOther) {
  const auto lines = [](std::string_view prefix, std::string_view ahead, std::string_view line) {
    std::string log;
    for (const std::string_view text :
         {std::string_view("KTAP version 1"), std::string_view("1..1"),
          std::string_view("    KTAP version 1"), std::string_view("    # Subtest: s"),
          std::string_view("    1..2"), ahead, line, std::string_view("    ok 1 a"),
          std::string_view("    ok 2 b"), std::string_view("ok 1 s")}) {
      if (!text.empty()) log.append(prefix).append(text).append("\n");
    }
    return log;
  };
  std::vector<std::string> notes;
  for (const char* name : {"a", "s", "a b", "Subtest", "BUG", "WARNING", "rcu", "Oops", "[ BUG",
                           "reboot", "List of all partitions", "cat invoked oom-killer",
                           "page allocation failure", "BUG x (y)"}) {
    for (const char* words : {"step 1",
                              "System halted",
                              "Watchdog detected hard LOCKUP",
                              "try timed out",
                              "test case timed out",
                              "failed to initialize (-5)",
                              "  failed to initialize",
                              "EXPECTATION FAILED at lib",
                              "ASSERTION FAILED",
                              "Fence x released with pending signals!",
                              "** 3 printk messages dropped **",
                              "kernel NULL pointer dereference",
                              " ",
                              "[ cut here ]",
                              "INFO",
                              "a # b",
                              "a: b",
                              "f.c:1: what",
                              "x [#1]",
                              "\xc3\xa4"}) {
      for (const char* indent : {"    ", ""}) {
        notes.push_back(fmt::format("{}# {}: {}", indent, name, words));
      }
    }
  }
  for (const char* other : {"    #a: b", "    #  a: b", "    # : b", "    # a:b", "    x # a: b"}) {
    notes.push_back(other);
  }
  for (const std::string_view prefix :
       {"", "[    1.000000] ", "[    1.000000][    T1] ", "Segfault with no mm ", "[x] INFO] "}) {
    for (const std::string_view ahead :
         {"", "WARNING: CPU: 0 PID: 1 at f.c:1 fn+0x1/0x2", "BUG: kernel NULL pointer dereference",
          "    # a: EXPECTATION FAILED at f.c:1"}) {
      for (const std::string& note : notes) {
        const std::string log = lines(prefix, ahead, note);
        // And where it ends right behind the note, which may tell what ran.
        for (const std::size_t size : {log.size(), log.find("    ok 1 a")}) {
          const std::string_view text = std::string_view(log).substr(0, size);
          const Outcome whole = Judge(text);
          const Outcome pieces = Judge(text, {}, EndOfInput::kEof, 1);
          ASSERT_EQ(whole.output, pieces.output) << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace gate
