// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PATH_MAP_H_
#define TOOLS_PATH_MAP_H_

#include <string>
#include <string_view>
#include <vector>

namespace gate {

/// Rewrites a path as the kernel prints it to the path where the user edits that file. The longest
/// `from` that a path starts with, in whole parts, wins; an empty `from` matches every relative
/// path.
struct PathMap {
  std::string from;
  std::string to;
};

/// `path` as the maps say, without "." and ".." where they are no more than a detour; only that
/// where none matches. A leading "../" counts for a `from` that has it, else it is passed over.
std::string MapPath(std::string_view path, const std::vector<PathMap>& maps);

}  // namespace gate

#endif  // TOOLS_PATH_MAP_H_
