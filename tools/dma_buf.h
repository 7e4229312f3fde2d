// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_DMA_BUF_H_
#define TOOLS_DMA_BUF_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "result.h"
#include "unique_fd.h"

/// What user space can ask a dma-buf and a sync_file: include/uapi/linux/dma-buf.h and sync_file.h
/// in a kernel tree. Errors are one line that names the call and the system's reason.
namespace dma_buf {

/// Nanoseconds of CLOCK_MONOTONIC, the clock of a fence's time stamp.
std::int64_t Now();

/// poll() for `events` (POLLIN, POLLOUT); waits at most `milliseconds`, not at all with 0. For a
/// dma-buf POLLIN asks whether it may be read, POLLOUT whether it may be written; for a sync_file
/// POLLIN asks whether it has signalled; for a video device whether a buffer can be dequeued.
gate::Result<bool> Ready(int fd, short events, int milliseconds);

/// Which fences an exported sync_file stands for.
enum class Access {
  kRead,   ///< Those that a reader has to wait for.
  kWrite,  ///< Those that a writer has to wait for.
};

/// DMA_BUF_IOCTL_EXPORT_SYNC_FILE.
gate::Result<UniqueFd> ExportSyncFile(int dma_buf, Access access);

/// SYNC_IOC_MERGE: a sync_file that has signalled once both have.
gate::Result<UniqueFd> Merge(int sync_file, int other);

/// SYNC_IOC_FILE_INFO.
struct SyncFileInfo {
  int status = 0;           ///< 0: not signalled, 1: signalled, less: signalled with that -errno.
  std::size_t fences = 0;   ///< How many it stands for.
  std::string driver;       ///< Of the first fence: the name of its driver,
  std::string timeline;     ///< of its timeline,
  std::int64_t signal = 0;  ///< and when it signalled, on the clock of Now(); 0: it has not.
};
gate::Result<SyncFileInfo> Describe(int sync_file);

/// A dma-buf of `size` bytes, rounded up to pages, that no video device has made: of a memfd by
/// /dev/udmabuf, or of the system heap.
gate::Result<UniqueFd> AllocateUdmabuf(std::size_t size);
gate::Result<UniqueFd> AllocateFromSystemHeap(std::size_t size);

}  // namespace dma_buf

#endif  // TOOLS_DMA_BUF_H_
