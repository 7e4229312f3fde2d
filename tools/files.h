// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FILES_H_
#define TOOLS_FILES_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "result.h"

/// Small files, read and written whole.
namespace files {

/// The value of a step that gives nothing but its success.
struct Done {};

/// All bytes of a regular file. The error names the file and the system's reason.
gate::Result<std::string> Read(const std::filesystem::path& file);

/// The bytes of `file`, or an empty string where it cannot be read.
std::string ReadOrEmpty(const std::filesystem::path& file);

/// Writes beside `file` and renames, so that a reader (and a kill) sees the old bytes or the new
/// ones, never a part. Missing parent folders are made.
gate::Result<Done> Write(const std::filesystem::path& file, std::string_view bytes);

/// As Write(), but leaves a file that holds these bytes as it is, time stamp included: what a
/// build graph needs to stop there. The value says whether it wrote.
gate::Result<bool> WriteIfChanged(const std::filesystem::path& file, std::string_view bytes);

/// Removes a file or a whole folder; one that is absent is no error.
gate::Result<Done> Remove(const std::filesystem::path& path);

}  // namespace files

#endif  // TOOLS_FILES_H_
