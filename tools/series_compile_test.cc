// SPDX-License-Identifier: GPL-2.0-only
// series-compile, as the build calls it, with the real gcc on a tree whose Makefile is a small one
// of ours.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

class SeriesCompileTest : public RepositoryTest {
 protected:
  void SetUp() override {
    // As kbuild: objects and messages are below O=, a folder stands for all that is in it, and what
    // is up to date is not told of again. Where ../slow exists, an object is made and not told of.
    Write(
        theirs() / "Makefile",
        "VERSION = 6\nPATCHLEVEL = 12\n"
        "src := $(CURDIR)\n"
        "objects := $(patsubst $(src)/%.c,%.o,$(shell find -L $(src)/drivers -name '*.c'))\n"
        "folders := drivers/media/ drivers/staging/media/ drivers/usb/gadget/function/\n"
        ".PHONY: allmodconfig always $(folders)\n"
        "allmodconfig:\n\t@cp $(KCONFIG_ALLCONFIG) $(O)/.config\n"
        // Made on the way, whatever is asked for, and told of in no other case.
        "$(folders): scripts/host.o\n"
        "scripts/host.o:\n\t@echo '  HOSTCC  $@'\n"
        "\t@test -z '$(filter drivers/%,$(MAKECMDGOALS))' || echo 'scripts/host.c:1: warning: w'\n"
        "$(folders):\n"
        "\t@$(MAKE) --no-print-directory O=$(O) $(filter $@%,$(objects))\n"
        "$(objects): %.o: always\n"
        "\t@mkdir -p $(O)/$(dir $@)\n"
        "\t@if ! test $(O)/$@ -nt $(src)/$*.c; then \\\n"
        "\t  test -e $(O)/../../slow || echo '  CC [M]  $@'; \\\n"
        "\t  cd $(O) && { gcc -Wall -c $(src)/$*.c -o $@ 2>log.$(notdir $*) || bad=1; }; \\\n"
        "\t  test -e $(O)/../../slow || cat log.$(notdir $*); exit $$bad; fi\n");
    Write(theirs() / "scripts/host.c", "");
    Write(theirs() / "drivers/media/quiet.c", "int quiet;\n");
    Write(theirs() / "drivers/media/old.c", "static int old_flaw;\n");
    Write(theirs() / "drivers/staging/media/s.c", "int s;\n");
    Write(theirs() / "drivers/usb/gadget/function/uvc.c", "int uvc;\n");
    Write(theirs() / "drivers/other/o.c", "int o;\n");
    Write(theirs() / "drivers/other/untouched.c", "static int untouched;\n");
    Write(theirs() / "drivers/media/common/videobuf2/Kconfig", "config CORE\n");
    BeginSeries();
    Write(author() / "drivers/media/old.c", "/* lower */\n\nstatic int old_flaw;\n");
    Write(author() / "drivers/other/o.c", "int o = 1;\n");
    Commit(author(), "media: first");
    WriteSeries();
    Write(author() / "drivers/media/common/videobuf2/Kconfig", "config CORE\nsource \"tests\"\n");
    WriteHook();
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Write(project() / "tools/compile_check.config", "# none\n");
    Apply();
  }

  process::Output Run(const std::vector<std::string>& more = {}) const {
    process::Command command;
    command.argv = {SERIES_COMPILE, "--project", project().string(), "--build", build().string()};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  /// Edits a file of the tree with the series, as a developer would.
  void Edit(const std::string& file, const std::string& text) const {
    Write(tree() / file, text);
    Apply();
  }
};

TEST_F(SeriesCompileTest, AnOptionThatTheTreeDoesNotTakeIsTold) {
  // The small Makefile takes them all, and one more.
  Replace(theirs() / "Makefile", "\t@cp $(KCONFIG_ALLCONFIG) $(O)/.config",
          "\t@echo CONFIG_SLOW=y | cat $(KCONFIG_ALLCONFIG) - >$(O)/.config");
  Git(theirs(), {"commit", "-qam", "Slow"});
  Apply();
  const fs::path config = project() / "tools/compile_check.config";
  Write(config, "# A remark.\n# CONFIG_WERROR is not set\nCONFIG_FAST=y\n");
  EXPECT_EQ(Run().code, 0);
  Write(config, "# CONFIG_SLOW is not set\n");
  const auto set = Run();
  EXPECT_EQ(set.code, 6);
  EXPECT_NE(set.err.find("compile_check.config: error: \"# CONFIG_SLOW is not set\" is not so in "),
            std::string::npos)
      << set.err;
  // As a tool that takes the file for C would write it.
  Replace(theirs() / "Makefile", "cat $(KCONFIG_ALLCONFIG) -", "cat");
  Git(theirs(), {"commit", "-qam", "Deaf"});
  Apply();
  Write(config, "CONFIG_FAST = y\n");
  const auto mangled = Run();
  EXPECT_EQ(mangled.code, 6);
  EXPECT_NE(mangled.err.find("\"CONFIG_FAST = y\" is not so in "), std::string::npos)
      << mangled.err;
}

TEST_F(SeriesCompileTest, WhatTheBaseSaysTooIsNotNew) {
  const auto output = Run();
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(output.out,
            "PASSED compile x86_64-gcc: 5 objects, 0 new messages (1 the base has, too)\n")
      << output.err;
  EXPECT_TRUE(Run().out.ends_with("too) (cached)\n"));
}

TEST_F(SeriesCompileTest, OfASeriesOfHeadersNothingIsCompiledAndSoItSays) {
  Git(tree(), {"reset", "-q", "--hard", "HEAD~2"});
  Write(tree() / "include/media/x.h", "int x;\n");
  Commit(tree(), "media: x");
  const auto output = Run({"--touched"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(output.out,
            "PASSED compile x86_64-gcc: 0 objects, 0 new messages (0 the base has, too); not the "
            "other users of 1 headers\n");
}

TEST_F(SeriesCompileTest, TheSuiteIsTouched) {
  Write(project() / "kunit/suite.h", "int suite;\n");
  Write(project() / "kunit/suite_kunit.c", "#include \"suite.h\"\nstatic int flaw_of_the_suite;\n");
  Apply();
  for (const auto& options : {std::vector<std::string>{"--touched"}, {}}) {
    const auto output = Run(options);
    EXPECT_EQ(output.code, 1) << output.err;
    EXPECT_TRUE(
        output.out.starts_with("drivers/media/common/videobuf2/tests/suite_kunit.c:2: warning: "))
        << output.out;
    // All users of the suite's header are in the suite.
    EXPECT_EQ(output.out.find("headers"), std::string::npos) << output.out;
  }
}

TEST_F(SeriesCompileTest, ANoteOfAnotherFormIsNone) {
  const auto note = build() / "compile/x86_64-gcc/outcome.json";
  Write(note, "{\"id\": 5}\n");
  EXPECT_EQ(Run().code, 0);
  Write(note, "[]\n");
  EXPECT_EQ(Run().code, 0);
}

TEST_F(SeriesCompileTest, WarningOfTheSeriesIsNew) {
  Edit("drivers/media/quiet.c", "int quiet;\nstatic int fresh_flaw;\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.err;
  EXPECT_TRUE(output.out.starts_with("drivers/media/quiet.c:2: warning: ")) << output.out;
  EXPECT_TRUE(output.out.ends_with(
      "FAILED compile x86_64-gcc: 5 objects, 1 new messages (1 the base has, too)\n"))
      << output.out;
  // A failure is not kept: nothing but the messages of the first time can tell of it.
  EXPECT_EQ(Run().out, output.out);
}

TEST_F(SeriesCompileTest, ErrorOfTheSeriesIsNewAndOthersAreCompiledAllTheSame) {
  Edit("drivers/media/quiet.c", "int quiet\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.err;
  EXPECT_TRUE(output.out.starts_with("drivers/media/quiet.c:1: error: ")) << output.out;
  EXPECT_TRUE(output.out.find("5 objects, 1 new") != std::string::npos) << output.out;
  Edit("drivers/media/quiet.c", "int quiet;\n");
  EXPECT_EQ(Run().code, 0);
}

TEST_F(SeriesCompileTest, FileThatIsGoneIsForgotten) {
  Edit("drivers/media/quiet.c", "int quiet;\nstatic int fresh_flaw;\n");
  EXPECT_EQ(Run().code, 1);
  fs::remove(build() / "compile/x86_64-gcc/after/drivers/media/quiet.o");
  fs::remove(tree() / "drivers/media/quiet.c");
  Apply();
  const auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
}

TEST_F(SeriesCompileTest, ObjectThatTheLogDoesNotTellOfIsMadeAgain) {
  Write(build() / "compile/slow", "");
  EXPECT_EQ(Run().code, 6) << "no object was told of";
  fs::remove(build() / "compile/slow");
  const auto output = Run();
  EXPECT_EQ(output.code, 0);
  EXPECT_TRUE(output.out.find("5 objects") != std::string::npos) << output.out << output.err;
}

TEST_F(SeriesCompileTest, WhatCompilesOnNeitherSideIsNotPassed) {
  // As where a header is missing on this machine.
  Write(theirs() / "drivers/media/quiet.c", "#include <absent.h>\n");
  Commit(theirs(), "Broken");
  Apply();
  const auto output = Run();
  EXPECT_EQ(output.code, 6) << output.out;
  EXPECT_TRUE(output.err.find("drivers/media/quiet.c:1: error: absent.h") != std::string::npos)
      << output.err;
  EXPECT_TRUE(output.err.find("NOT RUN compile x86_64-gcc: ") != std::string::npos) << output.err;
  EXPECT_EQ(Run().code, 6);
}

TEST_F(SeriesCompileTest, MissingCheckerIsNotRun) {
  // A PATH that has gcc, and no smatch.
  const fs::path programs = top_ / "programs";
  fs::create_directories(programs);
  for (const char* program : {"gcc", "git", "make", "sh"}) {
    fs::create_symlink(fs::path("/usr/bin") / program, programs / program);
  }
  process::Command command;
  command.argv = {SERIES_COMPILE, "--project", project().string(), "--build", build().string(),
                  "--checker",    "smatch"};
  command.environment = {{"PATH", programs.string()}};
  const auto output = process::Run(command);
  ASSERT_TRUE(output.ok());
  EXPECT_EQ(output->code, 6);
  EXPECT_TRUE(output->err.starts_with(
      "NOT RUN compile x86_64-gcc-smatch: smatch is not installed (Debian has no package"))
      << output->err;
}

TEST_F(SeriesCompileTest, BrokenMakeIsNotTheSeriesFault) {
  Edit("Makefile",
       "VERSION = 6\nPATCHLEVEL = 12\nallmodconfig:\n\t@touch $(O)/.config\n"
       ".PHONY: drivers/media/\n"
       "drivers/media/:\n\t@false\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(output.err.find("no object of drivers/ is at fault") != std::string::npos)
      << output.err;
}

}  // namespace
