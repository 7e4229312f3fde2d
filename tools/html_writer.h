// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_HTML_WRITER_H_
#define TOOLS_HTML_WRITER_H_

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace gate {

/// Writes an HTML page that needs no other file: no script, one style sheet in its head, readable
/// in light and dark and on paper. Every report of the project is written with it, so that all look
/// alike. Text may hold any bytes; markup never comes from outside. A failed write shows in
/// ferror() of the stream.
class HtmlWriter {
 public:
  /// What a value says, told by a colour and never by that alone.
  enum class Tone : std::uint8_t { kPlain, kGood, kBad, kWarn, kQuiet };

  struct Cell {
    std::string text;
    Tone tone = Tone::kPlain;
    bool number = false;  ///< Set to the right, in figures of one width.
    bool code = false;    ///< A name from a program.
  };

  /// A named value of the summary.
  struct Fact {
    std::string name;
    std::string value;
    Tone tone = Tone::kPlain;
  };

  /// Writes nothing yet: a fragment of a page may be written to a stream of its own.
  explicit HtmlWriter(std::FILE* out) : out_(out) {}

  /// The page's head and its first heading.
  void BeginPage(std::string_view title, std::string_view heading, Tone tone);
  void EndPage();

  void Facts(const std::vector<Fact>& facts);
  void Heading(std::string_view text);
  void Paragraph(std::string_view text);
  void List(const std::vector<std::string>& items);
  /// Lines of a log or a command, as they are.
  void Lines(const std::vector<std::string>& lines);

  void BeginTable(const std::vector<std::string>& columns);
  void Row(const std::vector<Cell>& cells);
  void EndTable();

  /// A drawing in units of its own, as wide as the page, the origin at its top left. `title` says
  /// what it shows, for those who cannot see it.
  void BeginDrawing(int width, int height, std::string_view title);
  void Bar(double x, double y, double width, double height, Tone tone);
  void Line(double x1, double y1, double x2, double y2, Tone tone);
  /// A label that begins at `x`, or ends there.
  void Label(double x, double y, std::string_view text, bool ends_there);
  void EndDrawing();

  /// A part that the reader folds. It prints as it stands.
  void BeginDetails(std::string_view summary, Tone tone, bool open);
  void EndDetails();

 private:
  void Raw(std::string_view markup);
  void Text(std::string_view text);
  void Attribute(std::string_view name, double value);

  std::FILE* out_;
};

/// `text` for HTML, in an element or in a quoted attribute; control bytes and what is no UTF-8
/// become "\xNN".
std::string EscapeHtml(std::string_view text);

}  // namespace gate

#endif  // TOOLS_HTML_WRITER_H_
