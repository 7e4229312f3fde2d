// SPDX-License-Identifier: GPL-2.0-only
#include "kunit_json_sink.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

nlohmann::json Write(std::string_view log, ToolVersion version) {
  const TestFolder folder;
  Options options;
  options.out = nullptr;
  options.tool = version;
  options.json_file = folder.Path("kunit.json");
  auto gate = Gate::Create(options);
  EXPECT_TRUE(gate.ok());
  gate->Feed(log);
  gate->Finish(EndOfInput::kEof);
  const auto text = ReadFile(options.json_file);
  EXPECT_TRUE(text.ok());
  return nlohmann::json::parse(*text, nullptr, false);
}

constexpr char kMixed[] =
    "KTAP version 1\n1..2\n  # Subtest: s\n  1..3\n  ok 1 a\n"
    "    # Subtest: b\n    1..1\n    not ok 1 p \"q\"\\\xff\n  not ok 2 b\n  ok 3 c # SKIP\n"
    "not ok 1 s\nok 2 alone\nok 3 past\n";

TEST(KunitJsonSinkTest, KeepsGroupsAndTestsApart) {
  const nlohmann::json all = Write(kMixed, ToolVersion::k6_12);
  ASSERT_FALSE(all.is_discarded());
  EXPECT_EQ(all["name"], "KUnit Test Group");
  EXPECT_EQ(all["git_branch"], "kselftest");
  EXPECT_TRUE(all["lab_name"].is_null());
  EXPECT_FALSE(all.contains("misc"));
  EXPECT_EQ(all["test_cases"], nlohmann::json::parse(R"([{"name":"alone","status":"PASS"}])"))
      << "what is past the plan is not in kunit_tool's verdict";
  const nlohmann::json& suite = all["sub_groups"].at(0);
  EXPECT_EQ(suite["name"], "s");
  EXPECT_EQ(suite["test_cases"], nlohmann::json::parse(R"([{"name":"a","status":"PASS"},
                                                          {"name":"c","status":"SKIP"}])"));
  EXPECT_EQ(suite["sub_groups"].at(0)["test_cases"].at(0)["name"], "p \"q\"\\\\xff");
}

TEST(KunitJsonSinkTest, CountsIn73) {
  const nlohmann::json all = Write(kMixed, ToolVersion::k7_3);
  EXPECT_EQ(all["misc"], nlohmann::json::parse(R"({"tests":4,"passed":2,"failed":1,"crashed":0,
                                                  "skipped":1,"errors":0})"));
}

TEST(KunitJsonSinkTest, ALogWithoutATestIsAnEmptyGroup) {
  const nlohmann::json all = Write("boot\n", ToolVersion::k7_3);
  EXPECT_EQ(all["sub_groups"], nlohmann::json::array());
  EXPECT_EQ(all["test_cases"], nlohmann::json::array());
  EXPECT_EQ(all["misc"]["errors"], 1);
}

TEST(KunitJsonSinkTest, ManyMixedTestsKeepTheirOrder) {
  constexpr std::size_t kPairs = 20000;  // More than a spool holds in memory.
  std::string log = "KTAP version 1\n1..40000\n";
  for (std::size_t i = 0; i < kPairs; ++i) {
    const std::string n = std::to_string(i);
    log += "# Subtest: group" + n + "\n1..1\nok 1 x\nok " + std::to_string(2 * i + 1) + " group" +
           n + "\nok " + std::to_string(2 * i + 2) + " case" + n + "\n";
  }
  const nlohmann::json all = Write(log, ToolVersion::k6_12);
  ASSERT_EQ(all["sub_groups"].size(), kPairs);
  ASSERT_EQ(all["test_cases"].size(), kPairs);
  for (std::size_t i = 0; i < kPairs; ++i) {
    ASSERT_EQ(all["sub_groups"][i]["name"], "group" + std::to_string(i));
    ASSERT_EQ(all["test_cases"][i]["name"], "case" + std::to_string(i));
  }
}

}  // namespace
}  // namespace gate
