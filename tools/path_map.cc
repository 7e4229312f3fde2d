// SPDX-License-Identifier: GPL-2.0-only
#include "path_map.h"

namespace gate {

std::string MapPath(std::string_view path, const std::vector<PathMap>& maps) {
  while (path.starts_with("./")) path.remove_prefix(2);
  const PathMap* best = nullptr;
  for (const PathMap& map : maps) {
    const bool matches = map.from.empty() ? !path.starts_with('/') : path.starts_with(map.from);
    if (matches && (best == nullptr || map.from.size() > best->from.size())) best = &map;
  }
  if (best == nullptr) return std::string(path);
  return best->to + std::string(path.substr(best->from.size()));
}

}  // namespace gate
