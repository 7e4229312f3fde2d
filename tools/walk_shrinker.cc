// SPDX-License-Identifier: GPL-2.0-only
#include "walk_shrinker.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

using gate::Error;
using gate::Result;

Walk WholeWalk(int length) {
  Walk walk(static_cast<std::size_t>(std::max(0, length)));
  std::iota(walk.begin(), walk.end(), 0);
  return walk;
}

std::string FormatWalk(const Walk& walk) {
  std::string text;
  for (auto first = walk.begin(); first != walk.end();) {
    auto last = first;
    while (std::next(last) != walk.end() && *std::next(last) == *last + 1) ++last;
    if (!text.empty()) text += ',';
    text += last == first ? fmt::format("{}", *first) : fmt::format("{}-{}", *first, *last);
    first = std::next(last);
  }
  return text;
}

/// Where `walk` fails, it is the shortest known from now on.
Result<bool> WalkShrinker::Fails(const Walk& walk) {
  const auto trial = oracle_(walk);
  if (!trial.ok()) return Error{trial.error()};
  if (trial->outcome == Trial::Outcome::kNotTried) ++not_tried_;
  if (trial->outcome != Trial::Outcome::kFailed) return false;
  failing_ = walk;
  if (trial->step && *trial->step >= walk.front()) {
    failing_.erase(std::upper_bound(failing_.begin(), failing_.end(), *trial->step),
                   failing_.end());
  }
  return true;
}

/// A walk that fails does so with more steps behind it, too. The first guess is that nothing was
/// left over: it is right where the step that failed was told.
Result<bool> WalkShrinker::CutEnd() {
  std::size_t passes = 0;
  std::size_t size = failing_.size() - 1;
  while (passes + 1 < failing_.size()) {
    const auto fails =
        Fails(Walk(failing_.begin(), failing_.begin() + static_cast<std::ptrdiff_t>(size)));
    if (!fails.ok()) return fails;
    if (!*fails) passes = size;
    size = passes + (failing_.size() - passes) / 2;
  }
  return true;
}

/// Tries to do without each part of `size` steps, the last one first: whether any was dropped.
Result<bool> WalkShrinker::DropParts(std::size_t size) {
  bool dropped = false;
  not_tried_ = 0;
  std::size_t end = failing_.size();
  while (end > 0) {
    const std::size_t begin = end > size ? end - size : 0;
    Walk rest = failing_;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(begin),
               rest.begin() + static_cast<std::ptrdiff_t>(end));
    if (!rest.empty()) {
      const auto fails = Fails(rest);
      if (!fails.ok()) return fails;
      dropped = dropped || *fails;
    }
    // It may have failed before it came this far.
    end = std::min(begin, failing_.size());
  }
  return dropped;
}

Result<WalkShrinker::Shrunk> WalkShrinker::Shrink(int length) {
  failing_.clear();
  const auto fails = Fails(WholeWalk(length));
  if (!fails.ok()) return Error{fails.error()};
  if (!*fails) return Shrunk{};
  const auto cut = CutEnd();
  if (!cut.ok()) return Error{cut.error()};
  for (std::size_t size = failing_.size() / 2; size > 0;) {
    const auto dropped = DropParts(size);
    if (!dropped.ok()) return Error{dropped.error()};
    // One step may be dispensable only since another is gone.
    if (size == 1 && !*dropped) break;
    size = std::clamp<std::size_t>(size / 2, 1, std::max<std::size_t>(1, failing_.size() / 2));
  }
  return Shrunk{failing_, not_tried_};
}
