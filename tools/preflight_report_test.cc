// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "ci_matrix.h"
#include "files.h"
#include "test_files.h"
#include "text.h"

namespace preflight {
namespace {

class ReportTest : public testing::Test {
 protected:
  ReportTest() {
    plan_.source = folder_.Path("src");
    plan_.build = folder_.Path("src/build");
    for (const char* name : {"kunit", "sparse", "smatch", "compile"}) {
      Check check;
      check.name = name;
      check.title = std::string("Whether ") + name + " | has <b>nothing</b> to say";
      plan_.checks.push_back(check);
    }
    plan_.checks[0].proof = "kunit/report.html";
    plan_.checks[2].optional = true;
    plan_.checks[3].tier = Tier::kFull;
    plan_.checks[3].inputs = {"program:clang"};
    std::vector<CheckResult> results(3);
    results[0].outcome = Outcome::kPassed;
    results[0].says = "178 tests: 178 passed";
    results[0].to_do = {"sign-off of 26 patches"};
    results[1].outcome = Outcome::kFailed;
    results[1].says = "sparse: 1 new message";
    results[1].findings = {{"drivers/a.c:7: warning: context | imbalance <x>", true}};
    results[1].more_findings = 4;
    results[2].outcome = Outcome::kNotRun;
    results[2].says = "smatch is not installed";
    EXPECT_TRUE(files::Write(plan_.build / "kunit/report.html", "").ok());
    EXPECT_TRUE(files::Write(LogFile(plan_, plan_.checks[1]), "").ok());
    report_ = {&plan_,
               {&plan_.checks[0], &plan_.checks[1], &plan_.checks[2]},
               results,
               {&plan_.checks[3]}};
  }

  const gate::TestFolder folder_;
  Plan plan_;
  Report report_;
};

TEST_F(ReportTest, TellsTheWholeInOneLine) {
  EXPECT_EQ(report_.LastLine(),
            "FAILED preflight: 3 checks: 1 passed, 1 the series' fault, 1 not run");
  report_.results[1].outcome = Outcome::kPassed;
  EXPECT_EQ(report_.LastLine(), "PASSED preflight: 3 checks: 2 passed, 1 not run");
  report_.results[0].outcome = Outcome::kNotRun;
  EXPECT_EQ(report_.LastLine(), "INFRASTRUCTURE preflight: 3 checks: 1 passed, 2 not run");
}

TEST_F(ReportTest, TextHasATableAndWhyAndHow) {
  const std::string text = FormatText(report_);
  for (const char* part :
       {"\nkunit   passed ", "build/kunit/report.html", "build/preflight/sparse.log",
        "\nsmatch  NOT RUN (optional)", "preflight-kunit\n", "\nFAILED sparse: Whether sparse",
        "  drivers/a.c:7: warning: context | imbalance <x>\n", "  ... and 4 more\n",
        "\nNOT RUN smatch: ", "  smatch is not installed\n", "TO DO sign-off of 26 patches\n",
        "(target preflight-full): compile\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
  EXPECT_NE(text.find("  reproduce: " + plan_.Reproduce(plan_.checks[1]) + "\n"),
            std::string::npos);
  EXPECT_EQ(text.find("reproduce: " + plan_.Reproduce(plan_.checks[0])), std::string::npos);
}

TEST_F(ReportTest, WhatDidNotBeginIsProvedByNothing) {
  report_.results[0].outcome = Outcome::kNotRun;
  report_.results[0].says = "needs tree, which has not passed";
  EXPECT_NE(FormatText(report_).find("build/kunit/report.html"), std::string::npos);
  report_.results[0].begun = false;
  EXPECT_EQ(FormatText(report_).find("build/kunit/report.html"), std::string::npos);
}

TEST_F(ReportTest, ATableIsCutBetweenCharacters) {
  for (const char* shift : {"", "a"}) {
    report_.results[0].says = shift;
    for (int i = 0; i < 50; ++i) report_.results[0].says += "ä";
    const std::string text = FormatText(report_);
    for (std::string_view rest = text; !rest.empty();) {
      const auto length = gate::Utf8Length(rest);
      ASSERT_NE(length, 0u) << text;
      rest.remove_prefix(length);
    }
  }
}

TEST_F(ReportTest, MarkdownKeepsEachRowARow) {
  const std::string text = FormatMarkdown(report_);
  EXPECT_NE(text.find("| `kunit`: Whether kunit \\| has \\<b\\>nothing\\</b\\> to say | passed | "
                      "178 tests: 178 "
                      "passed | `build/kunit/report.html` | `cmake --build "),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\nTo do: sign-off of 26 patches\n"), std::string::npos);
}

TEST_F(ReportTest, MarkdownShowsAStrangersTextAsItStands) {
  report_.results[0].says = "[x](http://a) ![y](z) ~~s~~ &copy; @user #12";
  const std::string text = FormatMarkdown(report_);
  EXPECT_NE(text.find("\\[x\\]\\(http://a\\) \\!\\[y\\]\\(z\\) \\~\\~s\\~\\~ \\&copy; "
                      "&#64;user &#35;12"),
            std::string::npos)
      << text;
}

TEST_F(ReportTest, JsonHasTheVerdictAndEachCheck) {
  const auto document = nlohmann::json::parse(FormatJson(report_));
  EXPECT_EQ(document["verdict"], "failed");
  EXPECT_EQ(document["to_do"][0], "sign-off of 26 patches");
  EXPECT_EQ(document["not_asked"][0], "compile");
  ASSERT_EQ(document["checks"].size(), 3u);
  EXPECT_EQ(document["checks"][0]["tool"], "kunit");
  EXPECT_EQ(document["checks"][0]["status"], "pass");
  EXPECT_EQ(document["checks"][1]["status"], "fail");
  EXPECT_EQ(document["checks"][1]["details"],
            "drivers/a.c:7: warning: context | imbalance <x>\n... and 4 more\n");
  EXPECT_EQ(document["checks"][2]["status"], "warn");
  EXPECT_EQ(document["checks"][2]["outcome"], "NOT RUN");
}

TEST_F(ReportTest, B4ReadsAListOfEntries) {
  const auto list = nlohmann::json::parse(FormatForB4(report_));
  ASSERT_TRUE(list.is_array());
  ASSERT_EQ(list.size(), 3u);
  for (const auto& entry : list) {
    for (const char* key : {"tool", "status", "summary", "url", "details"}) {
      EXPECT_TRUE(entry[key].is_string()) << key;
    }
  }
}

TEST_F(ReportTest, HtmlIsOnePageThatNeedsNoOther) {
  ASSERT_TRUE(WriteReports(report_).ok());
  const std::string html = files::ReadOrEmpty(plan_.Folder() / "report.html");
  EXPECT_NE(html.find("Not ready: the series is at fault"), std::string::npos);
  EXPECT_NE(html.find("imbalance &lt;x&gt;"), std::string::npos);
  for (const char* other : {"<script", "src=", "href=", "http:", "https:"}) {
    EXPECT_EQ(html.find(other), std::string::npos) << other;
  }
  for (const char* name : {"report.txt", "report.md", "report.json"}) {
    EXPECT_NE(files::ReadOrEmpty(plan_.Folder() / name), "") << name;
  }
}

TEST_F(ReportTest, APipelineHasNoMatrixOfNothing) {
  for (auto& check : plan_.checks) check.tier = Tier::kRequired;
  EXPECT_EQ(ci_matrix::ForGitHub(plan_).find("preflight-full"), std::string::npos);
}

TEST_F(ReportTest, APipelineHasAJobForEachCheckAndItsTools) {
  const std::string gitlab = ci_matrix::ForGitLab(plan_);
  EXPECT_NE(gitlab.find("\n\"kunit\":\n  extends: .preflight\n  variables:\n    CHECK: "
                        "\"kunit\"\n    TOOLS: preflight\n  artifacts:\n    paths:\n"
                        "      - build/preflight/\n      - build/kunit/report.html\n\n"),
            std::string::npos)
      << gitlab;
  EXPECT_NE(gitlab.find("CHECK: \"compile\"\n    TOOLS: preflight-full llvm\n"), std::string::npos);
  EXPECT_NE(
      gitlab.find("      - build/preflight/\n  rules:\n    - if: $PREFLIGHT_TIER == \"full\"\n"),
      std::string::npos);
  const std::string github = ci_matrix::ForGitHub(plan_);
  const auto full = github.find("  preflight-full:\n    if: github.event_name == ");
  ASSERT_NE(full, std::string::npos) << github;
  EXPECT_GT(github.find("- check: \"compile\"\n            tools: preflight-full llvm\n"), full);
  EXPECT_LT(github.find("- check: \"kunit\"\n            tools: preflight\n            keep: |\n"
                        "              build/preflight/\n              build/kunit/report.html\n"),
            full);
  EXPECT_NE(github.find("tools/bootstrap.sh ${{ matrix.tools }}\n", full), std::string::npos);
  EXPECT_NE(github.find("--target \"preflight-${{ matrix.check }}\"\n"), std::string::npos);
}

}  // namespace
}  // namespace preflight
