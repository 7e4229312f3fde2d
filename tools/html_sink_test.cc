// SPDX-License-Identifier: GPL-2.0-only
#include "html_sink.h"

#include <gtest/gtest.h>
#include <tinyxml2.h>

#include <string>
#include <string_view>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

// The page of `log`; a full parser has found it well formed.
std::string Write(std::string_view log, const std::string& reproduce = {}) {
  const TestFolder folder;
  Options options;
  options.out = nullptr;
  options.end_line = false;
  options.log_name = "console.log";
  options.reproduce = reproduce;
  options.html_file = folder.Path("run.html");
  auto gate = Gate::Create(options);
  EXPECT_TRUE(gate.ok());
  gate->Feed(log);
  EXPECT_NE(gate->Finish(EndOfInput::kEof).code, ExitCode::kInfrastructure);
  const auto page = ReadFile(options.html_file);
  EXPECT_TRUE(page.ok());
  tinyxml2::XMLDocument document;
  EXPECT_EQ(document.Parse(page->data(), page->size()), tinyxml2::XML_SUCCESS)
      << document.ErrorStr();
  return *page;
}

bool Holds(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

TEST(HtmlSinkTest, ShowsWhatFailedWithItsLog) {
  const std::string page = Write(
      "KTAP version 1\n1..1\n  # Subtest: s\n  1..2\n  ok 1 good\n"
      "    # bad: EXPECTATION FAILED at x.c:1\n    Expected <1>\n  not ok 2 bad\nnot ok 1 s\n",
      "run {}");
  EXPECT_TRUE(Holds(page, "<title>KUnit: failed</title>"));
  EXPECT_TRUE(Holds(page, "<li>x.c:1: error: s.bad: EXPECTATION FAILED: Expected &lt;1&gt;</li>"));
  EXPECT_TRUE(Holds(page, "console.log, from line 6:"));
  EXPECT_TRUE(Holds(page, "    Expected &lt;1&gt;\n"));
  EXPECT_TRUE(Holds(page, "<pre>run s.bad\n</pre>"));
  EXPECT_TRUE(Holds(page, "<code>s.good</code></td><td class=\"good\">passed</td>"));
}

TEST(HtmlSinkTest, ShowsTimes) {
  const std::string page = Write(
      "[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000]   # Subtest: s\n"
      "[    1.000000]   1..1\n[    2.250000]   ok 1 a\n[    2.250000] ok 1 s\n");
  EXPECT_TRUE(Holds(page, "<td class=\"plain number\">1.250 s</td>")) << page;
  EXPECT_TRUE(Holds(page, "<dt>time</dt><dd class=\"plain\">1.250 s</dd>"));
}

TEST(HtmlSinkTest, APassIsNoGreenWhereTheCaseIsBlamed) {
  const std::string page = Write(
      "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n"
      "WARNING: CPU: 0 PID: 28 at y.c:3 fn+0x41/0xa40\n  ok 1 a\nok 1 s\n");
  EXPECT_TRUE(Holds(page, "<code>s.a</code></td><td class=\"bad\">failed: see above</td>"));
  EXPECT_TRUE(Holds(page, "WARNING: CPU: 0 PID: 28 at y.c:3 fn+0x41/0xa40\n"));
}

TEST(HtmlSinkTest, ShowsFaultsOfTheRun) {
  const std::string page = Write("INFO: lockdep is turned off.\nKTAP version 1\n1..0\n");
  EXPECT_TRUE(Holds(page, "<summary class=\"bad\">The run</summary>"));
  EXPECT_TRUE(Holds(page, "lockdep is turned off"));
}

TEST(HtmlSinkTest, BoundsThePage) {
  std::string log = "KTAP version 1\n1..1\n  # Subtest: s\n";
  for (std::uint64_t i = 1; i <= HtmlSink::kMaxFailures + 3; ++i) {
    log += "  not ok " + std::to_string(i) + " t" + std::to_string(i) + "\n";
  }
  EXPECT_TRUE(Holds(Write(log + "not ok 1 s\n"), "more failures are not shown"));
}

TEST(HtmlSinkTest, IsWellFormedForAnyBytes) {
  std::string bytes;
  for (int c = 1; c < 256; ++c) {
    if (c != '\n' && c != '\r') bytes += static_cast<char>(c);
  }
  Write("KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n" + bytes + "\n  not ok 1 " + bytes +
        "\nok 1 s\n");
}

}  // namespace
}  // namespace gate
