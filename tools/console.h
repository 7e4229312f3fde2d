// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_CONSOLE_H_
#define TOOLS_CONSOLE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ktap_line.h"
#include "line_marks.h"

namespace gate {

/// Where in a run a console line stands.
enum class Part : std::uint8_t {
  kBoot,      ///< Before any KTAP.
  kExecutor,  ///< Before any KTAP, a "kunit executor:" line, which kunit_tool looks at.
  kStart,     ///< The version line that starts a document.
  kTests,     ///< After it.
  kEnd,       ///< The line at which kunit_tool stops reading.
  kAfter,     ///< After that.
};

/// What a line says about the end of a run.
enum class StopMark : std::uint8_t {
  kNone,
  kStopped,    ///< The kernel stopped of its own will: kernel/reboot.c.
  kEndOfKtap,  ///< It did, or found no root file system, and kunit_tool reads no further.
};

/// Finds the last mark in `line`, wherever it stands. `marks` are those of `line`, or of a line
/// that begins with it.
StopMark FindStopMark(std::string_view line, const LineMarks& marks);

/// Whether a StopMark may stand where a colon follows `last`, the only one in its line.
constexpr bool MayEndStopMark(char last) { return last == 't' || last == 's' || last == 'S'; }

/// Finds the KTAP in a kernel console as kunit_tool does (extract_tap_lines() in kunit_parser.py):
/// where it starts, what prefix each line bears, where it ends. A version line after the end starts
/// another document, which kunit_tool does not see.
class Console {
 public:
  struct Line {
    Part part;
    std::string_view text;  ///< The line without its prefix and without white space at the end.
    StopMark stop;          ///< From the first document on.
  };

  /// Places the next line of the console. The view points into `raw`.
  Line Place(std::string_view raw) { return Place(raw, FindMarks(raw)); }
  /// The same, for those who have its marks already.
  Line Place(std::string_view raw, const LineMarks& marks) {
    // A version line is none in a document that goes on, and each StopMark holds a colon. In plain
    // ASCII a character is a byte.
    if (in_document() && !marks.high) {
      const std::string_view line = TrimRight(raw);
      const StopMark stop = marks.colon ? FindStopMark(line, marks) : StopMark::kNone;
      if (stop != StopMark::kEndOfKtap) return {Part::kTests, CutPlain(line), stop};
    }
    return PlaceAny(raw, marks);
  }

  /// A version line has come, and what ends a document has not.
  bool in_document() const { return started_ && !ended_; }
  /// `line`, of ASCII alone, without its prefix.
  std::string_view CutPlain(std::string_view line) const {
    const std::size_t cut = prefix_ < line.size() ? prefix_ : line.size();
    return {line.data() + cut, line.size() - cut};
  }

 private:
  Line PlaceAny(std::string_view raw, const LineMarks& marks);
  bool FindStart(std::string_view line);

  bool started_ = false;
  bool ended_ = false;
  std::size_t prefix_ = 0;  // Characters, not bytes.
};

/// Cuts `count` characters of UTF-8 off the front of `text`. A byte that is no UTF-8 counts as
/// four, the length of the escape that Python puts in its place.
std::string_view CutCharacters(std::string_view text, std::size_t count);

/// Characters in `text`, counted the same way.
std::size_t CountCharacters(std::string_view text);

}  // namespace gate

#endif  // TOOLS_CONSOLE_H_
