// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_ROUND_TRIP_H_
#define TOOLS_ROUND_TRIP_H_

#include <string>
#include <vector>

#include "result.h"
#include "series_tree.h"

namespace series_tree {

/// Whether the patch files of `project` for `base` are what `git format-patch` writes of the
/// commits that `tree` made of them, byte by byte, and whether the tree holds nothing else: what is
/// tested is then what is sent. One finding a line; none where it is so. `project` and the tree
/// stay as they are. The series has to be applied.
gate::Result<std::vector<std::string>> CheckRoundTrip(SeriesTree* tree, const Project& project,
                                                      const std::string& base);

}  // namespace series_tree

#endif  // TOOLS_ROUND_TRIP_H_
