// SPDX-License-Identifier: GPL-2.0-only
// series-bisect, as the build calls it, with the real gcc on a tree whose Makefile is a small one
// of ours.
#include <gtest/gtest.h>

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "git.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

class SeriesBisectTest : public RepositoryTest {
 protected:
  void SetUp() override {
    // As kbuild: objects and messages are below O=, single objects are asked for, what is up to
    // date (by time stamps, those of headers too) is not told of again, and every configuration is
    // noted. Where ../../die exists, the process that it names is
    // killed once an object is made of a source with the word that it names, and not yet told of.
    Write(theirs() / "Makefile",
          "VERSION = 6\nPATCHLEVEL = 12\n"
          "src := $(CURDIR)\n"
          "include $(wildcard $(src)/drivers/Makefile)\n"
          ".PHONY: allmodconfig always\n"
          "allmodconfig:\n"
          "\t@grep -n bad $(src)/drivers/Kconfig | sed 's,^\\([0-9]*\\):.*,"
          "drivers/Kconfig:\\1: syntax error,' >&2; ! grep -q bad $(src)/drivers/Kconfig\n"
          "\t@cp $(KCONFIG_ALLCONFIG) $(O)/.config; echo configured >>$(O)/configurations\n"
          "drivers/%.o: always\n"
          "\t@mkdir -p $(O)/$(dir $@); new=; \\\n"
          "\tfor f in $(src)/drivers/$*.c $(src)/*.h; do \\\n"
          "\t  test $(O)/$@ -nt $$f || new=1; done; test -n \"$$new\" || exit 0; \\\n"
          "\tcd $(O); gcc -Wall -I$(src) -c $(src)/drivers/$*.c -o $@ 2>log.$(notdir $*) || bad=1; "
          "\\\n"
          "\tif test -e ../../die; then read pid word <../../die; \\\n"
          "\t  if grep -q \"$$word\" $(src)/drivers/$*.c; then kill -KILL $$pid; sleep 60; fi; fi; "
          "\\\n"
          "\techo '  CC [M]  $@'; cat log.$(notdir $*); exit $$bad\n");
    Write(theirs() / "a.h", "int a(void);\n");
    Write(theirs() / "drivers/Makefile", "# none\n");
    Write(theirs() / "drivers/Kconfig", "config A\n");
    Write(theirs() / "drivers/a.c",
          "#include \"a.h\"\nstatic int old_flaw;\nint a(void) { return 0; }\n");
    Write(theirs() / "drivers/b.c", "#include \"a.h\"\nint b(void) { return a(); }\n");
    Write(theirs() / "drivers/untouched.c", "int untouched\n");
    Write(theirs() / "drivers/media/common/videobuf2/Kconfig", "config CORE\n");
    BeginSeries();
    Write(project() / "tools/compile_check.config", "# none\n");
  }

  /// A series of three good patches, of which the second moves a line that the compiler warns of.
  void WriteThree() const {
    Write(author() / "drivers/a.c",
          "#include \"a.h\"\nstatic int old_flaw;\nint a(void) { return 1; }\n");
    Commit(author(), "media: first");
    Write(author() / "drivers/a.c",
          "/* lower */\n#include \"a.h\"\nstatic int old_flaw;\nint a(void) { return 2; }\n");
    Commit(author(), "media: second");
    Write(author() / "drivers/b.c", "#include \"a.h\"\nint b(void) { return a() + 3; }\n");
    Write(author() / "drivers/c.c", "int c;\n");
    Commit(author(), "media: third");
  }

  /// Makes the patches and the tree of the author's commits.
  void Finish() const {
    fs::remove_all(kernel());
    WriteSeries();
    Write(author() / "drivers/media/common/videobuf2/Kconfig", "config CORE\nsource \"tests\"\n");
    WriteHook();
    Git(author(), {"checkout", "-q", "."});
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Apply();
  }

  /// Changes the last patch.
  void Amend() const {
    Git(author(), {"commit", "-q", "--amend", "-a", "--no-edit"});
    Finish();
  }

  std::vector<std::string> Program() const {
    return {SERIES_BISECT, "--project", project().string(), "--build", build().string(),
            "--arch",      "x86_64",    "--jobs",           "1"};
  }

  process::Output Run() const {
    process::Command command;
    command.argv = Program();
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  /// Kills the program when it has made the first object of a source with `word`.
  void RunAndKillAt(const std::string& word) const {
    const fs::path die = build() / "bisect/die";
    fs::create_directories(die.parent_path());
    process::Command command;
    command.argv = {"sh", "-c", "echo \"$$ $0\" >\"$1\"; shift; exec \"$@\"", word, die.string()};
    for (const auto& argument : Program()) command.argv.push_back(argument);
    const auto killed = process::Run(command);
    ASSERT_TRUE(killed.ok());
    EXPECT_EQ(killed->code, 128 + SIGKILL) << killed->out << killed->err;
    fs::remove(die);
  }

  fs::path Folder() const { return build() / "bisect/x86_64-gcc"; }

  /// The objects that were told of so far, in order.
  std::vector<std::string> Told() const {
    std::vector<std::string> told;
    for (const auto& line : git::SplitLines(files::ReadOrEmpty(Folder() / "make.log"))) {
      if (line.starts_with("  CC ")) told.push_back(line.substr(line.rfind('/') + 1));
    }
    return told;
  }
};

TEST_F(SeriesBisectTest, EachPatchCompilesAndASecondRunCompilesNothing) {
  WriteThree();
  Finish();
  auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
  EXPECT_EQ(output.out,
            "PASSED bisect x86_64-gcc: 3 patches, 0 bad, 3 compiled (6 objects), 0 cached\n");
  EXPECT_EQ(Told(), (std::vector<std::string>{"a.o", "b.o", "a.o", "a.o", "b.o", "c.o"}));
  output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
  EXPECT_EQ(output.out,
            "PASSED bisect x86_64-gcc: 3 patches, 0 bad, 0 compiled (0 objects), 3 cached\n");
  EXPECT_EQ(Told().size(), 6U);
}

TEST_F(SeriesBisectTest, PatchThatDoesNotCompileIsNamedAndTheNextIsNotTried) {
  WriteThree();
  Git(author(), {"reset", "-q", "--hard", "HEAD~2"});
  Write(author() / "drivers/b.c", "#include \"a.h\"\nint b(void) { return LATER; }\n");
  Commit(author(), "media: second");
  Write(author() / "a.h", "int a(void);\n#define LATER 1\n");
  Commit(author(), "media: third");
  Finish();
  auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.starts_with(
      "kernel/0002-media-second.patch:4: error: \"media: second\" does not compile with the "
      "patches before it alone\ndrivers/b.c:2: error: "))
      << output.out;
  EXPECT_TRUE(
      output.out.ends_with("\nFAILED bisect x86_64-gcc: 3 patches, 1 bad, 1 not tried, 2 "
                           "compiled (4 objects), 0 cached\n"))
      << output.out;
  // What had passed is kept; that the second is bad is found again.
  output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.find("drivers/b.c:2: error: ") != std::string::npos) << output.out;
  EXPECT_TRUE(output.out.ends_with("1 not tried, 1 compiled (2 objects), 1 cached\n"))
      << output.out;
}

TEST_F(SeriesBisectTest, NewWarningIsOfThePatchThatBringsIt) {
  WriteThree();
  Git(author(), {"reset", "-q", "--hard", "HEAD~1"});
  Write(author() / "drivers/b.c",
        "#include \"a.h\"\nstatic int early;\nint b(void) { return a(); }\n");
  Commit(author(), "media: third");
  Write(author() / "drivers/b.c", "#include \"a.h\"\nint b(void) { return a(); }\n");
  Commit(author(), "media: fourth");
  Finish();
  auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.starts_with(
      "kernel/0003-media-third.patch:4: warning: \"media: third\" brings new warnings\n"
      "drivers/b.c:2: warning: "))
      << output.out;
  EXPECT_EQ(std::count(output.out.begin(), output.out.end(), '\n'), 3) << output.out;
  EXPECT_TRUE(output.out.ends_with("4 patches, 1 bad, 4 compiled (6 objects), 0 cached\n"))
      << output.out;
  // A patch with findings is not kept, nor forgotten.
  const auto again = Run();
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.out.substr(0, again.out.find("FAILED")),
            output.out.substr(0, output.out.find("FAILED")));
  // Nor is a later one measured against it: it is compared with the one before it alone.
  Write(author() / "drivers/b.c",
        "#include \"a.h\"\nstatic int early;\nint b(void) { return a(); }\n");
  Commit(author(), "media: fifth");
  Finish();
  output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.find("\nkernel/0005-media-fifth.patch:4: warning: ") != std::string::npos)
      << output.out;
  EXPECT_TRUE(output.out.ends_with("5 patches, 2 bad, 2 compiled (4 objects), 3 cached\n"))
      << output.out;
}

TEST_F(SeriesBisectTest, HeaderMakesItsUsersAnew) {
  WriteThree();
  Write(author() / "a.h", "int a(int);\n");
  Commit(author(), "media: fourth");
  Finish();
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.starts_with("kernel/0004-media-fourth.patch:4: error: ")) << output.out;
  EXPECT_TRUE(output.out.find("\ndrivers/a.c:4: error: ") != std::string::npos) << output.out;
  EXPECT_TRUE(output.out.find("\ndrivers/b.c:2: error: ") != std::string::npos) << output.out;
}

TEST_F(SeriesBisectTest, BrokenBaseIsNotTheSeriesFault) {
  // As where a header is missing on this machine.
  Write(theirs() / "drivers/a.c", "#include <absent.h>\n");
  Commit(theirs(), "Broken");
  Git(author(), {"pull", "-q"});
  Write(author() / "drivers/a.c", "#include <absent.h>\nint a;\n");
  Commit(author(), "media: first");
  Finish();
  const auto output = Run();
  EXPECT_EQ(output.code, 6) << output.out;
  EXPECT_TRUE(output.err.find("drivers/a.c:1: error: absent.h") != std::string::npos) << output.err;
  EXPECT_TRUE(output.err.find("NOT RUN bisect x86_64-gcc: ") != std::string::npos) << output.err;
  EXPECT_EQ(Run().code, 6);
}

TEST_F(SeriesBisectTest, ChangedLastPatchIsCompiledAlone) {
  WriteThree();
  Finish();
  ASSERT_EQ(Run().code, 0);
  Write(author() / "drivers/c.c", "int c = 1;\n");
  Amend();
  auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
  EXPECT_TRUE(output.out.ends_with("3 patches, 0 bad, 1 compiled (3 objects), 2 cached\n"))
      << output.out;
  Write(author() / "drivers/c.c", "int c = \n");
  Amend();
  output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.starts_with("kernel/0003-media-third.patch:4: error: ")) << output.out;
}

TEST_F(SeriesBisectTest, KilledRunIsGoneOnWith) {
  WriteThree();
  Finish();
  RunAndKillAt("old_flaw");
  EXPECT_TRUE(fs::exists(Folder() / "obj/drivers/a.o"));
  EXPECT_TRUE(Told().empty());
  auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
  EXPECT_TRUE(output.out.ends_with("3 compiled (6 objects), 0 cached\n")) << output.out;
}

TEST_F(SeriesBisectTest, PatchesBeforeAKillAreNotCompiledAgain) {
  WriteThree();
  Finish();
  RunAndKillAt("3");
  const auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
  EXPECT_TRUE(output.out.ends_with("1 compiled (3 objects), 2 cached\n")) << output.out;
}

TEST_F(SeriesBisectTest, WhatWasSaidOfAnObjectBeforeItWasMadeAnewDoesNotCount) {
  WriteThree();
  Write(author() / "drivers/a.c", "#include \"a.h\"\nint a(void) { return 3; }\n");
  Amend();
  EXPECT_EQ(Run().code, 0);
  // The object of the second patch, with its old warning, is made and not told of: the last that
  // was told of it is of the third patch, which had none.
  Write(author() / "drivers/a.c",
        "#include \"a.h\"\nstatic int old_flaw;\nint a(void) { return 3; }\n");
  Amend();
  RunAndKillAt("old_flaw");
  const auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
}

TEST_F(SeriesBisectTest, FaultOfAMakefileIsOfItsPatch) {
  WriteThree();
  Write(author() / "drivers/Makefile", "# none\nbad line\n");
  Commit(author(), "media: fourth");
  Finish();
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.starts_with("kernel/0004-media-fourth.patch:4: error: ")) << output.out;
  EXPECT_TRUE(output.out.find("\ndrivers/Makefile:2: error: missing separator") !=
              std::string::npos)
      << output.out;
}

TEST_F(SeriesBisectTest, FaultOfKconfigIsOfItsPatchAndOthersConfigureNothing) {
  WriteThree();
  Write(author() / "drivers/Kconfig", "config A\nbad\n");
  Commit(author(), "media: fourth");
  Finish();
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out << output.err;
  EXPECT_TRUE(output.out.starts_with("kernel/0004-media-fourth.patch:4: error: ")) << output.out;
  EXPECT_TRUE(output.out.find("\ndrivers/Kconfig:2: error: syntax error\n") != std::string::npos)
      << output.out;
  EXPECT_EQ(files::ReadOrEmpty(Folder() / "obj/configurations"), "configured\n");
}

TEST_F(SeriesBisectTest, BrokenMakeIsNotTheSeriesFault) {
  WriteThree();
  Replace(theirs() / "Makefile", "drivers/%.o: always\n", "drivers/%.o: always\n\t@false\n");
  Commit(theirs(), "Broken");
  Git(author(), {"pull", "-q", "--rebase"});
  Finish();
  const auto output = Run();
  EXPECT_EQ(output.code, 6) << output.out;
  EXPECT_TRUE(output.err.find("no object is at fault") != std::string::npos) << output.err;
}

}  // namespace
