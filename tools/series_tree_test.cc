// SPDX-License-Identifier: GPL-2.0-only
// kernel-series, as its users run it: the real program and the real git, on a small tree.
#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_repository.h"

namespace {

namespace fs = std::filesystem;
constexpr const char kCore[] = "drivers/media/common/videobuf2/core.c";
constexpr const char kOther[] = "drivers/media/common/videobuf2/other.c";
constexpr const char kKconfig[] = "drivers/media/common/videobuf2/Kconfig";

std::string Lines(int count, const std::string& mark = "") {
  std::string text;
  for (int i = 1; i <= count; ++i) text += fmt::format("line {}{}\n", i, i == 50 ? mark : "");
  return text;
}

bool Alive(pid_t pid) { return ::kill(pid, 0) == 0; }

/// Waits for `what` with a bound that only a hang reaches.
bool Eventually(const std::function<bool()>& what) {
  for (int i = 0; i < 1200; ++i) {
    if (what()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

/// Every file below `folder`, .git included, with its contents, mode and time stamp.
std::map<std::string, std::string> Snapshot(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat status {};
    EXPECT_EQ(::lstat(entry.path().c_str(), &status), 0);
    std::string what =
        fmt::format("{:o} {}.{} ", status.st_mode, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    if (entry.is_symlink()) {
      what += fs::read_symlink(entry.path()).string();
    } else if (entry.is_regular_file()) {
      what += files::ReadOrEmpty(entry.path());
    }
    all[entry.path().string()] = what;
  }
  return all;
}

class SeriesTreeTest : public RepositoryTest {
 protected:
  void SetUp() override {
    Write(theirs() / "Makefile", "VERSION = 6\nPATCHLEVEL = 12\n");
    Write(theirs() / kCore, Lines(100));
    Write(theirs() / kOther, Lines(100));
    Write(theirs() / kKconfig, "config VIDEOBUF2_CORE\n");
    BeginSeries();
    Write(author() / kCore, Lines(100, " of the first patch"));
    Commit(author(), "media: first");
    Replace(author() / kCore, "line 90\n", "line 90 of the second patch\n");
    Write(author() / "drivers/media/new.c", "new\n");
    Commit(author(), "media: second");
    WriteSeries();
    Replace(author() / kKconfig, "CORE\n", "CORE\nsource \"tests/Kconfig\"\n");
    WriteHook();
    Write(project() / "kunit/Kconfig", "config SUITE\n");
    Write(project() / "kunit/suite_kunit.c", "int suite;\n");
  }

  fs::path first() const { return kernel() / "0001-media-first.patch"; }
  fs::path second() const { return kernel() / "0002-media-second.patch"; }

  std::vector<std::string> CommandLine(const std::string& verb, const fs::path& origin) const {
    auto argv = SeriesCommand(verb);
    if (verb != "refresh") argv.insert(argv.end(), {"--origin", origin.string()});
    if (verb == "apply") argv.insert(argv.end(), {"--id", (build() / "linux.id").string()});
    return argv;
  }

  process::Output Run(const std::string& verb, const fs::path& origin) const {
    process::Command command;
    command.argv = CommandLine(verb, origin);
    command.environment = environment_;
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  void Apply(const fs::path& origin) const {
    const auto output = Run("apply", origin);
    ASSERT_EQ(output.code, 0) << output.err;
  }

  fs::path Archive(const std::string& name) const {
    const fs::path file = top_ / name;
    process::Command tar;
    tar.argv = {"tar", "-caf", file.string(), "--exclude=.git", "theirs"};
    tar.folder = top_.string();
    const auto output = process::Run(tar);
    EXPECT_TRUE(output.ok() && output->ok()) << output->err;
    return file;
  }

  void ExpectApplied() const {
    EXPECT_NE(files::ReadOrEmpty(tree() / kCore).find("of the first patch"), std::string::npos);
    EXPECT_NE(files::ReadOrEmpty(tree() / kCore).find("of the second patch"), std::string::npos);
    EXPECT_EQ(files::ReadOrEmpty(tree() / "drivers/media/new.c"), "new\n");
    EXPECT_NE(files::ReadOrEmpty(tree() / kKconfig).find("source"), std::string::npos);
    EXPECT_EQ(fs::read_symlink(tree() / "drivers/media/common/videobuf2/tests"),
              project() / "kunit");
    EXPECT_EQ(Git(tree(), {"status", "--porcelain"}), "");
    EXPECT_FALSE(fs::exists(tree() / ".git/kernel-series/series-scratch"));
    EXPECT_FALSE(fs::exists(build() / "linux.importing"));
    EXPECT_FALSE(fs::exists(build() / "linux.old"));
  }

  /// Starts the program and returns its process id.
  pid_t Start(const std::vector<std::string>& argv) const {
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (const auto& [name, value] : environment_) ::setenv(name.c_str(), value.c_str(), 1);
      const int null = ::open("/dev/null", O_RDWR);
      ::dup2(null, 1);
      ::dup2(null, 2);
      std::vector<char*> pointers;
      auto copy = argv;
      for (auto& argument : copy) pointers.push_back(argument.data());
      pointers.push_back(nullptr);
      ::execvp(pointers[0], pointers.data());
      ::_exit(127);
    }
    return pid;
  }

  /// Puts a tar before the real one that tells its process ids and hangs.
  void HangInTar() {
    WriteProgram(top_ / "bin/tar",
                 fmt::format("#!/bin/sh\nsetsid sleep 1000 &\necho $! $$ > {0}/pids.new\n"
                             "mv {0}/pids.new {0}/pids\nwait\n",
                             top_.string()));
    environment_ = {{"PATH", (top_ / "bin").string() + ":" + std::getenv("PATH")}};
  }

  std::vector<pid_t> HungProcesses() const {
    EXPECT_TRUE(Eventually([&] { return fs::exists(top_ / "pids"); }));
    int a = 0;
    int b = 0;
    EXPECT_EQ(std::sscanf(files::ReadOrEmpty(top_ / "pids").c_str(), "%d %d", &a, &b), 2);
    return {a, b};
  }

  std::vector<std::pair<std::string, std::string>> environment_;
};

TEST_F(SeriesTreeTest, AppliesToArchives) {
  for (const char* name : {"a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2", "a.tar.zst"}) {
    SCOPED_TRACE(name);
    const fs::path archive = Archive(name);
    Apply(archive);
    ExpectApplied();
  }
}

TEST_F(SeriesTreeTest, ShowsNewFilesOfTreeThatIgnoresAll) {
  Write(theirs() / ".gitignore", "/*\n!/debian/\n");
  Apply(Archive("a.tar"));
  Write(tree() / "drivers/media/mine.c", "mine\n");
  EXPECT_EQ(Git(tree(), {"status", "--porcelain"}), "?? drivers/media/mine.c");
}

TEST_F(SeriesTreeTest, BaseCommitDependsOnContentsAlone) {
  Apply(Archive("a.tar"));
  const auto once = Git(tree(), {"rev-parse", "HEAD"});
  fs::remove_all(build());
  Apply(Archive("a.tar"));
  EXPECT_EQ(Git(tree(), {"rev-parse", "HEAD"}), once);
}

TEST_F(SeriesTreeTest, SecondRunWritesNothing) {
  Apply(theirs());
  const auto before = Snapshot(project() / "kernel");
  const auto stamp = fs::last_write_time(build() / "linux.id");
  const auto file = fs::last_write_time(tree() / kCore);
  const auto output = Run("apply", theirs());
  EXPECT_EQ(output.code, 0);
  EXPECT_EQ(output.err, "");
  EXPECT_EQ(fs::last_write_time(build() / "linux.id"), stamp);
  EXPECT_EQ(fs::last_write_time(tree() / kCore), file);
  EXPECT_EQ(Snapshot(project() / "kernel"), before);
}

TEST_F(SeriesTreeTest, IdFollowsContents) {
  Apply(theirs());
  const auto id = [&] {
    Apply(theirs());
    return files::ReadOrEmpty(build() / "linux.id");
  };
  const auto start = id();
  Write(project() / "kunit/suite_kunit.c", "int other;\n");
  const auto suite = id();
  EXPECT_NE(suite, start);
  Write(tree() / kOther, Lines(100, " edited"));
  const auto edited = id();
  EXPECT_NE(edited, suite);
  Write(tree() / kOther, Lines(100, " edited again"));
  EXPECT_NE(id(), edited);
  Write(tree() / kOther, Lines(100));
  EXPECT_EQ(id(), suite);
  Write(project() / "kunit/cost/cost_kunit.c", "int cost;\n");
  EXPECT_EQ(id(), suite) << "of another kernel";
  Write(tree() / "drivers/media/mine.c", "mine\n");
  EXPECT_NE(id(), suite);
}

TEST_F(SeriesTreeTest, LeavesTheirCheckoutBitIdentical) {
  // Whatever would act on a git that looks at the user's configuration.
  const std::string trap = fmt::format("#!/bin/sh\ntouch {}/trapped\nexit 1\n", top_.string());
  for (const char* hook : {"pre-applypatch", "applypatch-msg", "post-checkout", "pre-commit",
                           "commit-msg", "post-index-change", "reference-transaction"}) {
    for (const fs::path& folder : {theirs() / ".git/hooks", top_ / "home/hooks"}) {
      WriteProgram(folder / hook, trap);
    }
  }
  Write(top_ / "home/.gitconfig",
        fmt::format("[core]\nhooksPath = {}/home/hooks\nautocrlf = true\n"
                    "[commit]\ngpgSign = true\n[apply]\nwhitespace = error\n"
                    "[am]\nthreeWay = true\n[diff]\nnoprefix = true\n[format]\nsignOff = true\n",
                    top_.string()));
  Write(top_ / "home/.config/git/attributes", "* text eol=crlf\n");
  Write(top_ / "home/.config/git/ignore", "*.c\n");
  Replace(theirs() / kOther, "line 3\n", "line 3, not committed\n");
  const auto before = Snapshot(theirs());
  Apply(theirs());
  EXPECT_EQ(Snapshot(theirs()), before);
  ExpectApplied();
  EXPECT_EQ(files::ReadOrEmpty(tree() / kOther), Lines(100));
  const auto refreshed = Run("refresh", theirs());
  EXPECT_EQ(refreshed.code, 0) << refreshed.err;
  EXPECT_EQ(Snapshot(theirs()), before);
  EXPECT_FALSE(fs::exists(top_ / "trapped"));
}

TEST_F(SeriesTreeTest, TakesEveryKindOfCheckout) {
  Git(top_, {"clone", "-q", "--depth=1", "file://" + theirs().string(), "shallow"});
  Git(top_, {"clone", "-q", "--bare", theirs().string(), "bare"});
  Git(theirs(), {"worktree", "add", "-q", "--detach", (top_ / "linked").string()});
  Git(top_, {"clone", "-q", "--sparse", theirs().string(), "sparse"});
  ASSERT_FALSE(fs::exists(top_ / "sparse/drivers"));
  for (const char* kind : {"shallow", "bare", "linked", "sparse"}) {
    SCOPED_TRACE(kind);
    const auto before = Snapshot(top_ / kind);
    Apply(top_ / kind);
    EXPECT_EQ(Snapshot(top_ / kind), before);
    ExpectApplied();
    EXPECT_TRUE(fs::exists(tree() / "Makefile"));
    fs::remove_all(build());
  }
}

TEST_F(SeriesTreeTest, SaysWhatIsNoTree) {
  Write(top_ / "plain/Makefile", "VERSION = 6\n");
  for (const fs::path& origin : {top_ / "absent", top_ / "plain", theirs() / "drivers"}) {
    const auto output = Run("apply", origin);
    EXPECT_EQ(output.code, 6);
    EXPECT_NE(output.err.find(origin.string()), std::string::npos) << output.err;
    EXPECT_EQ(std::count(output.err.begin(), output.err.end(), '\n'), 1) << output.err;
    EXPECT_FALSE(fs::exists(tree()));
  }
}

TEST_F(SeriesTreeTest, FollowsTheirHead) {
  Apply(theirs());
  const auto untouched = fs::last_write_time(tree() / kCore);
  Replace(theirs() / kOther, "line 3\n", "line 3 of a newer base\n");
  Commit(theirs(), "Newer");
  Apply(theirs());
  ExpectApplied();
  EXPECT_NE(files::ReadOrEmpty(tree() / kOther).find("newer base"), std::string::npos);
  EXPECT_EQ(fs::last_write_time(tree() / kCore), untouched);
}

TEST_F(SeriesTreeTest, NamesPatchFileAndHunk) {
  Apply(theirs());
  const auto head = Git(tree(), {"rev-parse", "HEAD"});
  Replace(second(), " line 89\n", " line eighty-nine\n");
  const auto output = Run("apply", theirs());
  EXPECT_EQ(output.code, 6);
  const auto line = output.err.substr(0, output.err.find(';'));
  EXPECT_TRUE(line.starts_with("kernel/0002-media-second.patch:")) << line;
  EXPECT_TRUE(
      line.ends_with(fmt::format("error: does not apply: {}, hunk #1 (@@ -87,7 +87,7 @@)", kCore)))
      << line;
  EXPECT_EQ(std::count(output.err.begin(), output.err.end(), '\n'), 1) << output.err;
  EXPECT_EQ(Git(tree(), {"rev-parse", "HEAD"}), head);
  ExpectApplied();
}

TEST_F(SeriesTreeTest, ChangedPatchRewritesOnlyItsFiles) {
  Apply(theirs());
  const auto untouched = fs::last_write_time(tree() / kCore);
  Replace(second(), "+new\n", "+newer\n");
  Apply(theirs());
  EXPECT_EQ(files::ReadOrEmpty(tree() / "drivers/media/new.c"), "newer\n");
  EXPECT_EQ(fs::last_write_time(tree() / kCore), untouched);
}

TEST_F(SeriesTreeTest, PatchOfOneBaseReplacesTheCommonOne) {
  fs::create_directories(kernel() / "6.12");
  fs::copy_file(second(), kernel() / "6.12/0002-media-second.patch");
  Replace(kernel() / "6.12/0002-media-second.patch", "+new\n", "+for 6.12\n");
  Apply(theirs());
  EXPECT_EQ(files::ReadOrEmpty(tree() / "drivers/media/new.c"), "for 6.12\n");
}

TEST_F(SeriesTreeTest, KeepsEditsWherePatchesChanged) {
  Apply(theirs());
  Replace(tree() / kOther, "line 3\n", "line 3, mine\n");
  Replace(second(), "+new\n", "+newer\n");
  const auto output = Run("apply", theirs());
  EXPECT_EQ(output.code, 6);
  EXPECT_NE(output.err.find(kOther), std::string::npos) << output.err;
  EXPECT_NE(output.err.find("series-refresh"), std::string::npos) << output.err;
  EXPECT_NE(files::ReadOrEmpty(tree() / kOther).find("line 3, mine"), std::string::npos);
  EXPECT_EQ(files::ReadOrEmpty(tree() / "drivers/media/new.c"), "new\n");
}

TEST_F(SeriesTreeTest, RefreshWithoutEditChangesNothing) {
  // Written elsewhere, with other digits of the blobs' names.
  WriteSeries({"--full-index"});
  Apply(theirs());
  const auto before = Snapshot(kernel());
  const auto output = Run("refresh", theirs());
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Snapshot(kernel()), before);
}

TEST_F(SeriesTreeTest, RefreshPutsEditIntoThePatchItStandsOn) {
  Replace(second(), "\n---\n", "\n---\nv2: renamed a line\n\n");
  Apply(theirs());
  const auto first_before = files::ReadOrEmpty(first());
  Replace(tree() / kCore, "line 90 of the second patch\n", "line 90, edited\n");
  auto output = Run("refresh", theirs());
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(files::ReadOrEmpty(first()), first_before);
  const auto text = files::ReadOrEmpty(second());
  EXPECT_NE(text.find("+line 90, edited\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n---\nv2: renamed a line\n"), std::string::npos) << text;
  // The kernel's usual twelve digits, however many objects the repository holds.
  EXPECT_EQ(text.find(".."), text.find("\nindex ") + 7 + 12) << text;
  EXPECT_EQ(Git(tree(), {"status", "--porcelain"}), "");
  // What was written is what applies, and is stable.
  const auto before = Snapshot(kernel());
  output = Run("refresh", theirs());
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Snapshot(kernel()), before);
  const auto contents = Git(tree(), {"rev-parse", "HEAD^{tree}"});
  fs::remove_all(build());
  Apply(theirs());
  EXPECT_EQ(Git(tree(), {"rev-parse", "HEAD^{tree}"}), contents);
}

TEST_F(SeriesTreeTest, RefreshFoldsFixupsAndAddsNewCommits) {
  Apply(theirs());
  const auto owner = Git(tree(), {"log", "-1", "--format=%H", "--grep=media: first"});
  Replace(tree() / kCore, "of the first patch", "of the mended patch");
  Git(tree(), {"commit", "-q", "-a", "--fixup=" + owner});
  Replace(tree() / kOther, "line 7\n", "line 7 of a third patch\n");
  Git(tree(), {"commit", "-q", "-a", "-m", "media: third"});
  const auto output = Run("refresh", theirs());
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_NE(files::ReadOrEmpty(first()).find("of the mended patch"), std::string::npos);
  EXPECT_NE(files::ReadOrEmpty(kernel() / "0003-media-third.patch").find("of a third patch"),
            std::string::npos);
  Apply(theirs());
  EXPECT_EQ(Git(tree(), {"status", "--porcelain"}), "");
}

TEST_F(SeriesTreeTest, RefreshAsksWhereAnEditBelongs) {
  Apply(theirs());
  Replace(tree() / kOther, "line 7\n", "line 7 of nobody\n");
  const auto before = Snapshot(kernel());
  const auto output = Run("refresh", theirs());
  EXPECT_EQ(output.code, 6);
  EXPECT_NE(output.err.find("--fixup="), std::string::npos) << output.err;
  EXPECT_EQ(Snapshot(kernel()), before);
  EXPECT_NE(files::ReadOrEmpty(tree() / kOther).find("of nobody"), std::string::npos);
}

TEST_F(SeriesTreeTest, RecoversFromKillAtAnyMoment) {
  const fs::path archive = Archive("a.tar.xz");
  Apply(archive);
  const auto contents = Git(tree(), {"rev-parse", "HEAD^{tree}"});
  // How long a whole run takes here sets the moments.
  fs::remove_all(build());
  const auto start = std::chrono::steady_clock::now();
  Apply(archive);
  const auto whole = std::chrono::steady_clock::now() - start;
  constexpr int kMoments = 24;
  for (int i = 0; i < kMoments; ++i) {
    SCOPED_TRACE(i);
    fs::remove_all(build());
    const pid_t pid = Start(CommandLine("apply", archive));
    std::this_thread::sleep_for(whole * i / kMoments);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    Apply(archive);
    EXPECT_EQ(Git(tree(), {"rev-parse", "HEAD^{tree}"}), contents);
    ExpectApplied();
  }
}

TEST_F(SeriesTreeTest, CompletesMoveThatWasKilled) {
  Apply(theirs());
  const auto from = Git(tree(), {"rev-parse", "HEAD"});
  Replace(second(), "+new\n", "+newer\n");
  Apply(theirs());
  const auto to = Git(tree(), {"rev-parse", "HEAD"});
  // As a kill in the middle leaves it: some files moved, one written in part, HEAD and index not.
  Git(tree(), {"reset", "-q", "--hard", from});
  Write(tree() / ".git/kernel-series/moving", from + " " + to);
  Write(tree() / ".git/index.lock", "");
  Write(tree() / "drivers/media/new.c", "newe");
  Replace(tree() / kOther, "line 3\n", "line 3, mine\n");
  Apply(theirs());
  EXPECT_EQ(Git(tree(), {"rev-parse", "HEAD"}), to);
  EXPECT_EQ(files::ReadOrEmpty(tree() / "drivers/media/new.c"), "newer\n");
  EXPECT_EQ(Git(tree(), {"status", "--porcelain"}), fmt::format(" M {}", kOther));
}

TEST_F(SeriesTreeTest, NothingOutlivesKilledProgram) {
  const fs::path archive = Archive("a.tar");
  HangInTar();
  const pid_t pid = Start(CommandLine("apply", archive));
  const auto hung = HungProcesses();
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  for (const pid_t one : hung) EXPECT_TRUE(Eventually([&] { return !Alive(one); })) << one;
  environment_.clear();
  Apply(archive);
  ExpectApplied();
}

TEST_F(SeriesTreeTest, NothingOutlivesKilledBuildProgram) {
  const fs::path archive = Archive("a.tar");
  HangInTar();
  std::string command;
  for (const auto& argument : CommandLine("apply", archive)) {
    command += process::ShellQuote(argument) + " ";
  }
  // Two commands, so that a shell stays between ninja and the program.
  Write(
      top_ / "build.ninja",
      fmt::format("rule run\n  command = {} && true\n  pool = console\nbuild all: run\n", command));
  const pid_t pid = Start({"ninja", "-C", top_.string()});
  const auto hung = HungProcesses();
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  for (const pid_t one : hung) EXPECT_TRUE(Eventually([&] { return !Alive(one); })) << one;
}

TEST_F(SeriesTreeTest, InterruptEndsAllAndSaysSo) {
  const fs::path archive = Archive("a.tar");
  HangInTar();
  const pid_t pid = Start(CommandLine("apply", archive));
  const auto hung = HungProcesses();
  ::kill(pid, SIGINT);
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 130);
  for (const pid_t one : hung) EXPECT_FALSE(Alive(one)) << one;
}

TEST_F(SeriesTreeTest, SecondBuildWaitsForTheFirst) {
  const fs::path archive = Archive("a.tar");
  HangInTar();
  const pid_t hanging = Start(CommandLine("apply", archive));
  HungProcesses();
  environment_.clear();
  // Frees the folder only once the second build has had every chance to begin.
  std::string said;
  process::Command second_build;
  second_build.argv = CommandLine("apply", archive);
  bool killed = false;
  const auto result = process::Stream(second_build, [&](std::string_view bytes) {
    said += bytes;
    if (!killed && said.find("waiting for it\n") != std::string::npos) {
      EXPECT_FALSE(fs::exists(tree()));
      ::kill(hanging, SIGKILL);
      killed = true;
    }
  });
  ::waitpid(hanging, nullptr, 0);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->code, 0) << said;
  EXPECT_TRUE(killed) << said;
  ExpectApplied();
}

}  // namespace
