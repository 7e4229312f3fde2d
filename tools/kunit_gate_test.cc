// SPDX-License-Identifier: GPL-2.0-only
// The program kunit-gate as a shell runs it: its command line, streams and files.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "file_io.h"
#include "measure.h"
#include "test_files.h"
#include "verdict.h"

namespace gate {
namespace {

constexpr char kPassing[] =
    "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s\nreboot: System halted\n";

class KunitGateTest : public testing::Test {
 protected:
  // Runs it with `arguments`, a piece of shell, and returns its exit code; -1: it was killed.
  int Run(const std::string& arguments) const {
    // One shell of its own: redirections may close what the other commands need.
    const std::string command = "cd " + folder_.Path("") + " && exec " KUNIT_GATE " " + arguments;
    const int status = std::system(("sh -c '" + command + "'").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  // The same, with its output kept away from the test's.
  int Quiet(const std::string& arguments) const { return Run(arguments + " >out 2>err"); }
  std::string Read(const std::string& name) const {
    const auto text = ReadFile(folder_.Path(name));
    return text ? *text : std::string();
  }

  TestFolder folder_;
  const std::string log_ = folder_.Write("log", kPassing);
};

TEST_F(KunitGateTest, JudgesAFile) {
  EXPECT_EQ(Quiet("log"), 0);
  EXPECT_EQ(Quiet("- <log"), 0);
  EXPECT_EQ(Quiet("none"), 6);
}

TEST_F(KunitGateTest, AnExtractNeedsNoEnd) {
  folder_.Write("extract", std::string(kPassing).substr(0, sizeof(kPassing) - 23));
  EXPECT_EQ(Quiet("extract"), 3);
  EXPECT_EQ(Quiet("--no-end-line extract"), 0);
}

TEST_F(KunitGateTest, AnEmptyNameTurnsNoCheckOff) {
  for (const char* arguments : {"--expected \"\" log", "--allow \"\" log", "--verdict \"\" log",
                                "--junit \"\" log", "\"\"", "--filter s log"}) {
    EXPECT_EQ(Quiet(arguments), 5) << arguments;
    EXPECT_EQ(Read("err").find("kunit-gate: error: "), 0u) << Read("err");
  }
}

TEST_F(KunitGateTest, KunitToolsOwnVerdictAndExitCode) {
  folder_.Write("parent", "KTAP version 1\n1..1\n# Subtest: s\n1..1\nok 1 a\nnot ok 1 s\n");
  EXPECT_EQ(Quiet("--kunit-compat 6.12 --json k parent"), 0);
  EXPECT_EQ(Read("out"), "Testing complete. Ran 1 tests: passed: 1\n");
  EXPECT_EQ(Read("k").find("misc"), std::string::npos);
  EXPECT_EQ(Quiet("--kunit-compat 7.3 --json k parent"), 1);
  EXPECT_EQ(Read("out"), "Testing complete. Ran 2 tests: passed: 1, failed: 1\n");
  EXPECT_NE(Read("k").find("\"misc\":{\"tests\":2"), std::string::npos);
  EXPECT_EQ(Quiet("parent"), 3) << "the strict one";
  EXPECT_EQ(Quiet("--kunit-compat 6.12 none"), 6);
  EXPECT_EQ(Quiet("--kunit-compat 5.4 parent"), 5);
  EXPECT_EQ(Run("--kunit-compat 6.12 parent >/dev/full 2>err"), 6);
}

TEST_F(KunitGateTest, WritesTheListOfExpectedTests) {
  folder_.Write("list", "KTAP version 1\ns.a\ns.b\nreboot: System halted\n");
  folder_.Write("m", "s.a\ns.c\n");
  EXPECT_EQ(Quiet("--write-expected m list"), 0);
  EXPECT_EQ(Read("m"), "s.a\ns.b\n");
  EXPECT_EQ(Read("out"), "m: 1 left, 1 came\n  left: s.c\n  came: s.b\n");
  EXPECT_EQ(Quiet("--write-expected m log"), 6) << "that lists nothing";
  EXPECT_EQ(Read("m"), "s.a\ns.b\n");
  EXPECT_EQ(Run("--write-expected m list >/dev/full 2>err"), 6);
}

TEST_F(KunitGateTest, BisectHearsOfAWrongCommandLineToo) {
  EXPECT_EQ(Quiet("--exit-style bisect --none"), 125);
  EXPECT_EQ(Quiet("--none --exit-style=bisect"), 125);
  EXPECT_EQ(Quiet("--none bisect"), 5);
}

TEST_F(KunitGateTest, ResultsAreNoVerdict) {
  folder_.Write("bad", "KTAP version 1\n1..1\nnot ok 1 s\nreboot: System halted\n");
  EXPECT_EQ(Quiet("bad"), 1);
  EXPECT_EQ(Quiet("--exit-style=results bad"), 0);
  EXPECT_EQ(Quiet("--exit-style=results none"), 6);
  EXPECT_EQ(Quiet("--exit-style=results --none bad"), 5);
}

TEST_F(KunitGateTest, EachFileHasOneUse) {
  for (const char* arguments :
       {"--verdict x --junit x log", "--junit ./x --verdict x log", "--junit log log",
        "--expected m --verdict m log", "--verdict link log"}) {
    folder_.Write("m", "s.a\n");
    std::error_code error;
    std::filesystem::create_symlink(log_, folder_.Path("link"), error);
    EXPECT_EQ(Quiet(arguments), 5) << arguments;
  }
  EXPECT_EQ(Read("log"), kPassing);
  EXPECT_EQ(Quiet("--verdict /dev/null --junit /dev/null log"), 0);
}

TEST_F(KunitGateTest, NoFailedWriteEndsItOtherwise) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_EQ(Run("--none 2>/dev/full"), 5);
  EXPECT_EQ(Run("none 2>/dev/full"), 6);
  EXPECT_EQ(Run("log >/dev/full 2>err"), 6);
  EXPECT_EQ(Run("--github log >/dev/full 2>err"), 6);
  EXPECT_EQ(Run("--help >/dev/full 2>err"), 6);
}

TEST_F(KunitGateTest, AClosedStreamIsNoFileOfOurs) {
  EXPECT_EQ(Run("--verdict v --junit j <log >&- 2>err"), 6);
  EXPECT_EQ(Read("j").find("<?xml"), 0u);
  EXPECT_EQ(Read("j").find("PASSED"), std::string::npos) << Read("j");
  EXPECT_EQ(static_cast<int>(ReadVerdict(folder_.Path("v"))->code), 6);
  EXPECT_EQ(Run("--github --junit j log >&- 2>&- <&-"), 6);
  EXPECT_EQ(Run("--junit j log >out 2>&-"), 0);
  EXPECT_EQ(Run("<&- >out 2>err"), 6) << "an empty log";
}

TEST_F(KunitGateTest, JudgesALineOfAPipeBeforeTheNextOneComes) {
  // The console goes on once the failure is told, or after half a minute.
  folder_.Write("console",
                "echo KTAP version 1; echo 1..2; echo not ok 1 a\n"
                "for i in $(seq 600); do grep -q a: out && break; sleep 0.05; done\n"
                "grep -q a: out || touch late\n"
                "echo ok 2 b; echo reboot: System halted\n");
  ASSERT_EQ(std::system(("mkfifo " + folder_.Path("fifo")).c_str()), 0);
  ASSERT_EQ(std::system(("cd " + folder_.Path("") + " && : >out && sh console >fifo &").c_str()),
            0);
  EXPECT_EQ(Run("- <fifo >out 2>err"), 1);
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("late"))) << Read("out");
  EXPECT_NE(Read("out").find("a: "), std::string::npos);
}

TEST_F(KunitGateTest, ThePipesEndIsAFailedWrite) {
  std::string many = "KTAP version 1\n1..100000\n";
  for (int i = 1; i <= 100000; ++i)
    many += "ok " + std::to_string(i) + " t" + std::to_string(i) + "\n";
  folder_.Write("many", many + "reboot: System halted\n");
  EXPECT_EQ(std::system(("cd " + folder_.Path("") +
                         " && { " KUNIT_GATE " --verdict v many; echo $? >code; } | true")
                            .c_str()),
            0);
  EXPECT_EQ(Read("code"), "6\n");
  EXPECT_EQ(static_cast<int>(ReadVerdict(folder_.Path("v"))->code), 6) << "the file agrees";
}

TEST_F(KunitGateTest, APathMapTakesOneValue) {
  EXPECT_EQ(Quiet("--path-map a=b --path-map c=d log"), 0);
  EXPECT_EQ(Quiet("--path-map a=b log"), 0) << "the log is no second value";
  EXPECT_EQ(Quiet("--path-map a log"), 5);
}

TEST_F(KunitGateTest, WritesAllOutputsInOnePass) {
  EXPECT_EQ(Quiet("--verdict v --junit j --html h --ktap k --cases c log"), 0);
  EXPECT_EQ(static_cast<int>(ReadVerdict(folder_.Path("v"))->code), 0);
  EXPECT_EQ(Read("j").find("<?xml"), 0u);
  EXPECT_EQ(Read("h").find("<!DOCTYPE html>"), 0u);
  EXPECT_EQ(Read("k").find("KTAP version 1\n"), 0u);
  EXPECT_EQ(Read("c").find("{\"test\":\"s.a\""), 0u);
}

TEST_F(KunitGateTest, AFailedWriteOfAnyOutputIsTold) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  for (const char* option : {"--verdict", "--junit", "--html", "--ktap", "--cases"}) {
    EXPECT_EQ(Quiet(option + std::string(" /dev/full log")), 6) << option;
    EXPECT_NE(Read("out").find("/dev/full"), std::string::npos) << Read("out");
    EXPECT_EQ(Quiet(option + std::string(" none/there log")), 6) << option;
  }
}

TEST_F(KunitGateTest, WhatCannotBeginLeavesNoOldVerdict) {
  const std::string outputs = "--verdict=v --junit j --html h --ktap k --cases c";
  for (const char* wrong : {"--none log", "none", "--path-map x= --color no log", "\"\"",
                            "--path-map=x log", "--expected none log"}) {
    ASSERT_EQ(Quiet(outputs + " log"), 0);
    EXPECT_NE(Quiet(outputs + " " + wrong), 0);
    for (const char* file : {"v", "j", "h", "k", "c"}) {
      EXPECT_FALSE(std::filesystem::exists(folder_.Path(file))) << file << " after " << wrong;
    }
  }
  EXPECT_EQ(Quiet("--verdict log --none log"), 5);
  EXPECT_EQ(Read("log"), kPassing) << "it is the input as well";
}

TEST_F(KunitGateTest, AnOldVerdictStandsForNoOtherRun) {
  ASSERT_EQ(Quiet("--verdict v --junit j log"), 0);
  EXPECT_EQ(Quiet("--expected none --verdict v --junit j log"), 6);
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("v")));
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("j")));
}

// Peaks are compared: a process begins with that of the one which started it.
TEST_F(KunitGateTest, ALineWithoutAnEndDoesNotGrowMemory) {
  std::vector<std::uint64_t> peaks;
  for (const char* bytes : {"1000000", "300000000"}) {
    const auto cost = measure::Run({"sh", "-c", "head -c $2 /dev/zero | \"$0\" --ktap \"$1\" -",
                                    KUNIT_GATE, folder_.Path("ktap"), bytes});
    ASSERT_TRUE(cost.ok()) << cost.error();
    EXPECT_EQ(cost->code, 1) << "the tail of the line was not looked at";
    peaks.push_back(cost->peak_bytes);
  }
  EXPECT_LT(peaks[1], peaks[0] + 2'000'000);
}

TEST_F(KunitGateTest, NoOutputGrowsMemoryWithTheLog) {
  std::vector<std::uint64_t> peaks;
  for (const char* bytes : {"500KB", "8MB"}) {
    ASSERT_EQ(std::system(("exec " GENERATE_LOG " --failures 100 --bytes " + std::string(bytes) +
                           " >" + folder_.Path("long") + " 2>" + folder_.Path("err"))
                              .c_str()),
              0);
    std::vector<std::string> argv = {KUNIT_GATE, folder_.Path("long")};
    for (const char* output : {"--verdict", "--junit", "--html", "--ktap", "--cases"}) {
      argv.insert(argv.end(), {output, folder_.Path(output)});
    }
    const auto cost = measure::Run(argv);
    ASSERT_TRUE(cost.ok()) << cost.error();
    EXPECT_EQ(cost->code, 1);
    peaks.push_back(cost->peak_bytes);
  }
  EXPECT_LT(peaks[1], peaks[0] + 2'000'000);
}

}  // namespace
}  // namespace gate
