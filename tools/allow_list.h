// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_ALLOW_LIST_H_
#define TOOLS_ALLOW_LIST_H_

#include <regex.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"
#include "splat.h"

namespace gate {

/// "boot", "test" or "after".
const char* ScopeName(Scope scope);

/// Splats that are known and tolerated. One entry a line, fields parted by tabs: the scope (a
/// leading '?' says that it need not occur), an extended regular expression (POSIX) for the splat's
/// first line alone, so that `^` and `$` are that line's ends, and the reason. Ahead of them may
/// stand which kernel the list is for: "base", a tab and its version ("6.12"). Blank lines and
/// lines that begin with '#' say nothing.
class AllowList {
 public:
  struct Entry {
    Scope scope = Scope::kBoot;
    bool optional = false;
    std::string pattern;
    std::string reason;
    std::uint64_t line = 0;  ///< In the file, 1-based.
    std::uint64_t hits = 0;
  };

  static Result<AllowList> Read(const std::string& file);

  AllowList(AllowList&&) noexcept = default;
  AllowList& operator=(AllowList&&) noexcept = default;

  const std::string& file() const { return file_; }
  /// The version that the list is for, and the line that says so; empty: any.
  const std::string& base() const { return base_; }
  std::uint64_t base_line() const { return base_line_; }
  /// Whether the list is for a kernel of this version: a base of "6.12" is for "6.12.57+deb12".
  bool IsFor(std::string_view kernel) const;

  const std::vector<Entry>& entries() const { return entries_; }

  /// The first entry that covers a splat of this title, counted as hit; null: none does.
  const Entry* Find(Scope scope, const std::string& title);

 private:
  struct Free {
    void operator()(regex_t* regex) const {
      regfree(regex);
      delete regex;
    }
  };
  AllowList() = default;

  std::string file_;
  std::string base_;
  std::uint64_t base_line_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<regex_t, Free>> regexes_;  // One for each entry.
};

}  // namespace gate

#endif  // TOOLS_ALLOW_LIST_H_
