// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <algorithm>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gate {
namespace {

constexpr bool IsPlainByte(char c) {
  return c >= ' ' && c < '\x7f' && c != '"' && c != '&' && c != '\'' && c != '<' && c != '>' &&
         c != '\\';
}

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

bool IsPlain(std::string_view text) {
#ifdef __SSE2__
  if (text.size() >= 8) {
    const auto plain = [](__m128i bytes) {
      const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
      // Bytes past ASCII are below a space, as signed ones.
      const __m128i controls = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')), is('\x7f'));
      const __m128i quotes = _mm_or_si128(_mm_or_si128(is('"'), is('\'')), is('\\'));
      const __m128i markup = _mm_or_si128(_mm_or_si128(is('&'), is('<')), is('>'));
      return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(controls, quotes), markup)) == 0;
    };
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto half = [](const char* p) {
      return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    };
    // The last bytes may be looked at twice.
    if (text.size() < 16) return plain(_mm_unpacklo_epi64(half(begin), half(end - 8)));
    for (const char* p = begin; p < end - 16; p += 16) {
      if (!plain(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))) return false;
    }
    return plain(_mm_loadu_si128(reinterpret_cast<const __m128i*>(end - 16)));
  }
#endif
  return std::all_of(text.begin(), text.end(), IsPlainByte);
}

std::string Printable(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
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

std::string Cut(std::string text, std::size_t most) {
  constexpr std::string_view kDots = "...";
  if (text.size() <= most) return text;
  std::size_t end = most - kDots.size();
  // The bytes of a character after its first are 10xxxxxx.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text.append(kDots);
}

}  // namespace gate
