// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_ROUND_TRIP_H_
#define TOOLS_ROUND_TRIP_H_

#include <cstddef>
#include <string>
#include <vector>

#include "result.h"
#include "series_tree.h"

namespace series_tree {

struct RoundTrip {
  std::size_t compared = 0;
  /// Patches that serve this base too, and come from another: there the same hunks stand on other
  /// lines, and their bytes are compared where they come from.
  std::size_t of_other_bases = 0;
  std::vector<std::string> findings;  ///< One a line.
};

/// Whether the patch files of `project` for `base` are what `git format-patch` writes of the
/// commits that `git am` made of them, byte by byte but for the notes behind "---" and how many
/// digits of a blob's name are printed; and whether the tree holds nothing else: what is tested is
/// then what is sent. Nothing is written. The series has to be applied.
gate::Result<RoundTrip> CheckRoundTrip(const SeriesTree& tree, const Project& project,
                                       const std::string& base);

}  // namespace series_tree

#endif  // TOOLS_ROUND_TRIP_H_
