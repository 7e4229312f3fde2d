// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_GCOV_DATA_H_
#define TOOLS_GCOV_DATA_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "files.h"
#include "result.h"

/// What gcov tells of the sources of a program, taken together over all of its objects: a header is
/// a part of many.
class GcovData {
 public:
  struct Line {
    std::uint64_t count = 0;              ///< How often it ran.
    std::vector<std::uint64_t> branches;  ///< How often each way on from it was taken.
  };

  struct Function {
    std::size_t first = 0;  ///< Lines in the file, 1-based.
    std::size_t last = 0;
    std::uint64_t count = 0;  ///< How often it was called.
  };

  struct File {
    std::map<std::size_t, Line> lines;  ///< Those that hold code, by number.
    std::map<std::string, Function> functions;

    /// The innermost function that holds the line; empty: none.
    std::string FunctionAt(std::size_t line) const;
  };

  /// Adds what `gcov --json-format --branch-probabilities --stdout` prints of some objects, one
  /// document a line (gcov(1), "--json-format"). Files are named from the folder `tree`; those
  /// outside of it are passed over. The error tells what is no such document.
  gate::Result<files::Done> Add(std::string_view documents, const std::string& tree);

  const std::map<std::string, File>& files() const { return files_; }

 private:
  std::map<std::string, File> files_;
};

#endif  // TOOLS_GCOV_DATA_H_
