// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "test_files.h"

namespace preflight {
namespace {

using nlohmann::json;

json Check(const std::string& name) {
  return {{"name", name},      {"title", "Whether"},       {"tier", "required"},
          {"optional", false}, {"always", false},          {"commands", {{"true"}}},
          {"inputs", {"/a"}},  {"outputs", json::array()}, {"needs", json::array()}};
}

json Plan(std::vector<json> checks) {
  return {{"source", "/src"}, {"build", "/src/build"}, {"checks", checks}};
}

std::string ErrorOf(const std::string& text) {
  const gate::TestFolder folder;
  const auto plan = ReadPlan(folder.Write("plan.json", text));
  return plan.ok() ? "" : plan.error();
}

std::string ErrorOf(const json& document) { return ErrorOf(document.dump()); }

TEST(ReadPlan, TakesChecksInTheirOrder) {
  const gate::TestFolder folder;
  json second = Check("second");
  second["tier"] = "full";
  second["optional"] = true;
  second["needs"] = {"first"};
  second["commands"] = {{"a", "b c"}, {"d"}};
  const auto plan = ReadPlan(folder.Write("plan.json", Plan({Check("first"), second}).dump()));
  ASSERT_TRUE(plan.ok()) << plan.error();
  ASSERT_EQ(plan->checks.size(), 2u);
  EXPECT_EQ(plan->checks[0].name, "first");
  EXPECT_EQ(plan->checks[0].tier, Tier::kRequired);
  EXPECT_EQ(plan->checks[1].tier, Tier::kFull);
  EXPECT_TRUE(plan->checks[1].optional);
  EXPECT_EQ(plan->checks[1].commands, (std::vector<std::vector<std::string>>{{"a", "b c"}, {"d"}}));
  EXPECT_EQ(plan->Reproduce(plan->checks[1]), "cmake --build /src/build --target preflight-second");
}

TEST(ReadPlan, SaysWhatIsWrongInOneLine) {
  EXPECT_NE(ErrorOf(std::string("{")).find("is no plan of checks; configure"), std::string::npos);
  EXPECT_NE(ErrorOf(Plan({})).find("holds no checks"), std::string::npos);
  EXPECT_NE(ErrorOf(Plan({Check("a"), Check("a")})).find("a stands twice"), std::string::npos);
  EXPECT_NE(ErrorOf(Plan({Check("a/../b")})).find("check 1 has no name"), std::string::npos);
  json early = Check("early");
  early["needs"] = {"late"};
  EXPECT_NE(ErrorOf(Plan({early, Check("late")})).find("early needs late, which is not before it"),
            std::string::npos);
  for (const char* key :
       {"title", "tier", "optional", "always", "commands", "inputs", "outputs", "needs"}) {
    json check = Check("a");
    check.erase(key);
    EXPECT_NE(ErrorOf(Plan({check})).find("check 1 has"), std::string::npos) << key;
  }
  EXPECT_NE(ErrorOf(Plan({Check("plan")})).find("plan is a file's name"), std::string::npos);
  json relative = Plan({Check("a")});
  relative["build"] = "build";
  EXPECT_NE(ErrorOf(relative).find("a build folder that is not absolute"), std::string::npos);
  json idle = Check("a");
  idle["inputs"] = json::array();
  EXPECT_NE(ErrorOf(Plan({idle})), "") << "an answer that depends on nothing would hold for ever";
}

TEST(AllInputs, TheCommandsAreSomeAndTheirNumberOfJobsIsNot) {
  preflight::Check check;
  check.inputs = {"/a"};
  check.commands = {{"tool", "--jobs", "2", "--list", "x"}};
  const auto two = check.AllInputs();
  ASSERT_EQ(two.size(), 2u);
  check.commands = {{"tool", "--jobs", "16", "--list", "x"}};
  EXPECT_EQ(check.AllInputs(), two);
  check.commands = {{"tool", "--jobs", "16", "--list", "y"}};
  EXPECT_NE(check.AllInputs(), two);
}

}  // namespace
}  // namespace preflight
