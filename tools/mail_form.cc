// SPDX-License-Identifier: GPL-2.0-only
#include "mail_form.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace mail_form {
namespace {

using patch_mail::Lower;
using patch_mail::Mail;
using patch_mail::Trim;

constexpr char kPatches[] = "process/submitting-patches.rst";
constexpr char kPosting[] = "process/5.Posting.rst";
constexpr char kStable[] = "process/stable-kernel-rules.rst";
constexpr char kMedia[] = "driver-api/media/maintainer-entry-profile.rst";
/// No document says this one; the checks that linux-media runs on each series do.
constexpr char kMediaCi[] = "media-ci";
constexpr char kClients[] = "process/email-clients.rst";

/// Columns of a commit message, and of the summary in the subject. submitting-patches.rst
constexpr std::size_t kColumns = 75;

/// The least digits of a commit in Fixes:. submitting-patches.rst
constexpr std::size_t kCommitDigits = 12;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Code points; what is no UTF-8 counts by the byte.
std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

/// A short piece of a mail, for a message: one line, however long the original.
std::string Quote(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string quoted;
  for (const char c : text.substr(0, kLongest)) {
    quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  while (!quoted.empty() && !patch_mail::IsUtf8Text(quoted) && text.size() > kLongest &&
         quoted.size() > kLongest - 4) {
    quoted.pop_back();  // Half of a character.
  }
  return text.size() > kLongest ? quoted + "..." : quoted;
}

std::optional<int> Number(std::string_view text) {
  if (text.empty() || text.size() > 6 || !std::all_of(text.begin(), text.end(), IsDigit)) {
    return std::nullopt;
  }
  return std::atoi(std::string(text).c_str());
}

struct Person {
  std::string name;
  std::string address;  ///< In small letters.
};

/// "Name <address> # remark" in its parts.
Person ParsePerson(std::string_view text) {
  Person person;
  const auto open = text.find('<');
  const auto close = text.find('>', open == std::string_view::npos ? 0 : open);
  if (open != std::string_view::npos && close != std::string_view::npos) {
    auto name = Trim(text.substr(0, open));
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') {
      name = name.substr(1, name.size() - 2);
    }
    for (const char c : name) {
      if (c != '\\') person.name += c;
    }
    person.address = Lower(Trim(text.substr(open + 1, close - open - 1)));
  } else {
    const auto end = text.find_first_of(" \t#(");
    person.address = Lower(text.substr(0, end));
  }
  return person;
}

/// The persons of a tag's value, which commas divide; what stands behind '#' is a remark.
std::vector<Person> ParsePersons(std::string_view text) {
  text = text.substr(0, text.find('#'));
  std::vector<Person> persons;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && text[at] == '"') quoted = !quoted;
    if (at < text.size() && (quoted || text[at] != ',')) continue;
    const auto part = Trim(text.substr(begin, at - begin));
    if (!part.empty()) persons.push_back(ParsePerson(part));
    begin = at + 1;
  }
  return persons;
}

bool Same(const Person& a, const Person& b) { return a.name == b.name && a.address == b.address; }

bool SameName(const Person& a, const Person& b) {
  return !a.name.empty() && Lower(a.name) == Lower(b.name);
}

/// The tags that submitting-patches.rst and stable-kernel-rules.rst name, in small letters. Other
/// words before a colon are text.
constexpr std::array<std::string_view, 14> kTags{
    "acked-by",    "assisted-by",  "cc",        "closes",       "co-developed-by",
    "debugged-by", "fixes",        "link",      "reported-by",  "requested-by",
    "reviewed-by", "suggested-by", "tested-by", "signed-off-by"};

struct Tag {
  std::string name;  ///< In small letters.
  std::string value;
  std::size_t line = 0;
  std::size_t at = 0;   ///< Index in the message.
  std::size_t end = 0;  ///< Behind its last line: it may be folded.
};

std::optional<Tag> ParseTag(const patch_mail::Line& line, std::size_t at) {
  const std::string_view text = line.text;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon > 20) return std::nullopt;
  std::string name = Lower(text.substr(0, colon));
  if (std::find(kTags.begin(), kTags.end(), name) == kTags.end()) return std::nullopt;
  return Tag{std::move(name), std::string(Trim(text.substr(colon + 1))), line.line, at, at + 1};
}

/// Whether the notes or the diff begin at `body[at]`: what git takes for the message's end.
bool EndsMessage(const std::vector<patch_mail::Line>& body, std::size_t at) {
  std::string_view line = body[at].text;
  while (!line.empty() && IsBlank(line.back())) line.remove_suffix(1);
  return line == "---" || patch_mail::BeginsDiff(body, at);
}

/// A mail with its parts found.
struct Patch {
  const Mail* mail = nullptr;
  Subject subject;
  std::size_t subject_line = 0;
  std::vector<patch_mail::Line> message;  ///< Without headers in the body.
  std::vector<patch_mail::Line> notes;    ///< Between `---` and the diff.
  std::vector<patch_mail::Line> diff;
  std::vector<std::string> files;  ///< That the diff touches.
  std::size_t heads = 0;           ///< Different lines "diff --git".
  std::size_t up_line = 0;         ///< Where it first names a path with ".."; 0: nowhere.
  std::size_t cut_line = 0;        ///< Of the first hunk that lacks lines; 0: none does.
  std::vector<Tag> tags;
  Person sender;
  Person author;
  std::size_t from_line = 0;
  bool from_in_body = false;
  bool letter = false;  ///< The cover letter.
};

/// The name behind "a/" or "b/"; nothing for /dev/null.
void AddFile(std::string_view name, std::vector<std::string>* files) {
  name = name.substr(0, name.find('\t'));
  if (name.size() < 3 || name[1] != '/' || name == "/dev/null") return;
  const std::string file(name.substr(2));
  if (files->empty() || files->back() != file) files->push_back(file);
}

/// Whether a line of a diff's head names a path with a component "..".
bool GoesUp(std::string_view line) {
  constexpr std::array<std::string_view, 7> kNames{
      "diff --git ", "--- ", "+++ ", "rename from ", "rename to ", "copy from ", "copy to "};
  if (std::none_of(kNames.begin(), kNames.end(),
                   [&](std::string_view name) { return line.starts_with(name); })) {
    return false;
  }
  // git never writes a dot by its number in a quoted name, but reads it.
  constexpr std::string_view kDot = "\\056";
  std::string text;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool dot = line.substr(at, kDot.size()) == kDot;
    text += dot ? '.' : line[at];
    at += dot ? kDot.size() - 1 : 0;
  }
  constexpr std::string_view kLimits = "/ \t\"";
  for (auto at = text.find(".."); at != std::string::npos; at = text.find("..", at + 1)) {
    // A name is never what the line begins with.
    if (kLimits.find(text[at - 1]) != std::string_view::npos &&
        (at + 2 == text.size() || kLimits.find(text[at + 2]) != std::string_view::npos)) {
      return true;
    }
  }
  return false;
}

/// A diffstat's last line: " 2 files changed, 3 insertions(+)".
struct StatSummary {
  std::size_t line = 0;  ///< Of the mail; 0: there is none.
  std::size_t files = 0;
};

StatSummary FindStatSummary(const std::vector<patch_mail::Line>& notes) {
  StatSummary summary;
  for (const auto& note : notes) {
    const std::string_view text = note.text;
    const auto end = text.find(' ', 1);
    if (!text.starts_with(' ') || end == std::string_view::npos) continue;
    const auto count = Number(text.substr(1, end - 1));
    const auto what = text.substr(end);
    if (count && (what.starts_with(" file changed") || what.starts_with(" files changed"))) {
      summary = {note.line, static_cast<std::size_t>(*count)};
    }
  }
  return summary;
}

/// The tags of `message`. A line of the last paragraph that begins with a blank continues one.
std::vector<Tag> TakeTags(const std::vector<patch_mail::Line>& message) {
  std::size_t block = message.size();
  while (block > 0 && !Trim(message[block - 1].text).empty()) --block;
  std::vector<Tag> tags;
  for (std::size_t at = 0; at < message.size(); ++at) {
    const std::string_view text = message[at].text;
    if (auto tag = ParseTag(message[at], at)) {
      tags.push_back(std::move(*tag));
    } else if (at > block && IsBlank(text.front()) && !tags.empty() && tags.back().end == at) {
      tags.back().value += " " + std::string(Trim(text));
      ++tags.back().end;
    }
  }
  return tags;
}

Patch TakeApart(const Mail& mail) {
  Patch patch;
  patch.mail = &mail;
  const patch_mail::Header* subject = mail.Find("Subject");
  const patch_mail::Header* from = mail.Find("From");
  patch.subject_line = subject == nullptr ? mail.line : subject->line;
  patch.from_line = from == nullptr ? mail.line : from->line;
  patch.subject = ParseSubject(subject == nullptr ? "" : subject->value);
  patch.sender = ParsePerson(from == nullptr ? "" : from->value);
  patch.author = patch.sender;

  std::size_t at = 0;
  const auto& body = mail.body;
  while (at < body.size() && Trim(body[at].text).empty()) ++at;
  // "From:", "Subject:" and "Date:" at the top of the body replace the mail's own.
  for (; at < body.size(); ++at) {
    const std::string_view text = body[at].text;
    if (text.starts_with("From: ")) {
      patch.author = ParsePerson(patch_mail::DecodeWords(Trim(text.substr(6))));
      patch.from_in_body = true;
    } else if (text.starts_with("Subject: ")) {
      // Only the summary: nobody makes a reply or a letter of a patch in its body.
      patch.subject.summary = ParseSubject(patch_mail::DecodeWords(Trim(text.substr(9)))).summary;
    } else if (!text.starts_with("Date: ")) {
      break;
    }
  }
  while (at < body.size() && Trim(body[at].text).empty()) ++at;
  for (; at < body.size() && !EndsMessage(body, at); ++at) {
    patch.message.push_back(body[at]);
  }
  for (; at < body.size() && !patch_mail::BeginsDiff(body, at); ++at) {
    patch.notes.push_back(body[at]);
  }
  const auto hunks = patch_mail::FindHunks(body);
  patch.cut_line = hunks.cut;
  std::string_view head;
  for (; at < body.size(); ++at) {
    const std::string_view text = body[at].text;
    patch.diff.push_back(body[at]);
    if (hunks.inside[at]) continue;
    if (patch.up_line == 0 && GoesUp(text)) patch.up_line = body[at].line;
    if (text.starts_with("diff --git ")) {
      // A file that becomes a link has two, one behind the other.
      if (text != head) ++patch.heads;
      head = text;
    }
    if (text.starts_with("diff --git a/") && text.rfind(" b/") != std::string_view::npos) {
      AddFile(text.substr(text.rfind(" b/") + 1), &patch.files);
    }
  }
  while (!patch.message.empty() && Trim(patch.message.back().text).empty()) {
    patch.message.pop_back();
  }
  patch.tags = TakeTags(patch.message);
  const bool named_so = mail.file.substr(mail.file.rfind('/') + 1).starts_with("0000-");
  // git puts an interdiff into a letter as it is.
  patch.letter =
      patch.subject.tagged &&
      (patch.subject.number == 0 || (patch.subject.number < 0 && named_so && patch.diff.empty()));
  return patch;
}

bool IsMedia(std::string_view file) {
  constexpr std::array<std::string_view, 12> kFolders{"drivers/media/",
                                                      "drivers/staging/media/",
                                                      "include/media/",
                                                      "include/uapi/linux/cec",
                                                      "include/uapi/linux/dvb/",
                                                      "include/uapi/linux/media",
                                                      "include/uapi/linux/videodev2.h",
                                                      "include/uapi/linux/v4l2",
                                                      "Documentation/admin-guide/media/",
                                                      "Documentation/devicetree/bindings/media/",
                                                      "Documentation/driver-api/media/",
                                                      "Documentation/userspace-api/media/"};
  return std::any_of(kFolders.begin(), kFolders.end(),
                     [&](std::string_view folder) { return file.starts_with(folder); });
}

/// "Changes in v2:", "v2:", "V1 -> V2", "Changes since v1".
bool IsChangelog(std::string_view line) {
  const std::string text = Lower(Trim(line));
  const auto version_at = [&](std::size_t at) {
    return at + 1 < text.size() && text[at] == 'v' && IsDigit(text[at + 1]);
  };
  for (const std::string_view start :
       {"changes in ", "changes since ", "changes from ", "changes for "}) {
    if (text.starts_with(start)) return version_at(start.size());
  }
  if (text == "changelog" || text == "changelog:") return true;
  if (!version_at(0)) return false;
  const auto end = text.find_first_not_of("0123456789", 1);
  if (end == std::string::npos) return false;
  const auto rest = Trim(std::string_view(text).substr(end));
  return rest == ":" || rest.starts_with(": ") || rest.starts_with("->") ||
         rest.starts_with("=>") || rest.starts_with("changes");
}

/// A path and a colon, or a line of a diffstat: what checkpatch lets be long in a message.
bool IsOfAFile(std::string_view text) {
  text = Trim(text);
  const auto path = text.substr(
      0, text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
                                "/.-+"));
  const auto rest = text.substr(path.size());
  if (rest.starts_with(':')) {
    return path.find('/') != std::string_view::npos && !path.ends_with('/');
  }
  const auto count = Trim(rest);
  return !path.empty() && !rest.empty() && IsBlank(rest.front()) && count.starts_with('|') &&
         Trim(count.substr(1)).find_first_of("0123456789") == 0;
}

/// What the kernel prints of a failure. As to checkpatch, all below may be long.
bool BeginsDump(std::string_view text) {
  text = Trim(text);
  if (text.starts_with("WARNING:") || text.starts_with("BUG:")) return true;
  if (!text.starts_with('[')) return false;
  text = Trim(text.substr(1));
  if (text.starts_with('<')) {
    const auto end = text.find_first_not_of("0123456789abcdefABCDEF", 1);
    return end != std::string_view::npos && end >= 9 && text.substr(end).starts_with(">]");
  }
  // "[   12.345678]"
  const auto point = text.find_first_not_of("0123456789");
  if (point == 0 || point == std::string_view::npos || text[point] != '.') return false;
  const auto end = std::min(text.find_first_not_of("0123456789", point + 1), text.size());
  return end - point == 7 && Trim(text.substr(end)).starts_with(']');
}

bool IsUrl(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) {
      const auto host =
          text.substr(scheme.size(), text.find_first_of("/ \t", scheme.size()) - scheme.size());
      return host.find('.') != std::string_view::npos;
    }
  }
  return false;
}

bool IsList(const std::string& address) {
  const auto at = address.find('@');
  if (at == std::string::npos) return false;
  const auto host = std::string_view(address).substr(at + 1);
  return host == "vger.kernel.org" || host.starts_with("lists.") ||
         host.find(".lists.") != std::string_view::npos;
}

bool IsStable(const std::string& address) {
  return address == "stable@vger.kernel.org" || address == "stable@kernel.org" ||
         address == "stable+noautosel@kernel.org";
}

/// A finding against the rule of this id.
void Add(const Patch& patch, std::string_view id, std::size_t line, std::string text,
         Outcome* outcome) {
  const auto& rules = Rules();
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& other) { return other.id == id; });
  outcome->findings.push_back(
      {patch.mail->file, line, rule->error, std::move(text), std::string(id)});
}

/// Collects what is found in one mail.
class Judge {
 public:
  Judge(const Patch& patch, const Options& options, Outcome* outcome)
      : patch_(patch), options_(options), outcome_(outcome) {}

  void Run() {
    const auto before = outcome_->findings.size();
    CheckMail();
    if (!patch_.letter || !IsTemplate()) CheckSubject();
    if (patch_.letter) {
      CheckLetter();
    } else if (patch_.mail->plain) {
      CheckMessage();
      CheckTags();
      CheckSignOffs();
      CheckNotes();
    }
    std::stable_sort(outcome_->findings.begin() + static_cast<std::ptrdiff_t>(before),
                     outcome_->findings.end(),
                     [](const Finding& a, const Finding& b) { return a.line < b.line; });
  }

 private:
  void Tell(const char* id, std::size_t line, std::string text) const {
    Add(patch_, id, line, std::move(text), outcome_);
  }

  void CheckMail() const {
    const Mail& mail = *patch_.mail;
    if (!mail.plain) {
      Tell("plain-text", mail.Find("Content-Type")->line,
           "the mail is no plain text: " + Quote(mail.Value("Content-Type")));
      return;
    }
    if (!mail.undecodable.empty()) {
      Tell("plain-text", mail.line, "unknown encoding: " + Quote(mail.undecodable));
      return;
    }
    if (mail.carriage_return > 0) {
      Tell("line-end", mail.carriage_return, "lines end in CR LF, which the patch would carry");
    }
    if (mail.flowed) {
      Tell("plain-text", mail.Find("Content-Type")->line,
           "format=flowed lets programs break the patch's lines anew");
    }
    if (patch_.up_line > 0) Tell("path", patch_.up_line, "the diff names a path with \"..\"");
    for (const auto& header : mail.headers) {
      if (patch_mail::IsUtf8Text(header.value)) continue;
      Tell("utf-8", header.line, fmt::format("the header {} is no UTF-8", Quote(header.name)));
    }
    const auto bad = std::find_if(mail.body.begin(), mail.body.end(), [](const auto& line) {
      return !patch_mail::IsUtf8Text(line.text);
    });
    if (bad != mail.body.end()) Tell("utf-8", bad->line, "the line is no UTF-8 text");
    for (const auto& line : patch_.message) {
      if (!line.text.starts_with(">From ")) continue;
      Tell("from-mangled", line.line, "\">From\" is what a mail program made of \"From\"");
    }
    const bool by_list = Lower(patch_.sender.name).find(" via ") != std::string::npos;
    if (by_list && !patch_.from_in_body) {
      Tell("from-mangled", patch_.from_line,
           fmt::format("\"{}\" is no author, and no \"From: \" at the top of the body names one",
                       Quote(patch_.sender.name)));
    }
    if (patch_.sender.address.find('@') == std::string::npos) {
      Tell("from-mangled", patch_.from_line, "no address in From");
    }
  }

  void CheckSubject() const {
    const Subject& subject = patch_.subject;
    const std::size_t line = patch_.subject_line;
    const std::string& summary = subject.summary;
    if (!subject.tagged) {
      Tell("subject-tag", line, "the subject does not begin with [PATCH]");
    } else if (subject.number > subject.total) {
      Tell("subject-tag", line, fmt::format("patch {} of {}", subject.number, subject.total));
    }
    if (summary.empty()) {
      Tell("subject-tag", line, "the subject says nothing");
      return;
    }
    if (summary.ends_with('.') && !summary.ends_with("...")) {
      Tell("subject-period", line, "the subject ends in a period");
    }
    if (Columns(summary) > kColumns) {
      Tell("subject-length", line,
           fmt::format("the subject has {} columns without [PATCH], and {} is the limit",
                       Columns(summary), kColumns));
    }
    if (!patch_.letter) CheckPrefix(summary, line);
  }

  void CheckPrefix(std::string_view summary, std::size_t line) const {
    // A revert of a revert has both, or git's "Reapply".
    for (bool peeled = true; peeled;) {
      peeled = false;
      for (const std::string_view start : {"Revert \"", "Reapply \""}) {
        if (!summary.starts_with(start)) continue;
        summary.remove_prefix(start.size());
        peeled = true;
      }
    }
    const auto colon = summary.find(": ");
    const auto prefix = summary.substr(0, std::min(colon, summary.size()));
    if (colon == std::string_view::npos || prefix.empty() ||
        prefix.find_first_of("\"'") != std::string_view::npos) {
      Tell("subject-prefix", line, "the subject does not begin with its subsystem and a colon");
      return;
    }
    const auto& files = patch_.files;
    const auto media = static_cast<std::size_t>(std::count_if(files.begin(), files.end(), IsMedia));
    // A change of another subsystem goes through its tree, users in drivers/media included.
    if (media > 0 && 2 * media >= files.size() && prefix != "media") {
      Tell("subject-prefix", line,
           fmt::format("the patch is for the media subsystem, and its prefix is \"{}: \"",
                       Quote(prefix)));
    }
  }

  /// Whether git's own text still stands in the cover letter.
  bool IsTemplate() const {
    return patch_.subject.summary.find("*** SUBJECT HERE ***") != std::string::npos ||
           std::any_of(patch_.message.begin(), patch_.message.end(), [](const auto& line) {
             return line.text.find("*** BLURB HERE ***") != std::string::npos;
           });
  }

  void CheckLetter() const {
    if (IsTemplate()) {
      Tell("cover-letter", patch_.subject_line, "the cover letter is still git's template");
    } else if (patch_.message.empty()) {
      Tell("cover-letter", patch_.subject_line, "the cover letter says nothing");
    }
  }

  void CheckMessage() const {
    if (patch_.diff.empty()) {
      Tell("no-diff", patch_.mail->line, "the mail has no diff, and is no cover letter");
    }
    if (patch_.cut_line > 0) {
      Tell("diff-cut", patch_.cut_line, "the hunk has not the lines that its head counts");
    }
    const StatSummary stat = FindStatSummary(patch_.notes);
    // A diff that git did not make has no such heads.
    if (stat.line > 0 && patch_.heads > 0 && stat.files != patch_.heads) {
      Tell("diff-cut", stat.line,
           fmt::format("the diffstat counts {} changed, the diff has {}",
                       stat.files == 1 ? "1 file" : fmt::format("{} files", stat.files),
                       patch_.heads));
    }
    bool text = false;
    bool dump = false;
    for (std::size_t i = 0; i < patch_.message.size(); ++i) {
      text = text || (!Trim(patch_.message[i].text).empty() && !IsOfTag(i));
      dump = dump || BeginsDump(patch_.message[i].text);
      CheckLine(i, dump);
    }
    if (!text) Tell("message-empty", patch_.subject_line, "the commit message says nothing");
    for (const auto& line : patch_.diff) {
      const std::string_view diff = line.text;
      if (diff == "GIT binary patch" ||
          (diff.starts_with("Binary files ") && diff.ends_with(" differ"))) {
        Tell("binary", line.line, "the diff changes a binary file");
      }
    }
  }

  /// Whether the message's line `at` is a tag, or continues one.
  bool IsOfTag(std::size_t at) const {
    const auto next = std::upper_bound(patch_.tags.begin(), patch_.tags.end(), at,
                                       [](std::size_t i, const Tag& tag) { return i < tag.at; });
    return next != patch_.tags.begin() && at < std::prev(next)->end;
  }

  void CheckLine(std::size_t at, bool dump) const {
    const auto& line = patch_.message[at];
    const std::string_view text = line.text;
    const std::string lower = Lower(text.substr(0, 20));
    for (const std::string_view tag : {"change-id:", "reviewed-on:", "commit-queue:", "gerrit-"}) {
      if (!lower.starts_with(tag)) continue;
      Tell("gerrit", line.line, fmt::format("\"{}\" is for a Gerrit server", Quote(text)));
    }
    if (IsChangelog(text)) {
      Tell("changelog", line.line,
           "what changed between versions belongs below the \"---\", where git drops it");
    }
    const bool quoted = !text.empty() && (IsBlank(text.front()) || text.front() == '>');
    const bool one_word = Trim(text).find(' ') == std::string_view::npos;
    const bool url = text.find("://") != std::string_view::npos;
    const bool exempt =
        dump || quoted || one_word || url || IsOfAFile(text) || ParseTag(line, at).has_value();
    if (Columns(text) > kColumns && !exempt) {
      Tell("line-length", line.line,
           fmt::format("the line has {} columns, and {} is the limit", Columns(text), kColumns));
    }
  }

  /// Where the last paragraph begins, if it is one of tags; else the end of the message.
  std::size_t BlockBegin() const {
    const auto& message = patch_.message;
    std::size_t begin = message.size();
    while (begin > 0 && !Trim(message[begin - 1].text).empty()) --begin;
    const bool tags = std::any_of(patch_.tags.begin(), patch_.tags.end(),
                                  [&](const Tag& tag) { return tag.at >= begin; });
    return tags ? begin : message.size();
  }

  /// What may stand among the tags: a maintainer's "[name: what was changed]", and a comment.
  static bool IsRemark(std::string_view text) {
    return text.starts_with('[') || text.starts_with('#');
  }

  void CheckTags() const {
    const auto& tags = patch_.tags;
    const std::size_t block = BlockBegin();
    for (const auto& tag : tags) {
      if (tag.at >= block) continue;
      Tell("tag-block", tag.line,
           fmt::format("\"{}:\" stands apart from the block of tags at the message's end",
                       patch_.message[tag.at].text.substr(0, tag.name.size())));
    }
    for (std::size_t at = block; at < patch_.message.size(); ++at) {
      const auto& line = patch_.message[at];
      if (IsOfTag(at) || IsRemark(line.text) || IsUnknownTag(line.text)) continue;
      const bool wraps_fixes =
          at > block && Lower(patch_.message[at - 1].text).starts_with("fixes:");
      if (wraps_fixes) continue;  // Told below, with the tag.
      Tell("tag-block", line.line,
           fmt::format("\"{}\" stands among the tags and is none; leave a line free",
                       Quote(line.text)));
    }
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const Tag& tag = tags[i];
      if (tag.name == "fixes") CheckFixes(tag);
      if (tag.name == "cc") CheckCc(tag);
      if (tag.name == "link" || tag.name == "closes") CheckLink(tag);
      const Tag* next = i + 1 < tags.size() && tags[i + 1].at == tag.end ? &tags[i + 1] : nullptr;
      if (tag.name == "reported-by" &&
          (next == nullptr || (next->name != "closes" && next->name != "link"))) {
        Tell("reported-by", tag.line, "no \"Closes:\" or \"Link:\" to the report follows");
      }
      if (tag.name == "co-developed-by" &&
          (next == nullptr || next->name != "signed-off-by" ||
           !Same(ParsePerson(next->value), ParsePerson(tag.value)))) {
        Tell("co-developed-by", tag.line, "the same person's \"Signed-off-by:\" does not follow");
      }
    }
  }

  /// "Word-word: ..." in the block: a tag that no document names, which checkpatch looks at.
  static bool IsUnknownTag(std::string_view text) {
    const auto colon = text.find(": ");
    if (colon == std::string_view::npos || colon == 0) return false;
    return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
      return c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
  }

  void CheckFixes(const Tag& tag) const {
    const std::string_view value = tag.value;
    const auto hex = std::min(value.find_first_not_of("0123456789abcdef"), value.size());
    const auto title = value.substr(hex);
    if (hex < kCommitDigits || hex > 40) {
      Tell("fixes", tag.line,
           fmt::format("\"Fixes:\" names a commit by {} digits; {} to 40 are asked for", hex,
                       kCommitDigits));
    } else if (tag.end > tag.at + 1 || !title.starts_with(" (\"") || !title.ends_with("\")") ||
               title.size() < 6) {
      Tell("fixes", tag.line,
           "\"Fixes:\" has not the form COMMIT (\"SUBJECT\") on one line, however long");
    }
  }

  void CheckCc(const Tag& tag) const {
    for (const auto& person : ParsePersons(tag.value)) CheckCcAddress(tag, person.address);
  }

  void CheckCcAddress(const Tag& tag, const std::string& address) const {
    const auto hash = tag.value.find('#');
    const bool remark =
        hash != std::string::npos && !Trim(std::string_view(tag.value).substr(hash + 1)).empty();
    if (IsStable(address)) {
      if (address == "stable+noautosel@kernel.org" && !remark) {
        Tell("stable-form", tag.line, "the reason is missing: \"# why not\"");
      }
    } else if (address == "stable" || address.starts_with("stable@") ||
               address.find("stable@") != std::string::npos) {
      Tell("stable-form", tag.line,
           fmt::format("\"{}\": the stable team is stable@vger.kernel.org", Quote(tag.value)));
    } else if (IsList(address)) {
      Tell("list-cc", tag.line,
           fmt::format("{} is a list: name it in the mail's own Cc, or below the \"---\"",
                       Quote(address)));
    }
  }

  void CheckLink(const Tag& tag) const {
    const std::string_view value = tag.value;
    const auto end = std::min(value.find_first_of(" \t"), value.size());
    const auto rest = Trim(value.substr(end));
    const bool remark = rest.empty() || rest.starts_with('#') || rest.starts_with('[');
    if (!IsUrl(value) || !remark) {
      Tell("link", tag.line, fmt::format("\"{}\" is no URL, or more than one", Quote(value)));
    }
  }

  void CheckSignOffs() const {
    std::vector<const Tag*> signers;
    for (const auto& tag : patch_.tags) {
      if (tag.name == "signed-off-by") signers.push_back(&tag);
    }
    const std::size_t end =
        patch_.message.empty() ? patch_.subject_line : patch_.message.back().line;
    if (signers.empty()) {
      if (options_.unsigned_patches) {
        outcome_->unsigned_files.push_back(patch_.mail->file);
      } else {
        Tell("sign-off", end, "no \"Signed-off-by:\"");
      }
      return;
    }
    const auto is_author = [this](const Tag* tag) {
      return Same(ParsePerson(tag->value), patch_.author);
    };
    const auto own = std::find_if(signers.begin(), signers.end(), is_author);
    if (own == signers.end()) {
      Tell("sign-off-author", patch_.from_line,
           fmt::format("the author, {} <{}>, has not signed off", Quote(patch_.author.name),
                       Quote(patch_.author.address)));
    } else {
      // Those who developed it with the author come where their work came.
      const auto above = std::find_if(signers.begin(), own, [this](const Tag* tag) {
        return !Follows(*tag, "co-developed-by");
      });
      if (above != own) {
        Tell("sign-off-order", (*above)->line,
             "this \"Signed-off-by:\" stands before the author's");
      }
    }
    const Person last = ParsePerson(signers.back()->value);
    const bool known = patch_.sender.address.find('@') != std::string::npos &&
                       Lower(patch_.sender.name).find(" via ") == std::string::npos;
    // Who sends their own work from another address, or spelt in another way, signs as the work
    // has it.
    const bool also_theirs =
        patch_.from_in_body && !Same(patch_.author, patch_.sender) &&
        (SameName(last, patch_.sender) || Lower(last.address) == Lower(patch_.sender.address));
    if (known && !Same(last, patch_.sender) && !also_theirs) {
      Tell("sign-off-sender", signers.back()->line,
           fmt::format("the last \"Signed-off-by:\" is not of who sends this, {} <{}>",
                       Quote(patch_.sender.name), Quote(patch_.sender.address)));
    }
  }

  /// Whether the tag right above `tag` is `name`.
  bool Follows(const Tag& tag, std::string_view name) const {
    return std::any_of(patch_.tags.begin(), patch_.tags.end(),
                       [&](const Tag& other) { return other.end == tag.at && other.name == name; });
  }

  void CheckNotes() const {
    for (std::size_t i = 0; i < patch_.notes.size(); ++i) {
      const auto tag = ParseTag(patch_.notes[i], i);
      if (!tag || tag->name == "cc" || tag->name == "link" || tag->name == "closes") continue;
      Tell("tag-lost", tag->line,
           fmt::format("\"{}\" stands below the \"---\", where git drops it",
                       Quote(patch_.notes[i].text)));
    }
  }

  const Patch& patch_;
  const Options& options_;
  Outcome* outcome_;
};

/// Which mails are one series. Two of the same form in one mbox differ by their thread.
using Key = std::tuple<std::string, int, std::string>;

std::string Thread(const Mail& mail) {
  for (const char* name : {"References", "In-Reply-To", "Message-ID"}) {
    const auto value = Trim(mail.Value(name));
    if (!value.empty()) return std::string(value.substr(0, value.find_first_of(" \t")));
  }
  return {};
}

using Series = std::map<Key, std::vector<const Patch*>>;

Series Group(const std::vector<Patch>& patches) {
  Series plain;
  for (const auto& patch : patches) {
    if (patch.subject.number < 0 || !patch.subject.tagged) continue;
    plain[{patch.subject.tags, patch.subject.total, ""}].push_back(&patch);
  }
  Series series;
  for (const auto& [key, members] : plain) {
    std::set<int> numbers;
    bool twice = false;
    for (const auto* patch : members) twice |= !numbers.insert(patch->subject.number).second;
    for (const auto* patch : members) {
      Key own = key;
      if (twice) std::get<2>(own) = Thread(*patch->mail);
      series[own].push_back(patch);
    }
  }
  return series;
}

void CheckSeries(const std::vector<const Patch*>& members, Outcome* outcome) {
  const Patch& first = *members.front();
  const int total = first.subject.total;
  std::map<int, const Patch*> by_number;
  std::map<std::string, const Patch*> by_summary;
  for (const auto* patch : members) {
    const int number = patch->subject.number;
    if (!by_number.emplace(number, patch).second) {
      Add(*patch, "numbering", patch->subject_line,
          fmt::format("a second patch {} of {}", number, total), outcome);
    }
    const auto [other, fresh] = by_summary.emplace(patch->subject.summary, patch);
    if (!fresh && !patch->letter && !other->second->letter) {
      Add(*patch, "subject-unique", patch->subject_line,
          fmt::format("patch {} has the same subject", other->second->subject.number), outcome);
    }
  }
  std::string missing;
  constexpr int kNamed = 20;  // However long the series claims to be.
  for (int number = 1, named = 0; number <= total && named <= kNamed; ++number) {
    if (by_number.contains(number)) continue;
    missing += missing.empty() ? "" : ", ";
    missing += ++named > kNamed ? "..." : std::to_string(number);
  }
  if (!missing.empty()) {
    Add(first, "numbering", first.subject_line, fmt::format("not here of {}: {}", total, missing),
        outcome);
  }
  if (total > 1 && !by_number.contains(0)) {
    Add(first, "cover-letter", first.subject_line, fmt::format("no cover letter (0/{})", total),
        outcome);
  }
  const bool told = std::any_of(members.begin(), members.end(), [](const Patch* patch) {
    const auto changelog = [](const auto& line) { return IsChangelog(line.text); };
    return std::any_of(patch->notes.begin(), patch->notes.end(), changelog) ||
           (patch->letter && std::any_of(patch->message.begin(), patch->message.end(), changelog));
  });
  if (first.subject.version > 1 && !told && missing.empty()) {
    Add(first, "changelog", first.subject_line,
        fmt::format("version {} does not say what has changed", first.subject.version), outcome);
  }
}

}  // namespace

Subject ParseSubject(std::string_view text) {
  Subject subject;
  text = Trim(text);
  while (Lower(text.substr(0, 3)) == "re:" || Lower(text.substr(0, 4)) == "fwd:") {
    subject.reply = true;
    text = Trim(text.substr(text.find(':') + 1));
  }
  while (text.starts_with('[') && text.find(']') != std::string_view::npos) {
    const auto end = text.find(']');
    auto inner = text.substr(1, end - 1);
    std::vector<std::string> words;
    while (!(inner = Trim(inner)).empty()) {
      const auto blank = std::min(inner.find(' '), inner.size());
      words.emplace_back(inner.substr(0, blank));
      inner.remove_prefix(blank);
    }
    const bool patch = std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return word.find("PATCH") != std::string::npos;
    });
    for (const auto& word : words) {
      const auto slash = word.find('/');
      const auto n = Number(std::string_view(word).substr(0, slash));
      if (slash != std::string::npos && n) {
        if (const auto m = Number(std::string_view(word).substr(slash + 1))) {
          subject.number = *n;
          subject.total = *m;
          continue;
        }
      }
      std::string_view rest = word;
      if (rest.starts_with("PATCH")) rest.remove_prefix(5);  // "PATCHv2" is seen, too.
      if (Lower(rest.substr(0, 1)) == "v") {
        // "v2.1" is one patch of v2, sent anew.
        const auto digits = rest.substr(1, rest.find('.') - 1);
        if (const auto version = Number(digits)) subject.version = *version;
      }
      subject.tags += (subject.tags.empty() ? "" : " ") + word;
    }
    subject.tagged = subject.tagged || patch;
    text = Trim(text.substr(end + 1));
  }
  subject.summary = std::string(text);
  return subject;
}

const std::vector<Rule>& Rules() {
  static const std::vector<Rule> kRules = {
      {"plain-text", true, "text/plain, not flowed, in an encoding that git knows", kMedia},
      {"line-end", true, "lines end in LF", kClients},
      {"utf-8", true, "headers and body are UTF-8", kClients},
      {"from-mangled", true, "From names who wrote the patch; no mail program changed a line",
       kPatches},
      {"subject-tag", true, "[PATCH] or [PATCH n/m], then a summary", kPatches},
      {"subject-prefix", true,
       "the subsystem before a colon; media: where at least half of the files are its own", kMedia},
      {"subject-period", true, "no period at the end", kPosting},
      {"subject-length", true, "at most 75 columns without [PATCH]", kPatches},
      {"subject-unique", true, "no subject twice in a series", kPatches},
      {"numbering", true, "each number of a series once", kPatches},
      {"cover-letter", true, "several patches have a letter, which says something", kPosting},
      {"no-diff", true, "a patch has a diff", kPatches},
      {"diff-cut", true,
       "each hunk has the lines that its head counts, and the diff the files of the diffstat",
       kPatches},
      {"path", true, "no path with \"..\" in the diff", kPatches},
      {"message-empty", true, "a commit message that is more than tags", kPatches},
      {"line-length", false,
       "75 columns; not for tags, URLs, \"path:\", and quoted (indented) or the kernel's output",
       kPatches},
      {"changelog", false, "below the \"---\" or in the letter; there from version 2 on", kPatches},
      {"gerrit", true, "no Change-Id and the like", kPosting},
      {"tag-block", false, "all tags in one block at the end, and nothing else in it", kPatches},
      {"tag-lost", true, "no tag below the \"---\"", kPatches},
      {"sign-off", true, "Signed-off-by", kPatches},
      {"sign-off-author", true, "the author (From) has signed off", kPatches},
      {"sign-off-order", true, "the author first, then those who passed it on", kPatches},
      {"sign-off-sender", true,
       "the last one is of who sends the mail, by another address or name where \"From: \" in the "
       "body has it",
       kPatches},
      {"co-developed-by", true, "directly followed by that person's Signed-off-by", kPatches},
      {"fixes", true, "Fixes: 12 or more hexadecimal digits (\"subject\"), on one line", kPatches},
      {"stable-form", true, "Cc: stable@vger.kernel.org", kStable},
      {"reported-by", false, "directly followed by Closes: or Link:", kMedia},
      {"link", true, "one URL", kPatches},
      {"list-cc", true, "no mailing list among the tags, stable excepted", kMediaCi},
      {"binary", true, "no binary file in the diff", kClients},
  };
  return kRules;
}

std::string Finding::Text() const {
  return fmt::format("{}:{}: {}: {} [{}]", file, line, error ? "error" : "warning", text, id);
}

std::string Finding::ForB4() const {
  std::string safe = text;
  for (auto at = safe.find("ERROR:"); at != std::string::npos; at = safe.find("ERROR:")) {
    safe.replace(at, 6, "error:");
  }
  return fmt::format("-:{}: {}: {} [{}]", line, error ? "ERROR" : "WARNING", safe, id);
}

Outcome Check(const std::vector<Mail>& mails, const Options& options) {
  Outcome outcome;
  std::vector<Patch> patches;
  for (const auto& mail : mails) {
    Patch patch = TakeApart(mail);
    const bool judged = !patch.subject.reply && (patch.subject.tagged || !patch.diff.empty());
    if (!judged) {
      ++outcome.others;
      continue;
    }
    ++(patch.letter ? outcome.letters : outcome.patches);
    patches.push_back(std::move(patch));
  }
  for (const auto& patch : patches) Judge(patch, options, &outcome).Run();
  if (patches.size() > 1) {
    for (const auto& series : Group(patches)) CheckSeries(series.second, &outcome);
    const auto loose = std::count_if(patches.begin(), patches.end(), [](const Patch& patch) {
      return patch.subject.number < 0 && !patch.letter;
    });
    const auto unnumbered = std::find_if(patches.begin(), patches.end(), [](const Patch& patch) {
      return patch.subject.number < 0 && !patch.letter;
    });
    // As stored, they have no numbers yet.
    if (loose > 1 && !options.unsigned_patches) {
      Add(*unnumbered, "numbering", unnumbered->subject_line,
          fmt::format("one of {} patches without a number", loose), &outcome);
    }
  }
  return outcome;
}

}  // namespace mail_form
