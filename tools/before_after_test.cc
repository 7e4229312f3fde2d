// SPDX-License-Identifier: GPL-2.0-only
// before-after-run, as the build calls it, on kernels that are small programs of ours. The real
// ones are run by the test before-after.check.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "exit_codes.h"
#include "files.h"
#include "measured.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;

class BeforeAfterTest : public RepositoryTest {
 protected:
  void SetUp() override {
    fs::create_directories(kernel());
    Write(project() / "tools/before_after_expected.txt", "vim2m.running_job\n");
    for (const char* which : {"before", "after"}) {
      WriteProgram(state() / which / "obj/linux",
                   "#!/bin/sh\necho 'Kernel panic - not syncing: no root'\n");
    }
    // Of an earlier comparison.
    Write(note(), "passed\n");
  }

  fs::path state() const { return build() / "before-after"; }
  fs::path note() const { return state() / measured::kComparisonVerdict; }

  process::Output Check(std::vector<std::string> more = {}) const {
    process::Command command;
    command.argv = {BEFORE_AFTER_RUN,   "check",   "--project",
                    project().string(), "--build", build().string()};
    command.argv.insert(command.argv.end(), more.begin(), more.end());
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }
};

TEST_F(BeforeAfterTest, NotesTheVerdictOnTheWhole) {
  const auto output = Check();
  EXPECT_EQ(output.code, static_cast<int>(gate::ExitCode::kInfrastructure)) << output.out;
  EXPECT_EQ(files::ReadOrEmpty(note()), "infrastructure\n") << output.err;
}

TEST_F(BeforeAfterTest, SwappedKernelsMeasureNothing) {
  EXPECT_NE(Check({"--swap"}).code, 0);
  EXPECT_FALSE(fs::exists(note()));
}

}  // namespace
