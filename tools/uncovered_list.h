// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_UNCOVERED_LIST_H_
#define TOOLS_UNCOVERED_LIST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

/// What the tests need not reach, each with the reason: kunit/uncovered.txt. One entry a line,
/// fields parted by tabs; blank lines and lines that begin with '#' say nothing:
///
///   not-built  FILE              REASON   no kernel of the tests holds it; FILE may be a folder,
///                                         "drivers/gpu/"
///   function   FILE  NAME        REASON   never called
///   line       FILE  TEXT        REASON   never run; TEXT is the line without blanks at its ends
///   branch     FILE  TEXT        REASON   run, but not each way on from it was taken
///   chance     FILE  TEXT        REASON   a branch that only some runs take each way
///
/// An entry of the last three is for one line. Where two say the same, each needs an entry.
class UncoveredList {
 public:
  enum class Kind : std::uint8_t { kNotBuilt, kFunction, kLine, kBranch };

  struct Entry {
    Kind kind = Kind::kLine;
    std::string file;
    std::string what;  ///< The name, or the text; empty for kNotBuilt.
    std::string reason;
    bool by_chance = false;  ///< It need not excuse anything; `kind` is kBranch.
    std::size_t line = 0;    ///< In the list, 1-based.
    std::size_t uses = 0;
  };

  /// `name` is how errors call the list. They name the line that is no entry, or one that an
  /// earlier one makes needless.
  static gate::Result<UncoveredList> Parse(const std::string& name, std::string_view text);

  /// The entry that excuses it, counted as used; null: none does, or those that do have been used
  /// up by other lines.
  const Entry* Find(Kind kind, std::string_view file, std::string_view what);

  const std::string& name() const { return name_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::string name_;
  std::vector<Entry> entries_;
};

/// "line", as it stands in the list.
const char* UncoveredKindName(UncoveredList::Kind kind);

#endif  // TOOLS_UNCOVERED_LIST_H_
