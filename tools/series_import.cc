// SPDX-License-Identifier: GPL-2.0-only
#include "series_import.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <system_error>
#include <vector>

#include "files.h"
#include "mail_form.h"
#include "patch_mail.h"
#include "process.h"

namespace series_import {
namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

mail_form::Subject SubjectOf(std::string_view mail) {
  const auto mails = patch_mail::Parse(mail, "");
  return mails.empty() ? mail_form::Subject() : mail_form::ParseSubject(mails[0].Value("Subject"));
}

/// The subject as a part of a file's name, as `git format-patch` does it.
std::string Slug(std::string_view mail) {
  std::string slug;
  for (const char letter : SubjectOf(mail).summary) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
    if (plain) slug += letter;
    if (!plain && !slug.empty() && slug.back() != '-') slug += '-';
  }
  constexpr std::size_t kLongest = 52;
  slug.resize(std::min(slug.size(), kLongest));
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "patch" : slug;
}

/// The mails of an mbox, by git's own rules; one without a "From " line is a single mail.
Result<std::vector<std::string>> SplitMbox(const fs::path& file, const fs::path& scratch) {
  auto step = files::Remove(scratch);
  if (!step.ok()) return Error{step.error()};
  std::error_code error;
  fs::create_directories(scratch, error);
  process::Command command;
  // A '\r' belongs to the patch where it edits a file with such line ends.
  command.argv = {"git", "mailsplit", "--keep-cr", "-b", "-o" + scratch.string(), file.string()};
  const auto split = process::Run(command);
  if (!split.ok()) return Error{split.error()};
  if (!split->ok()) {
    return Error{fmt::format("{}: error: is no mbox: {}", file.string(),
                             split->err.substr(0, split->err.find('\n')))};
  }
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(scratch, error)) parts.push_back(entry.path());
  std::sort(parts.begin(), parts.end());
  std::vector<std::string> mails;
  for (const auto& part : parts) {
    auto text = files::Read(part);
    if (!text.ok()) return Error{text.error()};
    mails.push_back(std::move(*text));
  }
  step = files::Remove(scratch);
  if (!step.ok()) return Error{step.error()};
  return mails;
}

Result<std::vector<std::string>> ReadMails(const fs::path& series, const fs::path& scratch) {
  std::error_code error;
  std::vector<fs::path> sources = {series};
  if (fs::is_directory(series, error)) {
    sources.clear();
    for (const auto& entry : fs::directory_iterator(series, error)) {
      if (entry.is_regular_file(error)) sources.push_back(entry.path());
    }
    std::sort(sources.begin(), sources.end());
  } else if (!fs::is_regular_file(series, error)) {
    return Error{fmt::format("{}: error: is no file or folder; give an mbox or a folder of patches",
                             series.string())};
  }
  std::vector<std::string> mails;
  for (const auto& source : sources) {
    if (fs::file_size(source, error) == 0) continue;  // git takes that for a broken mbox.
    auto part = SplitMbox(source, scratch);
    if (!part.ok()) return part;
    std::move(part->begin(), part->end(), std::back_inserter(mails));
  }
  return mails;
}

/// Puts numbered patches into their order. The error says which is missing, or there twice.
Result<Done> Sort(std::vector<std::string>* patches, const fs::path& series) {
  std::vector<std::pair<int, std::string>> numbered;
  const int of = SubjectOf(patches->front()).total;
  for (const auto& patch : *patches) {
    const auto subject = SubjectOf(patch);
    // A folder of format-patch -N, or of more than one series: they stand as they are named.
    if (of == 0 || subject.total != of) return Done{};
    numbered.emplace_back(subject.number, patch);
  }
  std::stable_sort(numbered.begin(), numbered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (int wanted = 1; wanted <= of; ++wanted) {
    const auto count = std::count_if(numbered.begin(), numbered.end(),
                                     [&](const auto& one) { return one.first == wanted; });
    if (count == 1) continue;
    return Error{fmt::format("{}: error: holds {} patches with the number {}/{}", series.string(),
                             count, wanted, of)};
  }
  patches->clear();
  for (auto& one : numbered) patches->push_back(std::move(one.second));
  return Done{};
}

}  // namespace

bool IsPatch(std::string_view mail) {
  return !SubjectOf(mail).reply && (mail.find("\ndiff --git ") != std::string_view::npos ||
                                    mail.find("\n--- a/") != std::string_view::npos);
}

Result<std::string> Import(const Source& source, const fs::path& project) {
  auto mails = ReadMails(source.series, project / "split");
  if (!mails.ok()) return Error{mails.error()};
  std::vector<std::string> patches;
  for (auto& mail : *mails) {
    if (IsPatch(mail)) patches.push_back(std::move(mail));
  }
  if (patches.empty()) {
    return Error{fmt::format("{}: error: holds no patch", source.series.string())};
  }
  const auto sorted = Sort(&patches, source.series);
  if (!sorted.ok()) return Error{sorted.error()};

  bool changed = false;
  const auto write = [&](const fs::path& file, const std::string& text) -> Result<Done> {
    const auto written = files::WriteIfChanged(file, text);
    if (!written.ok()) return Error{written.error()};
    changed |= *written;
    return Done{};
  };
  const fs::path kernel = project / "kernel";
  std::set<fs::path> kept;
  for (std::size_t i = 0; i < patches.size(); ++i) {
    const fs::path file = kernel / fmt::format("{:04}-{}.patch", i + 1, Slug(patches[i]));
    const auto written = write(file, patches[i]);
    if (!written.ok()) return Error{written.error()};
    kept.insert(file);
  }
  std::error_code error;
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(kernel, error)) {
    if (!kept.contains(entry.path())) others.push_back(entry.path());
  }
  for (const auto& other : others) {
    const auto removed = files::Remove(other);
    if (!removed.ok()) return Error{removed.error()};
    changed = true;
  }
  fs::create_directories(project / "kunit", error);
  if (!source.kunitconfig.empty()) {
    const auto config = files::Read(source.kunitconfig);
    if (!config.ok()) return config;
    const auto written = write(project / "kunit/kunit.config", *config);
    if (!written.ok()) return Error{written.error()};
  }
  const fs::path tools = project / "tools";
  if (fs::read_symlink(tools, error) != source.home / "tools") {
    const auto removed = files::Remove(tools);
    if (!removed.ok()) return Error{removed.error()};
    error.clear();
    fs::create_directory_symlink(source.home / "tools", tools, error);
    if (error) return Error{fmt::format("{}: error: {}", tools.string(), error.message())};
  }
  if (!changed) return std::string();
  return fmt::format("-- took {} patches of {}", patches.size(), source.series.string());
}

}  // namespace series_import
