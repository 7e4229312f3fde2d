// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_WALK_SHRINKER_H_
#define TOOLS_WALK_SHRINKER_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "result.h"

/// Some of the steps of a random walk: their numbers, ascending. A step does the same in whatever
/// company it is, or nothing.
using Walk = std::vector<int>;

/// The walk of all steps below `length`.
Walk WholeWalk(int length);

/// As bitmap_parselist() in lib/bitmap-str.c takes it: "0-7,9".
std::string FormatWalk(const Walk& walk);

/// What became of a walk.
struct Trial {
  enum class Outcome {
    kPassed,
    kFailed,
    kNotTried,  ///< It can't be asked for.
  };
  Outcome outcome = Outcome::kPassed;
  /// The step at which it failed, where that is known: what comes later did not happen.
  std::optional<int> step;
};

/// Finds the shortest walk that fails.
class WalkShrinker {
 public:
  /// Takes a walk. The error is one of the machine, and ends the search.
  using Oracle = std::function<gate::Result<Trial>(const Walk&)>;

  struct Shrunk {
    Walk walk;  ///< Empty where the whole walk passes.
    /// Steps that might be dispensable: the oracle could not take the walk without them.
    std::size_t not_tried = 0;
  };

  explicit WalkShrinker(Oracle oracle) : oracle_(std::move(oracle)) {}

  /// Of the walk of `length` steps: first cuts its end off, by bisection, then drops ever smaller
  /// parts of the rest (delta debugging) until it passes without any one of the steps left.
  gate::Result<Shrunk> Shrink(int length);

 private:
  gate::Result<bool> Fails(const Walk& walk);
  gate::Result<bool> CutEnd();
  gate::Result<bool> DropParts(std::size_t size);

  Oracle oracle_;
  Walk failing_;  ///< The shortest so far that was seen to fail, less what it did not come to.
  std::size_t not_tried_ = 0;
};

#endif  // TOOLS_WALK_SHRINKER_H_
