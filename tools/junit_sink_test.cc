// SPDX-License-Identifier: GPL-2.0-only
#include "junit_sink.h"

#include <gtest/gtest.h>
#include <tinyxml2.h>

#include <map>
#include <set>
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

// Names what Jenkins' schema for JUnit (junit-10.xsd of its xUnit plugin) does not know.
class SchemaChecker : public tinyxml2::XMLVisitor {
 public:
  bool VisitEnter(const tinyxml2::XMLElement& element,
                  const tinyxml2::XMLAttribute* attribute) override {
    struct Rule {
      std::string_view parent;
      std::set<std::string_view> required;
      std::set<std::string_view> optional;
    };
    static const std::map<std::string_view, Rule> kRules = {
        {"testsuites", {"", {}, {"name", "time", "tests", "failures", "disabled", "errors"}}},
        {"testsuite", {"testsuites", {"name"}, {"tests", "failures", "errors", "time", "skipped"}}},
        {"testcase", {"testsuite", {"name"}, {"assertions", "time", "classname", "status"}}},
        {"failure", {"testcase", {}, {"type", "message"}}},
        {"skipped", {"testcase", {}, {"type", "message"}}},
    };
    const auto rule = kRules.find(element.Name());
    if (rule == kRules.end()) {
      faults.push_back(element.Name());
      return true;
    }
    const tinyxml2::XMLElement* parent =
        element.Parent() == nullptr ? nullptr : element.Parent()->ToElement();
    if (rule->second.parent != (parent == nullptr ? "" : parent->Name())) {
      faults.push_back(std::string(element.Name()) + " in the wrong place");
    }
    std::set<std::string_view> missing = rule->second.required;
    for (; attribute != nullptr; attribute = attribute->Next()) {
      if (missing.erase(attribute->Name()) == 0 &&
          rule->second.optional.count(attribute->Name()) == 0) {
        faults.push_back(std::string(element.Name()) + " " + attribute->Name());
      }
    }
    for (const std::string_view name : missing) faults.emplace_back(name);
    return true;
  }

  std::vector<std::string> faults;
};

TEST(JunitSinkTest, FitsJenkinsSchema) {
  const TestFolder folder;
  Options options;
  options.out = nullptr;
  options.junit_file = folder.Path("junit.xml");
  auto gate = Gate::Create(options);
  ASSERT_TRUE(gate.ok());
  gate->Feed(
      "[    1.000000] INFO: lockdep is turned off.\n[    1.000000] KTAP version 1\n"
      "[    1.000000] 1..2\n[    1.000000]   # Subtest: s\n[    1.000000]   1..3\n"
      "[    1.250000]   ok 1 a\n[    1.250000]   not ok 2 b\n[    1.250000]   ok 3 c # SKIP no\n"
      "[    1.500000] not ok 1 s\n[    1.500000] not ok 2 t\n");
  gate->Finish(EndOfInput::kEof);
  tinyxml2::XMLDocument document;
  ASSERT_EQ(document.LoadFile(options.junit_file.c_str()), tinyxml2::XML_SUCCESS);
  SchemaChecker checker;
  document.Accept(&checker);
  EXPECT_EQ(checker.faults, Strings());
  const auto* suite = document.RootElement()->FirstChildElement("testsuite");
  while (suite != nullptr && std::string_view("s") != suite->Attribute("name")) {
    suite = suite->NextSiblingElement("testsuite");
  }
  ASSERT_NE(suite, nullptr);
  EXPECT_STREQ(suite->FirstChildElement("testcase")->Attribute("time"), "0.250000");
}

TEST(JunitSinkTest, AllReasonsOfATestAreOneFailure) {
  const auto cases = Write(
      "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n    # a: EXPECTATION FAILED at x.c:1\n"
      "    Expected 1\n    # a: EXPECTATION FAILED at x.c:2\n    Expected 2\n  not ok 1 a\n"
      "not ok 1 s\n");
  EXPECT_EQ(cases, Strings({"s/s/a failure:EXPECTATION FAILED: Expected 1"}));
}

}  // namespace
}  // namespace gate
