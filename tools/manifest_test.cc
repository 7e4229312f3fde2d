// SPDX-License-Identifier: GPL-2.0-only
#include "manifest.h"

#include <gtest/gtest.h>

#include "test_files.h"

namespace gate {
namespace {

TEST(ManifestTest, ReadsOneTestALine) {
  const TestFolder folder;
  auto manifest = Manifest::Read(folder.Write("m", "# suite one\n\none.a\n  one.b\r\ntwo.a"), "");
  ASSERT_TRUE(manifest.ok()) << manifest.error();
  ASSERT_EQ(manifest->entries().size(), 3u);
  EXPECT_EQ(manifest->entries()[1].name, "one.b");
  EXPECT_EQ(manifest->entries()[1].line, 4u);
  EXPECT_TRUE(manifest->See("two.a"));
  EXPECT_FALSE(manifest->See("two.b"));
  EXPECT_TRUE(manifest->entries()[2].seen);
}

TEST(ManifestTest, KnowsWhatRunsNext) {
  const TestFolder folder;
  auto manifest = Manifest::Read(folder.Write("m", "one.a\none.b\ntwo.a\n"), "");
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->After("one.a")->name, "one.b");
  EXPECT_EQ(manifest->After("one.b"), nullptr) << "two is another suite";
  EXPECT_EQ(manifest->After("two")->name, "two.a");
  EXPECT_EQ(manifest->After("one.x"), nullptr);
  EXPECT_EQ(manifest->After("on"), nullptr);
}

TEST(ManifestTest, AFilterNarrowsWhatIsExpected) {
  const TestFolder folder;
  const std::string file = folder.Write("m", "one.a\none.b\ntwo.a\n");
  auto manifest = Manifest::Read(file, "one.b*");
  ASSERT_TRUE(manifest.ok());
  EXPECT_FALSE(manifest->entries()[0].expected);
  EXPECT_TRUE(manifest->entries()[1].expected);
  EXPECT_FALSE(manifest->entries()[2].expected);
  EXPECT_FALSE(Manifest::Read(file, "three*").ok()) << "it would expect nothing";
}

TEST(ManifestTest, FaultsNameTheLine) {
  const TestFolder folder;
  EXPECT_EQ(Manifest::Read(folder.Path("none"), "").error(),
            folder.Path("none") + ": cannot read: No such file or directory");
  EXPECT_NE(Manifest::Read(folder.Write("a", "one.a\nnonsense\n"), "").error().find("a:2: "),
            std::string::npos);
  EXPECT_NE(Manifest::Read(folder.Write("b", "one.a\none.a\n"), "").error().find("b:2: "),
            std::string::npos);
  EXPECT_FALSE(Manifest::Read(folder.Write("c", "# nothing\n"), "").ok());
}

TEST(ManifestTest, AKernelMessageIsNoName) {
  const TestFolder folder;
  for (const char* line : {"random: crng init done.", "Sorting __ex_table... done.x", "tsc: Fast.x",
                           "s.a/b", "s/t.a", "s.a:b", "vim2m vim2m.0: Device registered", "s.a b",
                           "s.\x01", "s\x7f.a", ".a", "s.", "s"}) {
    const auto manifest = Manifest::Read(folder.Write("m", std::string("one.a\n") + line), "");
    ASSERT_FALSE(manifest.ok()) << line;
    EXPECT_NE(manifest.error().find("m:2: error: \""), std::string::npos) << manifest.error();
    EXPECT_NE(manifest.error().find("\" is no suite.case"), std::string::npos);
  }
  EXPECT_TRUE(Manifest::Read(folder.Write("m", "list-kunit-test.caf\u00e9[1]\n"), "").ok());
}

TEST(ManifestTest, TheProjectsOwnListIsOne) {
  const auto manifest = Manifest::Read(PROJECT_EXPECTED, "");
  ASSERT_TRUE(manifest.ok()) << manifest.error();
}

TEST(ManifestTest, GlobsAreThoseOfTheKernel) {
  EXPECT_TRUE(FilterTakes("", "one.a"));
  EXPECT_TRUE(FilterTakes("o*", "one.a"));
  EXPECT_TRUE(FilterTakes("one.[!b]", "one.a"));
  EXPECT_FALSE(FilterTakes("one.[!b]", "one.b"));
  EXPECT_FALSE(FilterTakes("o", "one.a"));
  EXPECT_TRUE(FilterTakes("one.?*c", "one.abc"));
}

}  // namespace
}  // namespace gate
