// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_V4L2_DEVICE_H_
#define TOOLS_V4L2_DEVICE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "files.h"
#include "result.h"
#include "unique_fd.h"

namespace v4l2 {

/// The two queues of a mem2mem device. A capture device has the second only.
enum class Side { kOutput, kCapture };

/// Where a buffer's memory comes from.
enum class Memory {
  kMmap,    ///< V4L2_MEMORY_MMAP: the device's own.
  kDmabuf,  ///< V4L2_MEMORY_DMABUF: dma-bufs of somebody else.
};

/// What a buffer is queued with.
struct QueueOptions {
  std::vector<int> dma_bufs;    ///< Memory::kDmabuf: one for each plane.
  int request = -1;             ///< A request that takes the buffer along.
  bool hold_capture = false;    ///< V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF.
  std::uint64_t timestamp = 0;  ///< Microseconds; a decoder's slices of one frame share it.
};

/// What came out of a queue.
struct Dequeued {
  unsigned index = 0;
  bool error = false;  ///< V4L2_BUF_FLAG_ERROR.
};

/// A streaming video device, with one plane or several. It is opened non-blocking: who wants to
/// wait polls fd(). Errors are one line: the device, the call, the system's reason.
class Device {
 public:
  /// Opens a capture or mem2mem device and sets the formats that it has by default.
  static gate::Result<Device> Open(const std::string& path);

  const std::string& path() const { return path_; }
  const std::string& driver() const { return driver_; }
  int fd() const { return fd_.get(); }
  bool has_output() const { return has_output_; }
  /// Jobs are given as media requests only.
  bool needs_requests() const { return needs_requests_; }
  bool can_hold_capture() const { return can_hold_capture_; }
  /// The control `name` exists.
  bool HasControl(const std::string& name) const { return FindControl(name) != 0; }

  /// Makes each job of this device last about `milliseconds`, by a control, a frame rate, or a
  /// parameter of its module. The value is what it now takes at least; 0: it has no such thing.
  gate::Result<int> SetJobTime(int milliseconds);

  /// Sets width and height on all queues, as near as the device takes them.
  gate::Result<files::Done> SetSize(unsigned width, unsigned height);

  gate::Result<files::Done> SetControl(const std::string& name, int value);

  /// Allocates `count` buffers; 0 frees those that are there.
  gate::Result<files::Done> RequestBuffers(Side side, unsigned count, Memory memory);
  /// Bytes of each plane of a buffer.
  const std::vector<std::size_t>& PlaneSizes(Side side) const {
    return side == Side::kOutput ? output_sizes_ : capture_sizes_;
  }
  /// A dma-buf of the first plane.
  gate::Result<UniqueFd> Export(Side side, unsigned index) const;
  gate::Result<files::Done> Queue(Side side, unsigned index, const QueueOptions& options) const;
  gate::Result<Dequeued> Dequeue(Side side) const;
  gate::Result<files::Done> Stream(Side side, bool on) const;

  /// A request of the media device that this video device belongs to.
  gate::Result<UniqueFd> AllocateRequest();
  gate::Result<files::Done> QueueRequest(int request) const;

  void Close() { fd_.Close(); }

 private:
  explicit Device(std::string path) : path_(std::move(path)) {}

  gate::Error Failed(const char* call) const;
  std::uint32_t Type(Side side) const;
  std::uint32_t FindControl(const std::string& name) const;
  gate::Result<files::Done> SetFormat(Side side, unsigned width, unsigned height);

  std::string path_;
  std::string driver_;
  UniqueFd fd_;
  UniqueFd media_;
  bool has_output_ = false;
  bool multi_planar_ = false;
  bool needs_requests_ = false;
  bool can_hold_capture_ = false;
  Memory memory_[2] = {Memory::kMmap, Memory::kMmap};
  std::vector<std::size_t> output_sizes_;
  std::vector<std::size_t> capture_sizes_;
};

/// Names of the video devices of this machine that can stream, e.g. "/dev/video0", in order.
std::vector<std::string> ListDevices();

}  // namespace v4l2

#endif  // TOOLS_V4L2_DEVICE_H_
