// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PATCH_SERIES_H_
#define TOOLS_PATCH_SERIES_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

/// The patch files of the series, as `git format-patch` writes them.
namespace patch_series {

struct Patch {
  int number = 0;  ///< The four digits that its name begins with.
  std::filesystem::path file;
  bool for_base = false;  ///< It stands in the folder of one base.
};

/// The patches of `folder` for `base` ("6.12"), by number. Where `folder`/`base` has one of the
/// same number, that one serves instead. 0000-* is the cover letter and no patch. A folder that
/// does not exist has none. Two files of one number are an error.
gate::Result<std::vector<Patch>> List(const std::filesystem::path& folder, const std::string& base);

/// The files that `patch` (its text) changes, creates, deletes or renames; unsorted, may repeat.
std::vector<std::string> TouchedFiles(std::string_view patch);

/// A place in a patch.
struct Place {
  std::size_t line = 0;  ///< 1-based, in the patch file.
  int hunk = 0;          ///< 1-based, within `file`; 0: the file as a whole.
  std::string file;      ///< As the tree names it; empty where the patch as a whole is meant.
  std::string header;    ///< "@@ -10,7 +10,8 @@"; empty without a hunk.
};

/// Where git could not apply `patch`, from what `git am` or `git apply` printed about it.
Place FindFailure(std::string_view patch, std::string_view complaint);

/// "dir/0002-x.patch:31: error: does not apply: drivers/x.c, hunk #2 (@@ -10,7 +10,8 @@)".
std::string DescribeFailure(const std::string& patch_name, const Place& place,
                            std::string_view complaint);

/// Whether `error` is one of DescribeFailure(): the patch's fault, and not the machine's.
bool IsFailureToApply(std::string_view error);

/// Whether two patch texts say the same, apart from how many digits of a blob's name they print.
bool SameButAbbreviation(std::string_view a, std::string_view b);

/// What stands between the `---` line and the diffstat: notes for reviewers, which a commit does
/// not keep. Empty where there are none.
std::string Notes(std::string_view patch);

/// `patch` with `notes` in that place.
std::string WithNotes(std::string_view patch, std::string_view notes);

}  // namespace patch_series

#endif  // TOOLS_PATCH_SERIES_H_
