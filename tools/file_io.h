// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FILE_IO_H_
#define TOOLS_FILE_IO_H_

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "result.h"

namespace gate {

/// The whole of `file`. For small inputs: a manifest, a list, a verdict; past 64 MiB it is an
/// error.
Result<std::string> ReadFile(const std::string& file);

/// Writes `text`. What fails shows in ferror(stream), and throws nothing, as fmt::print() does.
void Put(std::FILE* stream, std::string_view text);

/// Opens /dev/null in place of standard input, output and error where the caller closed them, so
/// that no file which is opened later gets their numbers. False: standard output was closed.
bool OpenStandardStreams();

/// Removes what an earlier run wrote to `file`, so that it can't stand for this one. A device or a
/// pipe stays, and so does a link to a file, without what it named.
void RemoveOutput(const std::string& file);

/// A file that appears under its name only once it is complete: it is written beside it, then
/// renamed. So a reader never sees half a document, and a run that is killed leaves the older one.
class OutputFile {
 public:
  static Result<OutputFile> Create(const std::string& file);

  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) noexcept = default;
  ~OutputFile();  ///< Drops the file if Commit() was not called.

  std::FILE* stream() { return stream_.get(); }
  /// Writes out, closes and renames. An empty string, or the error line.
  std::string Commit();

 private:
  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };
  OutputFile(std::string file, std::string temporary, std::FILE* stream);

  std::string file_;
  std::string temporary_;
  std::unique_ptr<std::FILE, Close> stream_;
};

}  // namespace gate

#endif  // TOOLS_FILE_IO_H_
