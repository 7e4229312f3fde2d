// SPDX-License-Identifier: GPL-2.0-only
// kunit-mutants, as the build calls it, on a tree whose kunit.py and Makefile are small ones of
// ours: the image is core.c itself, and what that says decides what the kernel does.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

class KunitMutantsTest : public RepositoryTest {
 protected:
  void SetUp() override {
    // Where build/mutants/full exists, the disk has no room for a kernel with a fault.
    Write(theirs() / "Makefile",
          "VERSION = 6\nPATCHLEVEL = 12\nlinux:\n"
          "\t@! { grep -q fault core.c && test -e ../full; }\n\t@cp core.c $(O)/linux\n");
    Write(theirs() / "core.c", "core\n");
    Write(theirs() / "drivers/media/common/videobuf2/Kconfig", "config CORE\n");
    // Where build/mutants/blind exists, no test sees a fault.
    Write(theirs() / "tools/testing/kunit/kunit.py",
          "import os, sys\n"
          "folder = sys.argv[sys.argv.index('--build_dir') + 1]\n"
          "if sys.argv[1] == 'config':\n"
          "    open(folder + '/.config', 'w').write('x')\n"
          "    sys.exit(0)\n"
          "image = open(folder + '/linux').read()\n"
          "if 'fault of the tool' in image:\n"
          "    sys.exit(3)\n"
          "print('Linux version 6.12.57 (a@b) #1')\n"
          "if 'fault at boot' in image:\n"
          "    sys.exit(0)\n"
          "bad = 'fault' in image and not os.path.exists(folder + '/../../blind')\n"
          "print('KTAP version 1\\n1..1\\n    KTAP version 1\\n    # Subtest: suite\\n    1..1')\n"
          "print('    %sok 1 one\\n%sok 1 suite' % (('not ', 'not ') if bad else ('', '')))\n"
          "print('reboot: System halted')\n");
    BeginSeries();
    Write(author() / "core.c", "first\ncore\n");
    Commit(author(), "media: first");
    WriteSeries();
    Write(author() / "drivers/media/common/videobuf2/Kconfig", "config CORE\nsource \"tests\"\n");
    WriteHook();
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Write(project() / "kunit/suite_kunit.c", "int suite;\n");
    Write(project() / "kunit/kunit.config", "CONFIG_KUNIT=y\n");
    Write(project() / "kunit/expected.txt", "suite.one\n");
    WriteMutant("fault");
    Apply();
  }

  void WriteMutant(const std::string& fault) const {
    Write(project() / "kunit/mutants/m.patch",
          fmt::format("A fault.\n\nCaught-by: suite.one\n\ndiff --git a/core.c b/core.c\n"
                      "--- a/core.c\n+++ b/core.c\n@@ -1,2 +1,3 @@\n first\n core\n+{}\n",
                      fault));
  }

  process::Output Run(const std::string& program = KUNIT_MUTANTS,
                      const std::vector<std::string>& more = {}) const {
    process::Command command;
    command.argv = {program, "--project", project().string(), "--build", build().string()};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  /// The line of the one mutant.
  std::string Outcome() const {
    const auto output = Run();
    const std::string& out = output.out;
    EXPECT_TRUE(out.starts_with("[1/1] ")) << out << output.err;
    return out.substr(0, out.find('\n'));
  }

  static bool Has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  fs::path lab() const { return build() / "mutants"; }
};

TEST_F(KunitMutantsTest, KeepsWhatIsAsItShouldBe) {
  const auto first = Run();
  EXPECT_EQ(first.code, 0) << first.out << first.err;
  EXPECT_TRUE(Has(first.out, "[1/1] caught")) << first.out;
  EXPECT_FALSE(Has(first.out, "(cached)")) << first.out;
  EXPECT_TRUE(Has(files::ReadOrEmpty(lab() / "mutants.txt"), "caught"));
  EXPECT_TRUE(Has(Outcome(), "(cached)"));
}

TEST_F(KunitMutantsTest, FullDiskDoesNotStick) {
  Write(lab() / "full", "");
  const auto full = Run();
  EXPECT_EQ(full.code, 1);
  EXPECT_TRUE(Has(full.out, "[1/1] does not build")) << full.out;
  fs::remove(lab() / "full");
  EXPECT_TRUE(Has(Outcome(), "caught"));
}

TEST_F(KunitMutantsTest, SurvivorIsTriedAnew) {
  Write(lab() / "blind", "");
  EXPECT_TRUE(Has(Outcome(), "SURVIVED"));
  fs::remove(lab() / "blind");
  EXPECT_TRUE(Has(Outcome(), "caught"));
}

TEST_F(KunitMutantsTest, AProfileThatCannotRunHereIsNoPass) {
  Write(project() / "kunit/mutants/smp.patch",
        "A race.\n\nProfile: kunit-uml-smp\nCaught-by: suite.one\n\n"
        "diff --git a/core.c b/core.c\n--- a/core.c\n+++ b/core.c\n"
        "@@ -1,2 +1,3 @@\n first\n core\n+fault\n");
  const auto both = Run();
  EXPECT_EQ(both.code, 6) << both.out << both.err;
  EXPECT_TRUE(Has(both.out, "[1/2] caught")) << both.out;
  EXPECT_TRUE(Has(both.out, "[2/2] NOT RUN")) << both.out;
  EXPECT_TRUE(Has(both.out, "\nNOT RUN 2 mutants: 1 caught, 0 not caught, 1 not run: UML of "))
      << both.out;
  EXPECT_EQ(Run(KUNIT_MUTANTS, {"--profile", "kunit"}).code, 0);
  EXPECT_TRUE(Has(Run(KUNIT_MUTANTS, {"--profile", "kunit-smp"}).err, "for the profile kunit-smp"));
  // With a base that has it, it is tried, and is not known to have been caught.
  Write(tree() / "arch/um/Kconfig", "\nconfig SMP\n");
  Git(tree(), {"add", "arch/um/Kconfig"});
  Write(project() / "kunit/kunit-uml-smp.config", "CONFIG_SMP=y\n");
  Apply();
  const auto smp = Run(KUNIT_MUTANTS, {"--profile", "kunit-uml-smp"});
  EXPECT_EQ(smp.code, 0) << smp.out << smp.err;
  EXPECT_TRUE(Has(smp.out, "[1/1] caught")) << smp.out;
}

TEST_F(KunitMutantsTest, NamesBehindAProfileAreNames) {
  const auto one = Run(KUNIT_MUTANTS, {"--profile", "kunit", "m*"});
  EXPECT_EQ(one.code, 0) << one.err;
  const auto none = Run(KUNIT_MUTANTS, {"--profile", "kunit", "other"});
  EXPECT_NE(none.code, 0) << none.out;
  EXPECT_TRUE(Has(none.err, "KUNIT_MUTANTS=other: error: ")) << none.err;
}

TEST_F(KunitMutantsTest, TestThatDidNotRunHasCaughtNothing) {
  WriteMutant("fault at boot");
  const auto output = Run();
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(Has(output.out, "[1/1] missed")) << output.out << output.err;
}

TEST_F(KunitMutantsTest, DyingKunitToolIsNoOutcome) {
  ASSERT_EQ(Run().code, 0);
  WriteMutant("fault of the tool");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(Has(output.err, "kunit.py exits with 3")) << output.err;
  EXPECT_FALSE(fs::exists(lab() / "mutants.txt")) << "the table of the run before";
}

TEST_F(KunitMutantsTest, AnotherProgramJudgesAnew) {
  EXPECT_TRUE(Has(Outcome(), "caught"));
  const fs::path other = top_ / "kunit-mutants";
  Write(other, files::ReadOrEmpty(KUNIT_MUTANTS) + "\n");
  fs::permissions(other, fs::perms::all);
  const auto output = Run(other.string());
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_FALSE(Has(output.out, "(cached)")) << output.out;
}

TEST_F(KunitMutantsTest, ResultsOfAnotherFormAreTriedAnew) {
  Outcome();
  const std::string results = files::ReadOrEmpty(lab() / "results.jsonl");
  const auto id = results.find("\"id\":");
  ASSERT_NE(id, std::string::npos) << results;
  Write(lab() / "results.jsonl", "[]\nno json\n{\"id\":1}\n{" + results.substr(id, 48) +
                                     ",\"kind\":0,\"outcome\":\"missed\"}\n");
  EXPECT_FALSE(Has(Outcome(), "(cached)"));
}

TEST_F(KunitMutantsTest, GoesOnAfterAKill) {
  Outcome();
  // A fault in the copy, and git in the middle of something.
  Write(lab() / "linux/core.c", "first\ncore\nfault\n");
  Write(lab() / "linux/.git/index.lock", "");
  WriteMutant("another fault");
  EXPECT_TRUE(Has(Outcome(), "caught"));
}

TEST_F(KunitMutantsTest, TakesFilesThatPeopleAddMoreThanOnce) {
  Write(tree() / "new.c", "new\n");
  Git(tree(), {"add", "new.c"});
  Apply();
  EXPECT_TRUE(Has(Outcome(), "caught"));
  EXPECT_EQ(files::ReadOrEmpty(lab() / "linux/new.c"), "new\n");
  Write(tree() / "new.c", "newer\n");
  Git(tree(), {"add", "new.c"});
  Apply();
  EXPECT_TRUE(Has(Outcome(), "caught"));
  EXPECT_EQ(files::ReadOrEmpty(lab() / "linux/new.c"), "newer\n");
  EXPECT_TRUE(fs::exists(project() / "kunit/suite_kunit.c"));
}

TEST_F(KunitMutantsTest, TriesNoTreeThatNobodyLookedAt) {
  Write(project() / "kunit/suite_kunit.c", "int edited;\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(Has(output.err, "has changed since series-apply")) << output.err;
}

TEST_F(KunitMutantsTest, RefusesOneThatAddsAFile) {
  Write(project() / "kunit/mutants/m.patch",
        "A fault.\n\nCaught-by: suite.one\n\ndiff --git a/new.c b/new.c\nnew file mode 100644\n"
        "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+fault\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 5);
  EXPECT_TRUE(Has(output.err, "mutants/m.patch: error: a mutant may edit lines")) << output.err;
}

}  // namespace
