// SPDX-License-Identifier: GPL-2.0-only
#include "file_io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
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

void Put(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

bool OpenStandardStreams() {
  bool output = true;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    if (fd == STDOUT_FILENO) output = false;
    // The lowest free number is this one: those below it are open by now. Where there is no
    // /dev/null the number stays free, and the caller learns of standard output at least.
    static_cast<void>(open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY));
  }
  return output;
}

void RemoveOutput(const std::string& file) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  if (!error && std::filesystem::is_regular_file(real, error)) {
    std::filesystem::remove(real, error);
  }
}

OutputFile::OutputFile(std::string file, std::string temporary, std::FILE* stream)
    : file_(std::move(file)), temporary_(std::move(temporary)), stream_(stream) {}

Result<OutputFile> OutputFile::Create(const std::string& file) {
  // A link stays, what it names is replaced; a device or a pipe cannot be replaced.
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  const std::string target = error ? file : real.string();
  const bool direct = !error && !std::filesystem::is_regular_file(real, error);
  std::string temporary;
  std::FILE* stream = nullptr;
  if (direct) {
    stream = std::fopen(target.c_str(), "wbe");
  } else {
    temporary = target + ".XXXXXX";
    const int fd = mkostemp(temporary.data(), O_CLOEXEC);
    if (fd >= 0) {
      // mkostemp() lets nobody else read it; the file is to be as any other.
      const mode_t mask = umask(0);
      umask(mask);
      fchmod(fd, 0666 & ~mask);
      stream = fdopen(fd, "wb");
    }
  }
  if (stream == nullptr) {
    return Error{fmt::format("{}: cannot write: {}", target, std::strerror(errno))};
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
  // The cause of an earlier failure is forgotten by now, but a full disk is still full.
  bool failed = std::ferror(stream) != 0;
  errno = 0;
  if (std::fclose(stream) != 0) failed = true;
  int error = errno;
  if (!failed && !temporary_.empty() && std::rename(temporary_.c_str(), file_.c_str()) != 0) {
    failed = true;
    error = errno;
  }
  if (!failed) return {};
  if (!temporary_.empty()) unlink(temporary_.c_str());
  return fmt::format("{}: cannot write{}{}", file_, error != 0 ? ": " : "",
                     error != 0 ? std::strerror(error) : "");
}

}  // namespace gate
