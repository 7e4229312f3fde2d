// SPDX-License-Identifier: GPL-2.0-only
#include "path_map.h"

#include <filesystem>

namespace gate {
namespace {

// Whole parts of a path match: "drivers" is no beginning of "drivers2/a.c".
bool Matches(std::string_view path, std::string_view from) {
  if (from.empty()) return !path.starts_with('/');
  if (!path.starts_with(from)) return false;
  return from.ends_with('/') || path.size() == from.size() || path[from.size()] == '/';
}

const PathMap* Best(std::string_view path, const std::vector<PathMap>& maps) {
  const PathMap* best = nullptr;
  for (const PathMap& map : maps) {
    if (!Matches(path, map.from)) continue;
    if (best == nullptr || map.from.size() > best->from.size()) best = &map;
  }
  return best;
}

}  // namespace

std::string MapPath(std::string_view path, const std::vector<PathMap>& maps) {
  if (path.empty()) return {};
  const std::string normal = std::filesystem::path(path).lexically_normal().string();
  std::string_view rest = normal;
  const PathMap* best = Best(rest, maps);
  // A kernel built in a folder of its own names its sources from there: "../lib/a.c".
  if ((best == nullptr || best->from.empty()) && rest.starts_with("../")) {
    while (rest.starts_with("../")) rest.remove_prefix(3);
    best = Best(rest, maps);
  }
  if (best == nullptr) return normal;
  return best->to + std::string(rest.substr(best->from.size()));
}

}  // namespace gate
