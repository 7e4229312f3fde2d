// SPDX-License-Identifier: GPL-2.0-only
#include "spool.h"

namespace gate {

void Spool::Append(std::string_view text) {
  text_.append(text);
  if (text_.size() > kMemory) Spill();
}

void Spool::Spill() {
  if (file_ == nullptr) file_.reset(std::tmpfile());
  if (file_ == nullptr || std::fwrite(text_.data(), 1, text_.size(), file_.get()) != text_.size()) {
    failed_ = true;
  }
  text_.clear();
}

void Spool::Close() {
  failed_ = failed_ || std::ferror(file_.get()) != 0;
  file_.reset();
}

}  // namespace gate
