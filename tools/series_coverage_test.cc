// SPDX-License-Identifier: GPL-2.0-only
// series-coverage, as the build calls it, with the real gcc and gcov, on a tree whose Makefile and
// kunit.py are small ones of ours and whose kernel is a program.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

class SeriesCoverageTest : public RepositoryTest {
 protected:
  void SetUp() override {
    // As UML's: the section that gcc's own call at the end stands in is lost.
    Write(theirs() / "Makefile",
          "VERSION = 6\nPATCHLEVEL = 12\n"
          "media := drivers/media/m.o\n"
          "linux:\n"
          "\t@mkdir -p $(O)/drivers/media && cd $(O) && \\\n"
          "\t$(CC) -O0 --coverage -c $(CURDIR)/drivers/media/m.c -o $(media) && \\\n"
          "\tobjcopy --remove-section=.fini_array.* --remove-section=.rela.fini_array.* $(media) "
          "&& \\\n"
          "\t$(CC) -c $(CURDIR)/kernel.c -o kernel.o && \\\n"
          "\t$(CC) --coverage kernel.o $(media) -o linux\n"
          "\t@echo '  LD      linux'\n");
    // As the kernel's: it has a mangle_path().
    Write(theirs() / "kernel.c",
          "#include <stdio.h>\n#include <string.h>\n#define VERDICT \"ok\"\n"
          "void suite(int n);\nvoid client(void);\n"
          "void mangle_path(void) {}\n"
          "int main(int argc, char **argv) {\n"
          "  int boots_client = argc > 1 && strstr(argv[1], \"mem=\");\n"
          "  if (boots_client) client(); else suite(1);\n"
          "  const char *s = boots_client ? \"vim2m\" : \"suite\";\n"
          "  printf(\"KTAP version 1\\n1..1\\n    KTAP version 1\\n    # Subtest: %s\\n    1..1\\n"
          "    %s 1 one\\n%s 1 %s\\nreboot: System halted\\n\", s, VERDICT, VERDICT, s);\n"
          "  return 0;\n}\n");
    Write(theirs() / "tools/testing/kunit/kunit.py",
          "import os, sys\n"
          "out = sys.argv[sys.argv.index('--build_dir') + 1]\n"
          "if sys.argv[1] == 'config':\n"
          "    open(out + '/.config', 'w').write('x')\n"
          "else:\n"
          "    os.execv(out + '/linux', [out + '/linux'])\n");
    Write(theirs() / "drivers/media/m.c", "void suite(int n) { (void)n; }\nvoid client(void) {}\n");
    Write(theirs() / "drivers/board.c", "int board;\n");
    Write(theirs() / "drivers/media/common/videobuf2/Kconfig", "config CORE\n");
    BeginSeries();
    Write(author() / "drivers/media/m.c",
          "static int calls;\n\nvoid suite(int n)\n{\n\tif (n)\n\t\tcalls++;\n}\n\n"
          "void client(void)\n{\n\tcalls--;\n}\n\nvoid nobody(void)\n{\n\tcalls = 7;\n}\n");
    Write(author() / "drivers/board.c", "int board = 1;\n");
    Commit(author(), "media: first");
    WriteSeries();
    Write(author() / "drivers/media/common/videobuf2/Kconfig", "config CORE\nsource \"tests\"\n");
    WriteHook();
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Write(project() / "kunit/kunit.config", "CONFIG_KUNIT=y\n");
    Write(project() / "kunit/coverage.config", "CONFIG_GCOV=y\n");
    Write(project() / "kunit/expected.txt", "suite.one\n");
    Write(project() / "tools/before_after_expected.txt", "vim2m.one\nvivid.one\n");
    Write(List(), kReasons);
    Apply();
  }

  fs::path List() const { return project() / "kunit/uncovered.txt"; }
  fs::path Counters() const { return build() / "coverage/obj/drivers/media/m.gcda"; }

  process::Output Run(const std::string& path = "") const {
    process::Command command;
    command.argv = {SERIES_COVERAGE,    "check",   "--project",
                    project().string(), "--build", build().string()};
    if (!path.empty()) command.environment = {{"PATH", path}};
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  /// All that is not reached.
  static constexpr const char kReasons[] =
      "not-built\tdrivers/board.c\tneeds a board\n"
      "branch\tdrivers/media/m.c\tif (n)\tn is 1\n"
      "function\tdrivers/media/m.c\tnobody\tnobody calls it\n";
};

TEST_F(SeriesCoverageTest, CountsSuiteAndClient) {
  const auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
  // As gcc counts without optimization, a closing brace is a line that runs.
  EXPECT_NE(output.out.find(" 7/10 (+3)        1/2 (+1)\n"), std::string::npos) << output.out;
  EXPECT_NE(output.out.find("NOT RUN  drivers/board.c: 1 new lines: needs a board\n"),
            std::string::npos)
      << output.out;
  EXPECT_NE(output.out.find("PASSED coverage of what the series adds: 7 of 10 lines"),
            std::string::npos)
      << output.out;
  EXPECT_TRUE(fs::exists(build() / "coverage/coverage.html"));
  const auto again = Run();
  EXPECT_EQ(again.code, 0);
  EXPECT_TRUE(again.out.ends_with("(cached)\n")) << again.out;
}

TEST_F(SeriesCoverageTest, ChangedListIsJudgedWithoutAnotherRun) {
  ASSERT_EQ(Run().code, 0);
  const auto counted = fs::last_write_time(Counters());
  Write(List(),
        "not-built\tdrivers/board.c\tneeds a board\n"
        "function\tdrivers/media/m.c\tnobody\tnobody calls it\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out;
  EXPECT_NE(output.out.find("drivers/media/m.c:5: error: 1 of 2 ways on never taken: if (n)\n"),
            std::string::npos)
      << output.out;
  EXPECT_EQ(fs::last_write_time(Counters()), counted);
  EXPECT_EQ(Run().code, 1) << "a failure is never kept";
}

TEST_F(SeriesCoverageTest, EditIsCountedAnew) {
  ASSERT_EQ(Run().code, 0);
  Replace(tree() / "drivers/media/m.c", "\tcalls--;\n",
          "\tcalls--;\n\tif (calls > 5)\n\t\tcalls = 5;\n");
  Apply();
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out;
  EXPECT_NE(output.out.find("drivers/media/m.c:13: error: never run: calls = 5;\n"),
            std::string::npos)
      << output.out << output.err;
}

TEST_F(SeriesCoverageTest, RunThatFailsTellsNothing) {
  Replace(theirs() / "kernel.c", "\"ok\"", "\"not ok\"");
  Commit(theirs(), "Broken");
  Apply();
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out;
  EXPECT_NE(output.err.find("the tests do not pass (failed)"), std::string::npos) << output.err;
  EXPECT_FALSE(fs::exists(build() / "coverage/coverage.txt"));
}

TEST_F(SeriesCoverageTest, MissingGcovIsToldOf) {
  // All that is there, but for gcov.
  const fs::path programs = top_ / "bin";
  fs::create_directories(programs);
  for (const auto& entry : fs::directory_iterator("/usr/bin")) {
    if (entry.path().filename() == "gcov") continue;
    fs::create_symlink(entry.path(), programs / entry.path().filename());
  }
  const auto output = Run(programs.string());
  EXPECT_EQ(output.code, 6);
  EXPECT_EQ(output.err, "NOT RUN coverage: gcov is not installed (Debian: gcc)\n");
}

}  // namespace
