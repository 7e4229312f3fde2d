// SPDX-License-Identifier: GPL-2.0-only
#include "added_lines.h"

#include <fmt/core.h>

#include <charconv>
#include <utility>

#include "git.h"

namespace {

/// "12,3" of a hunk's head; the count is 1 where it is not told.
struct Range {
  std::size_t start = 0;
  std::size_t count = 1;
};

bool ParseNumber(std::string_view text, std::size_t* number) {
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, *number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

bool ParseRange(std::string_view text, char sign, Range* range) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  const std::size_t comma = text.find(',');
  if (!ParseNumber(text.substr(0, comma), &range->start)) return false;
  return comma == std::string_view::npos || ParseNumber(text.substr(comma + 1), &range->count);
}

/// Takes "@@ -1,2 +3,4 @@ function".
bool ParseHunk(std::string_view line, Range* before, Range* after) {
  constexpr std::string_view kMark = "@@ ";
  line.remove_prefix(kMark.size());
  const std::size_t blank = line.find(' ');
  const std::size_t end = line.find(" @@");
  if (blank == std::string_view::npos || end == std::string_view::npos || end <= blank) {
    return false;
  }
  return ParseRange(line.substr(0, blank), '-', before) &&
         ParseRange(line.substr(blank + 1, end - blank - 1), '+', after);
}

}  // namespace

gate::Result<AddedLines> ParseAddedLines(std::string_view diff) {
  AddedLines added;
  std::string file;
  std::size_t number = 0;
  Range before{0, 0};  // What is left of the hunk: a line of it may look like a head.
  Range after{0, 0};
  for (const auto& line : git::SplitLines(diff)) {
    ++number;
    const auto wrong = [&](const char* what) {
      return gate::Error{fmt::format("git diff, line {}: error: {}: {}", number, what, line)};
    };
    if (before.count + after.count > 0) {
      if (line.starts_with('-') && before.count > 0) {
        --before.count;
      } else if (line.starts_with('+') && after.count > 0) {
        --after.count;
        if (!file.empty()) added[file][after.start++] = line.substr(1);
      } else if (!line.starts_with('\\')) {  // "\ No newline at end of file"
        return wrong("not a line of the hunk that it stands in");
      }
    } else if (line.starts_with("diff --git ")) {
      file.clear();
    } else if (line.starts_with("+++ ")) {
      constexpr std::string_view kNew = "+++ b/";
      file = line.starts_with(kNew) ? line.substr(kNew.size()) : std::string();
    } else if (line.starts_with("@@ ")) {
      before = {};
      after = {};
      if (!ParseHunk(line, &before, &after)) return wrong("not the head of a hunk");
    }
  }
  return added;
}
