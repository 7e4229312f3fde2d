// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LINE_MARKS_H_
#define TOOLS_LINE_MARKS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gate {

/// Which bytes that matter a line holds, found in one pass: most lines hold few of them, and each
/// search that would look for one can be left out.
struct LineMarks {
  static constexpr std::size_t kPlaces = 64;  ///< Bytes of which `colons` and `hashes` tell.

  bool colon = false;        ///< ':', as every kernel message of note has.
  bool hash = false;         ///< '#', as diagnostics and directives have.
  bool dash = false;         ///< '-', as "------------[ cut here ]------------" has.
  bool at = false;           ///< '@', as the kernel's banner has.
  bool high = false;         ///< A byte past ASCII.
  std::uint64_t colons = 0;  ///< Bit N: byte N of the line is ':'. Of its first kPlaces bytes.
  std::uint64_t hashes = 0;  ///< The same for '#'.
};

inline LineMarks FindMarks(std::string_view line) {
  LineMarks marks;
#ifdef __SSE2__
  const std::size_t size = line.size();
  if (size == 0) return marks;
  char few[16] = {};
  const char* begin = line.data();
  if (size < sizeof(few)) begin = static_cast<const char*>(std::memcpy(few, begin, size));
  const auto load = [begin](std::size_t place) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin + place));
  };
  const auto equal = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const auto bits = [](__m128i mask) {
    return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask)));
  };
  // The last sixteen, some of which are looked at twice.
  const std::size_t last = size < sizeof(few) ? 0 : size - sizeof(few);
  __m128i others = _mm_setzero_si128();
  std::size_t place = 0;
  for (;;) {
    const __m128i bytes = load(place);
    marks.colons |= bits(equal(bytes, ':')) << place;
    marks.hashes |= bits(equal(bytes, '#')) << place;
    others = _mm_or_si128(_mm_or_si128(others, bytes),
                          _mm_or_si128(equal(bytes, '-'), equal(bytes, '@')));
    if (place == last || place == LineMarks::kPlaces - 16) break;
    place = place + 16 < last ? place + 16 : last;
    if (place > LineMarks::kPlaces - 16) place = LineMarks::kPlaces - 16;
  }
  marks.colon = marks.colons != 0;
  marks.hash = marks.hashes != 0;
  if (place == last && bits(others) == 0) return marks;
  for (place = 0;; place = place + 16 < last ? place + 16 : last) {
    const __m128i bytes = load(place);
    marks.colon = marks.colon || bits(equal(bytes, ':')) != 0;
    marks.hash = marks.hash || bits(equal(bytes, '#')) != 0;
    marks.dash = marks.dash || bits(equal(bytes, '-')) != 0;
    marks.at = marks.at || bits(equal(bytes, '@')) != 0;
    marks.high = marks.high || bits(bytes) != 0;
    if (place == last) break;
  }
#else
  for (std::size_t place = 0; place < line.size(); ++place) {
    const char c = line[place];
    marks.colon = marks.colon || c == ':';
    marks.hash = marks.hash || c == '#';
    marks.dash = marks.dash || c == '-';
    marks.at = marks.at || c == '@';
    marks.high = marks.high || (static_cast<unsigned char>(c) & 0x80) != 0;
    if (place >= LineMarks::kPlaces) continue;
    marks.colons |= std::uint64_t{c == ':'} << place;
    marks.hashes |= std::uint64_t{c == '#'} << place;
  }
#endif
  return marks;
}

/// The first `c` in `line` from `from` on, as find() tells it; `places` is what its marks say of
/// `c`. A call is made for what stands far behind only.
inline std::size_t FindPlace(std::string_view line, char c, std::uint64_t places,
                             std::size_t from) {
  if (from < LineMarks::kPlaces) {
    const std::uint64_t left = places >> from;
    if (left != 0) return from + static_cast<std::size_t>(std::countr_zero(left));
    from = LineMarks::kPlaces;
  }
  return from < line.size() ? line.find(c, from) : std::string_view::npos;
}

/// Whether `c` stands at `at` in `line`, and nowhere ahead of that.
inline bool IsFirst(std::string_view line, char c, std::size_t at) {
#ifdef __SSE2__
  if (line.size() >= 16 && at < 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.data()));
    const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
    return (found & ((2 << at) - 1)) == 1 << at;
  }
#endif
  return line.find(c) == at;
}

/// 64 bytes of a console at a glance: bit N stands for byte N.
struct BlockMarks {
  static constexpr std::size_t kSize = 64;

  std::uint64_t ends = 0;   ///< '\n' and '\r'.
  std::uint64_t marks = 0;  ///< Any byte that LineMarks tells.
};

/// Looks at the BlockMarks::kSize bytes at `p`.
inline BlockMarks ScanBlock(const char* p) {
  BlockMarks block;
#ifdef __SSE2__
  const auto look = [p, &block](unsigned place) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + place));
    const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const auto bits = [place](__m128i mask) {
      return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask))) << place;
    };
    block.ends |= bits(_mm_or_si128(is('\n'), is('\r')));
    // A mask's bit is the top one of its byte, and so is that of a byte past ASCII.
    block.marks |= bits(_mm_or_si128(_mm_or_si128(_mm_or_si128(is(':'), is('#')), bytes),
                                     _mm_or_si128(is('-'), is('@'))));
  };
  look(0);
  look(16);
  look(32);
  look(48);
#else
  for (unsigned i = 0; i < BlockMarks::kSize; ++i) {
    const char c = p[i];
    const bool end = c == '\n' || c == '\r';
    const bool mark =
        c == ':' || c == '#' || c == '-' || c == '@' || (static_cast<unsigned char>(c) & 0x80) != 0;
    block.ends |= std::uint64_t{end} << i;
    block.marks |= std::uint64_t{mark} << i;
  }
#endif
  return block;
}

}  // namespace gate

#endif  // TOOLS_LINE_MARKS_H_
