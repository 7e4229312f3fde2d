// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_MAKE_OUTPUT_H_
#define TOOLS_MAKE_OUTPUT_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Reads what a kernel build prints with V=0: its steps ("  CC      lib/glob.o"), and all else,
/// which is for the user: warnings, errors, notes.
class MakeOutput {
 public:
  using PathMaps = std::vector<std::pair<std::string, std::string>>;

  /// Each message line goes to `on_message`, with every path that begins with a `first` of
  /// `path_maps` rewritten to begin with its `second`; the first that fits wins.
  MakeOutput(PathMaps path_maps, std::function<void(const std::string&)> on_message);

  /// Takes the next bytes, in pieces of any size.
  void Feed(std::string_view bytes);

  /// Takes a last line that has no end.
  void Finish();

  size_t objects() const { return objects_; }             ///< Steps that made an object file.
  const std::string& last_step() const { return last_; }  ///< "CC lib/glob.o".

 private:
  void TakeLine(const std::string& line);
  std::string Rewrite(std::string line) const;

  PathMaps path_maps_;
  std::function<void(const std::string&)> on_message_;
  std::string rest_;
  std::string last_;
  size_t objects_ = 0;
};

#endif  // TOOLS_MAKE_OUTPUT_H_
