// SPDX-License-Identifier: GPL-2.0-only
#include "added_lines.h"

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(AddedLinesTest, NumbersAreThoseOfTheNewFile) {
  const auto added = ParseAddedLines(
      "diff --git a/a.c b/a.c\nindex 1..2 100644\n--- a/a.c\n+++ b/a.c\n"
      "@@ -10,2 +10 @@ int f(void)\n-old\n-older\n+one\n"
      "@@ -20,0 +20,2 @@\n+\ttwo\n+three\n"
      "@@ -30 +31,0 @@\n-gone\n"
      "diff --git a/b.h b/b.h\nnew file mode 100644\n--- /dev/null\n+++ b/b.h\n"
      "@@ -0,0 +1 @@\n+first\n\\ No newline at end of file\n");
  ASSERT_TRUE(added.ok()) << added.error();
  const AddedLines wanted = {{"a.c", {{10, "one"}, {20, "\ttwo"}, {21, "three"}}},
                             {"b.h", {{1, "first"}}}};
  EXPECT_EQ(*added, wanted);
}

TEST(AddedLinesTest, TextThatLooksLikeAHeadIsText) {
  const auto added = ParseAddedLines(
      "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1 +1,2 @@\n--- b;\n+++ b/c;\n+@@ x\n");
  ASSERT_TRUE(added.ok()) << added.error();
  const AddedLines wanted = {{"a.c", {{1, "++ b/c;"}, {2, "@@ x"}}}};
  EXPECT_EQ(*added, wanted);
}

TEST(AddedLinesTest, FileThatIsGoneAddsNothing) {
  const auto added = ParseAddedLines(
      "diff --git a/a.c b/a.c\ndeleted file mode 100644\n--- a/a.c\n+++ /dev/null\n"
      "@@ -1,2 +0,0 @@\n-a\n-b\n");
  ASSERT_TRUE(added.ok()) << added.error();
  EXPECT_TRUE(added->empty());
}

TEST(AddedLinesTest, ErrorNamesTheLine) {
  const std::string head = "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n";
  const auto no_number = ParseAddedLines(head + "@@ -1 +x @@\n");
  ASSERT_FALSE(no_number.ok());
  EXPECT_TRUE(no_number.error().starts_with("git diff, line 4: ")) << no_number.error();
  // With context: not what was asked for.
  const auto context = ParseAddedLines(head + "@@ -1 +1 @@\n a\n-b\n");
  ASSERT_FALSE(context.ok());
  EXPECT_TRUE(context.error().starts_with("git diff, line 5: ")) << context.error();
}

}  // namespace
