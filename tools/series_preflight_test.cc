// SPDX-License-Identifier: GPL-2.0-only
// series-preflight as the build calls it, on checks that are small programs of the test's own.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "files.h"
#include "process.h"
#include "test_files.h"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class PreflightTest : public testing::Test {
 protected:
  /// A check that runs `script`, notes that it did in NAME.ran, and depends on the file NAME.in.
  json Add(const std::string& name, const std::string& script, const char* tier = "required",
           bool optional = false) {
    folder_.Write(name + ".in", "1");
    json check = {{"name", name},
                  {"title", "What " + name + " says"},
                  {"tier", tier},
                  {"optional", optional},
                  {"always", false},
                  {"needs", json::array()},
                  {"outputs", json::array()},
                  {"inputs", {folder_.Path(name + ".in")}},
                  {"commands",
                   {{"sh", "-c", "echo >>" + folder_.Path(name + ".ran")}, {"sh", "-c", script}}}};
    checks_.push_back(check);
    return check;
  }

  std::string WritePlan() const {
    const json plan = {{"source", top()}, {"build", top() + "/build"}, {"checks", checks_}};
    return folder_.Write("plan.json", plan.dump());
  }

  std::vector<std::string> Argv(const std::string& verb,
                                const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {SERIES_PREFLIGHT, verb, "--plan", WritePlan()};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }

  process::Output Run(const std::string& verb, const std::vector<std::string>& more = {}) const {
    process::Command command;
    command.argv = Argv(verb, more);
    const auto output = process::Run(command);
    EXPECT_TRUE(output.ok());
    return *output;
  }

  std::size_t Runs(const std::string& name) const {
    return files::ReadOrEmpty(folder_.Path(name + ".ran")).size();
  }

  std::string top() const { return fs::canonical(folder_.Path(".")).string(); }
  fs::path state() const { return fs::path(top()) / "build/preflight"; }

  const gate::TestFolder folder_;
  json checks_ = json::array();
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(PreflightTest, ASecondRunKeepsWhatPassed) {
  Add("form", "echo PASSED form: 3 mails");
  Add("kunit", "echo PASSED 178 tests");
  const auto first = Run("run");
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_SAYS(first.out, "PASSED preflight: 2 checks: 2 passed\n");
  const auto second = Run("run");
  EXPECT_EQ(second.code, 0);
  EXPECT_SAYS(second.err, "[1/2] passed         form: 3 mails (kept)");
  EXPECT_EQ(Runs("form"), 1u);
  EXPECT_EQ(Runs("kunit"), 1u);
}

TEST_F(PreflightTest, AChangeRunsAnewOnlyWhatDependsOnIt) {
  Add("form", "echo PASSED form");
  Add("kunit", "echo PASSED kunit");
  Run("run");
  folder_.Write("form.in", "2");
  const auto status = Run("status");
  EXPECT_EQ(status.code, 6);
  EXPECT_SAYS(status.err, "error: form not yet: has changed since: ");
  EXPECT_EQ(Runs("form"), 1u) << "status runs nothing";
  EXPECT_EQ(Run("run").code, 0);
  EXPECT_EQ(Runs("form"), 2u);
  EXPECT_EQ(Runs("kunit"), 1u);
  EXPECT_EQ(Run("status").code, 0);
}

TEST_F(PreflightTest, AnotherCommandIsAnotherQuestion) {
  Add("kunit", "echo PASSED kunit");
  Run("run");
  checks_.back()["commands"].push_back({"false"});
  const auto status = Run("status");
  EXPECT_EQ(status.code, 6);
  EXPECT_SAYS(status.err, "has changed since: text:command 3");
}

TEST_F(PreflightTest, WhatACheckMadeIsMadeAgainWhereItIsGone) {
  const std::string mails = folder_.Path("mails");
  Add("mails", "echo >" + mails + "; echo PASSED mails");
  checks_.back()["outputs"] = {mails};
  Run("run");
  EXPECT_EQ(Run("status").code, 0);
  fs::remove(mails);
  EXPECT_SAYS(Run("status").err, "mails not yet: has changed since: " + mails);
  EXPECT_EQ(Run("run").code, 0);
  EXPECT_TRUE(fs::exists(mails));
}

TEST_F(PreflightTest, ALaterCommandDoesNotStandForOneThatDidNotRun) {
  Add("newest", "echo NOT RUN newest: no network");
  checks_.back()["commands"].push_back({"echo", "PASSED newest: applies"});
  const auto output = Run("run");
  EXPECT_EQ(output.code, 6);
  EXPECT_SAYS(output.out, "NOT RUN newest: What newest says\n  no network\n");
}

TEST_F(PreflightTest, WhatNeedsAnAnswerThatDoesNotHoldDoesNotHoldEither) {
  Add("tree", "echo PASSED tree");
  Add("kunit", "echo PASSED kunit");
  checks_.back()["needs"] = {"tree"};
  EXPECT_EQ(Run("run").code, 0);
  folder_.Write("tree.in", "2");
  EXPECT_SAYS(Run("status").err, "kunit not yet: needs tree, which does not hold");
  EXPECT_EQ(json::parse(Run("status", {"--b4"}).out)[1]["status"], "fail");
}

TEST_F(PreflightTest, AFullDiskUnderWhatItPrintsIsAFault) {
  Add("form", "echo PASSED form");
  for (const char* verb : {"run", "list", "status --b4", "matrix --form gitlab"}) {
    process::Command command;
    command.argv = {
        "sh", "-c",
        std::string(SERIES_PREFLIGHT) + " " + verb + " --plan " + WritePlan() + " >/dev/full"};
    const auto output = process::Run(command);
    ASSERT_TRUE(output.ok());
    EXPECT_EQ(output->code, 6) << verb;
    EXPECT_SAYS(output->err, "standard output: error: cannot be written");
  }
}

TEST_F(PreflightTest, TellsTheThreeOutcomesBeyondAPassApart) {
  Add("series", "echo 'a.c:1: error: wrong'; exit 1");
  Add("machine", "echo 'x: error: the disk is full' >&2; exit 6");
  Add("missing", "echo 'NOT RUN missing: no such tool' >&2; exit 6");
  Add("fine", "echo PASSED fine");
  const auto output = Run("run");
  EXPECT_EQ(output.code, 1);
  EXPECT_SAYS(output.out, "FAILED series: What series says\n  a.c:1: error: wrong\n");
  EXPECT_SAYS(output.out,
              "infrastructure machine: What machine says\n  x: error: the disk is full");
  EXPECT_SAYS(output.out, "NOT RUN missing: What missing says\n  no such tool\n");
  EXPECT_SAYS(
      output.out,
      "4 checks: 1 passed, 1 the series' fault, 1 without an answer (machine or input), 1 not run");
  const auto report = json::parse(files::ReadOrEmpty(state() / "report.json"));
  EXPECT_EQ(report["verdict"], "failed");
  EXPECT_EQ(files::ReadOrEmpty(state() / "series.log"), "a.c:1: error: wrong\n");
}

TEST_F(PreflightTest, WhatDidNotPassIsTriedAnew) {
  Add("flaky", "test -e " + folder_.Path("up") + " || exit 6; echo PASSED flaky");
  EXPECT_EQ(Run("run").code, 6);
  EXPECT_EQ(Run("status").code, 6);
  folder_.Write("up", "");
  EXPECT_EQ(Run("run").code, 0);
}

TEST_F(PreflightTest, AMissingToolFailsUnlessItIsOptional) {
  Add("smatch", "echo NOT RUN smatch: not installed; exit 6", "required", true);
  EXPECT_EQ(Run("run").code, 0);
  EXPECT_EQ(Run("status").code, 0);
  Add("sparse", "echo NOT RUN sparse: not installed; exit 6");
  EXPECT_EQ(Run("run").code, 6);
}

TEST_F(PreflightTest, TheFullTierIsAskedForByName) {
  Add("quick", "echo PASSED quick");
  Add("long", "echo PASSED long", "full");
  const auto required = Run("run");
  EXPECT_EQ(required.code, 0);
  EXPECT_EQ(Runs("long"), 0u);
  EXPECT_SAYS(required.out,
              "Not asked, being of the tier \"full\" (target preflight-full): long\n");
  EXPECT_EQ(Run("run", {"--full"}).code, 0);
  EXPECT_EQ(Runs("long"), 1u);
  EXPECT_EQ(Runs("quick"), 1u);
}

TEST_F(PreflightTest, WhatIsNeededComesFirstAndItsFailureEndsThere) {
  json tree = Add("tree", "test ! -e " + folder_.Path("broken") + " && echo PASSED tree");
  checks_.clear();
  tree["always"] = true;
  checks_.push_back(tree);
  Add("kunit", "echo PASSED kunit");
  checks_.back()["needs"] = {"tree"};
  EXPECT_EQ(Run("run", {"kunit"}).code, 0);
  EXPECT_EQ(Run("run", {"kunit"}).code, 0);
  EXPECT_EQ(Runs("tree"), 2u) << "each run brings it up to date";
  EXPECT_EQ(Runs("kunit"), 1u);
  folder_.Write("broken", "");
  const auto output = Run("run");
  EXPECT_EQ(output.code, 1);
  EXPECT_SAYS(output.out, "NOT RUN kunit: What kunit says\n  needs tree, which has not passed\n");
}

TEST_F(PreflightTest, B4IsToldWhatIsKnownAndNothingRuns) {
  Add("form", "echo PASSED form: 3 mails");
  Add("kunit", "echo PASSED kunit");
  Run("run", {"form"});
  const auto output = Run("status", {"--b4"});
  EXPECT_EQ(output.code, 0);
  EXPECT_EQ(output.err, "");
  const auto list = json::parse(output.out);
  EXPECT_EQ(list[0]["status"], "pass");
  EXPECT_EQ(list[1]["status"], "fail");
  EXPECT_EQ(list[1]["summary"], "has not run");
  EXPECT_EQ(Runs("kunit"), 0u);
}

TEST_F(PreflightTest, AnInputThatChangesMeanwhileMakesNoResult) {
  Add("form", "echo 2 >" + folder_.Path("form.in") + "; echo PASSED form");
  const auto output = Run("run");
  EXPECT_EQ(output.code, 6);
  EXPECT_SAYS(output.out, "has changed while it ran: ");
  EXPECT_EQ(Run("status").code, 6);
}

TEST_F(PreflightTest, ThatHoldsOfACheckThatIsAskedEachTimeToo) {
  Add("tree", "echo 2 >" + folder_.Path("tree.in") + "; echo PASSED tree");
  checks_.back()["always"] = true;
  EXPECT_SAYS(Run("run").out, "has changed while it ran: ");
  folder_.Write("tree.in", "1");
  // What it makes itself may be another by then.
  checks_.back()["outputs"] = checks_.back()["inputs"];
  EXPECT_EQ(Run("run").code, 0);
  EXPECT_EQ(Run("status").code, 0);
  folder_.Write("tree.in", "3");
  EXPECT_EQ(Run("status").code, 6);
}

TEST_F(PreflightTest, OneThatTheMachineLetsDownDoesNotEndTheRun) {
  Add("inputs", "echo PASSED inputs");
  // No folder, so that nothing can match in it.
  checks_.back()["inputs"] = {folder_.Write("file", "") + "/*"};
  Add("log", "echo PASSED log");
  fs::create_directories(state() / "log.log");
  Add("last", "echo PASSED last");
  const auto output = Run("run");
  EXPECT_EQ(output.code, 6);
  EXPECT_SAYS(output.out, "\ninfrastructure inputs: What inputs says\n  ");
  EXPECT_SAYS(output.out, "/file: error: cannot be read: Not a directory\n");
  EXPECT_SAYS(output.out, "\ninfrastructure log: What log says\n  ");
  EXPECT_SAYS(output.out, "/log.log: error: ");
  EXPECT_SAYS(output.out, "\nlast    passed");
  EXPECT_EQ(Runs("log"), 0u) << "what it says could not be kept";
  EXPECT_TRUE(fs::exists(state() / "report.txt"));
}

TEST_F(PreflightTest, AProgramThatIsNotThereIsTheMachinesFault) {
  Add("form", "true");
  checks_.back()["commands"] = {{folder_.Path("no-such-program")}};
  const auto output = Run("run");
  EXPECT_EQ(output.code, 6);
  EXPECT_SAYS(output.out, "error: cannot run ");
}

TEST_F(PreflightTest, AnUnknownCheckIsAWrongCommandLine) {
  Add("form", "echo PASSED form");
  const auto output = Run("run", {"from"});
  EXPECT_EQ(output.code, 5);
  EXPECT_EQ(output.err, "error: there is no check from; `series-preflight list` tells them\n");
}

TEST_F(PreflightTest, AKilledRunGoesOnWhereItWas) {
  Add("first", "echo PASSED first");
  Add("second", "test -e " + folder_.Path("go") + " || sleep 600; echo PASSED second");
  auto argv = Argv("run");
  std::vector<char*> pointers;
  for (auto& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  while (Runs("second") == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  EXPECT_FALSE(fs::exists(state() / "second.json"));
  folder_.Write("go", "");
  EXPECT_EQ(Run("run").code, 0);
  EXPECT_EQ(Runs("first"), 1u);
  EXPECT_EQ(Runs("second"), 2u);
}

TEST_F(PreflightTest, ARunThatIsEndedLeavesNoReportOfAnEarlierOne) {
  Add("form", "ls " + state().string() + "; echo PASSED form");
  EXPECT_EQ(Run("run").code, 0);
  EXPECT_TRUE(fs::exists(state() / "report.html"));
  folder_.Write("form.in", "2");
  EXPECT_EQ(Run("run", {"form"}).code, 0);
  EXPECT_SAYS(files::ReadOrEmpty(state() / "form.log"), "report.html") << "one check is not all";
  folder_.Write("form.in", "3");
  EXPECT_EQ(Run("run").code, 0);
  EXPECT_EQ(files::ReadOrEmpty(state() / "form.log").find("report."), std::string::npos);
  EXPECT_TRUE(fs::exists(state() / "report.html"));
}

}  // namespace
