// SPDX-License-Identifier: GPL-2.0-only
#include "exit_codes.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "file_io.h"

namespace gate {
namespace {

TEST(ExitCodesTest, TableIsInOrderAndComplete) {
  for (std::size_t i = 0; i < kExitCodes.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kExitCodes[i].code), i);
    EXPECT_STREQ(ExitCodeName(kExitCodes[i].code), kExitCodes[i].name);
  }
  EXPECT_EQ(kExitCodes.back().code, ExitCode::kInfrastructure);
}

TEST(ExitCodesTest, ReadmeHasTheTable) {
  const auto readme = ReadFile(PROJECT_README);
  ASSERT_TRUE(readme.ok()) << readme.error();
  for (const ExitCodeEntry& entry : kExitCodes) {
    const std::string row =
        "\n| " + std::to_string(static_cast<int>(entry.code)) + " | " + entry.meaning + " |\n";
    EXPECT_NE(readme->find(row), std::string::npos) << "README.md lacks this row:" << row;
  }
}

TEST(ExitCodesTest, HelpHasTheTable) {
  for (const ExitCodeEntry& entry : kExitCodes) {
    EXPECT_NE(ExitCodeHelp().find(entry.meaning), std::string::npos) << entry.meaning;
  }
}

TEST(ExitCodesTest, BisectSkipsWhatIsNoFaultOfTheCommit) {
  EXPECT_EQ(BisectCode(ExitCode::kPassed), 0);
  for (const ExitCode bad : {ExitCode::kFailed, ExitCode::kSplat, ExitCode::kIncomplete}) {
    EXPECT_EQ(BisectCode(bad), 1);
  }
  for (const ExitCode unknown : {ExitCode::kNoTests, ExitCode::kUsage, ExitCode::kInfrastructure}) {
    EXPECT_EQ(BisectCode(unknown), 125);
  }
}

TEST(ExitCodesTest, ResultsAreThereHoweverBad) {
  for (const ExitCodeEntry& entry : kExitCodes) {
    const int number = static_cast<int>(entry.code);
    EXPECT_EQ(ResultsCode(entry.code), number < 5 ? 0 : number);
  }
}

}  // namespace
}  // namespace gate
