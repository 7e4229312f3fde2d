// SPDX-License-Identifier: GPL-2.0-only
#include "github_sink.h"

#include <fmt/format.h>

#include <string_view>

#include "file_io.h"
#include "text.h"

namespace gate {
namespace {

// A command ends at the line's end, its message at none of its characters; a property ends at a
// comma or a colon too.
std::string Escape(std::string_view text, bool property) {
  std::string out;
  for (const char c : Printable(text)) {
    if (c == '%') {
      out += "%25";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string FormatAnnotation(const Reason& reason) {
  std::string properties;
  if (!reason.file.empty()) {
    properties = fmt::format("file={},", Escape(reason.file, true));
    if (reason.line > 0) properties += fmt::format("line={},", reason.line);
  }
  const std::string_view title = reason.test.empty() ? std::string_view("kunit-gate") : reason.test;
  std::string text = Escape(reason.message, false);
  for (const std::string& frame : reason.frames) text += "%0A" + Escape(frame, false);
  return fmt::format("::error {}title={}::{}", properties, Escape(title, true), text);
}

std::string GithubSink::OnVerdict(const Verdict& verdict) {
  for (const Reason& reason : verdict.reasons) {
    Put(out_, FormatAnnotation(reason) + "\n");
  }
  if (std::fflush(out_) != 0 || std::ferror(out_) != 0) return "standard output: cannot write";
  return {};
}

}  // namespace gate
