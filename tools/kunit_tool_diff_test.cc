// SPDX-License-Identifier: GPL-2.0-only
// Compares our counts with those of the kernel tree's own kunit_tool, log by log. It needs a tree:
// configure with -DKUNIT_TOOL_TREE=/path/to/linux.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gate.h"
#include "test_files.h"

namespace gate {
namespace {

namespace fs = std::filesystem;

// kunit_tool's last line, without time and colour: "Testing complete. Ran 2 tests: passed: 2".
std::string Ask(const std::string& tree, const std::string& log) {
  const std::string command = fmt::format(
      "PYTHONDONTWRITEBYTECODE=1 python3 '{}/tools/testing/kunit/kunit.py' parse '{}' 2>&1", tree,
      log);
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "cannot start python3";
  std::string text;
  std::array<char, 4096> buffer;
  std::size_t got;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    text.append(buffer.data(), got);
  }
  pclose(pipe);
  const std::size_t at = text.rfind("Testing complete.");
  if (at == std::string::npos) return "no summary:\n" + text;
  const std::string line = text.substr(at, text.find('\n', at) - at);
  return line.substr(0, line.find('\033'));
}

std::string Form(const Totals& totals) {
  std::string text;
  const auto add = [&text](const char* name, std::uint64_t count) {
    if (count > 0) text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name, count);
  };
  add("passed", totals.passed);
  add("failed", totals.failed);
  add("crashed", totals.crashed);
  add("skipped", totals.skipped);
  add("errors", totals.errors);
  return fmt::format("Testing complete. Ran {} tests: {}", totals.tests(), text);
}

Verdict JudgeFile(const std::string& log) {
  Options options;
  options.out = nullptr;
  auto gate = Gate::Create(options);
  std::FILE* stream = std::fopen(log.c_str(), "rb");
  std::array<char, 4096> buffer;
  std::size_t got;
  while (stream != nullptr && (got = std::fread(buffer.data(), 1, buffer.size(), stream)) > 0) {
    gate->Feed(std::string_view(buffer.data(), got));
  }
  if (stream != nullptr) std::fclose(stream);
  return gate->Finish(EndOfInput::kEof);
}

TEST(KunitToolDiffTest, CountsAsKunitToolDoes) {
  const std::string tree = KUNIT_TOOL_TREE;
  if (tree.empty())
    GTEST_SKIP() << "no kernel tree: configure with -DKUNIT_TOOL_TREE=/path/to/linux";

  std::vector<std::string> logs;
  for (const std::string& folder :
       {std::string(TOOLS_TESTDATA), tree + "/tools/testing/kunit/test_data"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".log") logs.push_back(entry.path());
    }
    ASSERT_FALSE(error) << folder << ": " << error.message();
  }
  // Forms that the logs lack. Each has a quirk of kunit_tool in it.
  const TestFolder made;
  int number = 0;
  for (const std::string_view text :
       {"KTAP version 1\n1..1\n# Subtest: s\n1..0\nok 1 s\n",
        "KTAP version 1\n1..1\n# Subtest: s\n1..5\nok 1 a\nok 1 s\n",
        "KTAP version 1\n1..3\nok 1 a\n1..3\nok 2 b\n",
        "KTAP version 1\n1..1\n  # Subtest: s\n  1..1\n  ok 1 a\n  not ok 2 b\nok 1 s\n",
        "KTAP version 1\n1..1\n  KTAP version 1\nnoise\n  # Subtest: s\n  1..1\n  ok 1 a\nok 1 s\n"
        "# a last line that is no result: kunit_tool dies of one here\n",
        "KTAP version 3\n1..2\nok 1 - a # x # SKIP y\nnot ok 5 b # SKIP\nok 3 c\n",
        "boot\nkunit executor: unknown action 'x'\n"}) {
    logs.push_back(made.Write(fmt::format("made_{}.log", ++number), text));
  }
  ASSERT_GT(logs.size(), 10u);
  std::sort(logs.begin(), logs.end());
  for (const std::string& log : logs) {
    EXPECT_EQ(Form(JudgeFile(log).tool.totals), Ask(tree, log)) << log;
  }
}

}  // namespace
}  // namespace gate
