// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_sink.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

struct Written {
  std::string text;
  Verdict verdict;
};

Written Write(std::string_view log) {
  const TestFolder folder;
  Options options;
  options.out = nullptr;
  options.end_line = false;
  options.ktap_file = folder.Path("ktap");
  auto gate = Gate::Create(options);
  EXPECT_TRUE(gate.ok());
  gate->Feed(log);
  Written written;
  written.verdict = gate->Finish(EndOfInput::kEof);
  const auto text = ReadFile(options.ktap_file);
  EXPECT_TRUE(text.ok());
  written.text = *text;
  return written;
}

TEST(KtapSinkTest, WritesOneForm) {
  EXPECT_EQ(Write("boot\n<6>[    0.06] KTAP version 1\n<6>[    0.06] 1..1\n"
                  "<6>[    0.06]         # Subtest: s\n<6>[    0.06]         1..2\n"
                  "<6>[    0.06]   hello\n<6>[    0.06]         ok 1 - a\n"
                  "<6>[    0.06]         ok 2 b # SKIP no device\n<6>[    0.06] ok 1 s\n")
                .text,
            "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: s\n  1..2\n  # |   hello\n"
            "  ok 1 a\n  ok 2 b # SKIP no device\nok 1 s\n");
}

TEST(KtapSinkTest, CountsWhatHasNoPlan) {
  EXPECT_EQ(Write("KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n    # Subtest: a\n"
                  "    ok 1 one\n    ok 2 two\n  ok 1 a\nok 1 s\n")
                .text,
            "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: s\n  1..1\n"
            "    KTAP version 1\n    # Subtest: a\n    1..2\n    ok 1 one\n    ok 2 two\n"
            "  ok 1 a\nok 1 s\n");
}

TEST(KtapSinkTest, HoldsNoMoreThanItsBound) {
  std::string log = "KTAP version 1\n";
  const std::string name(200, 'n');
  for (int i = 1; i <= 1000; ++i) {
    log += "ok " + std::to_string(i) + " " + name + std::to_string(i) + "\n";
  }
  const Written written = Write(log);
  EXPECT_EQ(written.text.find("\n1.."), std::string::npos);
  EXPECT_NE(written.text.find("\nok 1000 " + name), std::string::npos);
}

TEST(KtapSinkTest, ErrorsAreDiagnostics) {
  const std::string text = Write(
                               "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n"
                               "    # a: EXPECTATION FAILED at x.c:1\n    Expected 1\n"
                               "  not ok 1 a\nnot ok 1 s\n")
                               .text;
  EXPECT_NE(text.find("\n  # kunit-gate: x.c:1: error: s.a: EXPECTATION FAILED: Expected 1\n"
                      "  not ok 1 a\n"),
            std::string::npos)
      << text;
}

// kunit_tool, and so the gate, makes the same of the written form.
TEST(KtapSinkTest, CountsStayTheSame) {
  const auto read = [](const char* name) {
    const auto log = ReadFile(std::string(TOOLS_TESTDATA "/") + name);
    EXPECT_TRUE(log.ok());
    return log ? *log : std::string();
  };
  for (const std::string& log :
       {read("pass.log"), read("fail.log"),
        std::string("KTAP version 1\n1..2\n  # Subtest: s\n  1..3\n  ok 1 a\n  not ok 2 b\n"),
        std::string("KTAP version 1\n1..0\n"),
        std::string("KTAP version 1\n1..1\n  # Subtest: s\n  1..2\nok 1 s\n")}) {
    const Written once = Write(log);
    const Written twice = Write(once.text);
    EXPECT_EQ(once.verdict.tool, twice.verdict.tool) << once.text;
    EXPECT_EQ(once.verdict.code, twice.verdict.code) << once.text;
  }
}

TEST(KtapSinkTest, NoBytesOfTheLogBecomeStructure) {
  std::string bytes;
  for (int c = 1; c < 256; ++c) {
    if (c != '\n' && c != '\r') bytes += static_cast<char>(c);
  }
  const Written written = Write("KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n" + bytes +
                                "\nx ok 2 y\n  # Subtes: z\n" + "  ok 1 " + bytes + "\nok 1 s\n");
  for (const char c : written.text) {
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  }
  EXPECT_EQ(Write(written.text).verdict.tool.totals.tests(), 1u) << written.text;
}

}  // namespace
}  // namespace gate
