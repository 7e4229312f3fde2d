// SPDX-License-Identifier: GPL-2.0-only
#include "file_io.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace gate {

Result<std::string> ReadFile(const std::string& file) {
  constexpr std::size_t kMaxSize = 64 * 1024 * 1024;
  std::FILE* stream = std::fopen(file.c_str(), "rbe");
  if (stream == nullptr) {
    return Error{fmt::format("{}: cannot read: {}", file, std::strerror(errno))};
  }
  std::string text;
  char buffer[16 * 1024];
  std::size_t got;
  while ((got = std::fread(buffer, 1, sizeof(buffer), stream)) > 0 && text.size() <= kMaxSize) {
    text.append(buffer, got);
  }
  const bool failed = std::ferror(stream) != 0;
  const int error = errno;
  std::fclose(stream);
  if (failed) return Error{fmt::format("{}: cannot read: {}", file, std::strerror(error))};
  if (text.size() > kMaxSize) return Error{fmt::format("{}: larger than 64 MiB", file)};
  return text;
}

OutputFile::OutputFile(std::string file, std::string temporary, std::FILE* stream)
    : file_(std::move(file)), temporary_(std::move(temporary)), stream_(stream) {}

Result<OutputFile> OutputFile::Create(const std::string& file) {
  // A link stays, what it names is replaced; a device or a pipe cannot be replaced.
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  const std::string target = error ? file : real.string();
  const bool direct = !error && !std::filesystem::is_regular_file(real, error);
  std::string temporary = direct ? std::string() : fmt::format("{}.{}.tmp", target, getpid());
  const std::string& name = direct ? target : temporary;
  std::FILE* stream = std::fopen(name.c_str(), "wbe");
  if (stream == nullptr) {
    return Error{fmt::format("{}: cannot write: {}", name, std::strerror(errno))};
  }
  return OutputFile(target, std::move(temporary), stream);
}

OutputFile::~OutputFile() {
  if (stream_ == nullptr) return;
  stream_.reset();
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

std::string OutputFile::Commit() {
  std::FILE* stream = stream_.release();
  bool failed = std::ferror(stream) != 0;
  int error = failed ? EIO : 0;
  if (std::fclose(stream) != 0 && !failed) {
    failed = true;
    error = errno;
  }
  const bool direct = temporary_.empty();
  if (!failed && !direct && std::rename(temporary_.c_str(), file_.c_str()) != 0) {
    failed = true;
    error = errno;
  }
  if (!failed) return {};
  if (!direct) unlink(temporary_.c_str());
  return fmt::format("{}: cannot write: {}", file_, std::strerror(error));
}

}  // namespace gate
