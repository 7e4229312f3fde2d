// SPDX-License-Identifier: GPL-2.0-only
#include "compiler_messages.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "make_output.h"

namespace {

/// The number that `text` begins with and `after` ends, which are cut off.
std::optional<std::size_t> TakeNumber(std::string_view* text, char after) {
  std::size_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, fault] = std::from_chars(text->data(), end, number);
  if (fault != std::errc() || rest == end || *rest != after) return std::nullopt;
  text->remove_prefix(static_cast<std::size_t>(rest - text->data()) + 1);
  return number;
}

bool TakePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

/// "file:line function() warn: text" of smatch, behind "file:line". Its "info" is for its own
/// developers.
std::optional<CompilerMessage> ParseSmatch(CompilerMessage message, std::string_view rest) {
  constexpr std::pair<std::string_view, bool> kKinds[] = {{"() warn: ", false},
                                                          {"() error: ", true}};
  for (const auto& [kind, error] : kKinds) {
    const auto at = rest.find(kind);
    if (at == std::string_view::npos || rest.substr(0, at).find(' ') != std::string_view::npos) {
      continue;
    }
    message.error = error;
    message.text = fmt::format("{}(): {}", rest.substr(0, at), rest.substr(at + kind.size()));
    return message;
  }
  return std::nullopt;
}

/// "file:line: warning: text" of gcc, clang, sparse and kernel-doc; the column is optional. Notes,
/// quoted sources and "In function" belong to a message, and are none.
std::optional<CompilerMessage> ParseMessage(std::string_view line) {
  CompilerMessage message;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  message.file = line.substr(0, colon);
  line.remove_prefix(colon + 1);
  if (const auto number = TakeNumber(&line, ' ')) {
    message.line = *number;
    return ParseSmatch(std::move(message), line);
  }
  const auto number = TakeNumber(&line, ':');
  if (!number) return std::nullopt;
  message.line = *number;
  static_cast<void>(TakeNumber(&line, ':'));
  static_cast<void>(TakePrefix(&line, " "));
  if (TakePrefix(&line, "warning: ")) {
    message.text = line;
    return message;
  }
  message.error = true;
  if (!TakePrefix(&line, "error: ") && !TakePrefix(&line, "fatal error: ")) return std::nullopt;
  message.text = line;
  return message;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Whether a number that follows `text` is that of a line: "line 7", "a.c:7".
bool NamesLine(std::string_view text) {
  return text.ends_with(':') || text.ends_with("line ") || text.ends_with("lines ");
}

}  // namespace

std::string CompilerMessage::Line() const {
  return fmt::format("{}:{}: {}: {}", file, line, error ? "error" : "warning", text);
}

std::string CompilerMessage::Key() const {
  std::string key = fmt::format("{}: {}: ", file, error ? "error" : "warning");
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (IsDigit(text[at]) && NamesLine(key)) {
      while (at + 1 < text.size() && IsDigit(text[at + 1])) ++at;
      key += 'N';
    } else {
      key += text[at];
    }
  }
  return key;
}

CompilerMessages CompilerMessages::Parse(std::string_view log, const PathMaps& path_maps) {
  CompilerMessages messages;
  std::vector<CompilerMessage>* current = nullptr;
  MakeOutput output(path_maps, [&](const std::string& line) {
    const auto message = ParseMessage(line);
    if (message) (current != nullptr ? *current : messages.objects_[""]).push_back(*message);
  });
  std::size_t made = 0;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = log.find('\n', at);
    const std::size_t next = end == std::string_view::npos ? log.size() : end + 1;
    output.Feed(log.substr(at, next - at));
    at = next;
    if (output.objects() == made) continue;
    made = output.objects();
    const std::string& step = output.last_step();
    current = &messages.objects_[step.substr(step.rfind(' ') + 1)];
    current->clear();
  }
  output.Finish();
  return messages;
}

void CompilerMessages::Forget(const std::function<bool(const std::string&)>& gone) {
  std::erase_if(objects_, [&](const auto& object) { return gone(object.first); });
}

std::vector<std::string> CompilerMessages::WithMessages() const {
  std::vector<std::string> names;
  for (const auto& [object, said] : objects_) {
    if (!said.empty() && !object.empty()) names.push_back(object);
  }
  return names;
}

std::size_t CompilerMessages::count() const {
  std::size_t sum = 0;
  for (const auto& [object, said] : objects_) sum += said.size();
  return sum;
}

CompilerMessages::Divided CompilerMessages::Divide(const std::vector<CompilerMessage>& before,
                                                   const std::vector<CompilerMessage>& after) {
  Divided divided;
  std::map<std::string, std::size_t> known;
  for (const auto& message : before) ++known[message.Key()];
  for (const auto& message : after) {
    auto& left = known[message.Key()];
    (left > 0 ? divided.known : divided.fresh).push_back(message);
    if (left > 0) --left;
  }
  return divided;
}

CompilerMessages::Divided CompilerMessages::Divide(const CompilerMessages& before,
                                                   const CompilerMessages& after) {
  Divided divided;
  for (const auto& [object, said] : after.objects_) {
    const auto old = before.objects_.find(object);
    const auto part =
        Divide(old == before.objects_.end() ? std::vector<CompilerMessage>() : old->second, said);
    divided.fresh.insert(divided.fresh.end(), part.fresh.begin(), part.fresh.end());
    divided.known.insert(divided.known.end(), part.known.begin(), part.known.end());
  }
  return divided;
}
