// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_EXPECTED_LIST_H_
#define TOOLS_EXPECTED_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace gate {

/// The tests that a kernel lists when it boots with kunit.action=list (kunit_exec_list_tests() in
/// lib/kunit/executor.c), taken from its console: `suite.case`, in the order in which they run.
/// Other lines are passed over, as kunit.py does. A console with no such list is an error, and so
/// is a test that stands there twice.
Result<std::vector<std::string>> ReadTestList(std::string_view console);

/// What a new list changes.
struct ListChanges {
  std::vector<std::string> left;
  std::vector<std::string> came;
  bool reordered = false;  ///< The same tests, in another order.
};

/// What makes `now` of `old`.
ListChanges CompareLists(const std::vector<std::string>& old, const std::vector<std::string>& now);

/// Makes `tests` the manifest in `file`; comments at its head stay. A list that already says this
/// is not written again.
Result<ListChanges> WriteExpected(const std::vector<std::string>& tests, const std::string& file);

/// A line for each test that left or came, so that a list which was written anew to get rid of a
/// failure does not pass for the old one.
std::string FormatChanges(const ListChanges& changes, const std::string& file);

}  // namespace gate

#endif  // TOOLS_EXPECTED_LIST_H_
