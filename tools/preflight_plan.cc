// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "files.h"
#include "process.h"

namespace preflight {
namespace {

using gate::Error;
using gate::Result;
using nlohmann::json;

std::optional<std::vector<std::string>> Texts(const json& object, const char* key) {
  std::vector<std::string> texts;
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return std::nullopt;
  for (const auto& item : *list) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::string Text(const json& object, const char* key) {
  const auto text = object.find(key);
  return text != object.end() && text->is_string() ? text->get<std::string>() : "";
}

/// Names become targets and files.
bool IsName(const std::string& name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(),
                     [](char letter) {
                       return (letter >= 'a' && letter <= 'z') ||
                              (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
                              letter == '.';
                     }) &&
         name.front() != '.' && name.front() != '-';
}

/// A check, or what is wrong with it.
Result<Check> ReadCheck(const json& item) {
  if (!item.is_object()) return Error{"is no object"};
  Check check;
  check.name = Text(item, "name");
  if (!IsName(check.name)) return Error{"has no name of a-z, 0-9, '-', '_' and '.'"};
  check.title = Text(item, "title");
  if (check.title.empty()) return Error{"has no \"title\""};
  check.proof = Text(item, "proof");
  const std::string tier = Text(item, "tier");
  if (tier != "required" && tier != "full") return Error{"has another tier than required or full"};
  check.tier = tier == "full" ? Tier::kFull : Tier::kRequired;
  for (auto [key, flag] : {std::pair("optional", &check.optional), {"always", &check.always}}) {
    const auto value = item.find(key);
    if (value == item.end() || !value->is_boolean()) {
      return Error{fmt::format("has no \"{}\" that is true or false", key)};
    }
    *flag = value->get<bool>();
  }
  auto inputs = Texts(item, "inputs");
  if (!inputs || inputs->empty()) return Error{"has no list \"inputs\" of texts"};
  check.inputs = std::move(*inputs);
  auto outputs = Texts(item, "outputs");
  if (!outputs) return Error{"has no list \"outputs\" of texts"};
  check.outputs = std::move(*outputs);
  auto needs = Texts(item, "needs");
  if (!needs) return Error{"has no list \"needs\" of texts"};
  check.needs = std::move(*needs);
  const auto commands = item.find("commands");
  if (commands == item.end() || !commands->is_array() || commands->empty()) {
    return Error{"has no list \"commands\""};
  }
  for (const auto& command : *commands) {
    auto argv = Texts(json{{"argv", command}}, "argv");
    if (!argv || argv->empty()) return Error{"has a command that is no list of texts"};
    check.commands.push_back(std::move(*argv));
  }
  return check;
}

/// Files beside those of the checks: plan.json, report.json.
bool IsTaken(const std::string& name) { return name == "plan" || name == "report"; }

}  // namespace

std::vector<std::string> Check::AllInputs() const {
  std::vector<std::string> all = inputs;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    // JSON, so that no two command lines are the same text.
    json argv = json::array();
    bool is_jobs = false;
    for (const auto& argument : commands[i]) {
      if (!is_jobs && argument != "--jobs") argv.push_back(argument);
      is_jobs = argument == "--jobs";
    }
    all.push_back(fmt::format("text:command {}={}", i + 1,
                              argv.dump(-1, ' ', false, json::error_handler_t::replace)));
  }
  return all;
}

std::string Plan::Reproduce(const Check& check) const {
  return fmt::format("cmake --build {} --target preflight-{}", process::ShellQuote(build.string()),
                     check.name);
}

const Check* Plan::Find(const std::string& name) const {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const Check& check) { return check.name == name; });
  return found == checks.end() ? nullptr : &*found;
}

Result<Plan> ReadPlan(const std::filesystem::path& file) {
  const auto text = files::Read(file);
  if (!text.ok()) return Error{text.error()};
  const json document = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto wrong = [&](const std::string& why) {
    return Error{fmt::format("{}: error: {}; configure the build folder anew", file.string(), why)};
  };
  if (!document.is_object()) return wrong("is no plan of checks");
  Plan plan;
  plan.source = Text(document, "source");
  plan.build = Text(document, "build");
  if (plan.source.empty() || plan.build.empty()) return wrong("names no source or build folder");
  if (!plan.build.is_absolute()) return wrong("names a build folder that is not absolute");
  const auto checks = document.find("checks");
  if (checks == document.end() || !checks->is_array() || checks->empty()) {
    return wrong("holds no checks");
  }
  std::set<std::string> names;
  for (const auto& item : *checks) {
    auto check = ReadCheck(item);
    if (!check.ok()) {
      return wrong(fmt::format("check {} {}", plan.checks.size() + 1, check.error()));
    }
    if (IsTaken(check->name)) return wrong(check->name + " is a file's name, and no check's");
    for (const auto& need : check->needs) {
      if (!names.contains(need)) {
        return wrong(fmt::format("{} needs {}, which is not before it", check->name, need));
      }
    }
    if (!names.insert(check->name).second) return wrong(check->name + " stands twice");
    plan.checks.push_back(std::move(*check));
  }
  return plan;
}

}  // namespace preflight
