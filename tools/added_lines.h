// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_ADDED_LINES_H_
#define TOOLS_ADDED_LINES_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "result.h"

/// The lines that a diff adds or changes: for each file, as the tree names it, the number of each
/// line in the new file (1-based), and its text without the line end.
using AddedLines = std::map<std::string, std::map<std::size_t, std::string>>;

/// Reads what `git diff --unified=0 --no-renames` prints, with git's usual "a/" and "b/" ahead of
/// names and core.quotePath off. A file that only loses lines is not in the result. The error names
/// the line of the diff that is none.
gate::Result<AddedLines> ParseAddedLines(std::string_view diff);

#endif  // TOOLS_ADDED_LINES_H_
