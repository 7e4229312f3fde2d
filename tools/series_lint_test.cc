// SPDX-License-Identifier: GPL-2.0-only
// series-lint, as the build calls it, on a small tree. The kernel-doc, coccicheck and Makefile of
// that tree are scripts of ours which know one rule; kernel-doc notes each call beside the tree.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

class SeriesLintTest : public RepositoryTest {
 protected:
  void SetUp() override {
    // Each "bare x" is told, with a line that the text names; "fail" lets it fail.
    WriteProgram(theirs() / "scripts/kernel-doc",
                 "#!/usr/bin/perl\n"
                 "my $file = $ARGV[-1];\n"
                 "open(my $log, '>>', '../calls');\n"
                 "print $log \"$file\\n\";\n"
                 "open(my $in, '<', $file) or die;\n"
                 "while (<$in>) {\n"
                 "  print STDERR \"$file:$.: warning: '$1' not described, see line $.\\n\"\n"
                 "    if /bare (\\w+)/;\n"
                 "  exit 3 if /fail/;\n"
                 "}\n");
    // As kbuild: SPHINXDIRS is the folder, and what is made is below O=.
    Write(theirs() / "Makefile",
          "VERSION = 6\nPATCHLEVEL = 12\n"
          "htmldocs:\n"
          "\t@mkdir $(O)/Documentation && mkdir $(O)/Documentation/output\n"
          "\t@grep -rn bare $(CURDIR)/Documentation/$(SPHINXDIRS) | "
          "sed 's/:bare /: WARNING: /'\n");
    Write(theirs() / "scripts/coccicheck",
          "test \"$C $MODE\" = '1 report' && test -e $srctree/Makefile || exit 1\n"
          "grep -n bare \"$2\" | sed \"s|:.*|:1-3: WARNING: bare|; s|^|$2:|\"\n");
    for (const char* folder : {"a", "a/inner", "b", "c"}) {
      Write(theirs() / "Documentation" / folder / "index.rst", "one\n");
    }
    Write(theirs() / "Documentation/a/inner/deep/x.rst", "bare old\n.. _In_Inner:\n");
    Write(theirs() / "Documentation/a/includes.rst", ".. kernel-doc:: include/media/h.h\n");
    Write(theirs() / "Documentation/c/includes.rst", ".. kernel-doc:: include/media/same.h\n");
    Write(theirs() / "include/media/h.h", "int h;\n");
    Write(theirs() / "include/media/same.h", "int same;\n");
    Write(theirs() / "drivers/media/old.c", "/* bare old_flaw */\n");
    Write(theirs() / "drivers/media/quiet.c", "/* quiet */\n");
    Write(theirs() / "drivers/media/untouched.c", "/* bare untouched */\n");
    Write(theirs() / "drivers/media/common/videobuf2/Kconfig", "config CORE\n");
    BeginSeries();
    Write(author() / "drivers/media/old.c", "/* lower */\n\n/* bare old_flaw */\n");
    Write(author() / "drivers/media/quiet.c", "/* as quiet */\n");
    Commit(author(), "media: first");
    WriteSeries();
    Write(author() / "drivers/media/common/videobuf2/Kconfig", "config CORE\nsource \"tests\"\n");
    WriteHook();
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Write(project() / "kunit/suite.c", "/* suite */\n");
    Apply();
  }

  process::Output Run(const std::string& check, const std::string& path = {}) const {
    process::Command command;
    command.argv = {SERIES_LINT, "--project", project().string(), "--build", build().string(),
                    "--check",   check};
    if (!path.empty()) command.environment = {{"PATH", path}};
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  /// A PATH with nothing but `programs`.
  std::string PathOf(const std::vector<std::string>& programs) const {
    const fs::path folder = top_ / "programs";
    fs::create_directories(folder);
    for (const auto& program : programs) {
      process::Command command;
      command.argv = {"sh", "-c", "command -v " + program};
      std::string found = process::Run(command)->out;
      found.pop_back();
      fs::create_symlink(found, folder / program);
    }
    return folder.string();
  }

  /// A PATH in which programs that only tell a version stand for `programs`.
  std::string PathWith(const std::vector<std::string>& programs) const {
    for (const auto& program : programs) {
      WriteProgram(top_ / "bin" / program, "#!/bin/sh\necho " + program + " 1.0\n");
    }
    return (top_ / "bin").string() + ":" + ::getenv("PATH");
  }

  /// Which files kernel-doc was called for since the last time.
  std::string Calls() const {
    const fs::path calls = build() / "calls";
    std::string text = files::ReadOrEmpty(calls);
    fs::remove(calls);
    return text;
  }
};

TEST_F(SeriesLintTest, WhatTheBaseSaysTooIsNotNew) {
  const auto output = Run("kernel-doc");
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(output.out, "PASSED kernel-doc: 3 files, 0 new messages (1 the base has, too)\n")
      << output.err;
}

TEST_F(SeriesLintTest, MessageOfTheSeriesIsNew) {
  Write(tree() / "drivers/media/quiet.c", "/* as quiet */\n/* bare fresh */\n");
  const auto output = Run("kernel-doc");
  EXPECT_EQ(output.code, 1) << output.err;
  EXPECT_EQ(output.out,
            "drivers/media/quiet.c:2: warning: 'fresh' not described, see line 2\n"
            "FAILED kernel-doc: 3 files, 1 new messages (1 the base has, too)\n");
  Write(tree() / "drivers/media/quiet.c", "/* as quiet */\n");
  EXPECT_EQ(Run("kernel-doc").code, 0);
}

TEST_F(SeriesLintTest, FileThatGitDoesNotKnowAndTheSuiteAreOfTheSeries) {
  Write(tree() / "drivers/media/new.h", "/* bare in_new */\n");
  Write(project() / "kunit/suite.c", "/* bare in_suite */\n");
  const auto output = Run("kernel-doc");
  EXPECT_EQ(output.code, 1) << output.err;
  EXPECT_EQ(output.out,
            "drivers/media/common/videobuf2/tests/suite.c:1: warning: 'in_suite' not described, "
            "see line 1\n"
            "drivers/media/new.h:1: warning: 'in_new' not described, see line 1\n"
            "FAILED kernel-doc: 4 files, 2 new messages (1 the base has, too)\n");
}

TEST_F(SeriesLintTest, AnswersAreKeptUntilTheirFileChanges) {
  Write(tree() / "drivers/media/quiet.c", "/* bare fresh */\n");
  const auto first = Run("kernel-doc");
  EXPECT_NE(Calls(), "");
  const auto second = Run("kernel-doc");
  EXPECT_EQ(second.code, 1);
  EXPECT_TRUE(second.out.starts_with("drivers/media/quiet.c:1: warning: ")) << second.out;
  EXPECT_TRUE(second.out.ends_with("too) (cached)\n")) << second.out;
  EXPECT_EQ(Calls(), "");
  Write(tree() / "drivers/media/quiet.c", "/* quiet again */\n");
  const auto third = Run("kernel-doc");
  EXPECT_EQ(third.out, "PASSED kernel-doc: 3 files, 0 new messages (1 the base has, too)\n");
  EXPECT_EQ(Calls(), "drivers/media/quiet.c\n");
}

TEST_F(SeriesLintTest, ToolThatFailsIsNotTheSeriesFault) {
  Write(tree() / "drivers/media/quiet.c", "/* bare fresh */\n/* fail */\n");
  const auto output = Run("kernel-doc");
  EXPECT_EQ(output.code, 6) << output.out;
  EXPECT_TRUE(output.err.find("drivers/media/quiet.c: error: ") != std::string::npos) << output.err;
  EXPECT_TRUE(output.err.find("exits with 3") != std::string::npos) << output.err;
  EXPECT_EQ(Run("kernel-doc").code, 6) << "a failure is not kept";
}

TEST_F(SeriesLintTest, CoccicheckReadsTheTouchedSources) {
  const std::string path = PathWith({"spatch", "ocamlopt"});
  auto output = Run("coccinelle", path);
  EXPECT_EQ(output.out, "PASSED coccinelle: 3 files, 0 new messages (1 the base has, too)\n")
      << output.err;
  Write(tree() / "drivers/media/quiet.c", "/* as quiet */\n/* bare fresh */\n");
  output = Run("coccinelle", path);
  EXPECT_EQ(output.code, 1);
  EXPECT_EQ(output.out,
            "drivers/media/quiet.c:2: warning: bare\n"
            "FAILED coccinelle: 3 files, 1 new messages (1 the base has, too)\n")
      << output.err;
}

TEST_F(SeriesLintTest, SphinxBuildsTheFoldersThatTheSeriesTouches) {
  const std::string path = PathWith({"sphinx-build"});
  // No document, and no source that is part of one.
  EXPECT_EQ(Run("documentation", path).out,
            "PASSED documentation: 0 folders, 0 new messages (0 the base has, too)\n");
  // The next folder above that has an index.
  Write(tree() / "Documentation/a/inner/deep/x.rst", "\nbare old\n");
  Write(tree() / "Documentation/b/new.rst", "bare fresh\n");
  auto output = Run("documentation", path);
  EXPECT_EQ(output.code, 1) << output.err;
  EXPECT_EQ(output.out,
            "Documentation/b/new.rst:1: warning: fresh\n"
            "FAILED documentation: 2 folders, 1 new messages (1 the base has, too)\n")
      << output.err;
  EXPECT_TRUE(fs::exists(build() / "lint/documentation/after/notes/Documentation/a/inner.json"));
  // A folder above that is built for a source serves the one below it.
  Write(tree() / "include/media/h.h", "int h = 1;\n");
  EXPECT_TRUE(Run("documentation", path).out.find(": 2 folders, 1 new") != std::string::npos);
  EXPECT_TRUE(fs::exists(build() / "lint/documentation/after/notes/Documentation/a.json"));
}

TEST_F(SeriesLintTest, DocumentsAndLabelsOfOtherFoldersAreThere) {
  const std::string path = PathWith({"sphinx-build"});
  Write(tree() / "Documentation/b/new.rst",
        "bare undefined label: 'in_inner'\n"
        "bare undefined label: 'in_none' (if the link has no caption)\n"
        "bare unknown document: '/a/index'\n"
        "bare unknown document: '../a/index'\n"
        "bare unknown document: '/index'\n");
  const auto output = Run("documentation", path);
  EXPECT_EQ(output.out,
            "Documentation/b/new.rst:2: warning: undefined label: 'in_none' (if the link has no "
            "caption)\n"
            "Documentation/b/new.rst:5: warning: unknown document: '/index'\n"
            "FAILED documentation: 1 folders, 2 new messages (0 the base has, too)\n")
      << output.err;
}

TEST_F(SeriesLintTest, MissingToolIsNotRun) {
  const std::string path = PathOf({"git", "make"});
  for (const auto& [check, told] :
       {std::pair{"kernel-doc", "NOT RUN kernel-doc: perl is not installed (Debian: perl)\n"},
        {"documentation",
         "NOT RUN documentation: sphinx-build is not installed (Debian: python3-sphinx)\n"},
        {"coccinelle", "NOT RUN coccinelle: spatch is not installed (Debian: coccinelle)\n"}}) {
    const auto output = Run(check, path);
    EXPECT_EQ(output.code, 6);
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(output.err, told);
  }
}

TEST_F(SeriesLintTest, UnknownCheckIsUsage) { EXPECT_EQ(Run("spelling").code, 5); }

}  // namespace
