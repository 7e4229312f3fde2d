// SPDX-License-Identifier: GPL-2.0-only
#include "file_io.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "test_files.h"

namespace gate {
namespace {

std::size_t CountFiles(const std::string& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

TEST(OutputFileTest, AppearsOnlyWhenComplete) {
  const TestFolder folder;
  const std::string file = folder.Write("out", "old");
  {
    auto dropped = OutputFile::Create(file);
    ASSERT_TRUE(dropped.ok());
    std::fputs("new", dropped->stream());
  }
  EXPECT_EQ(*ReadFile(file), "old");
  auto kept = OutputFile::Create(file);
  std::fputs("new", kept->stream());
  EXPECT_EQ(kept->Commit(), "");
  EXPECT_EQ(*ReadFile(file), "new");
  EXPECT_EQ(CountFiles(folder.Path("")), 1u) << "nothing is left behind";
}

TEST(OutputFileTest, ALinkStaysALink) {
  const TestFolder folder;
  const std::string file = folder.Write("out", "old");
  std::filesystem::create_symlink(file, folder.Path("link"));
  auto output = OutputFile::Create(folder.Path("link"));
  std::fputs("new", output->stream());
  EXPECT_EQ(output->Commit(), "");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.Path("link")));
  EXPECT_EQ(*ReadFile(file), "new");
}

TEST(OutputFileTest, APipeIsNeverReplaced) {
  const TestFolder folder;
  const std::string pipe = folder.Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::FILE* reader = std::fopen(pipe.c_str(), "r+");
  ASSERT_NE(reader, nullptr);
  auto output = OutputFile::Create(pipe);
  ASSERT_TRUE(output.ok()) << output.error();
  std::fputs("new\n", output->stream());
  EXPECT_EQ(output->Commit(), "");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  char line[8] = "";
  EXPECT_NE(std::fgets(line, sizeof(line), reader), nullptr);
  EXPECT_STREQ(line, "new\n");
  std::fclose(reader);
}

TEST(OutputFileTest, AFullDiskIsAnError) {
  if (!std::filesystem::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  auto output = OutputFile::Create("/dev/full");
  ASSERT_TRUE(output.ok()) << output.error();
  std::fputs("new", output->stream());
  EXPECT_NE(output->Commit().find("/dev/full: cannot write: "), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

}  // namespace
}  // namespace gate
