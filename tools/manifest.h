// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_MANIFEST_H_
#define TOOLS_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "result.h"

namespace gate {

/// The tests that a run must hold: one `suite.case` a line, in the order in which they run. Blank
/// lines and lines that begin with '#' say nothing.
class Manifest {
 public:
  struct Entry {
    std::string name;
    std::uint64_t line = 0;  ///< In the file, 1-based.
    bool expected = true;    ///< The filter of this boot takes it in.
    bool seen = false;
  };

  /// `filter` is the boot's kunit.filter_glob ("suite_glob" or "suite_glob.case_glob", empty: all);
  /// tests outside it are not expected. An entry that is no `suite.case` (white space, control
  /// bytes, ':' and '/' are in no name), or that stands twice, is an error, and so is a list with
  /// nothing in it: it would expect nothing in silence.
  static Result<Manifest> Read(const std::string& file, std::string_view filter);

  const std::string& file() const { return file_; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// Marks `name` as having run. False: it is not in the list.
  bool See(std::string_view name);

  /// Whether a test of this suite is in the list, in this boot's filter or out of it.
  bool HasSuite(std::string_view suite) const;

  /// The entry that runs after `name`, if it is of the same suite; the suite's first where `name`
  /// is a suite. Null: there is none.
  const Entry* After(std::string_view name) const;

 private:
  std::string file_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_set<std::string> suites_;
};

/// Whether a suite or a case may be called so: kernel messages that get into a list hold what none
/// is called by. Any byte past ASCII may be part of a name.
bool IsTestName(std::string_view name);

/// Whether kunit.filter_glob `filter` takes `name` (suite.case) in. The globs are those of
/// lib/glob.c: `*`, `?`, `[a-z]`, `[!a-z]` and `\`.
bool FilterTakes(std::string_view filter, std::string_view name);

}  // namespace gate

#endif  // TOOLS_MANIFEST_H_
