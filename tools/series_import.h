// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SERIES_IMPORT_H_
#define TOOLS_SERIES_IMPORT_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "result.h"

/// Somebody else's series as a project folder like this one, so that the same programs take it.
namespace series_import {

struct Source {
  std::filesystem::path series;  ///< An mbox, a mail, or a folder of mails.
  std::filesystem::path
      kunitconfig;             ///< What the kernel that runs its tests is made with; or none.
  std::filesystem::path home;  ///< This project's folder, for what programs read in tools/.
};

/// Whether `mail` is a patch: no cover letter, no reply, and it has a diff.
bool IsPatch(std::string_view mail);

/// Makes `project`/kernel of the patches of `source`, in the order that their subjects give, and
/// `project`/kunit/kunit.config. Files that would say the same stay as they are; patches of another
/// series go. The error: unreadable, no patch in it, one of a numbered series is missing or there
/// twice. The value is one line for the user; empty where nothing was to do.
gate::Result<std::string> Import(const Source& source, const std::filesystem::path& project);

}  // namespace series_import

#endif  // TOOLS_SERIES_IMPORT_H_
