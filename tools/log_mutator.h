// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_LOG_MUTATOR_H_
#define TOOLS_LOG_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace gate {

/// Damages console logs as real life does, and worse: cuts, repeats, swaps, drops and glues lines,
/// puts noise between them, changes indentation, numbers and words. The same seed gives the same
/// logs everywhere.
class LogMutator {
 public:
  explicit LogMutator(std::uint64_t seed) : random_(seed) {}

  /// `log` with one to six changes.
  std::string Mutate(std::string_view log);

 private:
  std::size_t Below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  void ChangeLines(std::vector<std::string>* lines);
  void ChangeLine(std::string* line);

  std::mt19937_64 random_;
};

}  // namespace gate

#endif  // TOOLS_LOG_MUTATOR_H_
