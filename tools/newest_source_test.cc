// SPDX-License-Identifier: GPL-2.0-only
// kernel-newest, with the real apt, on an archive in a folder.
#include "newest_source.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_files.h"

namespace newest_source {
namespace {

namespace fs = std::filesystem;

TEST(HighestPackageTest, OrdersByVersionNotByLetters) {
  EXPECT_EQ(HighestPackage("linux-source-7.9\nlinux-source-7.10\nlinux-source-6.12\n"),
            "linux-source-7.10");
  EXPECT_EQ(HighestPackage("linux-source\nlinux-source-7.3-rt\nlinux-headers-9.1\n"), "");
}

TEST(NearestBaseTest, TakesTheNextOlderFolder) {
  const gate::TestFolder folder;
  for (const char* name : {"7.3", "7.10", "7.4.old", "letters"}) {
    fs::create_directory(folder.Path(name));
  }
  folder.Write("7.5", "no folder");
  EXPECT_EQ(NearestBase(folder.Path(""), "7.3"), "7.3");
  EXPECT_EQ(NearestBase(folder.Path(""), "7.9"), "7.3");
  EXPECT_EQ(NearestBase(folder.Path(""), "8.0"), "7.10");
  EXPECT_EQ(NearestBase(folder.Path(""), "6.12"), "6.12");
}

class NewestSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!process::Run({{"apt-get", "--version"}, "", {}, ""}).ok()) {
      GTEST_SKIP() << "not run: no apt-get";
    }
    process::CleanEnvironment();
    // Were the machine's hooks run, one would leave a file.
    Write("apt.conf",
          fmt::format("APT::Update::Post-Invoke {{ \"touch {}\"; }};\n", top_.Path("hook-ran")));
    Write("project/kernel/0001-media-first.patch",
          "From 0 Mon Sep 17 00:00:00 2001\nFrom: A U Thor <author@example.org>\n"
          "Date: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: [PATCH] media: first\n\n---\n"
          "diff --git a/drivers/media/common/videobuf2/core.c "
          "b/drivers/media/common/videobuf2/core.c\n"
          "--- a/drivers/media/common/videobuf2/core.c\n"
          "+++ b/drivers/media/common/videobuf2/core.c\n@@ -1 +1 @@\n-old\n+new\n"
          "diff --git a/drivers/media/added.c b/drivers/media/added.c\nnew file mode 100644\n"
          "--- /dev/null\n+++ b/drivers/media/added.c\n@@ -0,0 +1 @@\n+added\n");
    Write("project/kunit/hook.patch", "");
    Write("project/kunit/Kconfig", "");
    AddRelease("7.2", "7.2.1-1");
    AddRelease("7.10", "7.10.1-1");
    Publish();
  }

  void Write(const std::string& name, const std::string& text) const {
    const auto written = files::Write(top_.Path(name), text);
    ASSERT_TRUE(written.ok()) << written.error();
  }

  void Shell(const std::string& text) const {
    const auto output = process::Run({{"sh", "-ec", text}, top_.Path(""), {}, ""});
    ASSERT_TRUE(output.ok() && output->ok()) << output->err;
  }

  /// A package with a kernel tree, small but real; `add` runs in the tree.
  void AddRelease(const std::string& release, const std::string& version,
                  const std::string& add = ":") const {
    const std::string name = "linux-source-" + release;
    const auto dot = release.find('.');
    Shell(fmt::format(
        "rm -rf deb tree; tree=tree/{0}; mkdir -p archive/pool deb/DEBIAN deb/usr/src\n"
        "mkdir -p $tree/drivers/media/common/videobuf2 $tree/tools/testing/kunit $tree/unneeded\n"
        "printf 'VERSION = {2}\\nPATCHLEVEL = {3}\\n' > $tree/Makefile\n"
        "echo old > $tree/drivers/media/common/videobuf2/core.c\n"
        "echo x > $tree/unneeded/x.c; echo tool > $tree/tools/testing/kunit/kunit_parser.py\n"
        "(cd $tree && {4})\n"
        "tar -C tree -cJf deb/usr/src/{0}.tar.xz {0}\n"
        "printf 'Package: {0}\\nVersion: {1}\\nArchitecture: all\\nMaintainer: A <a@b.c>\\n"
        "Description: x\\n' > deb/DEBIAN/control\n"
        "dpkg-deb --build --root-owner-group deb archive/pool/{0}.deb",
        name, version, release.substr(0, dot), release.substr(dot + 1), add));
  }

  /// Writes the archive's lists of packages, and the machine's list of archives.
  void Publish() const {
    Shell(
        "arch=$(dpkg --print-architecture); cd archive; rm -rf dists\n"
        "at=dists/some-backports/main/binary-$arch; mkdir -p $at\n"
        "for deb in pool/*.deb; do\n"
        "  dpkg-deb --field $deb; echo Filename: $deb; echo Size: $(stat -c %s $deb)\n"
        "  echo SHA256: $(sha256sum < $deb | cut -d' ' -f1); echo\n"
        "done > $at/Packages\n"
        "cd dists/some-backports\n"
        "{ echo Suite: some-backports; echo Codename: some-backports; echo Architectures: $arch\n"
        "  echo Components: main; date -u '+Date: %a, %d %b %Y %H:%M:%S UTC'; echo SHA256:\n"
        "  f=main/binary-$arch/Packages\n"
        "  echo \" $(sha256sum < $f | cut -d' ' -f1) $(stat -c %s $f) $f\"; } > Release");
    Write("etc/sources.list",
          fmt::format("deb [trusted=yes] file:{} own main\n", top_.Path("archive")));
    Write("os-release", "VERSION_CODENAME=own\n");
  }

  process::Output Run(std::vector<std::string> verb) const {
    process::Command command;
    command.argv = {KERNEL_NEWEST};
    command.argv.insert(command.argv.end(), verb.begin(), verb.end());
    command.argv.insert(command.argv.end(),
                        {"--project", top_.Path("project"), "--folder", top_.Path("newest")});
    if (verb.front() == "get") {
      command.argv.insert(command.argv.end(),
                          {"--apt", top_.Path("etc"), "--os", top_.Path("os-release")});
    }
    command.environment = {{"APT_CONFIG", top_.Path("apt.conf")}};
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  process::Output Get() const { return Run({"get", "--suite", "some-backports"}); }

  std::string Kept() const { return files::ReadOrEmpty(top_.Path("newest/source")); }

  const gate::TestFolder top_;
};

TEST_F(NewestSourceTest, GetsTheHighestAndTheSeriesApplies) {
  const auto got = Get();
  EXPECT_EQ(got.code, 0) << got.err;
  EXPECT_EQ(Kept(), "linux-source-7.10 7.10.1-1\n");
  EXPECT_TRUE(fs::exists(top_.Path("newest/linux-source-7.10.tar.xz")));
  EXPECT_TRUE(fs::exists(top_.Path("newest/linux/tools/testing/kunit/kunit_parser.py")));
  EXPECT_FALSE(fs::exists(top_.Path("newest/linux/unneeded")));
  EXPECT_FALSE(fs::exists(top_.Path("hook-ran")));
  const auto applied = Run({"apply"});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_EQ(applied.out, "PASSED newest: the series for base 7.10 applies to 7.10\n");
  EXPECT_EQ(files::ReadOrEmpty(top_.Path("newest/linux/drivers/media/added.c")), "added\n");
}

TEST_F(NewestSourceTest, TheWholeSourceIsATreeOfItsOwn) {
  ASSERT_EQ(Get().code, 0);
  const auto applied = Run({"apply", "--whole"});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_EQ(applied.out, "PASSED newest: the series for base 7.10 applies to 7.10\n");
  EXPECT_TRUE(fs::exists(top_.Path("newest/whole/linux/unneeded/x.c")));
  EXPECT_EQ(files::ReadOrEmpty(top_.Path("newest/whole/linux/drivers/media/added.c")), "added\n");
  EXPECT_FALSE(fs::exists(top_.Path("newest/linux/drivers/media/added.c")));
  const std::string id = files::ReadOrEmpty(top_.Path("newest/whole/linux.id"));
  EXPECT_NE(id, "");
  // A release that comes later takes its place.
  AddRelease("8.0", "8.0.1-1", "echo theirs > unneeded/x.c");
  Publish();
  ASSERT_EQ(Get().code, 0);
  EXPECT_EQ(Run({"apply", "--whole"}).out,
            "PASSED newest: the series for base 8.0 applies to 8.0\n");
  EXPECT_EQ(files::ReadOrEmpty(top_.Path("newest/whole/linux/unneeded/x.c")), "theirs\n");
  EXPECT_NE(files::ReadOrEmpty(top_.Path("newest/whole/linux.id")), id);
}

TEST_F(NewestSourceTest, DownloadsOnlyWhatIsNew) {
  ASSERT_EQ(Get().code, 0);
  const auto again = Get();
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(again.err.find("-- got"), std::string::npos) << again.err;
  AddRelease("7.10", "7.10.2-1", "echo newer > tools/testing/kunit/kunit_parser.py");
  Publish();
  EXPECT_EQ(Get().code, 0);
  EXPECT_EQ(Kept(), "linux-source-7.10 7.10.2-1\n");
  EXPECT_EQ(files::ReadOrEmpty(top_.Path("newest/linux/tools/testing/kunit/kunit_parser.py")),
            "newer\n");
  AddRelease("8.0", "8.0.1-1");
  Publish();
  EXPECT_EQ(Get().code, 0);
  EXPECT_EQ(Kept(), "linux-source-8.0 8.0.1-1\n");
  EXPECT_FALSE(fs::exists(top_.Path("newest/linux-source-7.10.tar.xz")));
}

TEST_F(NewestSourceTest, ASeriesThatDoesNotApplyIsNoFaultOfTheMachine) {
  AddRelease("8.0", "8.0.1-1", "echo other > drivers/media/common/videobuf2/core.c");
  Publish();
  ASSERT_EQ(Get().code, 0);
  auto applied = Run({"apply"});
  EXPECT_EQ(applied.code, 1);
  EXPECT_NE(applied.err.find("0001-media-first.patch"), std::string::npos) << applied.err;
  EXPECT_EQ(applied.err.find("not run"), std::string::npos) << applied.err;
  // A file that the series is to create, and that the kernel has by now.
  AddRelease("8.0", "8.0.2-1", "echo theirs > drivers/media/added.c");
  Publish();
  ASSERT_EQ(Get().code, 0);
  applied = Run({"apply"});
  EXPECT_EQ(applied.code, 1);
  EXPECT_NE(applied.err.find("added.c"), std::string::npos) << applied.err;
}

TEST_F(NewestSourceTest, AFaultOfTheMachineIsNotRunInOneLine) {
  const auto expect_not_run = [](const process::Output& output, const std::string& why) {
    EXPECT_EQ(output.code, 6);
    EXPECT_TRUE(output.err.starts_with("NOT RUN newest: ")) << output.err;
    EXPECT_NE(output.err.find(why), std::string::npos) << output.err;
    EXPECT_EQ(output.err.find('\n'), output.err.size() - 1) << output.err;
  };
  expect_not_run(Run({"apply"}), "no kernel source there; build the target newest-source");
  expect_not_run(Run({"apply", "--whole"}),
                 "no kernel source there; build the target newest-source");
  expect_not_run(Run({"get", "--suite", "other-suite"}), "other-suite");
  EXPECT_EQ(Run({"get", "--suite", "other-suite", "--try"}).code, 0);
  Write("os-release", "VERSION_CODENAME=foreign\n");
  expect_not_run(Get(), "names no archive of foreign");
  Write("os-release", "NAME=x\n");
  expect_not_run(Get(), "no VERSION_CODENAME");
}

TEST_F(NewestSourceTest, WhatWasGotBeforeServesWithoutTheArchive) {
  ASSERT_EQ(Get().code, 0);
  fs::remove_all(top_.Path("archive"));
  const auto got = Get();
  EXPECT_EQ(got.code, 0);
  EXPECT_NE(got.err.find("-- linux-source-7.10 of before serves, some-backports can't be asked: "),
            std::string::npos)
      << got.err;
  EXPECT_EQ(Run({"apply"}).code, 0);
}

TEST_F(NewestSourceTest, AnArchiveWithoutTheSuiteIsPassedOver) {
  Shell("mkdir empty");
  Write("etc/sources.list", fmt::format("deb [trusted=yes] file:{} own main\n"
                                        "deb [trusted=yes] file:{} own main\n",
                                        top_.Path("empty"), top_.Path("archive")));
  const auto got = Get();
  EXPECT_EQ(got.code, 0) << got.err;
  EXPECT_EQ(Kept(), "linux-source-7.10 7.10.1-1\n");
}

TEST_F(NewestSourceTest, WhatAKillLeftBehindIsMadeAnew) {
  ASSERT_EQ(Get().code, 0);
  // Killed between the package and the note, and in the making of the small archive.
  fs::remove(top_.Path("newest/source"));
  fs::remove(top_.Path("newest/parts"));
  Write("newest/apt/download/linux-source-7.10_7.10.0-1.deb", "a part of an older one");
  Write("newest/apt/download/linux-source-7.10_7.10.1-1.deb", "no part of it");
  Write("newest/unpacking/usr/src/linux-source-7.10.tar.xz", "half");
  Write("newest/parts.tar.parts/linux-source-7.10/Makefile", "half");
  Write("newest/parts.tar.new", "half");
  const auto got = Get();
  EXPECT_EQ(got.code, 0) << got.err;
  const auto applied = Run({"apply"});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_FALSE(fs::exists(top_.Path("newest/parts.tar.parts")));
  EXPECT_FALSE(fs::exists(top_.Path("newest/unpacking")));
  EXPECT_TRUE(fs::is_empty(top_.Path("newest/apt/download")));
}

}  // namespace
}  // namespace newest_source
