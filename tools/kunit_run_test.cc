// SPDX-License-Identifier: GPL-2.0-only
// kunit-run, as the build calls it, on a tree whose kunit.py and Makefile are small ones of ours.
// The real ones are run by the test kunit.boot.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "files.h"
#include "process.h"

namespace {

namespace fs = std::filesystem;

constexpr const char kPassing[] =
    "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..2\n"
    "    ok 1 one\n    ok 2 two\n# suite: pass:2 fail:0 skip:0 total:2\n"
    "# Totals: pass:2 fail:0 skip:0 total:2\nok 1 suite\nreboot: System halted\n";
constexpr const char kFailing[] =
    "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..2\n"
    "    # one: EXPECTATION FAILED at drivers/media/common/videobuf2/tests/suite_kunit.c:7\n"
    "    Expected 1 == 2\n"
    "    not ok 1 one\n    ok 2 two\n# suite: pass:1 fail:1 skip:0 total:2\n"
    "# Totals: pass:1 fail:1 skip:0 total:2\nnot ok 1 suite\nreboot: System halted\n";
constexpr const char kHanging[] =
    "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..2\n    ok 1 one\n";

/// What series-apply notes of a tree.
constexpr const char kTreeId[] = "tree 1\nsuite 2 drivers/media/tests/Kconfig\ngcc 12\n";

class KunitRunTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "kunit_run_test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    project_ = fs::canonical(name);
    process::CleanEnvironment();
    fs::create_directories(project_ / "kernel");
    Write("kunit/kunit.config", "CONFIG_KUNIT=y\n");
    Write("kunit/expected.txt", "suite.one\nsuite.two\n");
    Write("build/linux/Makefile",
          "VERSION = 6\nPATCHLEVEL = 12\nlinux:\n\t@echo '  CC      a.o'\n\t@$(BROKEN)\n"
          "\t@echo '$(CC)' >$(O)/../../compiler\n"
          "\t@test -e $(O)/linux || cp /bin/true $(O)/linux\n");
    Write("build/linux.id", kTreeId);
    Write("build/linux/scripts/clang-tools/gen_compile_commands.py", "");
    // Prints console.txt, tells its arguments, and where `hang` exists leaves a process behind that
    // keeps the console open.
    Write("build/linux/tools/testing/kunit/kunit.py",
          "import os, subprocess, sys\n"
          "top = sys.path[0] + '/../../../..'\n"
          "open(top + '/arguments', 'w').write(' '.join(sys.argv[1:]))\n"
          "if sys.argv[1] == 'config':\n"
          "    open(sys.argv[sys.argv.index('--build_dir') + 1] + '/.config', 'w').write('x')\n"
          "    sys.exit(0)\n"
          "sys.stdout.write(open(top + '/console.txt').read())\n"
          "sys.stdout.flush()\n"
          "if os.path.exists(top + '/hang'):\n"
          "    subprocess.run(['sleep', '1000'])\n");
    Shell(
        "git init -q; git config user.name A; git config user.email a@example.org\n"
        "git add -A; git commit -q -m Base");
  }

  /// Runs a script in the tree.
  void Shell(const std::string& script) const {
    process::Command shell;
    shell.argv = {"sh", "-ec", script};
    shell.folder = (project_ / "build/linux").string();
    const auto done = process::Run(shell);
    ASSERT_TRUE(done.ok() && done->ok()) << done->err;
  }

  void TearDown() override { fs::remove_all(project_); }

  void Write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(files::Write(project_ / name, text).ok());
  }

  std::string Read(const std::string& name) const { return files::ReadOrEmpty(project_ / name); }

  process::Output Run(const std::string& verb, std::vector<std::string> more = {}) const {
    process::Command command;
    command.argv = {KUNIT_RUN,         verb,      "--project",
                    project_.string(), "--build", (project_ / "build").string()};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    if (!path_.empty()) command.environment.emplace_back("PATH", path_);
    if (launcher_.has_value()) command.environment.emplace_back("KERNEL_LAUNCHER", *launcher_);
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  void Build() const {
    const auto output = Run("build");
    ASSERT_EQ(output.code, 0) << output.err;
  }

  fs::path project_;
  std::string path_;                     ///< Where kunit-run finds programs; empty: where we do.
  std::optional<std::string> launcher_;  ///< KERNEL_LAUNCHER, where it is set.
};

TEST_F(KunitRunTest, PassingRunHasVerdict) {
  Build();
  Write("build/console.txt", kPassing);
  EXPECT_EQ(Run("exec").code, 0);
  EXPECT_EQ(Read("build/kunit/console.log"), kPassing);
  const auto verdict = Run("verdict");
  EXPECT_EQ(verdict.code, 0) << verdict.out;
  EXPECT_NE(verdict.out.find("(cached)"), std::string::npos) << verdict.out;
}

TEST_F(KunitRunTest, NothingIsJudgedWithoutTheExpectedTests) {
  Build();
  Write("build/console.txt", kPassing);
  EXPECT_EQ(Run("exec").code, 0);
  fs::remove(project_ / "kunit/expected.txt");
  const auto run = Run("exec");
  EXPECT_EQ(run.code, 6);
  EXPECT_NE(run.err.find("kunit/expected.txt: cannot read"), std::string::npos) << run.err;
  EXPECT_FALSE(fs::exists(project_ / "build/kunit/results"));
  EXPECT_EQ(Run("verdict").code, 6) << "the verdict of the run before is not this one's";
}

TEST_F(KunitRunTest, ASuiteWithoutAListIsJudgedByWhatRan) {
  fs::remove(project_ / "kunit/expected.txt");
  Build();
  Write("build/console.txt", kPassing);
  const auto run = Run("exec", {"--no-expected"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Run("verdict").code, 0);
  Write("build/console.txt", kFailing);
  EXPECT_EQ(Run("exec", {"--no-expected"}).code, 0);
  EXPECT_EQ(Run("verdict").code, 1);
}

TEST_F(KunitRunTest, TheLauncherStandsBeforeTheCompiler) {
  launcher_ = "icecc";
  Build();
  EXPECT_EQ(Read("build/compiler"), "icecc gcc\n");
  launcher_ = "";
  Build();
  EXPECT_EQ(Read("build/compiler"), "cc\n") << "make's own";
}

TEST_F(KunitRunTest, CcacheStandsBeforeTheCompilerWhereItIsInstalled) {
  Write("bin/ccache", "#!/bin/sh\n");
  fs::permissions(project_ / "bin/ccache", fs::perms::owner_all);
  path_ = (project_ / "bin").string() + ":" + std::getenv("PATH");
  Build();
  EXPECT_EQ(Read("build/compiler"), "ccache gcc\n");
}

TEST_F(KunitRunTest, FailingRunIsAResultToo) {
  Build();
  Write("build/console.txt", kFailing);
  const auto run = Run("exec");
  EXPECT_EQ(run.code, 0);
  EXPECT_NE(run.out.find("kunit/suite_kunit.c:7"), std::string::npos) << run.out;
  EXPECT_TRUE(fs::exists(project_ / "build/kunit/results"));
  EXPECT_EQ(Run("verdict").code, 1);
}

TEST_F(KunitRunTest, FailedFilterSelectsWhatFailed) {
  Build();
  Write("build/console.txt", kFailing);
  Run("exec");
  Run("exec", {"--filter", "@failed"});
  EXPECT_TRUE(Read("build/arguments").ends_with(" suite.one")) << Read("build/arguments");
  Write("build/console.txt", kPassing);
  Run("exec");
  const auto all = Run("exec", {"--filter", "@failed"});
  EXPECT_NE(all.err.find("nothing failed last"), std::string::npos) << all.err;
}

TEST_F(KunitRunTest, RefusesFilterThatKernelCannotTake) {
  Build();
  Write("build/console.txt", kPassing);
  for (const char* filter : {"a b", "@other", "a\"b"}) {
    EXPECT_EQ(Run("exec", {"--filter", filter}).code, 5) << filter;
  }
}

TEST_F(KunitRunTest, HangIsEndedAndIncomplete) {
  Build();
  Write("build/console.txt", kHanging);
  Write("build/hang", "");
  EXPECT_EQ(Run("exec", {"--timeout", "1"}).code, 0);
  EXPECT_EQ(Read("build/kunit/console.log"), kHanging);
  EXPECT_EQ(Run("verdict").code, 3);
}

TEST_F(KunitRunTest, DyingKunitToolIsNoVerdictOnTests) {
  Build();
  Write("build/linux/tools/testing/kunit/kunit.py", "raise Exception('no')\n");
  EXPECT_EQ(Run("exec").code, 6);
  EXPECT_FALSE(fs::exists(project_ / "build/kunit/results"));
  EXPECT_EQ(Run("verdict").code, 6);
}

TEST_F(KunitRunTest, BrokenBuildReplacesOldVerdict) {
  Build();
  Write("build/console.txt", kPassing);
  Run("exec");
  const std::string makefile = Read("build/linux/Makefile");
  Write("build/linux/Makefile",
        "VERSION = 6\nPATCHLEVEL = 12\nlinux:\n\t@echo " + project_.string() +
            "/build/linux/drivers/media/common/videobuf2/tests/s.c:3: error: x\n\t@exit 1\n");
  const auto build = Run("build");
  EXPECT_EQ(build.code, 6);
  EXPECT_NE(build.err.find("kunit/s.c:3: error: x\n"), std::string::npos) << build.err;
  EXPECT_NE(build.err.find("build/kunit/build.log: error:"), std::string::npos) << build.err;
  EXPECT_EQ(Run("verdict").code, 6);
  // Mended: the graph must run the suite again, though the image may be the one it was.
  Write("build/linux/Makefile", makefile);
  Build();
  EXPECT_FALSE(fs::exists(project_ / "build/kunit/results"));
}

TEST_F(KunitRunTest, ARefusedFileOfTheSeriesIsNoFaultOfTheMachine) {
  Write("build/linux/drivers/driver.c", "");
  Write("build/linux/fs/other.c", "");
  Shell(
      "git add -A; git commit -q -m Base; mkdir -p .git/kernel-series\n"
      "git rev-parse HEAD > .git/kernel-series/base\n"
      "echo edit > drivers/driver.c; git add -A; git commit -q -m Series");
  Write("kunit/s_kunit.c", "");
  const std::string tree = (project_ / "build/linux/").string();
  const auto expect = [&](int code, const std::string& printed, const std::string& refused) {
    Write("build/linux/Makefile",
          "VERSION = 6\nPATCHLEVEL = 12\nlinux:\n\t@echo '" + printed + "' >&2\n\t@exit 1\n");
    const auto build = Run("build");
    EXPECT_EQ(build.code, code) << build.err;
    const std::string blames = "FAILED build: " + refused + " does not compile\n";
    EXPECT_EQ(build.err.ends_with(blames), code == 1) << build.err;
  };
  const std::string suite = "drivers/media/common/videobuf2/tests/s_kunit.c";
  expect(1, tree + suite + ":3:9: error: x", suite);
  expect(1, suite + ":3:9: fatal error: x", suite);
  expect(1, tree + "drivers/driver.c:1: error: x", "drivers/driver.c");
  expect(1, "../../linux/drivers/driver.c:1: error: x", "drivers/driver.c");
  expect(6, tree + "fs/other.c:1: error: x", "");
  expect(6, tree + suite + ":3:9: warning: x", "");
  expect(6, "cc: fatal error: no disk", "");
  EXPECT_EQ(Run("verdict").code, 6) << "nothing was run";
}

TEST_F(KunitRunTest, ImageIdStaysWhereNothingWasLinked) {
  Build();
  const auto stamp = fs::last_write_time(project_ / "build/kunit/image.id");
  Build();
  EXPECT_EQ(fs::last_write_time(project_ / "build/kunit/image.id"), stamp);
}

TEST_F(KunitRunTest, ConfiguresOnlyWhereOptionsChanged) {
  Build();
  Write("build/arguments", "");
  Build();
  EXPECT_EQ(Read("build/arguments"), "");
  Write("kunit/kunit.config", "CONFIG_KUNIT=y\nCONFIG_X=y\n");
  Build();
  EXPECT_TRUE(Read("build/arguments").starts_with("config ")) << Read("build/arguments");
  Write("build/arguments", "");
  Write("build/linux.id", std::string(kTreeId) + "edit 2 mm/page_alloc.c\n");
  Build();
  EXPECT_EQ(Read("build/arguments"), "") << "kconfig reads no sources";
  Write("build/linux.id", std::string(kTreeId) + "new 2 lib/Kconfig.new\n");
  Build();
  EXPECT_TRUE(Read("build/arguments").starts_with("config ")) << Read("build/arguments");
}

TEST_F(KunitRunTest, AnotherMachinesProfileIsBuiltAndBootedForIt) {
  Write("kunit/um.config", "CONFIG_Y=y\n");
  Write("kunit/kunit-smp.config", "CONFIG_SMP=y\n");
  Write("kunit/expected-kunit-smp.txt", "suite.two\n");
  Write("kunit/expected.txt", "suite.one\n");
  Write("build/linux/Makefile",
        "VERSION = 6\nPATCHLEVEL = 12\nbzImage:\n\tmkdir -p $(O)/arch/$(ARCH:x86_64=x86)/boot\n"
        "\tcp /bin/true $(O)/arch/$(ARCH:x86_64=x86)/boot/bzImage\n");
  Write("bin/qemu-system-x86_64", "#!/bin/sh\n");
  ASSERT_EQ(::chmod((project_ / "bin/qemu-system-x86_64").c_str(), 0755), 0);
  path_ = (project_ / "bin").string() + ":" + ::getenv("PATH");
  const auto built = Run("build", {"--profile", "kunit-smp"});
  ASSERT_EQ(built.code, 0) << built.err;
  EXPECT_NE(Read("build/arguments").find("--arch x86_64"), std::string::npos);
  EXPECT_EQ(Read("build/arguments").find("um.config"), std::string::npos) << "UML's options";
  Write("build/console.txt", kPassing);
  const auto run = Run("exec", {"--profile", "kunit-smp"});
  EXPECT_EQ(run.code, 0) << run.err;
  const std::string arguments = Read("build/arguments");
  EXPECT_TRUE(arguments.starts_with("exec ")) << arguments;
  EXPECT_NE(arguments.find("--arch x86_64"), std::string::npos) << arguments;
  EXPECT_NE(arguments.find("-smp 4"), std::string::npos) << arguments;
  EXPECT_EQ(arguments.find("-accel tcg,thread=single") != std::string::npos,
            std::thread::hardware_concurrency() < 4)
      << arguments;
  EXPECT_EQ(Run("verdict", {"--profile", "kunit-smp"}).code, 0);
  EXPECT_EQ(Run("gdb", {"--profile", "kunit-smp"}).code, 5) << "gdb would start no QEMU";
}

TEST_F(KunitRunTest, ProfileThatCannotRunSaysWhy) {
  Write("kunit/kunit-uml-smp.config", "CONFIG_SMP=y\n");
  Write("kunit/kunit-arm64.config", "CONFIG_SMP=y\n");
  const auto uml = Run("build", {"--profile", "kunit-uml-smp"});
  EXPECT_EQ(uml.code, 6);
  EXPECT_NE(uml.err.find("NOT RUN kunit-uml-smp: UML of this base has one CPU only"),
            std::string::npos)
      << uml.err;
  EXPECT_EQ(Run("verdict", {"--profile", "kunit-uml-smp"}).code, 6);
  path_ = (project_ / "bin").string();
  const auto arm64 = Run("build", {"--profile", "kunit-arm64"});
  EXPECT_EQ(arm64.code, 6);
  EXPECT_NE(arm64.err.find("(Debian: gcc-aarch64-linux-gnu)"), std::string::npos) << arm64.err;
}

TEST_F(KunitRunTest, TreeThatNobodyFingerprintedIsNotBuilt) {
  fs::remove(project_ / "build/linux.id");
  const auto run = Run("build");
  EXPECT_EQ(run.code, 6);
  EXPECT_NE(run.err.find("build the target series-apply"), std::string::npos) << run.err;
}

TEST_F(KunitRunTest, RemovesWhatAKilledRunLeft) {
  Build();
  Write("build/console.txt", kPassing);
  Write("build/kunit/junit.xml.x7Yz01", "<");
  EXPECT_EQ(Run("exec").code, 0);
  EXPECT_FALSE(fs::exists(project_ / "build/kunit/junit.xml.x7Yz01"));
  EXPECT_TRUE(fs::exists(project_ / "build/kunit/junit.xml"));
}

// A list for this base, with a report as 6.12's UML prints it where its PCI has no device id.
TEST_F(KunitRunTest, TakesTheBasesListOfAllowedSplats) {
  constexpr const char kWarning[] =
      "Linux version 6.12.57 (a@b) #1\n------------[ cut here ]------------\n"
      "WARNING: CPU: 0 PID: 1 at arch/um/drivers/virt-pci.c:1005 um_pci_init+0x61/0x2c0\n"
      "Modules linked in:\n---[ end trace 0000000000000000 ]---\n";
  constexpr const char kEntry[] = "boot\tvirt-pci\\.c:[0-9]+ um_pci_init\tno device id is set\n";
  Build();
  Write("build/console.txt", std::string(kWarning) + kPassing);
  Run("exec");
  EXPECT_EQ(Run("verdict").code, 2);
  Write("kernel/allow-6.12.txt", std::string("base\t6.12\n") + kEntry);
  const auto allowed = Run("exec");
  EXPECT_NE(allowed.out.find("PASSED 2 tests: 2 passed; 1 allowed"), std::string::npos)
      << allowed.out;
  EXPECT_EQ(Run("verdict").code, 0);

  Write("build/console.txt", kPassing);
  const auto gone = Run("exec");
  EXPECT_NE(gone.out.find("/kernel/allow-6.12.txt:2: error: no splat (boot) matches"),
            std::string::npos)
      << gone.out;
  EXPECT_EQ(Run("verdict").code, 1) << "an entry that nothing matches";

  fs::remove(project_ / "kernel/allow-6.12.txt");
  Write("build/console.txt", std::string(kWarning) + kPassing);
  Write("kernel/allow-7.3.txt", kEntry);
  Run("exec");
  EXPECT_EQ(Run("verdict").code, 2) << "a list for another base";
}

TEST_F(KunitRunTest, TheOtherVerdictIsThatOfTheTreesOwnKunitTool) {
  // 7.3 counts a suite that fails by itself. The second document is past what kunit_tool reads.
  const std::string twice =
      "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: suite\n    1..2\n"
      "    ok 1 one\n    ok 2 two\nnot ok 1 suite\n" +
      std::string(kPassing);
  constexpr const char kParser[] = "build/linux/tools/testing/kunit/kunit_parser.py";
  Build();
  Write("build/console.txt", twice);
  Write(kParser, "r'([0-9]+) (- )?([^#]*)'\n");
  const auto older = Run("exec");
  EXPECT_NE(older.out.find("  kunit_tool 6.12 would have said: Testing complete. Ran 2 tests: "
                           "passed: 2; exit code 0\n"),
            std::string::npos)
      << older.out;
  Write(kParser, "r'([0-9]+) ?(:?- )?([^#]*)'\n");
  const auto newer = Run("exec");
  EXPECT_NE(newer.out.find("  kunit_tool 7.3 would have said: Testing complete. Ran 3 tests: "
                           "passed: 2, failed: 1; exit code 1\n"),
            std::string::npos)
      << newer.out;
}

// A list that was written anew only to pass.
TEST_F(KunitRunTest, TellsWhatTheListsLostAndGained) {
  Build();
  Write("build/console.txt", kPassing);
  Write("kunit/expected-more.txt", "more.one\n");
  const auto alone = Run("exec");
  EXPECT_NE(alone.out.find("not compared with an earlier state: no commit of git is here\n"),
            std::string::npos)
      << alone.out;

  const auto git = [this](const std::string& command) {
    process::Command shell;
    shell.argv = {
        "sh", "-c",
        "git() { command git -c user.name=A -c user.email=a@example.org \"$@\"; }; " + command};
    shell.folder = project_.string();
    const auto ran = process::Run(shell);
    EXPECT_TRUE(ran.ok() && ran->ok()) << command << ran->err;
  };
  const auto commit = [&git] { git("git add -A kunit kernel && git commit -q -m Change"); };
  git("git init -q -b main");
  Write("kunit/expected.txt", "# all\nsuite.gone\nsuite.one\nsuite.old\n");
  commit();
  EXPECT_EQ(Run("lists").out, "") << "the first commit has nothing before it";
  git("git branch start");

  constexpr const char kChange[] = "2 left: suite.gone, suite.old; 1 came: suite.two\n";
  Write("kunit/expected.txt", "suite.one\nsuite.two\n");
  const std::string edited = std::string("kunit/expected.txt against HEAD: ") + kChange;
  EXPECT_EQ(Run("lists").out, edited);
  const auto live = Run("exec");
  EXPECT_NE(live.out.find(edited), std::string::npos) << live.out;
  const auto cached = Run("verdict");
  EXPECT_NE(cached.out.find(edited), std::string::npos) << cached.out;
  commit();
  EXPECT_EQ(Run("lists").out, std::string("kunit/expected.txt against HEAD^: ") + kChange);

  Write("kunit/expected.txt", "suite.two\nsuite.one\n");
  Write("kernel/allow-6.12.txt", "# why\nboot\tx.c:1 fn\ta reason\n");
  fs::remove(project_ / "kunit/expected-more.txt");
  EXPECT_EQ(Run("lists").out,
            "kernel/allow-6.12.txt against HEAD: 1 came: boot x.c:1 fn\n"
            "kunit/expected-more.txt against HEAD: 1 left: more.one\n"
            "kunit/expected.txt against HEAD: the same entries, in another order\n");
  commit();
  Write("kernel/note", "");
  commit();
  EXPECT_EQ(Run("lists").out, "") << "neither an edit nor the last commit changes them";
  EXPECT_EQ(Run("lists", {"--since", "start"}).out,
            "kernel/allow-6.12.txt against start: 1 came: boot x.c:1 fn\n"
            "kunit/expected-more.txt against start: 1 left: more.one\n"
            "kunit/expected.txt against start: " +
                std::string(kChange));
  const auto unknown = Run("lists", {"--since", "none"});
  EXPECT_NE(unknown.out.find("no common commit of none and HEAD is here"), std::string::npos)
      << unknown.out;

  git("git clone -q --depth=1 \"file://$PWD\" shallow && mv .git was && mv shallow/.git .");
  const auto shallow = Run("lists");
  EXPECT_NE(shallow.out.find("a shallow clone has no HEAD^; fetch two commits\n"),
            std::string::npos)
      << shallow.out;

  std::string many;
  for (int i = 0; i < 100; ++i) many += fmt::format("suite.t{}\n", i);
  Write("kunit/expected.txt", many);
  EXPECT_NE(Run("lists").out.find("suite.t19 and 80 more\n"), std::string::npos)
      << "a line stays short";
}

}  // namespace
