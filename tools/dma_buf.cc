// SPDX-License-Identifier: GPL-2.0-only
#include "dma_buf.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/sync_file.h>
#include <linux/udmabuf.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace dma_buf {
namespace {

using gate::Error;
using gate::Result;

Error Failed(const char* call) { return Error{fmt::format("{}: {}", call, std::strerror(errno))}; }

int Ioctl(int fd, unsigned long request, void* argument) {
  int result = 0;
  do {
    result = ::ioctl(fd, request, argument);
  } while (result < 0 && errno == EINTR);
  return result;
}

std::size_t RoundToPages(std::size_t size) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

/// A name in a fixed array, which need not have an end.
template <std::size_t kSize>
std::string Name(const char (&name)[kSize]) {
  return std::string(name, ::strnlen(name, kSize));
}

}  // namespace

std::int64_t Now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Result<bool> Ready(int fd, short events, int milliseconds) {
  const std::int64_t end = Now() + std::int64_t{milliseconds} * 1'000'000;
  pollfd wanted{fd, events, 0};
  for (int left = milliseconds;;) {
    const int count = ::poll(&wanted, 1, left);
    if (count >= 0) break;
    if (errno != EINTR) return Failed("poll");
    const std::int64_t remaining = (end - Now()) / 1'000'000;
    left = remaining > 0 ? static_cast<int>(remaining) : 0;
  }
  if ((wanted.revents & (POLLERR | POLLNVAL)) != 0) {
    return Error{"poll: the file is in an error state"};
  }
  return (wanted.revents & events) != 0;
}

Result<UniqueFd> ExportSyncFile(int dma_buf, Access access) {
  dma_buf_export_sync_file argument{};
  argument.flags = access == Access::kRead ? DMA_BUF_SYNC_READ : DMA_BUF_SYNC_WRITE;
  argument.fd = -1;
  if (Ioctl(dma_buf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &argument) < 0) {
    return Failed("DMA_BUF_IOCTL_EXPORT_SYNC_FILE");
  }
  return UniqueFd(argument.fd);
}

Result<UniqueFd> Merge(int sync_file, int other) {
  sync_merge_data argument{};
  std::strncpy(argument.name, "fence-probe", sizeof(argument.name) - 1);
  argument.fd2 = other;
  argument.fence = -1;
  if (Ioctl(sync_file, SYNC_IOC_MERGE, &argument) < 0) return Failed("SYNC_IOC_MERGE");
  return UniqueFd(argument.fence);
}

Result<SyncFileInfo> Describe(int sync_file) {
  std::array<sync_fence_info, 64> fences{};
  sync_file_info argument{};
  argument.num_fences = fences.size();
  argument.sync_fence_info = reinterpret_cast<std::uintptr_t>(fences.data());
  if (Ioctl(sync_file, SYNC_IOC_FILE_INFO, &argument) < 0) return Failed("SYNC_IOC_FILE_INFO");
  SyncFileInfo info;
  info.status = argument.status;
  info.fences = argument.num_fences;
  if (info.fences > 0) {
    info.driver = Name(fences[0].driver_name);
    info.timeline = Name(fences[0].obj_name);
    info.signal = static_cast<std::int64_t>(fences[0].timestamp_ns);
  }
  return info;
}

Result<UniqueFd> AllocateUdmabuf(std::size_t size) {
  size = RoundToPages(size);
  const UniqueFd memory(::memfd_create("fence-probe", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory.valid()) return Failed("memfd_create");
  if (::ftruncate(memory.get(), static_cast<off_t>(size)) < 0) return Failed("ftruncate");
  // udmabuf takes memory only if it cannot shrink under it.
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK) < 0) return Failed("F_ADD_SEALS");
  const UniqueFd device(::open("/dev/udmabuf", O_RDWR | O_CLOEXEC));
  if (!device.valid()) return Failed("/dev/udmabuf");
  udmabuf_create argument{};
  argument.memfd = static_cast<__u32>(memory.get());
  argument.flags = UDMABUF_FLAGS_CLOEXEC;
  argument.size = size;
  UniqueFd buffer(Ioctl(device.get(), UDMABUF_CREATE, &argument));
  if (!buffer.valid()) return Failed("UDMABUF_CREATE");
  return buffer;
}

Result<UniqueFd> AllocateFromSystemHeap(std::size_t size) {
  const UniqueFd heap(::open("/dev/dma_heap/system", O_RDONLY | O_CLOEXEC));
  if (!heap.valid()) return Failed("/dev/dma_heap/system");
  dma_heap_allocation_data argument{};
  argument.len = RoundToPages(size);
  argument.fd_flags = O_RDWR | O_CLOEXEC;
  if (Ioctl(heap.get(), DMA_HEAP_IOCTL_ALLOC, &argument) < 0) return Failed("DMA_HEAP_IOCTL_ALLOC");
  return UniqueFd(static_cast<int>(argument.fd));
}

}  // namespace dma_buf
