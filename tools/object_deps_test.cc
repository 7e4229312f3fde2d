// SPDX-License-Identifier: GPL-2.0-only
#include "object_deps.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "files.h"

namespace {

namespace fs = std::filesystem;
using object_deps::ChangedSources;
using object_deps::CompiledFrom;
using Sources = std::set<std::string>;
using Objects = std::vector<std::string>;

constexpr const char kBefore[] =
    "tree 1\nedit a drivers/x.c\nnew b drivers/n.c\nsuite c t/s.c\nsuite d t/Makefile\ngcc 12\n";

std::string With(const std::string& from, const std::string& to) {
  std::string text = kBefore;
  return text.replace(text.find(from), from.size(), to);
}

TEST(ChangedSourcesTest, NamesSourcesWhoseContentsDiffer) {
  EXPECT_EQ(ChangedSources(kBefore, kBefore), Sources{});
  EXPECT_EQ(ChangedSources(kBefore, With("suite c", "suite e")), Sources{"t/s.c"});
  EXPECT_EQ(ChangedSources(kBefore, With("new b", "new e")), Sources{"drivers/n.c"});
  EXPECT_EQ(ChangedSources(kBefore, With("edit a", "edit e")), Sources{"drivers/x.c"});
}

TEST(ChangedSourcesTest, EditThatComesOrGoesIsAChange) {
  EXPECT_EQ(ChangedSources(kBefore, With("edit a drivers/x.c\n", "")), Sources{"drivers/x.c"});
  EXPECT_EQ(ChangedSources(With("edit a drivers/x.c\n", ""), kBefore), Sources{"drivers/x.c"});
}

TEST(ChangedSourcesTest, GivesUpOnAnythingElse) {
  EXPECT_FALSE(ChangedSources(kBefore, With("tree 1", "tree 2")));
  EXPECT_FALSE(ChangedSources(kBefore, With("gcc 12", "gcc 14")));
  EXPECT_FALSE(ChangedSources(kBefore, With("suite d", "suite e")));
  EXPECT_FALSE(ChangedSources(kBefore, With("suite c t/s.c\n", "")));
  EXPECT_FALSE(ChangedSources(kBefore, With("new b drivers/n.c\n", "")));
  EXPECT_FALSE(ChangedSources(kBefore, With("edit a", "edit gone")));
}

class CompiledFromTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "object_deps_test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    Write("built-in.a", "!<thin>\n");
    Write("d/built-in.a", "!<thin>\n");
    AddObject("d/a.o", "/t/d/a.c \\\n  /t/d/../include/shared.h \\\n");
    AddObject("d/b.o", "/t/d/b.c \\\n  /t/include/shared.h \\\n");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(files::Write(folder_ / name, text).ok());
  }
  void AddObject(const std::string& object, const std::string& deps) const {
    const fs::path path = object;
    Write((path.parent_path() / ("." + path.filename().string() + ".cmd")).string(),
          "savedcmd_x := gcc\n\nsource_" + object + " := " + deps);
  }

  fs::path folder_;
};

TEST_F(CompiledFromTest, FindsObjectsOfSourceAndHeader) {
  EXPECT_EQ(CompiledFrom(folder_, {"d/a.c"}), Objects{"d/a.o"});
  EXPECT_EQ(CompiledFrom(folder_, {"include/shared.h"}), (Objects{"d/a.o", "d/b.o"}));
}

TEST_F(CompiledFromTest, LeavesWhatItCannotPlaceToMake) {
  EXPECT_FALSE(CompiledFrom(folder_, {"d/unknown.c"}));
  // A host program and a generated header, neither of which is a built-in object.
  Write("scripts/.tool.cmd",
        "savedcmd_x := gcc\n\nsource_scripts/tool := /t/include/shared.h \\\n");
  EXPECT_FALSE(CompiledFrom(folder_, {"include/shared.h"}));
  EXPECT_TRUE(CompiledFrom(folder_, {"d/a.c"}));
}

TEST_F(CompiledFromTest, LeavesLibrariesToMake) {
  Write("d/lib.a", "!<thin>\n");
  EXPECT_FALSE(CompiledFrom(folder_, {"d/a.c"}));
}

TEST_F(CompiledFromTest, LeavesArchivesThatHoldCopiesToMake) {
  Write("built-in.a", "!<arch>\n");
  EXPECT_FALSE(CompiledFrom(folder_, {"d/a.c"}));
}

}  // namespace
