// SPDX-License-Identifier: GPL-2.0-only
#include "compliance.h"

#include <gtest/gtest.h>

namespace {

constexpr char kOutput[] =
    "v4l2-compliance 1.22.1, 64 bits, 64-bit time_t\n"
    "\n"
    "Compliance test for vim2m device /dev/video3:\n"
    "\n"
    "Required ioctls:\n"
    "\ttest VIDIOC_QUERYCAP: OK\n"
    "Buffer ioctls (Input 0):\n"
    "\t\tfail: v4l2-test-buffers.cpp(703): check_0(crbufs.reserved, sizeof(crbufs.reserved))\n"
    "\ttest VIDIOC_REQBUFS/CREATE_BUFS/QUERYBUF: FAIL\n"
    "Test input 0:\n"
    "\n"
    "Streaming ioctls:\n"
    "\ttest read/write: OK (Not Supported)\n"
    "\tVideo Capture: Captured 58 buffers\n"
    "\ttest MMAP (select): OK\n"
    "\ttest MMAP (select): FAIL\n"
    "\n"
    "Total for vim2m device /dev/video3: 5, Succeeded: 3, Failed: 2, Warnings: 0\n";

TEST(Compliance, NamesTestsByTheirHeadings) {
  const auto transcript = compliance::Parse(kOutput);
  EXPECT_TRUE(transcript.complete);
  ASSERT_EQ(transcript.tests.size(), 5u);
  EXPECT_EQ(transcript.tests.at("Required ioctls, VIDIOC_QUERYCAP"), "OK");
  EXPECT_EQ(transcript.tests.at("Test input 0, Streaming ioctls, read/write"),
            "OK (Not Supported)");
  EXPECT_EQ(transcript.tests.at("Test input 0, Streaming ioctls, MMAP (select)"), "OK");
  EXPECT_EQ(transcript.tests.at("Test input 0, Streaming ioctls, MMAP (select) (2)"), "FAIL");
  EXPECT_EQ(transcript.failed(), 2u);
}

TEST(Compliance, AnOutputThatWasCutShortIsNotComplete) {
  const std::string output = kOutput;
  EXPECT_FALSE(compliance::Parse(output.substr(0, output.find("Total for "))).complete);
}

TEST(Compliance, TheSameFailureOnBothSidesIsNoDifference) {
  const auto transcript = compliance::Parse(kOutput);
  EXPECT_TRUE(compliance::Compare(transcript, transcript).empty());
}

TEST(Compliance, TellsOfAVerdictThatChangedAndOfTestsThatCameAndWent) {
  compliance::Transcript before;
  before.tests = {{"a", "OK"}, {"b", "OK"}, {"c", "FAIL"}};
  compliance::Transcript after;
  after.tests = {{"a", "OK"}, {"b", "FAIL"}, {"d", "OK"}};
  const auto differences = compliance::Compare(before, after);
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(differences[0].test, "b");
  EXPECT_EQ(differences[0].before, "OK");
  EXPECT_EQ(differences[0].after, "FAIL");
  EXPECT_EQ(differences[1].test, "c");
  EXPECT_EQ(differences[1].after, "");
  EXPECT_EQ(differences[2].test, "d");
  EXPECT_EQ(differences[2].before, "");
}

}  // namespace
