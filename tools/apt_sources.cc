// SPDX-License-Identifier: GPL-2.0-only
#include "apt_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <system_error>

#include "files.h"

namespace apt_sources {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool Contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsYes(const std::string& value) {
  const std::vector<std::string> yes = {"yes", "true", "with", "on", "enable", "1"};
  return Contains(yes, Lower(value));
}

bool IsNo(const std::string& value) {
  const std::vector<std::string> no = {"no", "false", "without", "off", "disable", "0"};
  return Contains(no, Lower(value));
}

using Stanza = std::map<std::string, std::string>;

void AddArchives(const Stanza& stanza, std::vector<Archive>* archives) {
  const auto value = [&stanza](const char* key) {
    const auto found = stanza.find(key);
    return found == stanza.end() ? std::string() : found->second;
  };
  if (!Contains(Words(value("types")), "deb") || IsNo(value("enabled"))) return;
  for (const std::string& uri : Words(value("uris"))) {
    archives->push_back({uri, Words(value("suites")), Words(value("components")),
                         value("signed-by"), IsYes(value("trusted"))});
  }
}

}  // namespace

std::vector<Archive> ParseList(std::string_view text) {
  std::vector<Archive> archives;
  for (std::string_view line : Lines(text)) {
    line = line.substr(0, line.find('#'));
    Archive archive;
    std::string options;
    if (const auto open = line.find('['), close = line.find(']', open);
        close != std::string_view::npos) {
      options = line.substr(open + 1, close - open - 1);
      const std::string rest = fmt::format("{} {}", line.substr(0, open), line.substr(close + 1));
      archive.components = Words(rest);
    } else {
      archive.components = Words(line);
    }
    auto& words = archive.components;
    if (words.size() < 3 || words[0] != "deb") continue;
    for (const std::string& option : Words(options)) {
      const auto equals = option.find('=');
      if (equals == std::string::npos) continue;
      const std::string key = Lower(option.substr(0, equals));
      std::string value = option.substr(equals + 1);
      std::replace(value.begin(), value.end(), ',', ' ');
      if (key == "signed-by") archive.signed_by = value;
      if (key == "trusted") archive.trusted = IsYes(value);
    }
    archive.uri = words[1];
    archive.suites = {words[2]};
    words.erase(words.begin(), words.begin() + 3);
    archives.push_back(std::move(archive));
  }
  return archives;
}

std::vector<Archive> ParseStanzas(std::string_view text) {
  std::vector<Archive> archives;
  Stanza stanza;
  std::string* last = nullptr;
  for (const std::string_view line : Lines(text)) {
    if (line.starts_with('#')) continue;
    if (Words(line).empty()) {
      AddArchives(stanza, &archives);
      stanza.clear();
      last = nullptr;
    } else if (line.front() == ' ' || line.front() == '\t') {
      if (last != nullptr) *last += fmt::format("\n{}", line);
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      last = &stanza[Lower(line.substr(0, colon))];
      const auto begin = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
      *last = line.substr(begin);
    }
  }
  AddArchives(stanza, &archives);
  return archives;
}

std::vector<Archive> FindArchives(const fs::path& folder, std::string_view suite) {
  std::vector<Archive> archives = ParseList(files::ReadOrEmpty(folder / "sources.list"));
  std::vector<fs::path> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder / "sources.list.d", error)) {
    names.push_back(entry.path());
  }
  std::sort(names.begin(), names.end());
  for (const fs::path& name : names) {
    std::vector<Archive> more;
    if (name.extension() == ".list") more = ParseList(files::ReadOrEmpty(name));
    if (name.extension() == ".sources") more = ParseStanzas(files::ReadOrEmpty(name));
    archives.insert(archives.end(), more.begin(), more.end());
  }
  std::vector<Archive> found;
  for (Archive& archive : archives) {
    if (!Contains(archive.suites, suite) || !Contains(archive.components, "main")) continue;
    const bool again = std::any_of(found.begin(), found.end(),
                                   [&](const Archive& one) { return one.uri == archive.uri; });
    if (!again) found.push_back(std::move(archive));
  }
  return found;
}

std::string StanzaFor(const Archive& archive, std::string_view suite) {
  std::string text =
      fmt::format("Types: deb\nURIs: {}\nSuites: {}\nComponents: main\nTargets: Packages\n",
                  archive.uri, suite);
  if (!archive.signed_by.empty()) text += fmt::format("Signed-By: {}\n", archive.signed_by);
  if (archive.trusted) text += "Trusted: yes\n";
  return text;
}

}  // namespace apt_sources
