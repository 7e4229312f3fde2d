// SPDX-License-Identifier: GPL-2.0-only
#include "make_output.h"

#include <algorithm>
#include <optional>

namespace {

/// "CC lib/glob.o" of a step's line; nothing where the line is none. kbuild's quiet form is two
/// blanks, a tag in capitals padded to seven columns, a blank, and the target.
std::optional<std::string> ParseStep(const std::string& line) {
  // The compiler's quoted source lines begin with blanks and a number.
  if (!line.starts_with("  ") || line.size() < 4 || line[2] < 'A' || line[2] > 'Z') {
    return std::nullopt;
  }
  const auto tag_end = line.find(' ', 2);
  if (tag_end == std::string::npos) return std::nullopt;
  const std::string tag = line.substr(2, tag_end - 2);
  const auto in_tag = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+';
  };
  if (!std::all_of(tag.begin(), tag.end(), in_tag)) return std::nullopt;
  const auto target = line.find_first_not_of(' ', tag_end);
  if (target == std::string::npos) return std::nullopt;
  return tag + " " + line.substr(target);
}

/// What make says about itself and about its folders.
bool IsNoise(const std::string& line) {
  return line.empty() ||
         (line.starts_with("make") && line.find(" directory '") != std::string::npos);
}

/// Whether a path can begin at `at`: a longer name must not be cut in two.
bool BeginsPath(const std::string& line, size_t at) {
  return at == 0 || std::string_view(" \t('\"`:,=<[").find(line[at - 1]) != std::string_view::npos;
}

}  // namespace

MakeOutput::MakeOutput(PathMaps path_maps, std::function<void(const std::string&)> on_message)
    : path_maps_(std::move(path_maps)), on_message_(std::move(on_message)) {}

void MakeOutput::Feed(std::string_view bytes) {
  rest_ += bytes;
  size_t begin = 0;
  for (size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    TakeLine(rest_.substr(begin, end - begin));
  }
  rest_.erase(0, begin);
}

void MakeOutput::Finish() {
  if (!rest_.empty()) TakeLine(std::exchange(rest_, {}));
}

void MakeOutput::TakeLine(const std::string& line) {
  if (auto step = ParseStep(line)) {
    last_ = std::move(*step);
    if (last_.ends_with(".o")) ++objects_;
  } else if (!IsNoise(line)) {
    on_message_(Rewrite(line));
  }
}

std::string MakeOutput::Rewrite(std::string line) const {
  for (size_t at = 0; at < line.size(); ++at) {
    if (!BeginsPath(line, at)) continue;
    for (const auto& [from, to] : path_maps_) {
      if (line.compare(at, from.size(), from) != 0) continue;
      line.replace(at, from.size(), to);
      at += to.size();
      break;
    }
  }
  return line;
}
