// SPDX-License-Identifier: GPL-2.0-only
// fence-cost and bench-table, as the build calls them, on a tree whose Makefile and kunit.py are
// small ones of ours and whose kernels are what the Makefile writes.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

class FenceCostTest : public RepositoryTest {
 protected:
  void SetUp() override {
    // The kernel says what the suite's Makefile is told to, and that there is a fence where the
    // series has added one.
    Write(theirs() / "Makefile",
          "VERSION = 6\nPATCHLEVEL = 12\n"
          "suite := drivers/media/common/videobuf2/tests\n"
          "bzImage:\n"
          "\t@mkdir -p $(O)/arch/x86/boot $(O)/drivers/media/common/videobuf2\n"
          "\t@printf 'vb2_queue\\t800\\t0\\nvb2_buffer\\t600\\t0\\nvb2_vmalloc_buf\\t1\\t0\\n'"
          " > $(O)/drivers/media/common/videobuf2/videobuf2-core.o\n"
          "\t@printf 'vb2_dc_buf\\t2\\t0\\nvb2_dma_sg_buf\\t3\\t0\\nvb2_release_fence\\t4\\t0\\n'"
          " > $(O)/drivers/media/common/videobuf2/videobuf2-dma-sg.o\n"
          "\t@cat $(suite)/console "
          "$(if $(wildcard drivers/fence.c),$(suite)/console-fenced) "
          "> $(O)/arch/x86/boot/bzImage && echo x >> $(O)/made\n");
    Write(
        theirs() / "tools/testing/kunit/kunit.py",
        "import os, sys\n"
        "out = sys.argv[sys.argv.index('--build_dir') + 1]\n"
        "if sys.argv[1] == 'config':\n"
        "    open(out + '/.config', 'w').write('x')\n"
        "else:\n"
        "    assert '-icount shift=0' in sys.argv\n"
        "    lines = open(out + '/arch/x86/boot/bzImage').read().splitlines()\n"
        "    print('KTAP version 1\\n1..1\\n    KTAP version 1\\n    # Subtest: videobuf2_cost')\n"
        "    print('    1..%d' % len(lines))\n"
        "    for n, line in enumerate(lines):\n"
        "        name = line.split()[0]\n"
        "        print('    # %s: cost: %s\\n    ok %d %s' % (name, line, n + 1, name))\n"
        "    print('ok 1 videobuf2_cost\\nreboot: Restarting system')\n");
    Write(theirs() / "drivers/media/common/videobuf2/Kconfig", "config CORE\n");
    BeginSeries();
    Write(author() / "drivers/fence.c", "int fence;\n");
    Commit(author(), "media: fence");
    WriteSeries();
    Write(author() / "drivers/media/common/videobuf2/Kconfig", "config CORE\nsource \"tests\"\n");
    WriteHook();
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Write(Suite() / "cost.config", "CONFIG_KUNIT=y\n");
    Write(Suite() / "console", "cycle 1000 1000 1200\n");
    Write(Suite() / "console-fenced", "fenced_cycle 1090 1080 1300\nby_hand 80 80 90\n");
    Write(Suite() / "expected-before.txt", "videobuf2_cost.cycle\n");
    Write(Suite() / "expected-after.txt",
          "videobuf2_cost.by_hand\nvideobuf2_cost.cycle\nvideobuf2_cost.fenced_cycle\n");
    WriteProgram(top_ / "bin/qemu-system-x86_64", "#!/bin/sh\n");
    // As pahole: what it says of an object stands in the object.
    WriteProgram(top_ / "bin/pahole", "#!/bin/sh\ntest \"$1\" = --version || cat \"$2\"\n");
    Apply();
  }

  fs::path Suite() const { return project() / "kunit/cost"; }
  fs::path Rows() const { return build() / "bench/fence.json"; }
  std::string Made(const char* side) const {
    return files::ReadOrEmpty(build() / "cost" / side / "obj/made");
  }

  process::Output Run(const std::vector<std::string>& more = {}) const {
    process::Command command;
    command.argv = {FENCE_COST,       "--project", project().string(), "--build",
                    build().string(), "--rows",    Rows().string()};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    command.environment = {{"PATH", (top_ / "bin").string() + ":/usr/bin:/bin"}};
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }
};

TEST_F(FenceCostTest, ComparesBothKernels) {
  const auto output = Run();
  EXPECT_EQ(output.code, 0) << output.out << output.err;
  EXPECT_NE(output.out.find("90 instructions"), std::string::npos) << output.out;
  EXPECT_NE(output.out.find("1000 instructions  before the series: 1000  1.000  <= 1.01  met"),
            std::string::npos)
      << output.out;
  EXPECT_NE(output.out.find("800 bytes          before the series: 800"), std::string::npos)
      << output.out;
  process::Command table;
  table.argv = {BENCH_TABLE, Rows().string()};
  const auto told = process::Run(table);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->code, 0);
  EXPECT_EQ(told->out, output.out.substr(output.out.find("what "))) << output.out;
}

TEST_F(FenceCostTest, FigureBeyondItsLimitFails) {
  Write(Suite() / "console-fenced", "fenced_cycle 1190 1180 1300\nby_hand 80 80 90\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.err;
  EXPECT_NE(output.out.find("MISSED"), std::string::npos) << output.out;
  const auto measured = Run({"--only-measure"});
  EXPECT_EQ(measured.code, 0) << measured.err;
  EXPECT_EQ(measured.out.find("MISSED"), std::string::npos) << measured.out;
  process::Command table;
  table.argv = {BENCH_TABLE, Rows().string()};
  const auto told = process::Run(table);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->code, 1);
}

TEST_F(FenceCostTest, BuildsOnlyWhatHasChanged) {
  ASSERT_EQ(Run().code, 0);
  ASSERT_EQ(Run().code, 0);
  EXPECT_EQ(Made("before"), "x\n");
  EXPECT_EQ(Made("after"), "x\n");
  Write(tree() / "drivers/fence.c", "int fence = 1;\n");
  Apply();
  ASSERT_EQ(Run().code, 0);
  EXPECT_EQ(Made("after"), "x\nx\n");
  EXPECT_EQ(files::ReadOrEmpty(build() / "cost/linux-after/drivers/fence.c"), "int fence = 1;\n");
  EXPECT_FALSE(fs::exists(build() / "cost/linux-before/drivers/fence.c"));
  Write(tree() / "drivers/mine.c", "int mine;\n");
  Apply();
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_NE(output.err.find("drivers/mine.c: error: git does not know this file"),
            std::string::npos)
      << output.err;
}

TEST_F(FenceCostTest, CaseThatFailsLeavesNoFigure) {
  ASSERT_EQ(Run().code, 0);
  Write(Suite() / "expected-after.txt",
        "videobuf2_cost.by_hand\nvideobuf2_cost.cycle\nvideobuf2_cost.fenced_cycle\n"
        "videobuf2_cost.other\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 1) << output.out;
  EXPECT_NE(output.err.find("videobuf2_cost.other"), std::string::npos) << output.err;
  EXPECT_FALSE(fs::exists(Rows()));
}

TEST_F(FenceCostTest, SizesThatAreMissingAreNoPass) {
  WriteProgram(top_ / "bin/pahole", "#!/bin/sh\nexit 127\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_NE(output.out.find("NOT RUN  pahole is not installed (Debian: pahole)"), std::string::npos)
      << output.out;
  WriteProgram(top_ / "bin/pahole", "#!/bin/sh\ntest \"$1\" = --version\n");
  const auto broken = Run();
  EXPECT_EQ(broken.code, 6);
  EXPECT_NE(broken.err.find("pahole exits with 1"), std::string::npos) << broken.err;
}

TEST_F(FenceCostTest, MissingEmulatorIsToldOf) {
  WriteProgram(top_ / "bin/qemu-system-x86_64", "#!/bin/sh\nexit 127\n");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_NE(output.out.find("NOT RUN  qemu-system-x86_64 is not installed (Debian: "
                            "qemu-system-x86)"),
            std::string::npos)
      << output.out;
}

TEST_F(FenceCostTest, TableSaysWhichFileIsMissing) {
  process::Command table;
  table.argv = {BENCH_TABLE, Rows().string()};
  const auto told = process::Run(table);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->code, 6);
  EXPECT_NE(told->err.find(Rows().string()), std::string::npos) << told->err;
}

}  // namespace
