// SPDX-License-Identifier: GPL-2.0-only
#include "line_splitter.h"

#include <algorithm>

namespace gate {

void LineSplitter::Keep(const char* p, const char* end) {
  const std::size_t size = static_cast<std::size_t>(end - p);
  const std::size_t room = kMaxLine - kept_.size();
  kept_.append(p, std::min(size, room));
  cut_ = cut_ || size > room;
}

}  // namespace gate
