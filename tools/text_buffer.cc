// SPDX-License-Identifier: GPL-2.0-only
#include "text_buffer.h"

#include "file_io.h"

namespace gate {

void TextBuffer::Flush() {
  Put(stream_, std::string_view(bytes_.get(), used_));
  used_ = 0;
}

void TextBuffer::AppendLarge(std::string_view text) {
  Flush();
  if (text.size() > kSize) {
    Put(stream_, text);
  } else {
    Append(text);
  }
}

}  // namespace gate
