// SPDX-License-Identifier: GPL-2.0-only
#include "recipients.h"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "files.h"
#include "git.h"
#include "patch_mail.h"
#include "process.h"
#include "series_import.h"

namespace recipients {
namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;
using patch_mail::Lower;

/// "mail" of "Name <mail>", or what stands there.
std::string AddressOf(std::string_view person) {
  const auto open = person.rfind('<');
  const auto close = person.rfind('>');
  if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
    return Lower(person.substr(open + 1, close - open - 1));
  }
  return Lower(patch_mail::Trim(person));
}

/// The people of one header's value; a comma in quotes parts nobody.
void TakePeople(std::string_view value, std::set<std::string>* people) {
  std::string one;
  bool quoted = false;
  const auto end = [&] {
    if (const std::string address = AddressOf(one); !address.empty()) people->insert(address);
    one.clear();
  };
  for (const char letter : value) {
    if (letter == '"') quoted = !quoted;
    if (letter == ',' && !quoted) {
      end();
    } else {
      one += letter;
    }
  }
  end();
}

/// Asks about `mails`, or about the one on its standard input where those are none.
Result<std::vector<std::string>> Ask(const fs::path& tree, const std::vector<fs::path>& mails,
                                     const std::string& input, Which which) {
  process::Command command;
  command.argv = {(tree / "scripts/get_maintainer.pl").string(), "--norolestats", "--nogit",
                  "--nogit-fallback", "--nofixes"};
  if (which == Which::kPeople) command.argv.emplace_back("--nol");
  if (which == Which::kLists) command.argv.insert(command.argv.end(), {"--nom", "--nor"});
  for (const auto& mail : mails) command.argv.push_back(mail.string());
  command.folder = tree.string();
  command.input = input;
  const auto output = process::Run(command);
  if (!output.ok()) return Error{output.error()};
  if (!output->ok()) {
    return Error{fmt::format("{}: error: does not tell the recipients: {}", command.argv.front(),
                             output->err.substr(0, output->err.find('\n')))};
  }
  std::vector<std::string> people;
  std::set<std::string> seen;
  for (auto& line : git::SplitLines(output->out)) {
    if (!line.empty() && seen.insert(line).second) people.push_back(std::move(line));
  }
  return people;
}

}  // namespace

std::vector<fs::path> MailsIn(const fs::path& folder) {
  std::vector<fs::path> mails;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) mails.push_back(entry.path());
  std::sort(mails.begin(), mails.end());
  return mails;
}

Result<std::vector<std::string>> Of(const fs::path& tree, const std::vector<fs::path>& mails,
                                    Which which) {
  return Ask(tree, mails, "", which);
}

std::set<std::string> Addressed(std::string_view mail) {
  std::set<std::string> people;
  for (const auto& one : patch_mail::Parse(mail, "")) {
    for (const auto& header : one.headers) {
      const std::string name = Lower(header.name);
      if (name == "to" || name == "cc" || name == "from") TakePeople(header.value, &people);
    }
  }
  return people;
}

Result<std::vector<std::string>> FindMissing(const fs::path& tree, const fs::path& folder,
                                             const std::vector<std::string>& lists) {
  std::vector<std::string> findings;
  const auto mails = MailsIn(folder);
  if (mails.empty()) return Error{fmt::format("{}: error: holds no mails", folder.string())};
  for (const auto& mail : mails) {
    const auto text = files::Read(mail);
    if (!text.ok()) return Error{text.error()};
    const auto addressed = Addressed(*text);
    const auto parsed = patch_mail::Parse(*text, "");
    // A cover letter changes nothing, so that it goes to whom the lists below name.
    if (!parsed.empty() && series_import::IsPatch(parsed[0])) {
      // get_maintainer.pl reads no encoded diff.
      const std::string clear = series_import::InClear(*text);
      const auto wanted =
          clear == *text ? Of(tree, {mail}, Which::kAll) : Ask(tree, {}, clear, Which::kAll);
      if (!wanted.ok()) return Error{wanted.error()};
      for (const auto& person : *wanted) {
        if (addressed.contains(AddressOf(person))) continue;
        findings.push_back(fmt::format(
            "{}:1: error: does not go to {}, whom get_maintainer.pl names", mail.string(), person));
      }
    }
    for (const auto& list : lists) {
      if (addressed.contains(Lower(list))) continue;
      findings.push_back(fmt::format("{}:1: error: does not go to {}", mail.string(), list));
    }
  }
  return findings;
}

}  // namespace recipients
