// SPDX-License-Identifier: GPL-2.0-only
/// patch-form: whether mails have the form that linux-media asks for.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "all_written.h"
#include "checkpatch.h"
#include "exit_codes.h"
#include "file_io.h"
#include "mail_form.h"
#include "patch_mail.h"
#include "process.h"

namespace {

using gate::ExitCode;
using mail_form::Finding;

struct Settings {
  std::string check = "form";
  std::vector<std::string> inputs;
  std::filesystem::path tree;
  std::filesystem::path dictionary;
  bool unsigned_patches = false;
  bool b4 = false;
};

int Infrastructure(const std::string& line) {
  gate::Put(stderr, line + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

/// Prints the findings, and the closing line, which b4 would take for one of them.
int Close(const Settings& settings, const std::vector<Finding>& findings,
          const std::string& figures) {
  for (const auto& finding : findings) {
    gate::Put(stdout, (settings.b4 ? finding.ForB4() : finding.Text()) + "\n");
  }
  if (!settings.b4) {
    gate::Put(stdout, fmt::format("{} {}: {}\n", findings.empty() ? "PASSED" : "FAILED",
                                  settings.check, figures));
  }
  return static_cast<int>(findings.empty() ? ExitCode::kPassed : ExitCode::kFailed);
}

int CheckForm(const Settings& settings, const std::vector<patch_mail::Mail>& mails) {
  const auto outcome = mail_form::Check(mails, {settings.unsigned_patches});
  if (outcome.patches + outcome.letters == 0) {
    return Infrastructure(
        fmt::format("{}: error: holds no patch mail; give what git format-patch "
                    "wrote, or an mbox",
                    settings.inputs.front()));
  }
  std::string figures = fmt::format("{} patches, {} cover letters, {} findings", outcome.patches,
                                    outcome.letters, outcome.findings.size());
  if (outcome.others > 0) figures += fmt::format("; {} other mails not judged", outcome.others);
  if (!outcome.unsigned_files.empty()) {
    figures += fmt::format("; to do: sign-off of {} patches", outcome.unsigned_files.size());
  }
  return Close(settings, outcome.findings, figures);
}

int RunCheckpatch(const Settings& settings, const std::vector<patch_mail::Mail>& mails) {
  checkpatch::Options options;
  options.tree = settings.tree;
  options.spelling = settings.check == "spelling";
  options.dictionary = settings.dictionary;
  options.unsigned_patches = settings.unsigned_patches;
  if (const std::string missing = checkpatch::Missing(options); !missing.empty()) {
    return Infrastructure(fmt::format("NOT RUN {}: {}", settings.check, missing));
  }
  const auto outcome = checkpatch::Run(mails, options);
  if (!outcome.ok()) return Infrastructure(outcome.error());
  std::string figures =
      fmt::format("{} mails, {} findings", outcome->mails, outcome->findings.size());
  std::string ignored;
  for (const auto& [type, count] : outcome->ignored) {
    ignored += fmt::format("{}{} {}", ignored.empty() ? "; not counted: " : ", ", count, type);
  }
  if (outcome->old > 0) figures += fmt::format(" ({} that the base has, too)", outcome->old);
  return Close(settings, outcome->findings, figures + ignored);
}

std::string RuleTable() {
  std::string table;
  for (const auto& rule : mail_form::Rules()) {
    table += fmt::format("{:<16} {:<8} {}\n{:<25} ({})\n", rule.id,
                         rule.error ? "error" : "warning", rule.meaning, "", rule.source);
  }
  return table;
}

}  // namespace

int main(int argc, char** argv) {
  if (!gate::OpenStandardStreams()) return static_cast<int>(ExitCode::kInfrastructure);
  CLI::App app(
      "Tells where patch mails have not the form that linux-media and the kernel's documents ask "
      "for. Reads what git format-patch writes, saved mails, and mboxes.",
      "patch-form");
  app.footer(gate::ExitCodeHelp());
  Settings settings;
  bool rules = false;
  app.add_option("mails", settings.inputs, "Files, folders of *.patch, *.eml or *.mbox, or -");
  app.add_option("--check", settings.check,
                 "form: headers, message and tags; checkpatch: the tree's own; spelling: codespell")
      ->check(CLI::IsMember({"form", "checkpatch", "spelling"}))
      ->capture_default_str();
  app.add_option("--tree", settings.tree, "Kernel tree whose checkpatch.pl runs; only read")
      ->check(CLI::ExistingDirectory);
  app.add_option("--dictionary", settings.dictionary, "Codespell's, where not Debian's is used");
  app.add_flag("--unsigned", settings.unsigned_patches,
               "Patches as stored: numbers and Signed-off-by come when they are sent");
  app.add_flag(
      "--b4", settings.b4,
      "Print as b4 prep --check reads it; the body on - is already decoded, as b4 pipes it");
  app.add_flag("--rules", rules, "List the rules of the check form, with their sources");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  if (rules) {
    gate::Put(stdout, RuleTable());
    return gate::AllWritten(0);
  }
  if (settings.inputs.empty() || (settings.check != "form" && settings.tree.empty())) {
    gate::Put(stderr, settings.inputs.empty()
                          ? "patch-form: error: name mails, or - \n"
                          : "patch-form: error: name a kernel tree by --tree\n");
    return static_cast<int>(ExitCode::kUsage);
  }
  process::CleanEnvironment();
  const auto mails = patch_mail::Read(
      settings.inputs, settings.b4 ? patch_mail::Body::kDecoded : patch_mail::Body::kEncoded);
  if (!mails.ok()) return Infrastructure(mails.error());
  return gate::AllWritten(settings.check == "form" ? CheckForm(settings, *mails)
                                                   : RunCheckpatch(settings, *mails));
}
