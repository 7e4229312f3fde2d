// SPDX-License-Identifier: GPL-2.0-only
#include "junit_sink.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

// What `log` gives, read back by a full parser, one line a testcase.
std::vector<std::string> Write(std::string_view log) {
  const TestFolder folder;
  Options options;
  options.out = nullptr;
  options.end_line = false;
  options.junit_file = folder.Path("junit.xml");
  auto gate = Gate::Create(options);
  EXPECT_TRUE(gate.ok());
  gate->Feed(log);
  gate->Finish(EndOfInput::kEof);

  std::vector<std::string> cases;
  tinyxml2::XMLDocument document;
  EXPECT_EQ(document.LoadFile(options.junit_file.c_str()), tinyxml2::XML_SUCCESS)
      << document.ErrorStr();
  const tinyxml2::XMLElement* root = document.FirstChildElement("testsuites");
  if (root == nullptr) return cases;
  for (auto* suite = root->FirstChildElement(); suite; suite = suite->NextSiblingElement()) {
    for (auto* test = suite->FirstChildElement(); test; test = test->NextSiblingElement()) {
      std::string line = std::string(suite->Attribute("name")) + "/" +
                         test->Attribute("classname") + "/" + test->Attribute("name");
      for (auto* part = test->FirstChildElement(); part; part = part->NextSiblingElement()) {
        line += std::string(" ") + part->Name() + ":" + part->Attribute("message");
      }
      cases.push_back(line);
    }
  }
  return cases;
}

using Strings = std::vector<std::string>;

TEST(JunitSinkTest, WritesEachResultWithItsReasons) {
  EXPECT_EQ(Write("KTAP version 1\n1..1\n  # Subtest: s\n  1..4\n  ok 1 a\n"
                  "    # b: EXPECTATION FAILED at x.c:1\n    Expected <1> & \"2\"\n  not ok 2 b\n"
                  "  ok 3 c # SKIP no device\n"
                  "    # Subtest: d\n    ok 1 one\n    not ok 2 two\n  not ok 4 d\nnot ok 1 s\n"),
            Strings({"s/s/a", "s/s/b failure:EXPECTATION FAILED: Expected <1> & \"2\"",
                     "s/s/c skipped:no device", "s/s.d/one",
                     "s/s.d/two failure:failed, and says no more [two]"}));
}

TEST(JunitSinkTest, WhatBelongsToNoTestFailsATestOfItsOwn) {
  EXPECT_EQ(Write("INFO: lockdep is turned off.\nKTAP version 1\n1..1\n  # Subtest: s\n  1..1\n"
                  "  ok 1 a\nnot ok 1 s\n"),
            Strings({"kunit-gate/kunit-gate/(run) failure:INFO: lockdep is turned off. (at boot)",
                     "s/s/a",
                     "s/s/(suite) failure:failed, though each of its tests passed: its exit or its "
                     "init failed"}));
  EXPECT_EQ(Write("nothing\n").size(), 1u);
}

TEST(JunitSinkTest, IsWellFormedForAnyBytes) {
  std::string bytes;
  for (int c = 1; c < 256; ++c) {
    if (c != '\n' && c != '\r') bytes += static_cast<char>(c);
  }
  bytes += "\xef\xbf\xbf]]>&lt;";
  const auto cases =
      Write("KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n  not ok 1 " + bytes + "\nok 1 s\n");
  EXPECT_FALSE(cases.empty());
  for (const std::string& line : cases) {
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    EXPECT_EQ(line.find("\xef\xbf\xbf"), std::string::npos) << "no XML character";
  }
}

}  // namespace
}  // namespace gate
