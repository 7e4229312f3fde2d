// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LAST_FAILED_H_
#define TOOLS_LAST_FAILED_H_

#include <set>
#include <string>
#include <string_view>

/// Which tests failed when they last ran, kept from run to run: what KUNIT_FILTER=@failed selects.
class LastFailed {
 public:
  /// Reads what Serialize() gave: one `suite.case` a line.
  static LastFailed Parse(std::string_view text);
  std::string Serialize() const;

  /// Takes in a run that `glob` selected (empty: all tests). Where the run was `complete`, tests
  /// that it selected and that are not in `failed` have passed; else nothing is known about them.
  void Update(std::string_view glob, const std::set<std::string>& failed, bool complete);

  bool empty() const { return tests_.empty(); }

  /// The narrowest glob for all of them. The kernel takes one glob (kunit_parse_glob_filter() in
  /// lib/kunit/executor.c), without alternatives, so that neighbours may be selected along with
  /// them.
  std::string Glob() const;

  /// Whether `glob` selects `test` (`suite` or `suite.case`, of which a parameter's name is no
  /// part), as kunit_filter_suites() in lib/kunit/executor.c does it.
  static bool Matches(std::string_view glob, std::string_view test);

 private:
  std::set<std::string> tests_;
};

#endif  // TOOLS_LAST_FAILED_H_
