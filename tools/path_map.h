// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PATH_MAP_H_
#define TOOLS_PATH_MAP_H_

#include <string>
#include <string_view>
#include <vector>

namespace gate {

/// Rewrites a path as the kernel prints it to the path where the user edits that file. The longest
/// `from` that a path starts with wins; an empty `from` matches every relative path.
struct PathMap {
  std::string from;
  std::string to;
};

/// `path` as the maps say; unchanged where none matches. A leading "./" does not count.
std::string MapPath(std::string_view path, const std::vector<PathMap>& maps);

}  // namespace gate

#endif  // TOOLS_PATH_MAP_H_
