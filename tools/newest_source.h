// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_NEWEST_SOURCE_H_
#define TOOLS_NEWEST_SOURCE_H_

#include <filesystem>
#include <string>

#include "apt_sources.h"
#include "files.h"
#include "result.h"
#include "series_tree.h"

/// The newest kernel that Debian packages, whatever release of Debian the machine has.
namespace newest_source {

struct Options {
  series_tree::Project project;
  std::filesystem::path folder;            ///< Where everything is kept.
  std::string suite;                       ///< Of Debian, e.g. "trixie-backports".
  std::filesystem::path apt = "/etc/apt";  ///< The machine's own sources.
  std::filesystem::path os = "/etc/os-release";
};

/// The highest "linux-source-N.M" among `names`, one a line; empty where there is none.
std::string HighestPackage(std::string_view names);

/// The folder in `kernel` for a base as new as `version` ("7.4"): of that version or, where there
/// is none, the next older one. Without any `version` itself.
std::string NearestBase(const std::filesystem::path& kernel, const std::string& version);

/// Asks the archive that the machine takes its own packages from for the highest linux-source-N.M
/// of `suite`, and gets it unless it is there: `folder`/linux-source-N.M.tar.xz. Needs no root, and
/// leaves apt's own state as it is. A download that was cut off goes on where it ended. Where the
/// archive can't be asked, one that was got before serves, and a line on standard error says so.
gate::Result<files::Done> Get(const Options& options);

/// A tree in `folder`/linux, made from what Get() got: of the files that the series touches or
/// may not find there, and kunit_tool. That is all that git am looks at.
gate::Result<series_tree::SeriesTree> OpenTree(const Options& options);

/// A tree in `folder`/whole/linux of all files that Get() got, for those who build it:
/// `folder`/whole is a build folder to kunit-run. It takes some 2 GiB of disk.
gate::Result<series_tree::SeriesTree> OpenWholeTree(const Options& options);

/// The file beside that tree in which kunit-run looks for the tree's fingerprint.
std::filesystem::path WholeTreeId(const Options& options);

}  // namespace newest_source

#endif  // TOOLS_NEWEST_SOURCE_H_
