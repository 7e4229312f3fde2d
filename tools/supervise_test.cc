// SPDX-License-Identifier: GPL-2.0-only
#include "supervise.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "exit_codes.h"
#include "test_files.h"

namespace {

namespace fs = std::filesystem;

/// Whether nobody holds the lock of `folder`.
bool Free(const fs::path& folder) {
  const int fd = ::open((folder / ".lock").c_str(), O_RDWR | O_CLOEXEC);
  const bool taken = fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  ::close(fd);
  return taken;
}

TEST(SuperviseTest, RunsUnderTheLockAndTheMark) {
  const gate::TestFolder top;
  const fs::path folder = top.Path("build");
  const int code = supervise::RunLocked(folder, [&] {
    if (Free(folder)) return 1;
    // Processes of this build are known by it; it must name the folder as the lock does.
    const char* mark = std::getenv("VB2_KERNEL_BUILD");
    return mark != nullptr && fs::canonical(folder) == mark ? 42 : 2;
  });
  EXPECT_EQ(code, 42);
  EXPECT_TRUE(Free(folder));
  EXPECT_EQ(std::getenv("VB2_KERNEL_BUILD"), nullptr) << "the caller is no part of the build";
}

TEST(SuperviseTest, RunsNothingWithoutTheLock) {
  const gate::TestFolder top;
  const std::string file = top.Write("file", "");
  testing::internal::CaptureStderr();
  const int code = supervise::RunLocked(fs::path(file) / "build", [&] {
    top.Write("ran", "");
    return 0;
  });
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(code, static_cast<int>(gate::ExitCode::kInfrastructure));
  EXPECT_FALSE(fs::exists(top.Path("ran")));
  EXPECT_TRUE(said.starts_with(file + "/build: error: ")) << said;
  EXPECT_EQ(said.find('\n'), said.size() - 1) << said;
}

}  // namespace
