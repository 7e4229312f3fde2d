// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SERIES_IMPORT_H_
#define TOOLS_SERIES_IMPORT_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "files.h"
#include "patch_mail.h"
#include "result.h"

/// Somebody else's series as a project folder like this one, so that the same programs take it.
namespace series_import {

struct Source {
  std::filesystem::path series;  ///< An mbox, a mail, or a folder of mails.
  std::filesystem::path
      kunitconfig;             ///< What the kernel that runs its tests is made with; or none.
  std::filesystem::path home;  ///< This project's folder, for what programs read in tools/.
};

/// Whether `mail` is a patch: no cover letter, no reply, and it has a diff once it is decoded.
bool IsPatch(const patch_mail::Mail& mail);

/// `mail` with a body in clear, for programs that read a diff as it stands in the file. One that is
/// neither base64 nor quoted-printable stays as it is.
std::string InClear(std::string_view mail);

struct Posting {
  int version = 1;                   ///< As the subjects of the patches say.
  std::vector<std::string> patches;  ///< The mails with the patches, in order and in clear.
};

/// The patches of `series`, an mbox, a mail or a folder of mails, as Import() takes them. `scratch`
/// is a folder that is made and removed.
gate::Result<Posting> Read(const std::filesystem::path& series,
                           const std::filesystem::path& scratch);

/// Whether Import() may write to `project`, and remove what it does not want there: one that does
/// not exist, is empty, or was made by an import. The error says what to do.
gate::Result<files::Done> MayWrite(const std::filesystem::path& project);

/// Makes of `source`, in the order that the subjects give:
///   `project`/kernel: the patches, in clear
///   `project`/mails: the same as they came, and the cover letter as 0000-*
///   `project`/kunit: kunit.config, and what any kernel in UML needs, um.config
/// Files that would say the same stay as they are; those of another series go. The error: not
/// MayWrite(), unreadable, no patch in it, one of a numbered series is missing or there twice, or
/// mails of something else, or of another version, are among them. The value is one line for the
/// user; empty where nothing was to do.
gate::Result<std::string> Import(const Source& source, const std::filesystem::path& project);

}  // namespace series_import

#endif  // TOOLS_SERIES_IMPORT_H_
