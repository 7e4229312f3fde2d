// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_RECIPIENTS_H_
#define TOOLS_RECIPIENTS_H_

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

/// Who gets a patch, by the kernel's own scripts/get_maintainer.pl.
namespace recipients {

enum class Which {
  kPeople,  ///< Maintainers and reviewers.
  kLists,   ///< Mailing lists.
  kAll,
};

/// The mails of a folder, by name.
std::vector<std::filesystem::path> MailsIn(const std::filesystem::path& folder);

/// What `tree`'s get_maintainer.pl says about `mails` together: "Name <mail>" or a list's address,
/// none twice. What git's history would add is not asked for: trees here have none.
gate::Result<std::vector<std::string>> Of(const std::filesystem::path& tree,
                                          const std::vector<std::filesystem::path>& mails,
                                          Which which);

/// The bare addresses, in small letters, of whom a mail reaches: those that To and Cc name, and who
/// sends it.
std::set<std::string> Addressed(std::string_view mail);

/// What the mails of a folder lack, one finding a line: of each mail, somebody whom
/// get_maintainer.pl names for its own change; of all of them, one of `lists`.
gate::Result<std::vector<std::string>> FindMissing(const std::filesystem::path& tree,
                                                   const std::filesystem::path& folder,
                                                   const std::vector<std::string>& lists);

}  // namespace recipients

#endif  // TOOLS_RECIPIENTS_H_
