// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LINE_MARKS_H_
#define TOOLS_LINE_MARKS_H_

#include <cstddef>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gate {

/// Which bytes that matter a line holds, found in one pass: most lines hold few of them, and each
/// search that would look for one can be left out.
struct LineMarks {
  bool colon = false;  ///< ':', as every kernel message of note has.
  bool hash = false;   ///< '#', as diagnostics and directives have.
  bool dash = false;   ///< '-', as "------------[ cut here ]------------" has.
  bool at = false;     ///< '@', as the kernel's banner has.
  bool high = false;   ///< A byte past ASCII.
};

inline LineMarks FindMarks(std::string_view line) {
  LineMarks marks;
  const char* p = line.data();
  std::size_t left = line.size();
  if (left == 0) return marks;
#ifdef __SSE2__
  __m128i colon = _mm_setzero_si128();
  __m128i hash = colon;
  __m128i dash = colon;
  __m128i at = colon;
  __m128i high = colon;
  const auto look = [&](__m128i bytes) {
    colon = _mm_or_si128(colon, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(':')));
    hash = _mm_or_si128(hash, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('#')));
    dash = _mm_or_si128(dash, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
    at = _mm_or_si128(at, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('@')));
    high = _mm_or_si128(high, bytes);
  };
  if (left >= 16) {
    for (; left > 16; left -= 16, p += 16) {
      look(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    // The last sixteen, some of which have been looked at.
    look(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + left - 16)));
  } else {
    char tail[16] = {};
    std::memcpy(tail, p, left);
    look(_mm_loadu_si128(reinterpret_cast<const __m128i*>(tail)));
  }
  marks.colon = _mm_movemask_epi8(colon) != 0;
  marks.hash = _mm_movemask_epi8(hash) != 0;
  marks.dash = _mm_movemask_epi8(dash) != 0;
  marks.at = _mm_movemask_epi8(at) != 0;
  marks.high = _mm_movemask_epi8(high) != 0;
#else
  for (; left > 0; --left, ++p) {
    marks.colon = marks.colon || *p == ':';
    marks.hash = marks.hash || *p == '#';
    marks.dash = marks.dash || *p == '-';
    marks.at = marks.at || *p == '@';
    marks.high = marks.high || (static_cast<unsigned char>(*p) & 0x80) != 0;
  }
#endif
  return marks;
}

}  // namespace gate

#endif  // TOOLS_LINE_MARKS_H_
