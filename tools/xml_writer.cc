// SPDX-License-Identifier: GPL-2.0-only
#include "xml_writer.h"

namespace gate {

XmlWriter::XmlWriter(std::FILE* stream) : out_(stream) {
  out_.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

void XmlWriter::Escaped(std::string_view text) {
  if (IsPlain(text)) {
    out_.Append(text);
  } else {
    out_.Append(EscapeHtml(text));
  }
}

void XmlWriter::Begin(std::string_view element) {
  out_.AppendAll(std::string_view(in_tag_ ? ">\n<" : "<"), element);
  open_.push_back(element);
  in_tag_ = true;
}

void XmlWriter::Text(std::string_view text) {
  CloseTag();
  Escaped(text);
}

void XmlWriter::NewLine() {
  CloseTag();
  out_.Append("\n");
}

void XmlWriter::End() {
  if (in_tag_) {
    out_.Append("/>\n");
    in_tag_ = false;
  } else {
    out_.AppendAll("</", open_.back(), ">\n");
  }
  open_.pop_back();
}

void XmlWriter::Finish() { out_.Flush(); }

}  // namespace gate
