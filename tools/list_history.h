// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LIST_HISTORY_H_
#define TOOLS_LIST_HISTORY_H_

#include <filesystem>
#include <string>

/// The lists that a verdict hangs on (expected tests, allowed splats) beside their committed state:
/// one that was written anew to get rid of a failure must not pass for the old one.
namespace list_history {

/// A line for each list of `project` (kunit/expected*.txt, kernel/allow-*.txt) that has lost or
/// gained entries: "kunit/expected.txt against HEAD: 2 left: a.b, c.d; 1 came: e.f". A list that is
/// as in HEAD is compared with the commit before (a merge's first parent), so that a change that is
/// committed shows where that commit is checked. With `since`, a revision, all are compared with
/// the commit at which HEAD's branch left it. Where git has nothing to compare with, a line says
/// so. Empty where nothing changed.
std::string Tell(const std::filesystem::path& project, const std::string& since);

}  // namespace list_history

#endif  // TOOLS_LIST_HISTORY_H_
