// SPDX-License-Identifier: GPL-2.0-only
#include "series_import.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "mail_form.h"
#include "process.h"
#include "series_tree.h"

namespace series_import {
namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

/// In a project that Import() made, so that it may remove what is there.
using series_tree::kImportMark;

constexpr char kGiveMails[] = "give an mbox, a mail or a folder of mails";

struct Piece {
  std::string text;  ///< As it came.
  patch_mail::Mail mail;
  mail_form::Subject subject;

  bool IsLetter() const { return !subject.reply && subject.number == 0; }
  /// Patches that nobody numbered belong to no series that says how many it has.
  int Total() const { return subject.number < 0 ? 0 : subject.total; }
};

Piece PieceOf(std::string text) {
  Piece piece;
  auto mails = patch_mail::Parse(text, "");
  if (!mails.empty()) piece.mail = std::move(mails[0]);
  piece.subject = mail_form::ParseSubject(piece.mail.Value("Subject"));
  piece.text = std::move(text);
  return piece;
}

/// The subject of a mail, for a message: one line, whatever was encoded in it.
std::string Quoted(const Piece& piece) {
  std::string text(piece.mail.Value("Subject"));
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) letter = '?';
  }
  return '"' + text + '"';
}

/// The subject as a part of a file's name, as `git format-patch` does it.
std::string Slug(const std::string& summary) {
  std::string slug;
  for (const char letter : summary) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
    if (plain) slug += letter;
    if (!plain && !slug.empty() && slug.back() != '-') slug += '-';
  }
  constexpr std::size_t kLongest = 52;
  slug.resize(std::min(slug.size(), kLongest));
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "patch" : slug;
}

/// Takes the '\r' of each line where the headers have it, too: then whoever saved the mail ended
/// all lines so, and not the files that the patch edits.
std::string WithoutTransportCr(std::string text) {
  bool headers = true;
  for (std::size_t at = 0; headers;) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) return text;
    if (end == at || text[end - 1] != '\r') return text;
    headers = end - at > 1;
    at = end + 1;
  }
  std::string clear;
  clear.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    clear += text[i];
  }
  return clear;
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
    return Error{fmt::format("{}: error: is no mbox: {}; {}", file.string(),
                             split->err.substr(0, split->err.find('\n')), kGiveMails)};
  }
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(scratch, error)) parts.push_back(entry.path());
  std::sort(parts.begin(), parts.end());
  std::vector<std::string> mails;
  for (const auto& part : parts) {
    auto text = files::Read(part);
    if (!text.ok()) return Error{text.error()};
    mails.push_back(WithoutTransportCr(std::move(*text)));
  }
  step = files::Remove(scratch);
  if (!step.ok()) return Error{step.error()};
  return mails;
}

Result<std::vector<Piece>> ReadMails(const fs::path& series, const fs::path& scratch) {
  std::error_code error;
  std::vector<fs::path> sources = {series};
  if (fs::is_directory(series, error)) {
    sources.clear();
    for (auto entry = fs::directory_iterator(series, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::error_code unknown;
      if (entry->is_regular_file(unknown)) sources.push_back(entry->path());
    }
    if (error) {
      return Error{fmt::format("{}: error: cannot be read: {}", series.string(), error.message())};
    }
    std::sort(sources.begin(), sources.end());
  } else if (!fs::is_regular_file(series, error)) {
    return Error{fmt::format("{}: error: is no file or folder; {}", series.string(), kGiveMails)};
  }
  std::vector<Piece> mails;
  for (const auto& source : sources) {
    if (fs::file_size(source, error) == 0) continue;  // git takes that for a broken mbox.
    auto part = SplitMbox(source, scratch);
    if (!part.ok()) return Error{part.error()};
    for (auto& text : *part) mails.push_back(PieceOf(std::move(text)));
  }
  return mails;
}

/// Of how many patches the series is that `mails` are for the most part; 0: they have no numbers.
int TotalOf(const std::vector<Piece>& mails) {
  std::map<int, int> counts;
  for (const auto& mail : mails) {
    if (mail.IsLetter() && mail.Total() > 0) return mail.Total();
    if (mail.Total() > 0) ++counts[mail.Total()];
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? 0 : most->first;
}

/// The first few subjects of those that `other` is true for; empty: it is for none.
std::string SubjectsOf(const std::vector<Piece>& mails,
                       const std::function<bool(const Piece&)>& other) {
  constexpr int kShown = 3;
  std::string subjects;
  int count = 0;
  for (const auto& mail : mails) {
    if (!other(mail)) continue;
    if (++count <= kShown) subjects += (count == 1 ? "" : ", ") + Quoted(mail);
  }
  if (count > kShown) subjects += fmt::format(" and {} more", count - kShown);
  return subjects;
}

/// The error where some of `mails` are no part of a series of `of` patches.
Result<Done> FindForeign(const std::vector<Piece>& mails, int of, const fs::path& series) {
  const std::string foreign = SubjectsOf(
      mails, [&](const Piece& mail) { return mail.Total() != of || mail.subject.number > of; });
  if (foreign.empty()) return Done{};
  return Error{
      fmt::format("{}: error: not of the series of {}: {}; give an mbox or a folder with "
                  "the mails of one series only",
                  series.string(), of, foreign)};
}

/// The error where `mails` are of several versions of a series. A letter says nothing: its sender
/// forgets the version more easily than git does.
Result<Done> FindOlder(const std::vector<Piece>& mails, const fs::path& series) {
  // Without numbers, patches that have nothing to do with each other may stand side by side.
  std::map<std::string, int> newest;
  const auto name_of = [](const Piece& mail) {
    return mail.Total() > 0 ? std::string() : mail.subject.summary;
  };
  for (const auto& mail : mails) {
    if (mail.IsLetter()) continue;
    int& known = newest[name_of(mail)];
    known = std::max(known, mail.subject.version);
  }
  int version = 0;
  const std::string older = SubjectsOf(mails, [&](const Piece& mail) {
    if (mail.IsLetter() || mail.subject.version == newest[name_of(mail)]) return false;
    version = newest[name_of(mail)];
    return true;
  });
  if (older.empty()) return Done{};
  return Error{
      fmt::format("{}: error: there is a version {} of this: {}; give an mbox or a "
                  "folder with the mails of one version only",
                  series.string(), version, older)};
}

/// Puts numbered mails into their order. The error says which is missing, there twice, or none of
/// the series. Without numbers they stand as they are named.
Result<Done> Sort(std::vector<Piece>* mails, const fs::path& series) {
  const int of = TotalOf(*mails);
  auto known = of == 0 ? Result<Done>(Done{}) : FindForeign(*mails, of, series);
  if (known.ok()) known = FindOlder(*mails, series);
  if (!known.ok() || of == 0) return known;
  std::stable_sort(mails->begin(), mails->end(), [](const Piece& a, const Piece& b) {
    return a.subject.number < b.subject.number;
  });
  for (int wanted = 0; wanted <= of; ++wanted) {
    const auto count = std::count_if(mails->begin(), mails->end(), [&](const Piece& mail) {
      return mail.subject.number == wanted;
    });
    if (count == 1 || (count == 0 && wanted == 0)) continue;
    if (count == 0) {
      return Error{fmt::format("{}: error: holds no patch {}/{}; fetch the missing one",
                               series.string(), wanted, of)};
    }
    return Error{fmt::format("{}: error: holds {} mails with the number {}/{}; keep the right one",
                             series.string(), count, wanted, of)};
  }
  return Done{};
}

/// The cover letter, if there is one, and the patches behind it, in order.
Result<std::vector<Piece>> SeriesOf(std::vector<Piece> mails, const fs::path& series) {
  std::vector<Piece> wanted;
  std::vector<Piece> unnumbered_letter;
  for (auto& mail : mails) {
    if (mail.subject.reply) continue;
    if (mail.IsLetter() || IsPatch(mail.mail)) {
      wanted.push_back(std::move(mail));
    } else if (mail.subject.tagged && (!mail.mail.plain || !mail.mail.undecodable.empty())) {
      return Error{fmt::format("{}: error: cannot read {}; fetch it as plain text", series.string(),
                               Quoted(mail))};
    } else if (mail.subject.tagged) {
      // Before the patches it may be a letter; else a patch was cut off, or the file.
      if (mail.subject.number >= 0 || !wanted.empty() || !unnumbered_letter.empty()) {
        return Error{
            fmt::format("{}: error: {} holds no diff; fetch the whole mail, or take it out",
                        series.string(), Quoted(mail))};
      }
      unnumbered_letter.push_back(std::move(mail));
    }
  }
  if (std::all_of(wanted.begin(), wanted.end(),
                  [](const Piece& mail) { return mail.IsLetter(); })) {
    return Error{fmt::format("{}: error: holds no patch; {}", series.string(), kGiveMails)};
  }
  const auto sorted = Sort(&wanted, series);
  if (!sorted.ok()) return Error{sorted.error()};
  if (TotalOf(wanted) == 0) {
    wanted.insert(wanted.begin(), std::make_move_iterator(unnumbered_letter.begin()),
                  std::make_move_iterator(unnumbered_letter.end()));
  }
  return wanted;
}

/// Makes `project` a folder whose content we may remove. The value says whether it was none before.
Result<bool> Mark(const fs::path& project) {
  const auto may = MayWrite(project);
  if (!may.ok()) return Error{may.error()};
  std::error_code error;
  if (fs::exists(project / kImportMark, error)) return false;
  fs::create_directories(project, error);
  // Not beside and renamed: a kill in between would leave a folder that is not empty.
  if (!error)
    std::ofstream(project / kImportMark) << "Made by kernel-series import, which empties it.\n";
  if (error || !fs::exists(project / kImportMark, error)) {
    return Error{fmt::format("{}: error: cannot be written", project.string())};
  }
  return true;
}

/// Writes files, and removes what else is in their folders.
class Writer {
 public:
  Result<Done> Write(const fs::path& file, const std::string& text) {
    const auto written = files::WriteIfChanged(file, text);
    if (!written.ok()) return Error{written.error()};
    changed_ |= *written;
    kept_.insert(file);
    return Done{};
  }

  Result<Done> RemoveOthers(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> others;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (!kept_.contains(entry.path())) others.push_back(entry.path());
    }
    for (const auto& other : others) {
      auto removed = files::Remove(other);
      if (!removed.ok()) return removed;
      changed_ = true;
    }
    return Done{};
  }

  bool changed() const { return changed_; }

 private:
  bool changed_ = false;
  std::set<fs::path> kept_;
};

Result<Done> LinkTools(const Source& source, const fs::path& project) {
  const fs::path tools = project / "tools";
  std::error_code error;
  if (fs::read_symlink(tools, error) == source.home / "tools") return Done{};
  const auto kind = fs::symlink_status(tools, error).type();
  if (kind != fs::file_type::not_found && kind != fs::file_type::symlink) {
    return Error{
        fmt::format("{}: error: is no link, as an import makes it; move it away", tools.string())};
  }
  fs::remove(tools, error);
  error.clear();
  fs::create_directory_symlink(source.home / "tools", tools, error);
  if (error) return Error{fmt::format("{}: error: {}", tools.string(), error.message())};
  return Done{};
}

Result<std::string> ImportMarked(const Source& source, const fs::path& project) {
  auto read = ReadMails(source.series, project / "split");
  if (!read.ok()) return Error{read.error()};
  const auto mails = SeriesOf(std::move(*read), source.series);
  if (!mails.ok()) return Error{mails.error()};

  Writer writer;
  int patches = 0;
  for (const auto& mail : *mails) {
    const bool patch = IsPatch(mail.mail);
    const std::string name =
        patch ? fmt::format("{:04}-{}.patch", ++patches, Slug(mail.subject.summary))
              : "0000-cover-letter.patch";
    auto written = writer.Write(project / "mails" / name, mail.text);
    if (!written.ok()) return Error{written.error()};
    if (!patch) continue;
    written = writer.Write(project / "kernel" / name, InClear(mail.text));
    if (!written.ok()) return Error{written.error()};
  }
  for (const char* folder : {"mails", "kernel"}) {
    const auto removed = writer.RemoveOthers(project / folder);
    if (!removed.ok()) return Error{removed.error()};
  }
  std::error_code error;
  fs::create_directories(project / "kunit", error);
  if (!source.kunitconfig.empty()) {
    const auto config = files::Read(source.kunitconfig);
    if (!config.ok()) return config;
    // Without these UML itself warns on some bases, whatever the series.
    const std::string um = files::ReadOrEmpty(source.home / "kunit/um.config");
    for (const auto& [name, text] : {std::pair{"kunit.config", *config}, {"um.config", um}}) {
      const auto written = writer.Write(project / "kunit" / name, text);
      if (!written.ok()) return Error{written.error()};
    }
  }
  const auto linked = LinkTools(source, project);
  if (!linked.ok()) return Error{linked.error()};
  if (!writer.changed()) return std::string();
  return fmt::format("-- took {} patches of {}", patches, source.series.string());
}

}  // namespace

bool IsPatch(const patch_mail::Mail& mail) {
  const auto subject = mail_form::ParseSubject(mail.Value("Subject"));
  // git format-patch --interdiff puts a diff into the letter.
  return !subject.reply && subject.number != 0 && patch_mail::HasDiff(mail);
}

std::string InClear(std::string_view mail) {
  const auto mails = patch_mail::Parse(mail, "");
  if (mails.empty() || !mails[0].plain) return std::string(mail);
  const std::string encoding =
      patch_mail::Lower(patch_mail::Trim(mails[0].Value("Content-Transfer-Encoding")));
  if (encoding != "base64" && encoding != "quoted-printable") return std::string(mail);
  std::string clear;
  bool dropped = false;
  for (std::string_view rest = mail; !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    const bool folded = line.front() == ' ' || line.front() == '\t';
    if (!folded) dropped = patch_mail::Lower(line).starts_with("content-t");
    if (!dropped) clear += fmt::format("{}\n", line);
  }
  clear += "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n";
  for (const auto& line : mails[0].body) clear += line.text + "\n";
  return clear;
}

Result<Posting> Read(const fs::path& series, const fs::path& scratch) {
  auto mails = ReadMails(series, scratch);
  if (!mails.ok()) return Error{mails.error()};
  auto pieces = SeriesOf(std::move(*mails), series);
  if (!pieces.ok()) return Error{pieces.error()};
  Posting posting;
  for (auto& piece : *pieces) {
    if (!IsPatch(piece.mail)) continue;
    posting.version = std::max(posting.version, piece.subject.version);
    posting.patches.push_back(InClear(piece.text));
  }
  return posting;
}

Result<Done> MayWrite(const fs::path& project) {
  std::error_code error;
  if (!fs::exists(project, error) && !error) return Done{};
  if (fs::is_directory(project, error) &&
      (fs::exists(project / kImportMark, error) || fs::is_empty(project, error))) {
    if (!error) return Done{};
  }
  return Error{
      fmt::format("{}: error: no import has made this, and an import would empty it; "
                  "give a new folder, or remove this one if it is an older import",
                  project.string())};
}

Result<std::string> Import(const Source& source, const fs::path& project) {
  std::error_code error;
  const bool existed = fs::exists(project, error);
  const auto fresh = Mark(project);
  if (!fresh.ok()) return Error{fresh.error()};
  auto imported = ImportMarked(source, project);
  if (imported.ok()) return imported;
  // An earlier import stays.
  static_cast<void>(files::Remove(project / "split"));
  if (*fresh) {
    std::vector<fs::path> made = {project};
    if (existed) {
      made.clear();
      for (const auto& entry : fs::directory_iterator(project, error)) made.push_back(entry.path());
    }
    for (const auto& path : made) static_cast<void>(files::Remove(path));
  }
  return imported;
}

}  // namespace series_import
