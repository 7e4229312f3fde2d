// SPDX-License-Identifier: GPL-2.0-only
#include "case_recorder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

std::vector<CaseRecord> Record(std::string_view log, std::string_view expected = {}) {
  const TestFolder folder;
  std::vector<CaseRecord> records;
  Options options;
  options.out = nullptr;
  options.end_line = false;
  if (!expected.empty()) options.expected_file = folder.Write("expected", expected);
  options.on_case = [&records](const CaseRecord& record) { records.push_back(record); };
  auto gate = Gate::Create(options);
  EXPECT_TRUE(gate.ok());
  gate->Feed(log);
  gate->Finish(EndOfInput::kEof);
  return records;
}

// "test outcome: message | message", one line a record.
std::vector<std::string> Outline(const std::vector<CaseRecord>& records) {
  std::vector<std::string> lines;
  for (const CaseRecord& record : records) {
    std::string line = record.test + " " + (record.outcome ? StatusName(*record.outcome) : "-");
    for (const Reason& reason : record.reasons) line += " | " + reason.kind;
    lines.push_back(line);
  }
  return lines;
}

using Strings = std::vector<std::string>;

constexpr std::string_view kHead = "KTAP version 1\n1..1\n  # Subtest: s\n";

TEST(CaseRecorderTest, GivesEachCaseItsOwnReasonsAndLines) {
  const auto records =
      Record(std::string(kHead) +
             "  1..3\n  ok 1 a\n    # b: EXPECTATION FAILED at x.c:1\n    Expected 1\n"
             "  not ok 2 b\n  ok 3 c # SKIP no device\nnot ok 1 s\n");
  EXPECT_EQ(Outline(records), Strings({"s.a passed", "s.b failed | expectation", "s.c skipped"}));
  EXPECT_EQ(records[0].slice, Strings());
  EXPECT_EQ(records[1].slice,
            Strings({"    # b: EXPECTATION FAILED at x.c:1", "    Expected 1", "  not ok 2 b"}));
  EXPECT_EQ(records[1].log_line, 6u);
  EXPECT_EQ(records[2].skip_reason, "no device");
}

TEST(CaseRecorderTest, TakesParametersIntoTheirCase) {
  const auto records = Record(std::string(kHead) +
                              "  1..1\n    # Subtest: a\n    ok 1 one\n    not ok 2 two\n"
                              "  not ok 1 a\nnot ok 1 s\n");
  EXPECT_EQ(Outline(records), Strings({"s.a failed | test-failed"}));
  EXPECT_EQ(records[0].tests, 2u);
  EXPECT_EQ(records[0].slice.size(), 5u) << "with the suite's plan";
}

TEST(CaseRecorderTest, GivesWhatIsNoCasesARecordOfItsOwn) {
  EXPECT_EQ(
      Outline(Record("INFO: lockdep is turned off.\n" + std::string(kHead) +
                     "  1..1\n  ok 1 a\nnot ok 1 s\nok 2 t\n")),
      Strings({" - | splat", "s.a passed", "s - | suite-failed", " - | past-plan", "t passed"}));
}

TEST(CaseRecorderTest, NamesWhatNeverRan) {
  EXPECT_EQ(Outline(Record(std::string(kHead) + "  1..1\n  ok 1 a\nok 1 s\n", "s.a\ns.b\n")),
            Strings({"s.a passed", "s.b - | missing-test"}));
}

TEST(CaseRecorderTest, KeepsTheLogOfTheCaseThatRanLast) {
  const auto records =
      Record(std::string(kHead) + "  1..2\n  ok 1 a\n    # b: on its way\nBang\n", "s.a\ns.b\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].test, "s.b");
  EXPECT_EQ(records[1].outcome, Status::kCrashed);
  EXPECT_EQ(records[1].slice, Strings({"    # b: on its way", "Bang"}));
}

TEST(CaseRecorderTest, LeavesTheMiddleOfALongPartOut) {
  std::string log = std::string(kHead) + "  1..2\n  ok 1 a\n";
  const std::uint64_t kept = CaseRecorder::kHead + CaseRecorder::kTail;
  for (std::uint64_t i = 0; i < kept + 9; ++i) log += "line " + std::to_string(i) + "\n";
  log += std::string(CaseRecorder::kMaxLine + 7, 'x') + "\n  not ok 2 b\nnot ok 1 s\n";
  const auto records = Record(log);
  ASSERT_EQ(records.size(), 2u);
  const CaseRecord& record = records[1];
  EXPECT_EQ(record.slice.size(), kept);
  EXPECT_EQ(record.omitted_after, CaseRecorder::kHead);
  EXPECT_EQ(record.omitted, 11u);
  EXPECT_EQ(record.slice[CaseRecorder::kHead - 1], "line 49");
  EXPECT_EQ(record.slice[CaseRecorder::kHead], "line 61");
  EXPECT_EQ(record.slice[kept - 2].size(), CaseRecorder::kMaxLine);
  EXPECT_EQ(record.slice[kept - 1], "  not ok 2 b");
}

TEST(CaseRecorderTest, ReadsTimesFromThePrefix) {
  const auto records = Record(
      "[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000]   # Subtest: s\n"
      "[    1.500000]   1..2\n[    2.250000]   ok 1 a\n[    2.500000]   ok 2 b\n"
      "[    2.500000] ok 1 s\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].seconds, 1.25);
  EXPECT_EQ(records[1].seconds, 0.25);
}

TEST(CaseRecorderTest, AsksTheClockWhereThereAreNoTimes) {
  double now = 10;
  std::vector<CaseRecord> records;
  Options options;
  options.out = nullptr;
  options.end_line = false;
  options.clock = [&now] { return now; };
  options.on_case = [&records](const CaseRecord& record) { records.push_back(record); };
  auto gate = Gate::Create(options);
  ASSERT_TRUE(gate.ok());
  gate->Feed(std::string(kHead) + "  1..1\n");
  now = 12;
  gate->Feed("  ok 1 a\nok 1 s\n");
  gate->Finish(EndOfInput::kEof);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].seconds, 2.0);
  EXPECT_FALSE(Record(std::string(kHead) + "  1..1\n  ok 1 a\nok 1 s\n").at(0).seconds);
}

}  // namespace
}  // namespace gate
