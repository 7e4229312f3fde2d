// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

namespace gate {
namespace {

constexpr unsigned char Byte(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

void AppendEscaped(std::string_view bytes, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out->append("\\x");
    out->push_back(kHex[byte >> 4]);
    out->push_back(kHex[byte & 15]);
  }
}

// U+FFFE and U+FFFF, which no XML may hold; C1 controls; the marks, embeddings, overrides and
// isolates that change the direction of text; line and paragraph separators.
bool Disturbs(std::string_view character) {
  const unsigned char b0 = Byte(character, 0);
  if (character.size() == 2) return b0 == 0xc2 && Byte(character, 1) < 0xa0;
  if (character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") return true;
  if (character.size() != 3 || b0 != 0xe2) return false;
  const unsigned char b1 = Byte(character, 1);
  const unsigned char b2 = Byte(character, 2);
  return (b1 == 0x80 && (b2 == 0x8e || b2 == 0x8f || (b2 >= 0xa8 && b2 <= 0xae))) ||
         (b1 == 0x81 && b2 >= 0xa6 && b2 <= 0xa9);
}

}  // namespace

std::size_t Utf8Length(std::string_view text) {
  const unsigned char b0 = Byte(text, 0);
  if (b0 < 0x80) return 1;
  std::size_t size = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (b0 >= 0xc2 && b0 <= 0xdf) {
    size = 2;
  } else if (b0 >= 0xe0 && b0 <= 0xef) {
    size = 3;
    if (b0 == 0xe0) low = 0xa0;
    if (b0 == 0xed) high = 0x9f;
  } else if (b0 >= 0xf0 && b0 <= 0xf4) {
    size = 4;
    if (b0 == 0xf0) low = 0x90;
    if (b0 == 0xf4) high = 0x8f;
  }
  if (size == 0 || text.size() < size) return 0;
  if (Byte(text, 1) < low || Byte(text, 1) > high) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if ((Byte(text, i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = Utf8Length(text);
    const std::string_view character = text.substr(0, size == 0 ? 1 : size);
    const unsigned char b0 = Byte(character, 0);
    if (b0 == '\t') {
      out.push_back(' ');
    } else if (size == 0 || b0 < 0x20 || b0 == 0x7f || Disturbs(character)) {
      AppendEscaped(character, &out);
    } else {
      out.append(character);
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace gate
