// SPDX-License-Identifier: GPL-2.0-only
// The gate as another project gets it: installed into a prefix, found by its CMake, on the console
// of another subsystem's suite.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_files.h"

namespace {

namespace fs = std::filesystem;

const fs::path kExample = EXAMPLE_FOLDER;

process::Output RunProgram(std::vector<std::string> argv) {
  process::Command command;
  command.argv = std::move(argv);
  const auto output = process::Run(command);
  EXPECT_TRUE(output.ok()) << output.error();
  return *output;
}

class GatePackageTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new gate::TestFolder;
    const auto installed = RunProgram({CMAKE_PROGRAM, "--install", BUILD_FOLDER, "--component",
                                       "gate", "--prefix", folder_->Path("prefix")});
    ASSERT_EQ(installed.code, 0) << installed.out << installed.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static process::Output Configure(const std::string& console, const std::string& expected) {
    fs::remove_all(Build());
    return RunProgram({CMAKE_PROGRAM, "-S", kExample.string(), "-B", Build(),
                       "-DCMAKE_PREFIX_PATH=" + folder_->Path("prefix"), "-DCONSOLE_LOG=" + console,
                       "-DEXPECTED=" + expected});
  }
  static process::Output Test(std::vector<std::string> more = {}) {
    std::vector<std::string> argv = {CTEST_PROGRAM, "--test-dir", Build(), "--output-on-failure"};
    argv.insert(argv.end(), more.begin(), more.end());
    return RunProgram(std::move(argv));
  }
  static std::string Build() { return folder_->Path("build"); }

  // The recorded console, `from` made `to`.
  static std::string Edited(const std::string& from, const std::string& to) {
    std::string log = files::ReadOrEmpty(kExample / "console.log");
    const std::size_t at = log.find(from);
    if (at == std::string::npos) {
      ADD_FAILURE() << "the recorded console holds no " << from;
      return {};
    }
    return folder_->Write("console.log", log.replace(at, from.size(), to));
  }

  static gate::TestFolder* folder_;
};

gate::TestFolder* GatePackageTest::folder_ = nullptr;

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kConsole = (kExample / "console.log").string();
const std::string kExpected = (kExample / "expected.txt").string();

TEST_F(GatePackageTest, InstallsProgramsAndManuals) {
  for (const char* name : {"kunit-gate", "kunit-case", "kunit-repeat"}) {
    EXPECT_EQ(RunProgram({folder_->Path("prefix/bin/" + std::string(name)), "--help"}).code, 0);
    EXPECT_TRUE(fs::exists(folder_->Path("prefix/share/man/man1/" + std::string(name) + ".1")));
  }
}

TEST_F(GatePackageTest, GatesAnotherSuite) {
  const auto configured = Configure(kConsole, kExpected);
  ASSERT_EQ(configured.code, 0) << configured.err;
  const auto tested = Test();
  EXPECT_EQ(tested.code, 0) << tested.out;
  EXPECT_TRUE(Holds(tested.out, "kunit.list-kunit-test.list_test_list_add")) << tested.out;
  EXPECT_TRUE(Holds(tested.out, "kunit.verdict")) << tested.out;
}

TEST_F(GatePackageTest, FailsTheCaseThatFailed) {
  const std::string console = Edited("ok 2 list_test_list_add",
                                     "# list_test_list_add: EXPECTATION FAILED at x.c:7\n"
                                     "    Expected 1 == 2\n    not ok 2 list_test_list_add");
  ASSERT_EQ(Configure(console, kExpected).code, 0);
  const auto one = Test({"-R", "list_test_list_add$"});
  EXPECT_NE(one.code, 0);
  EXPECT_TRUE(Holds(one.out, "x.c:7: error: list-kunit-test.list_test_list_add:")) << one.out;
  EXPECT_TRUE(Holds(one.out, "not ok 2 list_test_list_add")) << "the log";
  EXPECT_EQ(Test({"-R", "list_test_list_del$"}).code, 0) << "the others do not suffer";
  EXPECT_NE(Test({"-R", "kunit.verdict"}).code, 0);
  ASSERT_EQ(Test({"-L", "^list-kunit-test$"}).code, 8) << "CTest's own code for a failed test";
  const auto again = Test({"--rerun-failed"});
  EXPECT_TRUE(Holds(again.out, "list_test_list_add")) << again.out;
  EXPECT_FALSE(Holds(again.out, "list_test_list_del")) << again.out;
}

// A tree whose kunit.py prints the recorded console stands for one that takes minutes to build.
TEST_F(GatePackageTest, BootsWhereATreeIsGiven) {
  const fs::path tree = folder_->Path("tree");
  const fs::path tool = tree / "tools/testing/kunit/kunit.py";
  ASSERT_TRUE(
      files::Write(tool, "#!/bin/sh\necho \"$@\" >arguments\ncat '" + kConsole + "'\n").ok());
  fs::permissions(tool, fs::perms::owner_all);
  const auto configure = [&tree] {
    fs::remove_all(Build());
    return RunProgram({CMAKE_PROGRAM, "-S", kExample.string(), "-B", Build(),
                       "-DCMAKE_PREFIX_PATH=" + folder_->Path("prefix"),
                       "-DKERNEL_TREE=" + tree.string()});
  };
  ASSERT_EQ(configure().code, 0);
  const auto tested = Test();
  EXPECT_EQ(tested.code, 0) << tested.out;
  EXPECT_TRUE(files::ReadOrEmpty(tree / "arguments").starts_with("run --raw_output=all "));
  ASSERT_TRUE(files::Write(tool, "#!/bin/sh\nexit 1\n").ok());
  ASSERT_EQ(configure().code, 0);
  const auto broken = Test();
  EXPECT_NE(broken.code, 0);
  EXPECT_TRUE(Holds(broken.out, "kunit.boot (Failed)")) << broken.out;
  EXPECT_TRUE(Holds(broken.out, "kunit.verdict (Not Run)")) << broken.out;
}

TEST_F(GatePackageTest, WritesJunitByCtest) {
  ASSERT_EQ(Configure(kConsole, kExpected).code, 0);
  EXPECT_EQ(Test({"--output-junit", folder_->Path("ctest.xml")}).code, 0);
  EXPECT_TRUE(Holds(files::ReadOrEmpty(folder_->Path("ctest.xml")),
                    "name=\"kunit.list-kunit-test.list_test_list_add\""));
}

TEST_F(GatePackageTest, AMissingConsoleIsNoPass) {
  ASSERT_EQ(Configure(folder_->Path("none"), kExpected).code, 0);
  const auto tested = Test();
  EXPECT_NE(tested.code, 0);
  EXPECT_TRUE(Holds(tested.out, "cannot open")) << tested.out;
  EXPECT_TRUE(Holds(tested.out, "kunit.list-kunit-test.list_test_list_add (Not Run)"))
      << tested.out;
}

TEST_F(GatePackageTest, AnEmptyDiscoveryIsAnError) {
  const auto empty = Configure(kConsole, folder_->Write("expected", "# nothing yet\n\n"));
  EXPECT_NE(empty.code, 0);
  EXPECT_TRUE(Holds(empty.err, "names no case")) << empty.err;
  EXPECT_NE(Configure(kConsole, folder_->Path("no-list")).code, 0);
}

TEST_F(GatePackageTest, NamesAreNoCMakeCode) {
  for (const char* name : {"s.a;b", "s.${X}", "s.[[a", "s.a)\nmessage(FATAL", "s.\"a", "s.a b"}) {
    const auto configured =
        Configure(kConsole, folder_->Write("expected", std::string(name) + "\n"));
    EXPECT_NE(configured.code, 0) << name;
    EXPECT_TRUE(Holds(configured.err, "is no suite.case")) << name << configured.err;
  }
}

}  // namespace
