// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_MEASURED_H_
#define TOOLS_MEASURED_H_

#include <filesystem>
#include <string>

#include "result.h"

/// What the targets of this project leave in the build folder, taken for the cover letter.
namespace measured {

/// What before-after-run says of its last comparison as a whole: the word for its exit code, in
/// this file of its folder. Not there while it runs, where it was ended early, or where kernels
/// were built that it has not booted.
inline constexpr const char kComparisonVerdict[] = "verdict";

/// What `target` measured last, as the letter tells it; `base` names the kernel. The error is one
/// line: not run, not passed, or older than the kernel tree, and what to do.
gate::Result<std::string> Describe(const std::filesystem::path& build, const std::string& base,
                                   const std::string& target);

}  // namespace measured

#endif  // TOOLS_MEASURED_H_
