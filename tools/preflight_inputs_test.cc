// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_inputs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "test_files.h"

namespace preflight {
namespace {

Inputs Hash(const std::vector<std::string>& inputs) {
  const auto hashes = HashInputs(inputs);
  EXPECT_TRUE(hashes.ok()) << hashes.error();
  return hashes.ok() ? *hashes : Inputs();
}

TEST(HashInputs, ContentsCountAndTimeStampsDoNot) {
  const gate::TestFolder folder;
  const std::string file = folder.Write("a", "one");
  const Inputs before = Hash({file});
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now());
  EXPECT_EQ(Differences(before, Hash({file})), "");
  folder.Write("a", "two");
  EXPECT_EQ(Differences(before, Hash({file})), file);
}

TEST(HashInputs, AFolderIsAllFilesBelowIt) {
  const gate::TestFolder folder;
  ASSERT_TRUE(files::Write(folder.Path("in/deep/a"), "one").ok());
  const std::string input = folder.Path("in");
  const Inputs before = Hash({input});
  ASSERT_TRUE(files::Write(folder.Path("in/deep/b"), "").ok());
  const Inputs more = Hash({input});
  EXPECT_EQ(Differences(before, more), input);
  std::filesystem::rename(folder.Path("in/deep/b"), folder.Path("in/b"));
  EXPECT_EQ(Differences(more, Hash({input})), input) << "the same bytes under another name";
}

TEST(HashInputs, APatternTakesTheFilesOfItsFolder) {
  const gate::TestFolder folder;
  folder.Write("0001-a.patch", "a");
  folder.Write("README", "r");
  const std::string input = folder.Path("000[1-9]-*.patch");
  const Inputs before = Hash({input});
  folder.Write("README", "another");
  folder.Write("0000-letter.patch", "l");
  EXPECT_EQ(Differences(before, Hash({input})), "");
  folder.Write("0002-b.patch", "b");
  EXPECT_EQ(Differences(before, Hash({input})), input);
}

TEST(HashInputs, AFileOfThatVeryNameIsNoPattern) {
  const gate::TestFolder folder;
  const std::string input = folder.Write("[PATCH 0_2] x.mbox", "a");
  const Inputs before = Hash({input});
  folder.Write("[PATCH 0_2] x.mbox", "b");
  EXPECT_EQ(Differences(before, Hash({input})), input);
}

TEST(HashInputs, AnyNameWillDo) {
  const gate::TestFolder folder;
  const std::string input = folder.Path("in");
  ASSERT_TRUE(files::Write(folder.Path("in/a\nb"), "1").ok());
  const Inputs alone = Hash({input});
  ASSERT_TRUE(files::Write(folder.Path("in/c"), "1").ok());
  const Inputs two = Hash({input});
  EXPECT_EQ(Differences(alone, two), input);
  ASSERT_TRUE(files::Write(folder.Path("in/a\nb"), "2").ok());
  EXPECT_EQ(Differences(two, Hash({input})), input);
}

TEST(HashInputs, WhatIsNotThereMayCome) {
  const gate::TestFolder folder;
  const std::string input = folder.Path("allow.txt");
  const Inputs before = Hash({input});
  folder.Write("allow.txt", "");
  EXPECT_EQ(Differences(before, Hash({input})), input);
}

TEST(HashInputs, AProgramIsItsVersion) {
  const gate::TestFolder folder;
  const std::string program = folder.Write("tool", "#!/bin/sh\necho 1.0\n");
  const Inputs missing = Hash({"program:" + program});
  std::filesystem::permissions(program, std::filesystem::perms::all);
  const Inputs one = Hash({"program:" + program});
  EXPECT_EQ(Differences(missing, one), "program:" + program);
  folder.Write("tool", "#!/bin/sh\n# the same\necho 1.0\n");
  EXPECT_EQ(Differences(one, Hash({"program:" + program})), "");
  folder.Write("tool", "#!/bin/sh\necho 1.1\n");
  EXPECT_EQ(Differences(one, Hash({"program:" + program})), "program:" + program);
}

TEST(HashInputs, AProgramThatTellsNoVersionIsItsContents) {
  const gate::TestFolder folder;
  const std::string program = folder.Write("tool", "#!/bin/sh\nexit 1\n");
  std::filesystem::permissions(program, std::filesystem::perms::all);
  const Inputs one = Hash({"program:" + program});
  EXPECT_EQ(Differences(one, Hash({"program:" + program})), "");
  folder.Write("tool", "#!/bin/sh\n# another\nexit 1\n");
  const Inputs another = Hash({"program:" + program});
  EXPECT_EQ(Differences(one, another), "program:" + program);
  std::filesystem::remove(program);
  EXPECT_EQ(Differences(another, Hash({"program:" + program})), "program:" + program);
}

TEST(HashInputs, AnOptionIsKnownByItsName) {
  EXPECT_EQ(Differences(Hash({"text:SIGN_OFF=ON"}), Hash({"text:SIGN_OFF=OFF"})), "text:SIGN_OFF");
}

TEST(Differences, AnInputMoreOrLessIsOne) {
  EXPECT_EQ(Differences({{"a", "1"}}, {{"a", "1"}, {"b", "1"}}), "b");
  EXPECT_EQ(Differences({{"a", "1"}, {"b", "1"}}, {{"a", "1"}}), "b");
}

}  // namespace
}  // namespace preflight
