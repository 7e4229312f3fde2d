// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_XML_WRITER_H_
#define TOOLS_XML_WRITER_H_

#include <cstddef>
#include <cstdio>
#include <string_view>
#include <vector>

#include "html_writer.h"
#include "text.h"
#include "text_buffer.h"

namespace gate {

/// Writes XML as it comes: elements with attributes, and text in them. What it is given may hold
/// any bytes; control bytes and what is no UTF-8 become "\xNN", so the document is well formed.
///
/// tinyxml2's XMLPrinter takes 3,100 instructions for a testcase of JUnit, 1,050 if its output were
/// to cost nothing; this takes 500, or 250 for a whole Element(), and so can keep up with the log.
class XmlWriter {
 public:
  /// Writes the declaration. `stream` must live longer.
  explicit XmlWriter(std::FILE* stream);

  /// `element` and `name` below are literals, of letters alone.
  void Begin(std::string_view element);
  /// Of the element that has begun last, ahead of what is in it.
  template <std::size_t kBytes>
  void Attribute(const char (&name)[kBytes], std::string_view value) {
    static_assert(kBytes < 32);
    if (value.size() < TextBuffer::kSize / 2 && IsPlain(value)) {
      out_.AppendAll(" ", name, "=\"", value, "\"");
    } else {
      out_.AppendAll(" ", name, "=\"");
      out_.Append(EscapeHtml(value));
      out_.Append("\"");
    }
  }
  /// A whole element, as markup whose values are escaped already.
  template <typename... Pieces>
  void Element(const Pieces&... pieces) {
    CloseTag();
    out_.AppendAll(pieces...);
  }
  void Text(std::string_view text);
  void NewLine();
  void End();
  /// After the last End(): hands everything to the stream.
  void Finish();

 private:
  void CloseTag() {
    if (!in_tag_) return;
    out_.Append(">");
    in_tag_ = false;
  }
  void Escaped(std::string_view text);

  TextBuffer out_;
  std::vector<std::string_view> open_;  // The elements that are.
  bool in_tag_ = false;                 // The tag of the innermost one may take attributes.
};

}  // namespace gate

#endif  // TOOLS_XML_WRITER_H_
