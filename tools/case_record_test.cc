// SPDX-License-Identifier: GPL-2.0-only
#include "case_record.h"

#include <gtest/gtest.h>

#include <string>

namespace gate {
namespace {

TEST(CaseRecordTest, ComesBackFromJson) {
  CaseRecord record;
  record.test = "s.a";
  record.outcome = Status::kFailed;
  record.skip_reason = "why";
  record.seconds = 0.25;
  record.tests = 3;
  record.log_line = 7;
  Reason reason;
  reason.kind = "splat";
  reason.code = ExitCode::kSplat;
  reason.message = "\"quoted\"";
  record.reasons = {reason};
  record.slice = {"one", "two"};
  record.omitted_after = 1;
  record.omitted = 9;
  const std::string line = ToJson(record);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto read = CaseRecordFromJson(line);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(ToJson(*read), line);
  EXPECT_EQ(read->seconds, 0.25);
  EXPECT_EQ(read->reasons.at(0).message, "\"quoted\"");
}

TEST(CaseRecordTest, KnowsThatNothingIsKnown) {
  const auto read = CaseRecordFromJson(ToJson(CaseRecord()));
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_FALSE(read->outcome);
  EXPECT_FALSE(read->seconds);
}

TEST(CaseRecordTest, RefusesOtherForms) {
  EXPECT_EQ(CaseRecordFromJson("{").error(), "no JSON");
  EXPECT_EQ(CaseRecordFromJson("[]").error(), "\"test\" is missing or malformed");
  std::string line = ToJson(CaseRecord());
  line.replace(line.find("\"-\""), 3, "\"x\"");
  EXPECT_EQ(CaseRecordFromJson(line).error(), "\"outcome\" is malformed");
}

TEST(CaseRecordTest, IsJsonForAnyBytes) {
  CaseRecord record;
  for (int c = 0; c < 256; ++c) record.test += static_cast<char>(c);
  const auto read = CaseRecordFromJson(ToJson(record));
  ASSERT_TRUE(read.ok()) << read.error();
}

}  // namespace
}  // namespace gate
