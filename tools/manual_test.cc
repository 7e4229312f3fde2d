// SPDX-License-Identifier: GPL-2.0-only
// The manual pages against the programs' own --help.
#include <gtest/gtest.h>

#include <cstddef>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "exit_codes.h"
#include "files.h"
#include "process.h"

namespace {

// The options that `text` defines: the last of each line that `line` says defines one.
std::set<std::string> Options(const std::string& text, const char* line) {
  std::set<std::string> options;
  const std::regex form(line);
  for (auto match = std::sregex_iterator(text.begin(), text.end(), form);
       match != std::sregex_iterator(); ++match) {
    options.insert((*match)[1]);
  }
  return options;
}

// The page, with roff's "\-" taken as the hyphen that it prints.
std::string Manual(const std::string& name) {
  std::string text = files::ReadOrEmpty(TOOLS_FOLDER "/" + name + ".1");
  for (std::size_t at; (at = text.find("\\-")) != std::string::npos;) text.replace(at, 2, "-");
  return text;
}

class ManualTest : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(ManualTest, AgreesWithHelp) {
  const auto [name, program] = GetParam();
  process::Command command;
  command.argv = {program, "--help"};
  const auto help = process::Run(command);
  ASSERT_TRUE(help.ok() && help->ok());
  const std::string manual = Manual(name);
  const std::size_t from = manual.find("\n.SH OPTIONS\n");
  const std::size_t to = manual.find("\n.SH EXIT STATUS\n");
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos) << name << ".1";
  EXPECT_EQ(Options(manual.substr(from, to - from), "\\n\\.TP\\n\\.[^\\n]*?(--[a-z-]+)"),
            Options(help->out, "\\n  +(?:-[a-z],)?(--[a-z-]+)"))
      << name << ".1 on the left, " << name << " --help on the right";
  for (const gate::ExitCodeEntry& entry : gate::kExitCodes) {
    const std::string number = std::to_string(static_cast<int>(entry.code));
    EXPECT_NE(manual.find("\n.TP\n.B " + number + "\n" + entry.meaning), std::string::npos)
        << name << ".1 does not say what exit code " << number << " means: " << entry.meaning;
    EXPECT_NE(help->out.find("  " + number + "  " + entry.meaning), std::string::npos) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, ManualTest,
                         testing::Values(std::pair("kunit-case", KUNIT_CASE),
                                         std::pair("kunit-gate", KUNIT_GATE),
                                         std::pair("kunit-repeat", KUNIT_REPEAT)),
                         [](const auto& test) {
                           std::string name = test.param.first;
                           name[name.find('-')] = '_';
                           return name;
                         });

}  // namespace
