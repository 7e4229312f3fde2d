// SPDX-License-Identifier: GPL-2.0-only
#include "git.h"

#include <fmt/core.h>

namespace git {
namespace {

/// What git's own message says, in one line.
std::string FirstComplaint(const process::Output& output) {
  std::string first;
  for (const auto& line : SplitLines(output.err)) {
    if (line.starts_with("fatal: ") || line.starts_with("error: ")) return line.substr(7);
    if (first.empty()) first = line;
  }
  return first.empty() ? fmt::format("exit code {}", output.code) : first;
}

gate::Result<std::string> Judge(const std::filesystem::path& folder, const Arguments& arguments,
                                gate::Result<process::Output> output) {
  if (!output.ok()) return gate::Error{output.error()};
  if (!output->ok()) {
    return gate::Error{fmt::format("{}: error: git {}: {}", folder.string(), arguments.front(),
                                   FirstComplaint(*output))};
  }
  if (output->out.ends_with('\n')) output->out.pop_back();
  return std::move(output->out);
}

}  // namespace

gate::Result<process::Output> Repository::Run(const Arguments& arguments, std::string input) const {
  process::Command command;
  command.argv = {"git",
                  "-c",
                  "core.hooksPath=/dev/null",
                  "-c",
                  "core.attributesFile=/dev/null",
                  "-c",
                  "core.excludesFile=/dev/null",
                  "-c",
                  "core.fsmonitor=false",
                  "-c",
                  "commit.gpgSign=false",
                  "-c",
                  "gc.auto=0",
                  "-c",
                  "maintenance.auto=false",
                  "-c",
                  "advice.detachedHead=false"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.folder = folder_.string();
  command.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
                         {"GIT_CONFIG_NOSYSTEM", "1"},
                         {"GIT_ATTR_NOSYSTEM", "1"},
                         {"GIT_TERMINAL_PROMPT", "0"},
                         {"GIT_EDITOR", "true"},
                         {"GIT_SEQUENCE_EDITOR", "true"},
                         {"GIT_COMMITTER_NAME", kIdentityName},
                         {"GIT_COMMITTER_EMAIL", kIdentityMail},
                         {"GIT_COMMITTER_DATE", kIdentityDate},
                         // Never look above the folder: the project is a repository too.
                         {"GIT_CEILING_DIRECTORIES", folder_.parent_path().string()}};
  command.environment.insert(command.environment.end(), environment_.begin(), environment_.end());
  command.input = std::move(input);
  return process::Run(command);
}

gate::Result<std::string> Repository::Ask(const Arguments& arguments, std::string input) const {
  return Judge(folder_, arguments, Run(arguments, std::move(input)));
}

void Repository::SetEnvironment(std::string name, std::string value) {
  environment_.emplace_back(std::move(name), std::move(value));
}

void Repository::SetFixedAuthor() {
  SetEnvironment("GIT_AUTHOR_NAME", kIdentityName);
  SetEnvironment("GIT_AUTHOR_EMAIL", kIdentityMail);
  SetEnvironment("GIT_AUTHOR_DATE", kIdentityDate);
}

gate::Result<std::string> AskForeign(const std::filesystem::path& folder,
                                     const Arguments& arguments) {
  process::Command command;
  command.argv = {"git",
                  "-c",
                  "core.hooksPath=/dev/null",
                  "-c",
                  "core.fsmonitor=false",
                  "-c",
                  "core.untrackedCache=false"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.folder = folder.string();
  command.environment = {{"GIT_OPTIONAL_LOCKS", "0"}, {"GIT_TERMINAL_PROMPT", "0"}};
  return Judge(folder, arguments, process::Run(command));
}

std::vector<std::string> SplitNul(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto end = list.find('\0');
    parts.emplace_back(list.substr(0, end));
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return parts;
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace git
