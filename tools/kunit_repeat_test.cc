// SPDX-License-Identifier: GPL-2.0-only
// The program kunit-repeat, on scripts that stand for a kernel. The test kunit.repeat boots a real
// one.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_files.h"

namespace {

class KunitRepeatTest : public testing::Test {
 protected:
  process::Output Run(std::vector<std::string> arguments) const {
    process::Command command;
    command.argv = {KUNIT_REPEAT};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.folder = folder_.Path("");
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  // A kernel whose case s.odd fails in its second run, and s.good never.
  std::string Flaky() const {
    return folder_.Write("flaky.sh",
                         "n=$(cat count 2>/dev/null || echo 0)\n"
                         "n=$((n + 1)); echo $n >count\n"
                         "echo 'KTAP version 1'; echo 1..1; echo '  # Subtest: s'; echo '  1..2'\n"
                         "echo '  ok 1 good'\n"
                         "if [ $n -eq 2 ]; then echo '  not ok 2 odd'; echo 'not ok 1 s'\n"
                         "else echo '  ok 2 odd'; echo 'ok 1 s'; fi\n"
                         "echo 'reboot: System halted'\n");
  }

  gate::TestFolder folder_;
};

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(KunitRepeatTest, NamesTheFlakyTest) {
  const auto run = Run({"--runs", "3", "--logs", "logs", "--", "sh", Flaky()});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_TRUE(Holds(run.out, "flaky:  s.odd: failed in 1 (run 2), passed in 2, of 3 runs\n"))
      << run.out;
  EXPECT_FALSE(Holds(run.out, "s.good")) << run.out;
  EXPECT_TRUE(Holds(run.out, "FAILED 3 runs, 2 cases: 1 flaky, 0 failed in every run\n"));
  EXPECT_TRUE(Holds(files::ReadOrEmpty(folder_.Path("logs/run-2.log")), "not ok 2 odd"));
  EXPECT_TRUE(Holds(files::ReadOrEmpty(folder_.Path("logs/run-3.log")), "  ok 2 odd"));
}

TEST_F(KunitRepeatTest, PassesWhatIsSteady) {
  folder_.Write("count", "5");
  const auto run = Run({"--runs", "2", "--", "sh", Flaky()});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_TRUE(Holds(run.out, "PASSED 2 runs, 2 cases: 0 flaky"));
}

TEST_F(KunitRepeatTest, EndsAHang) {
  const auto run = Run({"--runs", "1", "--timeout", "1", "--", "sh", "-c",
                        "echo KTAP version 1; echo 1..1; exec sleep 1000"});
  EXPECT_EQ(run.code, 3) << run.out << run.err;
}

TEST_F(KunitRepeatTest, ARunThatCannotBeIsNoFlake) {
  EXPECT_EQ(Run({"--runs", "2", "--", "./no-such-program"}).code, 6);
  EXPECT_EQ(Run({"--runs", "2", "--", "true"}).code, 6) << "an empty log";
  EXPECT_EQ(Run({"--expected", "none", "--", "sh", Flaky()}).code, 6);
}

TEST_F(KunitRepeatTest, RefusesAWrongCommandLine) {
  EXPECT_EQ(Run({}).code, 5);
  EXPECT_EQ(Run({"--runs", "0", "--", "true"}).code, 5);
  EXPECT_EQ(Run({"--none", "--", "true"}).code, 5);
}

}  // namespace
