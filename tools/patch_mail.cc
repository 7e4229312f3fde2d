// SPDX-License-Identifier: GPL-2.0-only
#include "patch_mail.h"

#include <fmt/core.h>
#include <iconv.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "files.h"
#include "text.h"

namespace patch_mail {
namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The byte of "=XX" at `at`; nothing where two hexadecimal digits do not follow.
std::optional<char> HexByte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || HexDigit(text[at + 1]) < 0 || HexDigit(text[at + 2]) < 0) {
    return std::nullopt;
  }
  return static_cast<char>(HexDigit(text[at + 1]) * 16 + HexDigit(text[at + 2]));
}

std::string FromQuotedPrintable(std::string_view text, bool header) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = text[at] == '=' ? HexByte(text, at) : std::nullopt;
    if (byte) {
      out += *byte;
      at += 2;
    } else if (header && text[at] == '_') {
      out += ' ';
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string FromBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return out;
}

/// `text` in UTF-8; nothing where the character set, or a byte in it, is unknown.
std::optional<std::string> ToUtf8(std::string_view text, const std::string& charset) {
  const std::string name = Lower(charset);
  if (name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii") {
    return std::string(text);
  }
  const iconv_t convert = ::iconv_open("UTF-8", charset.c_str());
  if (convert == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string input(text);
  char* in = input.data();
  std::size_t left = input.size();
  std::string out;
  std::array<char, 4096> room{};
  bool good = true;
  while (good && left > 0) {
    char* to = room.data();
    std::size_t free = room.size();
    good =
        ::iconv(convert, &in, &left, &to, &free) != static_cast<std::size_t>(-1) || errno == E2BIG;
    out.append(room.data(), room.size() - free);
  }
  ::iconv_close(convert);
  if (!good) return std::nullopt;
  return out;
}

/// The RFC allows 75; some programs write more.
constexpr std::size_t kLongestWord = 1000;

struct EncodedWord {
  std::string text;
  std::size_t end;
};

/// The encoded word at `at`: =?charset?encoding?text?= (RFC 2047, section 2).
std::optional<EncodedWord> WordAt(std::string_view value, std::size_t at) {
  if (value.substr(at, 2) != "=?") return std::nullopt;
  value = value.substr(0, at + kLongestWord);
  const auto charset_end = value.find('?', at + 2);
  if (charset_end == std::string_view::npos) return std::nullopt;
  const auto text_begin = charset_end + 3;
  if (text_begin > value.size() || value[charset_end + 2] != '?') return std::nullopt;
  const auto text_end = value.find("?=", text_begin);
  if (text_end == std::string_view::npos) return std::nullopt;
  const auto text = value.substr(text_begin, text_end - text_begin);
  const char encoding = value[charset_end + 1];
  std::string bytes;
  if (encoding == 'q' || encoding == 'Q') {
    bytes = FromQuotedPrintable(text, true);
  } else if (encoding == 'b' || encoding == 'B') {
    bytes = FromBase64(text);
  } else {
    return std::nullopt;
  }
  std::string charset(value.substr(at + 2, charset_end - at - 2));
  charset = charset.substr(0, charset.find('*'));  // RFC 2231 adds a language.
  auto decoded = ToUtf8(bytes, charset);
  if (!decoded) return std::nullopt;
  return EncodedWord{std::move(*decoded), text_end + 2};
}

/// Whether `line` is where an mbox begins a mail: "From sender Mon Sep 17 00:00:00 2001". git looks
/// for a time of day, too.
bool IsMboxStart(std::string_view line) {
  if (!line.starts_with("From ")) return false;
  while (!line.empty() && (IsBlank(line.back()) || line.back() == '\r')) line.remove_suffix(1);
  const auto colon = line.rfind(':');
  return colon != std::string_view::npos && colon >= 5 && colon + 2 < line.size() &&
         IsDigit(line[colon - 1]) && IsDigit(line[colon + 1]) && IsDigit(line[colon + 2]) &&
         IsDigit(line.back());
}

/// The length of the name of a header in `line`; 0 where it is none.
std::size_t HeaderName(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return 0;
  const bool name = std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                                [](char c) { return c > ' ' && c < 0x7f; });
  return name ? colon : 0;
}

/// The value of a parameter of a header, without quotes: charset of Content-Type, for one.
std::string Parameter(std::string_view value, std::string_view name) {
  const std::string lower = Lower(value);
  for (std::size_t at = lower.find(';'); at != std::string::npos; at = lower.find(';', at + 1)) {
    auto part = Trim(value.substr(at + 1));
    if (!Lower(part).starts_with(std::string(name) + "=")) continue;
    part.remove_prefix(name.size() + 1);
    part = Trim(part.substr(0, part.find(';')));
    if (part.size() > 1 && part.front() == '"' && part.back() == '"') {
      part = part.substr(1, part.size() - 2);
    }
    return std::string(part);
  }
  return {};
}

/// The lines of `text`, and whether each ended in CR LF.
struct RawLine {
  std::string_view text;
  bool carriage_return;
};

std::vector<RawLine> Split(std::string_view text) {
  std::vector<RawLine> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    const bool carriage_return = line.ends_with('\r');
    if (carriage_return) line.remove_suffix(1);
    lines.push_back({line, carriage_return});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Decodes a body of these lines, the first of which is line `number`.
void AddBody(Mail* mail, const std::vector<RawLine>& lines, std::size_t begin, std::size_t end,
             std::size_t first, Body body) {
  const std::string type = Lower(mail->Value("Content-Type"));
  mail->plain = type.empty() || type.starts_with("text/plain");
  mail->flowed = Lower(Parameter(mail->Value("Content-Type"), "format")) == "flowed";
  std::string encoding = Lower(Trim(mail->Value("Content-Transfer-Encoding")));
  if (body == Body::kDecoded || !mail->plain) encoding.clear();
  const auto add = [mail](std::string text, std::size_t line) {
    mail->body.push_back({std::move(text), line});
  };
  if (encoding == "quoted-printable") {
    std::string open;
    std::size_t open_line = 0;
    for (std::size_t at = begin; at < end; ++at) {
      std::string_view text = lines[at].text;
      while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
      const bool soft = text.ends_with('=');
      if (soft) text.remove_suffix(1);
      if (open_line == 0) open_line = first + at;
      open += FromQuotedPrintable(text, false);
      if (soft && at + 1 < end) continue;
      // "=0A" ends a line, too.
      open += '\n';
      for (const auto& line : Split(open)) {
        if (line.carriage_return && mail->carriage_return == 0) mail->carriage_return = open_line;
        add(std::string(line.text), open_line);
      }
      open.clear();
      open_line = 0;
    }
  } else if (encoding == "base64") {
    std::string joined;
    for (std::size_t at = begin; at < end; ++at) joined += lines[at].text;
    const std::string bytes = FromBase64(joined);
    for (const auto& line : Split(bytes)) {
      if (line.carriage_return && mail->carriage_return == 0) mail->carriage_return = first + begin;
      add(std::string(line.text), first + begin);
    }
  } else {
    const bool known =
        encoding.empty() || encoding == "7bit" || encoding == "8bit" || encoding == "binary";
    if (!known) mail->undecodable = encoding;
    for (std::size_t at = begin; at < end; ++at) add(std::string(lines[at].text), first + at);
  }
  if (body == Body::kDecoded) return;
  const std::string charset = Parameter(mail->Value("Content-Type"), "charset");
  for (auto& line : mail->body) {
    if (auto text = ToUtf8(line.text, charset)) {
      line.text = std::move(*text);
    } else if (mail->undecodable.empty()) {
      mail->undecodable = charset;
    }
  }
}

/// The mail of the lines from `begin`, a header or the line of an mbox, to `end`.
Mail MakeMail(const std::string& file, const std::vector<RawLine>& lines, std::size_t begin,
              std::size_t end, Body body) {
  Mail mail;
  mail.file = file;
  mail.line = begin + 1;
  std::size_t at = begin;
  if (lines[at].text.starts_with("From ")) ++at;
  for (; at < end && !lines[at].text.empty(); ++at) {
    const auto text = lines[at].text;
    if (IsBlank(text.front())) {
      if (!mail.headers.empty()) mail.headers.back().value += " " + std::string(Trim(text));
      continue;
    }
    const auto name = HeaderName(text);
    if (name == 0) break;  // No blank line between headers and body.
    mail.headers.push_back(
        {std::string(text.substr(0, name)), std::string(Trim(text.substr(name + 1))), at + 1});
  }
  for (auto& header : mail.headers) header.value = DecodeWords(header.value);
  if (at < end && lines[at].text.empty()) ++at;
  for (std::size_t line = begin; line < end && mail.carriage_return == 0; ++line) {
    if (lines[line].carriage_return) mail.carriage_return = line + 1;
  }
  AddBody(&mail, lines, at, end, 1, body);
  return mail;
}

/// Takes the count of "-1,3" or "+1" off the front of `text`; nothing where there is none.
std::optional<std::size_t> TakeCount(std::string_view* text, char sign) {
  if (!text->starts_with(sign)) return std::nullopt;
  const char* end = text->data() + text->size();
  std::size_t count = 0;
  auto read = std::from_chars(text->data() + 1, end, count);
  if (read.ec != std::errc()) return std::nullopt;
  count = 1;
  if (read.ptr != end && *read.ptr == ',') read = std::from_chars(read.ptr + 1, end, count);
  if (read.ec != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<std::size_t>(read.ptr - text->data()));
  return count;
}

/// How many lines of each side a hunk still has.
struct Sides {
  std::size_t before = 0;
  std::size_t after = 0;

  bool Open() const { return before > 0 || after > 0; }
};

/// Those of "@@ -1,3 +1,4 @@".
std::optional<Sides> ParseHunkHead(std::string_view line) {
  if (!line.starts_with("@@ ")) return std::nullopt;
  line.remove_prefix(3);
  const auto before = TakeCount(&line, '-');
  if (!before || !line.starts_with(' ')) return std::nullopt;
  line.remove_prefix(1);
  const auto after = TakeCount(&line, '+');
  if (!after || !line.starts_with(" @@")) return std::nullopt;
  return Sides{*before, *after};
}

/// Whether the signature begins at `at`: "-- ", and git's version. In a hunk, its first line would
/// be one that is taken away.
bool BeginsSignature(const std::vector<Line>& body, std::size_t at) {
  if (body[at].text != "-- " || at + 1 == body.size()) return false;
  const std::string_view next = body[at + 1].text;
  return !next.empty() && IsDigit(next.front());
}

Result<std::string> ReadStandardInput() {
  std::string text;
  std::array<char, 65536> room{};
  for (;;) {
    const auto got = ::read(STDIN_FILENO, room.data(), room.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{fmt::format("-: error: cannot be read: {}", std::strerror(errno))};
    if (got == 0) return text;
    text.append(room.data(), static_cast<std::size_t>(got));
  }
}

/// The mail files of `folder`, by name.
Result<std::vector<std::string>> FilesOf(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto extension = entry->path().extension();
    if (extension == ".patch" || extension == ".eml" || extension == ".mbox") {
      found.push_back(entry->path().string());
    }
  }
  if (error) return Error{fmt::format("{}: error: {}", folder, error.message())};
  if (found.empty()) {
    return Error{
        fmt::format("{}: error: no *.patch, *.eml or *.mbox is in it; name the folder "
                    "that the mails were written to",
                    folder)};
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

const Header* Mail::Find(std::string_view name) const {
  const std::string wanted = Lower(name);
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
    return Lower(header.name) == wanted;
  });
  return found == headers.end() ? nullptr : &*found;
}

std::string_view Mail::Value(std::string_view name) const {
  const Header* header = Find(name);
  return header == nullptr ? std::string_view() : std::string_view(header->value);
}

std::vector<Mail> Parse(std::string_view text, const std::string& file, Body body) {
  const auto lines = Split(text);
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at + 1 < lines.size(); ++at) {
    const bool apart = at == 0 || lines[at - 1].text.empty();
    if (apart && IsMboxStart(lines[at].text) && HeaderName(lines[at + 1].text) > 0) {
      starts.push_back(at);
    }
  }
  std::size_t first = 0;
  while (first < lines.size() && lines[first].text.empty()) ++first;
  if (starts.empty() || starts.front() != first) {
    // The first mail, or the only one, without the line of an mbox.
    if (first < lines.size() && HeaderName(lines[first].text) > 0) {
      starts.insert(starts.begin(), first);
    }
  }
  std::vector<Mail> mails;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::size_t end = i + 1 < starts.size() ? starts[i + 1] : lines.size();
    mails.push_back(MakeMail(file, lines, starts[i], end, body));
  }
  return mails;
}

Result<std::vector<Mail>> Read(const std::vector<std::string>& arguments, Body body) {
  std::vector<Mail> mails;
  for (const auto& argument : arguments) {
    std::vector<std::string> names = {argument};
    // What it can't tell, as of a loop of links, reading tells.
    std::error_code unknown;
    if (argument != "-" && fs::is_directory(argument, unknown)) {
      auto found = FilesOf(argument);
      if (!found.ok()) return Error{found.error()};
      names = std::move(*found);
    }
    for (const auto& name : names) {
      const auto text = name == "-" ? ReadStandardInput() : files::Read(name);
      if (!text.ok()) return Error{text.error()};
      auto some = Parse(*text, name, body);
      if (some.empty()) {
        return Error{fmt::format("{}: error: {}; give a file of git format-patch, or an mbox", name,
                                 text->empty() ? "is empty" : "holds no mail")};
      }
      mails.insert(mails.end(), std::make_move_iterator(some.begin()),
                   std::make_move_iterator(some.end()));
    }
  }
  return mails;
}

bool BeginsDiff(const std::vector<Line>& body, std::size_t at) {
  const auto starts = [&](std::size_t ahead, std::string_view text) {
    return at + ahead < body.size() && body[at + ahead].text.starts_with(text);
  };
  return starts(0, "diff -") || starts(0, "Index: ") ||
         (starts(0, "--- ") && starts(1, "+++ ") && starts(2, "@@ -"));
}

bool HasDiff(const Mail& mail) {
  for (std::size_t at = 0; at < mail.body.size(); ++at) {
    if (BeginsDiff(mail.body, at)) return true;
  }
  return false;
}

Hunks FindHunks(const std::vector<Line>& body) {
  Hunks hunks;
  hunks.inside.resize(body.size());
  Sides left;
  std::size_t head = 0;
  bool diff = false;
  const auto close = [&] {
    if (left.Open() && hunks.cut == 0) hunks.cut = head;
    left = {};
  };
  std::size_t end = body.size();
  while (end > 0 && body[end - 1].text.empty()) --end;
  for (std::size_t at = 0; at < end; ++at) {
    const std::string_view text = body[at].text;
    // Some programs take the blank off an empty line.
    const char sign = text.empty() ? ' ' : text.front();
    const bool before = sign == '-' || sign == ' ';
    const bool after = sign == '+' || sign == ' ';
    const bool fits = sign == '\\' || ((before || after) && (!before || left.before > 0) &&
                                       (!after || left.after > 0));
    if (left.Open() && fits && !BeginsSignature(body, at)) {
      hunks.inside[at] = true;
      left.before -= before ? 1 : 0;
      left.after -= after ? 1 : 0;
      continue;
    }
    close();
    diff = diff || BeginsDiff(body, at);
    const auto sides = diff ? ParseHunkHead(text) : std::nullopt;
    if (!sides) continue;
    left = *sides;
    head = body[at].line;
  }
  close();
  return hunks;
}

std::string DecodeWords(std::string_view value) {
  std::string out;
  std::size_t after_word = std::string::npos;  // Where in `out` the last encoded word ended.
  for (std::size_t at = 0; at < value.size();) {
    auto word = WordAt(value, at);
    if (!word) {
      out += value[at++];
      continue;
    }
    // Blanks between two encoded words are only there to fold the line.
    const bool only_blanks =
        after_word != std::string::npos &&
        std::all_of(out.begin() + static_cast<std::ptrdiff_t>(after_word), out.end(), IsBlank);
    if (only_blanks) out.resize(after_word);
    out += word->text;
    after_word = out.size();
    at = word->end;
  }
  return out;
}

bool IsUtf8Text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = gate::Utf8Length(text);
    if (length == 0 || text.front() == '\0') return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace patch_mail
