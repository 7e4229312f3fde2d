// SPDX-License-Identifier: GPL-2.0-only
#include "series_import.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <system_error>
#include <vector>

#include "files.h"
#include "git.h"
#include "process.h"

namespace series_import {
namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

/// The subject, folded lines joined; not decoded: what is looked for in it is ASCII.
std::string SubjectOf(std::string_view mail) {
  std::string subject;
  bool inside = false;
  for (const auto& line : git::SplitLines(mail)) {
    if (line.empty()) break;
    if (inside && (line.front() == ' ' || line.front() == '\t')) {
      subject += line;
      continue;
    }
    if (inside) break;
    constexpr std::string_view kName = "subject:";
    if (line.size() < kName.size()) continue;
    std::string name = line.substr(0, kName.size());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    if (name != kName) continue;
    inside = true;
    subject = line.substr(std::min(line.size(), line.find_first_not_of(" \t", kName.size())));
  }
  return subject;
}

/// The subject as a part of a file's name, as `git format-patch` does it.
std::string Slug(std::string_view mail) {
  std::string subject = SubjectOf(mail);
  while (subject.starts_with('[') && subject.find(']') != std::string::npos) {
    subject.erase(0, subject.find(']') + 1);
    subject.erase(0, std::min(subject.size(), subject.find_first_not_of(' ')));
  }
  std::string slug;
  for (const char letter : subject) {
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
  const int of = PositionOf(patches->front()).of;
  const auto unlike = [&](const std::string& mail) { return PositionOf(mail).of != of; };
  // A folder of format-patch -N, or of more than one series: they stand as they are named.
  if (of == 0 || std::any_of(patches->begin(), patches->end(), unlike)) return Done{};
  std::stable_sort(patches->begin(), patches->end(),
                   [](const std::string& a, const std::string& b) {
                     return PositionOf(a).number < PositionOf(b).number;
                   });
  for (int wanted = 1; wanted <= of; ++wanted) {
    const auto count =
        std::count_if(patches->begin(), patches->end(),
                      [&](const std::string& mail) { return PositionOf(mail).number == wanted; });
    if (count == 1) continue;
    return Error{fmt::format("{}: error: holds {} patches with the number {}/{}", series.string(),
                             count, wanted, of)};
  }
  return Done{};
}

}  // namespace

bool IsPatch(std::string_view mail) {
  std::string subject = SubjectOf(mail);
  std::transform(subject.begin(), subject.end(), subject.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return !subject.starts_with("re:") && (mail.find("\ndiff --git ") != std::string_view::npos ||
                                         mail.find("\n--- a/") != std::string_view::npos);
}

Position PositionOf(std::string_view mail) {
  const std::string subject = SubjectOf(mail);
  const auto close = subject.find(']');
  if (!subject.starts_with('[') || close == std::string::npos) return {};
  const auto slash = subject.rfind('/', close);
  if (slash == std::string::npos) return {};
  const auto digit = [&](std::size_t at) {
    return std::isdigit(static_cast<unsigned char>(subject[at])) != 0;
  };
  std::size_t begin = slash;
  while (begin > 0 && digit(begin - 1)) --begin;
  std::size_t end = slash + 1;
  while (end < close && digit(end)) ++end;
  // Four digits are more than any series has, and fit an int.
  constexpr std::size_t kMost = 4;
  if (begin == slash || end == slash + 1 || slash - begin > kMost || end - slash - 1 > kMost) {
    return {};
  }
  return {std::stoi(subject.substr(begin, slash - begin)),
          std::stoi(subject.substr(slash + 1, end - slash - 1))};
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
