// SPDX-License-Identifier: GPL-2.0-only
#include "source_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "ktap_line.h"
#include "process.h"
#include "text.h"

namespace gate {
namespace {

constexpr std::size_t kMaxFrame = 200;  // Bytes of one: KSYM_NAME_LEN allows more, nobody reads it.

bool IsSymbolByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '$';
}

// Takes "0x1f" off the front of `text`.
bool TakeHex(std::string_view* text, std::uint64_t* value) {
  if (!text->starts_with("0x")) return false;
  const char* begin = text->data() + 2;
  const auto [end, error] = std::from_chars(begin, text->data() + text->size(), *value, 16);
  if (error != std::errc() || end == begin) return false;
  text->remove_prefix(static_cast<std::size_t>(end - text->data()));
  return true;
}

// Splits "fn+0x41/0xa40" and what follows it.
bool TakePlace(std::string_view* text, std::string_view* symbol, std::uint64_t* offset) {
  std::size_t size = 0;
  while (size < text->size() && IsSymbolByte((*text)[size])) ++size;
  if (size == 0 || size > kMaxFrame || size == text->size() || (*text)[size] != '+') return false;
  *symbol = text->substr(0, size);
  text->remove_prefix(size + 1);
  std::uint64_t whole;
  if (!TakeHex(text, offset) || !text->starts_with('/')) return false;
  text->remove_prefix(1);
  return TakeHex(text, &whole);
}

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(FirstLine(text));
    text.remove_prefix(std::min(lines.back().size() + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::optional<StackFrame> ParseStackFrame(std::string_view line) {
  line = TrimLeft(TrimRight(line));
  StackFrame frame;
  if (line.starts_with("RIP: ") || line.starts_with("pc : ")) {
    line.remove_prefix(5);
    const std::size_t colon = line.find(':');  // Behind RIP stands its segment.
    if (colon != std::string_view::npos) line.remove_prefix(colon + 1);
    frame.returns = false;
  }
  if (line.starts_with("[<")) {
    const std::size_t end = line.find(">]");
    if (end == std::string_view::npos) return std::nullopt;
    line = TrimLeft(line.substr(end + 2));
  }
  if (line.starts_with("? ")) {
    frame.certain = false;
    line = TrimLeft(line.substr(2));
  }
  std::string_view rest = line;
  std::string_view symbol;
  std::uint64_t offset;
  if (!TakePlace(&rest, &symbol, &offset)) return std::nullopt;
  frame.text = line.substr(0, line.size() - rest.size());
  frame.module = rest.starts_with(" [");
  // arm64 puts "(P)" and such behind a frame.
  if (!rest.empty() && !rest.starts_with(" [") && !rest.starts_with(" (")) return std::nullopt;
  // A function's very beginning was never called from: on the stack it is a mere pointer.
  if (frame.returns && offset == 0) return std::nullopt;
  return frame;
}

SourceLines::SourceLines(std::string image, std::vector<PathMap> path_maps)
    : image_(std::move(image)), path_maps_(std::move(path_maps)) {}

// Reads the image's symbols, and where its sources were.
bool SourceLines::Load() {
  if (loaded_) return problem_.empty();
  loaded_ = true;
  const std::string name = Printable(std::filesystem::path(image_).filename().string());
  process::Command nm;
  nm.argv = {"nm", "--defined-only", "--", image_};
  const auto symbols = process::Run(nm);
  if (!symbols.ok() || !symbols->ok()) {
    problem_ = fmt::format("not resolved: {}",
                           Printable(symbols.ok() ? FirstLine(symbols->err) : symbols.error()));
    return false;
  }
  for (const std::string_view line : Lines(symbols->out)) {
    const std::size_t one = line.find(' ');
    const std::size_t two = line.find(' ', one + 1);
    if (two == std::string_view::npos || two != one + 2) continue;
    const char kind = line[one + 1];
    if (kind != 't' && kind != 'T' && kind != 'w' && kind != 'W') continue;
    const auto [place, fresh] =
        symbols_.emplace(std::string(line.substr(two + 1)), std::string(line.substr(0, one)));
    // Two static functions of one name.
    if (!fresh && place->second != line.substr(0, one)) place->second.clear();
  }
  if (symbols_.empty()) {
    problem_ = fmt::format("not resolved: {} has no symbols", name);
    return false;
  }
  // start_kernel() stands in init/main.c: what is ahead of that in its path is the tree's folder.
  const auto start = symbols_.find("start_kernel");
  if (start != symbols_.end() && !start->second.empty()) {
    const std::vector<std::string> answer = Ask({"0x" + start->second});
    const std::size_t at = answer.empty() ? std::string::npos : answer[0].rfind("init/main.c:");
    if (at != std::string::npos) prefix_ = answer[0].substr(0, at);
    if (problem_.empty() && (answer.empty() || answer[0].starts_with("??"))) {
      problem_ = fmt::format("not resolved: {} has no debug info", name);
    }
  }
  return problem_.empty();
}

std::optional<std::string> SourceLines::AddressOf(const StackFrame& frame) const {
  if (frame.module) return std::nullopt;
  std::string_view rest = frame.text;
  std::string_view symbol;
  std::uint64_t offset;
  if (!TakePlace(&rest, &symbol, &offset)) return std::nullopt;
  const auto place = symbols_.find(symbol);
  if (place == symbols_.end() || place->second.empty()) return std::nullopt;
  std::uint64_t base;
  const std::string& text = place->second;
  if (std::from_chars(text.data(), text.data() + text.size(), base, 16).ec != std::errc()) {
    return std::nullopt;
  }
  return fmt::format("0x{:x}", base + offset - (frame.returns && offset > 0 ? 1 : 0));
}

std::vector<std::string> SourceLines::Ask(const std::vector<std::string>& addresses) {
  process::Command command;
  command.argv = {"addr2line", "-e", image_};
  command.argv.insert(command.argv.end(), addresses.begin(), addresses.end());
  const auto output = process::Run(command);
  if (!output.ok() || !output->ok()) {
    problem_ = fmt::format("not resolved: {}",
                           Printable(output.ok() ? FirstLine(output->err) : output.error()));
    return {};
  }
  std::vector<std::string> lines;
  for (const std::string_view line : Lines(output->out)) {
    lines.emplace_back(line.substr(0, line.find(" (discriminator")));
  }
  return lines;
}

std::vector<std::string> SourceLines::Find(const std::vector<StackFrame>& frames) {
  std::vector<std::string> found;
  for (const StackFrame& frame : frames) found.push_back(Printable(frame.text));
  if (frames.empty() || !Load()) return found;
  std::vector<std::string> addresses;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto address = AddressOf(frames[i]);
    if (!address) continue;
    addresses.push_back(std::move(*address));
    asked.push_back(i);
  }
  if (addresses.empty()) return found;
  const std::vector<std::string> places = Ask(addresses);
  for (std::size_t i = 0; i < std::min(places.size(), asked.size()); ++i) {
    const std::string& place = places[i];
    const std::size_t colon = place.rfind(':');
    // Code that was written in assembly, or by the compiler, has no line.
    if (colon == std::string::npos || place.starts_with("??") || place[colon + 1] == '?' ||
        place[colon + 1] == '0') {
      continue;
    }
    std::string_view file = std::string_view(place).substr(0, colon);
    if (file.starts_with(prefix_)) file.remove_prefix(prefix_.size());
    found[asked[i]] = fmt::format("{}:{}: note: {}", Printable(MapPath(file, path_maps_)),
                                  place.substr(colon + 1), found[asked[i]]);
  }
  return found;
}

}  // namespace gate
