// SPDX-License-Identifier: GPL-2.0-only
#include "posted_commits.h"

#include <fmt/core.h>

#include <map>
#include <system_error>

#include "files.h"
#include "series_import.h"

namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;

/// "Author", "Email", "Subject" and "Date", as git mailinfo prints them.
std::map<std::string, std::string> ParseMailInfo(const std::string& text) {
  std::map<std::string, std::string> values;
  for (const auto& line : git::SplitLines(text)) {
    const auto colon = line.find(": ");
    if (colon != std::string::npos) values[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return values;
}

}  // namespace

PostedCommits::PostedCommits(const git::Repository& repository, Settings settings)
    : git_(repository), settings_(std::move(settings)) {
  git_.SetEnvironment("GIT_INDEX_FILE", (settings_.scratch / "index").string());
}

Result<std::string> PostedCommits::Make() {
  const auto posting = series_import::Read(settings_.mails, settings_.scratch);
  if (!posting.ok()) return Error{posting.error()};
  if (posting->version != settings_.version) {
    return Error{fmt::format("{}: error: is version {}; what goes out is compared with version {}",
                             settings_.mails.string(), posting->version, settings_.version)};
  }
  std::error_code error;
  fs::create_directories(settings_.scratch, error);
  const auto read = git_.Ask({"read-tree", settings_.base});
  std::string tip = settings_.base;
  Result<std::string> made = read.ok() ? Result<std::string>(tip) : read;
  for (const auto& mail : posting->patches) {
    if (made.ok()) made = Add(mail, tip);
    if (made.ok()) tip = *made;
  }
  static_cast<void>(files::Remove(settings_.scratch));
  return made;
}

Result<std::string> PostedCommits::Add(const std::string& mail, const std::string& parent) {
  const fs::path message_file = settings_.scratch / "message";
  const fs::path diff = settings_.scratch / "diff";
  const auto info = git_.Ask({"mailinfo", message_file.string(), diff.string()}, mail);
  if (!info.ok()) return info;
  auto values = ParseMailInfo(*info);
  const auto fault = [&](const std::string& what) {
    return Error{
        fmt::format("{}: error: \"{}\" {}", settings_.mails.string(), values["Subject"], what)};
  };
  if (values["Author"].empty() || values["Email"].empty()) {
    return fault("names no author in From:; give the mail as it was sent");
  }
  const auto applied = git_.Ask({"apply", "--cached", diff.string()});
  if (!applied.ok()) {
    return fault(
        fmt::format("does not apply to this base ({}); give it as it would be there, or no "
                    "SERIES_PREVIOUS",
                    applied.error()));
  }
  const auto contents = git_.Ask({"write-tree"});
  if (!contents.ok()) return contents;
  std::string message = values["Subject"] + "\n\n";
  for (const auto& line : git::SplitLines(files::ReadOrEmpty(message_file))) {
    if (settings_.without.empty() || line != settings_.without) message += line + "\n";
  }
  git::Repository by_author = git_;
  by_author.SetEnvironment("GIT_AUTHOR_NAME", values["Author"]);
  by_author.SetEnvironment("GIT_AUTHOR_EMAIL", values["Email"]);
  // range-diff does not look at it.
  by_author.SetEnvironment("GIT_AUTHOR_DATE", git::kIdentityDate);
  auto commit =
      by_author.Ask({"commit-tree", *contents, "-p", parent, "-F", "-"}, std::move(message));
  if (!commit.ok()) return fault(fmt::format("can't be a commit ({})", commit.error()));
  return commit;
}
