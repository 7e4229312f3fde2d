// SPDX-License-Identifier: GPL-2.0-only
#include "fence_probe_session.h"

#include <fmt/core.h>
#include <poll.h>

#include <utility>

#include "dma_buf.h"

namespace fence_probe {

using v4l2::Side;

template <typename T>
bool Session::Take(const gate::Result<T>& result) {
  if (!result.ok()) Fail(result.error());
  return result.ok();
}

void Session::Fail(const std::string& error) {
  if (error_.empty()) error_ = error;
}

Session::Session(const Target& target, unsigned buffers, v4l2::Memory memory) {
  auto device = v4l2::Device::Open(target.path);
  if (!Take(device)) return;
  device_.emplace(std::move(*device));
  // Before the rate, which a camera may have for some sizes only.
  if (target.width != 0 && !Take(device_->SetSize(target.width, target.height))) return;
  const auto job_ms = device_->SetJobTime(target.job_ms);
  if (!Take(job_ms)) return;
  job_ms_ = *job_ms;
  if (device_->has_output()) {
    if (!Take(device_->RequestBuffers(Side::kOutput, buffers, v4l2::Memory::kMmap)) ||
        !Take(device_->RequestBuffers(Side::kCapture, buffers, memory)) ||
        !Take(device_->Stream(Side::kOutput, true))) {
      return;
    }
    static_cast<void>(Take(device_->Stream(Side::kCapture, true)));
  } else {
    StartCamera(buffers, memory);
  }
}

void Session::StartCamera(unsigned buffers, v4l2::Memory memory) {
  // One more than the caller uses, for the frame that comes as soon as it streams.
  if (!Take(device_->RequestBuffers(Side::kCapture, buffers + 1, memory))) return;
  std::vector<UniqueFd> planes;
  std::vector<int> fds;
  if (memory == v4l2::Memory::kDmabuf) {
    for (const std::size_t size : device_->PlaneSizes(Side::kCapture)) {
      auto plane = dma_buf::AllocateUdmabuf(size);
      if (!Take(plane)) return;
      fds.push_back(plane->get());
      planes.push_back(std::move(*plane));
    }
  }
  QueueCapture(buffers, fds);
  if (!ok() || !Take(device_->Stream(Side::kCapture, true))) return;
  Dequeue();
}

Session::~Session() { Join(); }

void Session::QueueCapture(unsigned index, const std::vector<int>& dma_bufs) {
  if (!ok()) return;
  v4l2::QueueOptions options;
  options.dma_bufs = dma_bufs;
  static_cast<void>(Take(device_->Queue(Side::kCapture, index, options)));
}

void Session::Submit(unsigned index, bool hold_capture, std::uint64_t timestamp) {
  Join();
  // A camera fills what is queued without being asked.
  if (!ok() || !device_->has_output()) return;
  v4l2::QueueOptions options;
  options.hold_capture = hold_capture;
  options.timestamp = timestamp;
  if (!device_->needs_requests()) {
    static_cast<void>(Take(device_->Queue(Side::kOutput, index, options)));
    return;
  }
  auto request = device_->AllocateRequest();
  if (!Take(request)) return;
  request_ = std::move(*request);
  options.request = request_.get();
  if (!Take(device_->Queue(Side::kOutput, index, options))) return;
  submitter_ = std::thread([this] {
    const auto queued = device_->QueueRequest(request_.get());
    if (!queued.ok()) submit_error_ = queued.error();
  });
}

void Session::Join() {
  if (!submitter_.joinable()) return;
  submitter_.join();
  if (!submit_error_.empty()) Fail(std::exchange(submit_error_, {}));
}

UniqueFd Session::Export(Side side, unsigned index) {
  if (!ok()) return {};
  auto buffer = device_->Export(side, index);
  return Take(buffer) ? std::move(*buffer) : UniqueFd();
}

bool Session::Finished(int milliseconds) {
  if (!ok()) return false;
  const auto ready = dma_buf::Ready(device_->fd(), POLLIN, milliseconds);
  if (!ready.ok()) Fail(fmt::format("{}: {}", device_->path(), ready.error()));
  return ready.ok() && *ready;
}

v4l2::Dequeued Session::Dequeue() {
  if (!Finished(kHangMilliseconds)) {
    Fail("no capture buffer came back; does the device hang?");
    return {};
  }
  const auto buffer = device_->Dequeue(Side::kCapture);
  if (!Take(buffer)) return {};
  // The source of the job is done before its result is, or at the same time.
  if (device_->has_output()) static_cast<void>(device_->Dequeue(Side::kOutput));
  return *buffer;
}

void Session::StreamOff(Side side) {
  Join();
  if (ok()) static_cast<void>(Take(device_->Stream(side, false)));
}

void Session::SetControl(const std::string& name, int value) {
  if (ok()) static_cast<void>(Take(device_->SetControl(name, value)));
}

void Session::FreeBuffers() {
  Join();
  if (!ok()) return;
  StreamOff(Side::kCapture);
  if (device_->has_output()) {
    StreamOff(Side::kOutput);
    if (ok()) Take(device_->RequestBuffers(Side::kOutput, 0, v4l2::Memory::kMmap));
  }
  if (ok()) Take(device_->RequestBuffers(Side::kCapture, 0, v4l2::Memory::kMmap));
}

void Session::Close() {
  // A request that is being queued uses the device on its own; closing waits for its job.
  if (device_) device_->Close();
}

}  // namespace fence_probe
