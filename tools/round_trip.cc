// SPDX-License-Identifier: GPL-2.0-only
#include "round_trip.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "files.h"
#include "patch_series.h"

namespace series_tree {

using gate::Error;
using gate::Result;

Result<std::vector<std::string>> CheckRoundTrip(SeriesTree* tree, const Project& project,
                                                const std::string& base) {
  std::vector<std::string> findings;
  const auto edits = tree->FindEdits();
  if (!edits.ok()) return Error{edits.error()};
  if (edits->any()) {
    findings.push_back(
        fmt::format("{}: error: holds edits that no patch file has; build series-refresh",
                    tree->repository().folder().string()));
    return findings;
  }
  // A refresh may write: so it gets a copy.
  namespace fs = std::filesystem;
  const fs::path copy = tree->Note("round-trip");
  auto step = files::Remove(copy);
  if (!step.ok()) return Error{step.error()};
  std::error_code error;
  fs::create_directories(copy, error);
  if (!error) fs::copy(project.kernel, copy / "kernel", fs::copy_options::recursive, error);
  if (error) return Error{fmt::format("{}: error: {}", copy.string(), error.message())};
  const auto refreshed = tree->Refresh({copy / "kernel", project.kunit}, base);
  if (!refreshed.ok()) return Error{refreshed.error()};
  const auto patches = patch_series::List(project.kernel, base);
  if (!patches.ok()) return Error{patches.error()};
  for (const auto& patch : *patches) {
    const auto name = patch.file.lexically_relative(project.kernel);
    if (files::ReadOrEmpty(patch.file) == files::ReadOrEmpty(copy / "kernel" / name)) continue;
    findings.push_back(fmt::format(
        "{}:1: error: git format-patch writes other bytes of the commit that git am makes of it; "
        "build series-refresh",
        project.Name(patch.file)));
  }
  step = files::Remove(copy);
  if (!step.ok()) return Error{step.error()};
  return findings;
}

}  // namespace series_tree
