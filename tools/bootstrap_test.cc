// SPDX-License-Identifier: GPL-2.0-only
// bootstrap.sh, with programs in the place of apt and dpkg that note how they are called.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_files.h"

namespace {

namespace fs = std::filesystem;

class BootstrapTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {"sh", "cat"}) Link(program);
    // Nothing is installed, and everything can be.
    Stub("dpkg-query", "exit 1");
    Stub("id", "echo 0");
    Stub("env", "shift; exec \"$@\"");
    Stub("apt-get", "");
    Stub("apt-cache", "");
  }

  std::string Path(const std::string& name) const { return folder_.Path(name); }

  /// A program that notes its arguments in calls, and then does `script`.
  void Stub(const std::string& name, const std::string& script) const {
    const fs::path file = Path("bin/" + name);
    fs::create_directories(file.parent_path());
    ASSERT_TRUE(files::Write(file, fmt::format("#!/bin/sh\necho \"{} $*\" >>'{}'\n{}\n", name,
                                               Path("calls"), script))
                    .ok());
    fs::permissions(file, fs::perms::owner_all);
  }

  process::Output Run(const std::vector<std::string>& arguments = {}) const {
    process::Command command;
    command.argv = {"/bin/sh", TOOLS_FOLDER "/bootstrap.sh"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment = {{"PATH", Path("bin")}};
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  std::string Calls() const { return files::ReadOrEmpty(Path("calls")); }

 private:
  void Link(const std::string& program) const {
    fs::create_directories(Path("bin"));
    fs::create_symlink("/bin/" + program, Path("bin/" + program));
  }

  const gate::TestFolder folder_;
};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(BootstrapTest, InstallsWhatIsMissing) {
  EXPECT_EQ(Run().code, 0);
  EXPECT_TRUE(Contains(Calls(), "\napt-get update ")) << Calls();
  EXPECT_TRUE(Contains(Calls(), "\napt-get install --yes --no-install-recommends build-essential "))
      << Calls();
  EXPECT_FALSE(Contains(Calls(), "sparse")) << Calls();
}

TEST_F(BootstrapTest, DoesNothingWhereAllIsThere) {
  Stub("dpkg-query", "echo installed");
  EXPECT_EQ(Run({"preflight-full", "llvm"}).code, 0);
  EXPECT_FALSE(Contains(Calls(), "apt-")) << Calls();
  EXPECT_TRUE(Contains(Calls(), " sparse\n")) << Calls();
  EXPECT_TRUE(Contains(Calls(), " clang\n")) << Calls();
}

TEST_F(BootstrapTest, APackageThatNoSuiteHasIsNamed) {
  Stub("apt-cache", "test \"$2\" != linux-source-6.12 || exit 100");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_EQ(output.err,
            "tools/bootstrap.sh: error: no suite of this machine has linux-source-6.12; give apt "
            "those that a Debian 12 has: bookworm, bookworm-updates and bookworm-security\n");
  EXPECT_FALSE(Contains(Calls(), "apt-get install")) << Calls();
}

TEST_F(BootstrapTest, AFailureOfAptIsNotOurs) {
  Stub("apt-get", "test $1 != install || exit 100");
  const auto install = Run();
  EXPECT_EQ(install.code, 6);
  EXPECT_TRUE(Contains(install.err, "error: apt-get install failed")) << install.err;
}

TEST_F(BootstrapTest, ListsThatCannotBeFetchedMatterOnlyWhereAPackageIsUnknown) {
  // As apt does it without this option, a host that is not reached is no failure.
  Stub("apt-get", "case \"$*\" in 'update --option APT::Update::Error-Mode=any') exit 100;; esac");
  EXPECT_EQ(Run().code, 0);
  Stub("apt-cache", "exit 100");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(
      Contains(output.err, "error: apt-get update failed, see above, and apt does not know build-"))
      << output.err;
}

TEST_F(BootstrapTest, WhoIsNotRootNeedsSudo) {
  Stub("id", "echo 1000");
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(Contains(output.err,
                       "error: not root, and no sudo; have these packages installed: "
                       "build-essential "))
      << output.err;
  Stub("sudo", "exec \"$@\"");
  EXPECT_EQ(Run().code, 0);
  EXPECT_TRUE(Contains(Calls(), "\nsudo apt-get update ")) << Calls();
  EXPECT_TRUE(Contains(Calls(), "\nsudo env DEBIAN_FRONTEND=noninteractive apt-get install "))
      << Calls();
}

TEST_F(BootstrapTest, WhereThereIsNoDpkgThePackagesAreTold) {
  fs::remove(Path("bin/dpkg-query"));
  const auto output = Run();
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(Contains(output.err,
                       "error: this is no Debian; install what these packages hold "
                       "there: build-essential cmake "))
      << output.err;
  EXPECT_TRUE(output.err.ends_with(" valgrind\n")) << output.err;
}

TEST_F(BootstrapTest, AnArgumentThatItDoesNotKnowIsUsage) {
  const auto output = Run({"everything"});
  EXPECT_EQ(output.code, 5);
  EXPECT_TRUE(Contains(output.err, "error: everything: unknown; it takes ")) << output.err;
  EXPECT_EQ(Calls(), "");
}

}  // namespace
