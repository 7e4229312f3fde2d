// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_TEST_REPOSITORY_H_
#define TOOLS_TEST_REPOSITORY_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_files.h"

/// A small project like this one, in a folder of the test's own: a kernel tree of somebody's, an
/// author's clone of it that the patches come from, and the real git. The user's own configuration
/// of git does not reach it.
class RepositoryTest : public testing::Test {
 protected:
  RepositoryTest() {
    process::CleanEnvironment();
    ::setenv("HOME", (top_ / "home").c_str(), 1);
    ::unsetenv("XDG_CONFIG_HOME");
    std::filesystem::create_directories(top_ / "home");
  }

  std::filesystem::path theirs() const { return top_ / "theirs"; }
  std::filesystem::path author() const { return top_ / "author"; }
  std::filesystem::path project() const { return top_ / "project"; }
  std::filesystem::path kernel() const { return project() / "kernel"; }
  std::filesystem::path build() const { return project() / "build"; }
  std::filesystem::path tree() const { return build() / "linux"; }

  static void Write(const std::filesystem::path& file, const std::string& text) {
    const auto written = files::Write(file, text);
    ASSERT_TRUE(written.ok()) << written.error();
  }

  static void WriteProgram(const std::filesystem::path& file, const std::string& text) {
    Write(file, text);
    std::filesystem::permissions(file, std::filesystem::perms::all);
  }

  static void Replace(const std::filesystem::path& file, const std::string& from,
                      const std::string& to) {
    std::string text = files::ReadOrEmpty(file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << file;
    Write(file, text.replace(at, from.size(), to));
  }

  /// What git prints in `folder`, without the line end at its end.
  static std::string Git(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    process::Command command;
    command.argv = {"git", "-c", "user.name=A U Thor", "-c", "user.email=author@example.org"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.folder = folder.string();
    command.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}};
    const auto output = process::Run(command);
    if (!output.ok()) {
      ADD_FAILURE() << output.error();
      return {};
    }
    EXPECT_EQ(output->code, 0) << arguments.front() << ": " << output->err;
    std::string text = output->out;
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }

  static void Commit(const std::filesystem::path& folder, const std::string& message) {
    Git(folder, {"add", "-A"});
    Git(folder, {"commit", "-q", "-m", message});
  }

  /// Makes the one commit of their tree, and the author's clone of it.
  void BeginSeries() const {
    Git(theirs(), {"init", "-q", "-b", "main"});
    Commit(theirs(), "Base");
    Git(top_, {"clone", "-q", theirs().string(), author().string()});
  }

  /// Writes the author's commits to kernel/, as the project keeps them.
  void WriteSeries(std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments = {"format-patch", "-q", "--zero-commit",   "--no-signature",
                                          "-N",           "-o", kernel().string(), "origin/main"};
    arguments.insert(arguments.end() - 1, options.begin(), options.end());
    Git(author(), std::move(arguments));
  }

  /// kernel-series as the build calls it, in this project.
  std::vector<std::string> SeriesCommand(const std::string& verb,
                                         const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {KERNEL_SERIES,      verb,      "--project",
                                     project().string(), "--build", build().string()};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }

  /// Gets their tree and applies the series to it.
  void Apply() const {
    process::Command command;
    command.argv = SeriesCommand(
        "apply", {"--origin", theirs().string(), "--id", (build() / "linux.id").string()});
    const auto output = process::Run(command);
    ASSERT_TRUE(output.ok() && output->ok()) << output->err;
  }

  /// Makes the suite's hook of an edit that the author has not committed.
  void WriteHook() const { Write(project() / "kunit/hook.patch", Git(author(), {"diff"}) + "\n"); }

 private:
  const gate::TestFolder folder_;

 protected:
  const std::filesystem::path top_ = std::filesystem::canonical(folder_.Path("."));
};

#endif  // TOOLS_TEST_REPOSITORY_H_
