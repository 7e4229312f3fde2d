// SPDX-License-Identifier: GPL-2.0-only
#include "files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace files {
namespace {

namespace fs = std::filesystem;

gate::Error Failure(std::string_view what, const fs::path& file, int error) {
  return {fmt::format("{}: error: {}: {}", file.string(), what, std::strerror(error))};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace

gate::Result<std::string> Read(const fs::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return Failure("cannot open", file, errno);
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n == 0) return bytes;
    if (n > 0) {
      bytes.append(buffer, static_cast<size_t>(n));
    } else if (errno != EINTR) {
      return Failure("cannot read", file, errno);
    }
  }
}

std::string ReadOrEmpty(const fs::path& file) {
  auto bytes = Read(file);
  return bytes.ok() ? std::move(*bytes) : std::string();
}

gate::Result<Done> Write(const fs::path& file, std::string_view bytes) {
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error) return Failure("cannot make the folder of", file, error.value());
  std::string temporary = file.string() + ".XXXXXX";
  Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0) return Failure("cannot create", file, errno);
  ::fchmod(fd.get(), 0644);
  int failed = 0;
  for (std::string_view rest = bytes; !rest.empty() && failed == 0;) {
    const ssize_t n = ::write(fd.get(), rest.data(), rest.size());
    if (n >= 0) {
      rest.remove_prefix(static_cast<size_t>(n));
    } else if (errno != EINTR) {
      failed = errno;
    }
  }
  // Some file systems report a full disk or quota here only.
  if (::close(fd.Release()) != 0 && failed == 0) failed = errno;
  if (failed == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) failed = errno;
  if (failed == 0) return Done{};
  ::unlink(temporary.c_str());
  return Failure("cannot write", file, failed);
}

gate::Result<bool> WriteIfChanged(const fs::path& file, std::string_view bytes) {
  const auto present = Read(file);
  if (present.ok() && *present == bytes) return false;
  const auto written = Write(file, bytes);
  if (!written.ok()) return gate::Error{written.error()};
  return true;
}

gate::Result<Done> Remove(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return Failure("cannot remove", path, error.value());
  return Done{};
}

}  // namespace files
