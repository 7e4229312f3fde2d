// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_CHECKPATCH_H_
#define TOOLS_CHECKPATCH_H_

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "mail_form.h"
#include "patch_mail.h"
#include "result.h"

/// The kernel's own scripts/checkpatch.pl, as the media subsystem asks for it
/// (driver-api/media/maintainer-entry-profile.rst: --strict --max-line-length=80).
namespace checkpatch {

struct Options {
  std::filesystem::path tree;        ///< A kernel tree; only read.
  bool spelling = false;             ///< Only misspelt words, by codespell's dictionary as well.
  std::filesystem::path dictionary;  ///< Codespell's; empty: where Debian has it.
  bool unsigned_patches = false;     ///< MISSING_SIGN_OFF is no finding.
};

struct Outcome {
  std::size_t mails = 0;  ///< That were looked at.
  std::vector<mail_form::Finding> findings;
  std::map<std::string, int> ignored;  ///< How many findings of a type were left out.
  std::size_t old = 0;  ///< Findings of lines that the patch only moves, or words that it keeps.
};

/// What can't be run here, with the Debian package that has it; empty where all is there.
std::string Missing(const Options& options);

/// Runs it once over all mails. The error says that it could not judge them.
gate::Result<Outcome> Run(const std::vector<patch_mail::Mail>& mails, const Options& options);

}  // namespace checkpatch

#endif  // TOOLS_CHECKPATCH_H_
