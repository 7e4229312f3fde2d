// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_FENCE_PROBE_SESSION_H_
#define TOOLS_FENCE_PROBE_SESSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "v4l2_device.h"

namespace fence_probe {

/// The device to probe, and how.
struct Target {
  std::string path;
  std::string import_from;  ///< Video device whose buffers it imports; empty: another open of it.
  int job_ms = 300;         ///< How long a job is to take, where the device can be told.
  unsigned width = 0;       ///< Of the frames; 0: as the device has it by default.
  unsigned height = 0;
};

/// One use of a device: buffers, streaming, jobs. What fails is kept, and what comes after a
/// failure does nothing, so that a scenario reads straight on and looks at error() once.
class Session {
 public:
  /// Opens the device, allocates `buffers` on each queue and starts streaming. Memory is that of
  /// the capture buffers. A camera has delivered a frame by then, so that the next one is a whole
  /// frame's time away.
  Session(const Target& target, unsigned buffers, v4l2::Memory memory = v4l2::Memory::kMmap);
  Session(Session&&) = delete;
  ~Session();

  bool ok() const { return error_.empty(); }
  const std::string& error() const { return error_; }
  /// Keeps the first failure; of the session's own calls, or of a caller who looks at its buffers.
  void Fail(const std::string& error);

  const v4l2::Device* device() const { return device_ ? &*device_ : nullptr; }
  /// How long a job takes at least, in milliseconds; 0 where the device cannot be told.
  int job_ms() const { return job_ms_; }

  void QueueCapture(unsigned index, const std::vector<int>& dma_bufs = {});

  /// Gives the device its next job: OUTPUT buffer `index`. On a capture device, which has none, it
  /// does nothing. A device with requests gets it from a thread, since the job may run inside the
  /// call; the thread is joined by Join() and before the next job.
  void Submit(unsigned index, bool hold_capture = false, std::uint64_t timestamp = 1);
  void Join();

  UniqueFd Export(v4l2::Side side, unsigned index);

  /// A capture buffer can be dequeued, now or within `milliseconds`.
  bool Finished(int milliseconds = 0);
  /// Waits for a capture buffer and dequeues it, and an OUTPUT buffer if one is done.
  v4l2::Dequeued Dequeue();

  void StreamOff(v4l2::Side side);
  void SetControl(const std::string& name, int value);
  void FreeBuffers();
  void Close();

 private:
  void StartCamera(unsigned buffers, v4l2::Memory memory);
  template <typename T>
  bool Take(const gate::Result<T>& result);

  std::optional<v4l2::Device> device_;
  std::thread submitter_;
  std::string submit_error_;
  UniqueFd request_;
  std::string error_;
  int job_ms_ = 0;
};

/// No job takes longer; then something hangs.
inline constexpr int kHangMilliseconds = 20000;

}  // namespace fence_probe

#endif  // TOOLS_FENCE_PROBE_SESSION_H_
