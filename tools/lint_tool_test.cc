// SPDX-License-Identifier: GPL-2.0-only
#include "lint_tool.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

constexpr char kTree[] = "/build/linux";

std::vector<std::string> Lines(const std::vector<CompilerMessage>& messages) {
  std::vector<std::string> lines;
  for (const auto& message : messages) lines.push_back(message.Line());
  return lines;
}

TEST(ParseKernelDocTest, TakesTheFormOfPerl) {
  const auto messages = ParseKernelDoc(
      "include/media/a.h:4: warning: Function parameter or struct member 'b' not described in 'f'\n"
      "include/media/a.h:957: warning: missing initial short description on line:\n"
      " * vb2_core_remove_bufs() -\n"
      "/build/linux/include/media/a.h:7: error: Cannot parse struct or union!\n"
      "2 warnings\n",
      kTree);
  EXPECT_EQ(Lines(messages),
            (std::vector<std::string>{
                "include/media/a.h:4: warning: Function parameter or struct member 'b' not "
                "described in 'f'",
                "include/media/a.h:957: warning: missing initial short description on line:",
                "include/media/a.h:7: error: Cannot parse struct or union!"}));
}

TEST(ParseKernelDocTest, TakesTheFormOfPythonAndTellsItOnce) {
  const auto messages = ParseKernelDoc(
      "Warning: include/media/a.h:4 function parameter 'b' not described in 'f'\n"
      "Warning: include/media/a.h:4 function parameter 'b' not described in 'f'\n"
      "Error: /build/linux/include/media/a.h:9 Cannot parse struct or union!\n",
      kTree);
  EXPECT_EQ(Lines(messages),
            (std::vector<std::string>{
                "include/media/a.h:4: warning: function parameter 'b' not described in 'f'",
                "include/media/a.h:9: error: Cannot parse struct or union!"}));
}

TEST(ParseSphinxTest, TakesTheLastPlace) {
  const auto messages = ParseSphinx(
      "/build/linux/Documentation/a/b.rst:12: WARNING: Title underline too short.\n"
      "\n"
      "Heading\n"
      "/build/linux/Documentation/a/b.rst:3: ./include/media/c.h:44: ERROR: Unexpected "
      "indentation.\n"
      "/build/linux/Documentation/a/d.rst: WARNING: document isn't included in any toctree\n"
      "./include/media/c.h:9: warning: Function parameter 'q' not described in 'f'\n"
      "Warning: ./include/media/c.h:10 function parameter 'q' not described in 'f'\n"
      "WARNING: dot(1) not found, for better output quality install graphviz\n"
      "make[1]: Nothing to be done\n",
      kTree);
  EXPECT_EQ(Lines(messages),
            (std::vector<std::string>{
                "Documentation/a/b.rst:12: warning: Title underline too short.",
                "include/media/c.h:44: error: Unexpected indentation.",
                "Documentation/a/d.rst:1: warning: document isn't included in any toctree",
                "include/media/c.h:9: warning: Function parameter 'q' not described in 'f'",
                "include/media/c.h:10: warning: function parameter 'q' not described in 'f'",
                "Documentation/conf.py:1: warning: dot(1) not found, for better output quality "
                "install graphviz"}));
}

TEST(ParseCoccinelleTest, TakesReportsAndNotTheCallsOfSpatch) {
  const auto messages = ParseCoccinelle(
      "/usr/bin/spatch -D report --cocci-file ./scripts/coccinelle/a.cocci drivers/a.c\n"
      "drivers/a.c:12:2-7: WARNING: NULL check before some freeing functions is not needed.\n"
      "drivers/a.c:40:1-7: ERROR: missing unlock; preceding lock on line 33\n"
      "./drivers/a.c:50:10-17: opportunity for kmemdup\n"
      "drivers/a.c:51: no column, no report\n",
      kTree);
  EXPECT_EQ(Lines(messages),
            (std::vector<std::string>{
                "drivers/a.c:12: warning: NULL check before some freeing functions is not needed.",
                "drivers/a.c:40: error: missing unlock; preceding lock on line 33",
                "drivers/a.c:50: warning: opportunity for kmemdup"}));
}

}  // namespace
