// SPDX-License-Identifier: GPL-2.0-only
#include "round_trip.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "files.h"
#include "patch_series.h"

namespace series_tree {

using gate::Error;
using gate::Result;

Result<RoundTrip> CheckRoundTrip(const SeriesTree& tree, const Project& project,
                                 const std::string& base) {
  RoundTrip trip;
  const auto edits = tree.FindEdits();
  if (!edits.ok()) return Error{edits.error()};
  if (edits->any()) {
    trip.findings.push_back(
        fmt::format("{}: error: holds edits that no patch file has; build series-refresh",
                    tree.repository().folder().string()));
    return trip;
  }
  const auto patches = patch_series::List(project.kernel, base);
  if (!patches.ok()) return Error{patches.error()};
  const auto series = tree.Series();
  if (!series.ok()) return Error{series.error()};
  if (series->commits.size() != patches->size()) {
    return Error{fmt::format("{}: error: holds {} commits for {} patches; build series-apply",
                             tree.repository().folder().string(), series->commits.size(),
                             patches->size())};
  }
  const bool own_folder = std::any_of(patches->begin(), patches->end(),
                                      [](const auto& patch) { return patch.for_base; });
  for (std::size_t i = 0; i < patches->size(); ++i) {
    const auto& patch = (*patches)[i];
    if (own_folder && !patch.for_base) {
      ++trip.of_other_bases;
      continue;
    }
    // As series-refresh calls it.
    const auto formatted =
        tree.repository().Run({"format-patch", "-1", "--stdout", "--zero-commit", "--no-signature",
                               "-N", "--abbrev=12", series->commits[i]});
    if (!formatted.ok()) return Error{formatted.error()};
    if (!formatted->ok()) return Error{formatted->err.substr(0, formatted->err.find('\n'))};
    const auto stored = files::Read(patch.file);
    if (!stored.ok()) return Error{stored.error()};
    ++trip.compared;
    const auto written = patch_series::WithNotes(formatted->out, patch_series::Notes(*stored));
    if (patch_series::SameButAbbreviation(written, *stored)) continue;
    const auto differ =
        std::mismatch(written.begin(), written.end(), stored->begin(), stored->end());
    trip.findings.push_back(fmt::format(
        "{}:{}: error: git format-patch writes other bytes of the commit that git am makes of it",
        project.Name(patch.file), 1 + std::count(stored->begin(), differ.second, '\n')));
  }
  return trip;
}

}  // namespace series_tree
