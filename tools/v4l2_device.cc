// SPDX-License-Identifier: GPL-2.0-only
#include "v4l2_device.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/media.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace v4l2 {
namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;

constexpr const char kVislJobTime[] = "/sys/module/visl/parameters/visl_transtime_ms";
constexpr const char kVim2mJobTime[] = "Transaction Time (msec)";

int Ioctl(int fd, unsigned long request, void* argument) {
  int result = 0;
  do {
    result = ::ioctl(fd, request, argument);
  } while (result < 0 && errno == EINTR);
  return result;
}

/// The media device that belongs to the same parent as video device `path`, by sysfs.
std::string MediaDevice(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  const auto folder =
      fmt::format("/sys/dev/char/{}:{}/device", major(status.st_rdev), minor(status.st_rdev));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("media") && name.find_first_not_of("0123456789", 5) == std::string::npos) {
      return "/dev/" + name;
    }
  }
  return {};
}

}  // namespace

Error Device::Failed(const char* call) const {
  return Error{fmt::format("{}: {}: {}", path_, call, std::strerror(errno))};
}

std::uint32_t Device::Type(Side side) const {
  if (side == Side::kOutput) {
    return multi_planar_ ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE : V4L2_BUF_TYPE_VIDEO_OUTPUT;
  }
  return multi_planar_ ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

Result<Device> Device::Open(const std::string& path) {
  Device device(path);
  device.fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!device.fd_.valid()) return device.Failed("open");
  v4l2_capability capability{};
  if (Ioctl(device.fd(), VIDIOC_QUERYCAP, &capability) < 0) {
    return device.Failed("VIDIOC_QUERYCAP");
  }
  const auto* driver = reinterpret_cast<const char*>(capability.driver);
  device.driver_ = std::string(driver, ::strnlen(driver, sizeof(capability.driver)));
  const std::uint32_t caps = capability.device_caps;
  device.has_output_ = (caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)) != 0;
  device.multi_planar_ = (caps & (V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) != 0;
  if ((caps & V4L2_CAP_STREAMING) == 0 ||
      (!device.has_output_ &&
       (caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) == 0)) {
    return Error{fmt::format("{}: {} is neither a capture nor a mem2mem device that streams", path,
                             device.driver_)};
  }
  if (device.has_output_) {
    const auto set = device.SetFormat(Side::kOutput, 0, 0);
    if (!set.ok()) return Error{set.error()};
    v4l2_create_buffers ask{};
    ask.memory = V4L2_MEMORY_MMAP;
    ask.format.type = device.Type(Side::kOutput);
    if (Ioctl(device.fd(), VIDIOC_G_FMT, &ask.format) < 0) return device.Failed("VIDIOC_G_FMT");
    // With a count of 0 it allocates nothing and only tells what the queue can do.
    if (Ioctl(device.fd(), VIDIOC_CREATE_BUFS, &ask) == 0) {
      device.can_hold_capture_ =
          (ask.capabilities & V4L2_BUF_CAP_SUPPORTS_M2M_HOLD_CAPTURE_BUF) != 0;
      // Drivers for stateless decoders alone hold capture buffers; others take requests at will.
      device.needs_requests_ =
          device.can_hold_capture_ && (ask.capabilities & V4L2_BUF_CAP_SUPPORTS_REQUESTS) != 0;
    }
  }
  const auto set = device.SetFormat(Side::kCapture, 0, 0);
  if (!set.ok()) return Error{set.error()};
  return device;
}

Result<Done> Device::SetFormat(Side side, unsigned width, unsigned height) {
  v4l2_format format{};
  format.type = Type(side);
  if (Ioctl(fd(), VIDIOC_G_FMT, &format) < 0) return Failed("VIDIOC_G_FMT");
  if (width != 0 && height != 0) {
    if (multi_planar_) {
      format.fmt.pix_mp.width = width;
      format.fmt.pix_mp.height = height;
      for (auto& plane : format.fmt.pix_mp.plane_fmt) plane = {};
    } else {
      format.fmt.pix.width = width;
      format.fmt.pix.height = height;
      format.fmt.pix.bytesperline = 0;
      format.fmt.pix.sizeimage = 0;
    }
  }
  if (Ioctl(fd(), VIDIOC_S_FMT, &format) < 0) return Failed("VIDIOC_S_FMT");
  return Done{};
}

Result<Done> Device::SetSize(unsigned width, unsigned height) {
  if (has_output_) {
    const auto set = SetFormat(Side::kOutput, width, height);
    if (!set.ok()) return set;
  }
  return SetFormat(Side::kCapture, width, height);
}

std::uint32_t Device::FindControl(const std::string& name) const {
  v4l2_query_ext_ctrl query{};
  query.id = V4L2_CTRL_FLAG_NEXT_CTRL;
  while (Ioctl(fd(), VIDIOC_QUERY_EXT_CTRL, &query) == 0) {
    if (name == std::string_view(query.name, ::strnlen(query.name, sizeof(query.name)))) {
      return query.id;
    }
    query.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
  }
  return 0;
}

Result<Done> Device::SetControl(const std::string& name, int value) {
  const std::uint32_t id = FindControl(name);
  if (id == 0) return Error{fmt::format("{}: it has no control \"{}\"", path_, name)};
  v4l2_control control{id, value};
  if (Ioctl(fd(), VIDIOC_S_CTRL, &control) < 0) return Failed("VIDIOC_S_CTRL");
  return Done{};
}

Result<int> Device::SetJobTime(int milliseconds) {
  if (HasControl(kVim2mJobTime)) {
    const auto set = SetControl(kVim2mJobTime, milliseconds);
    if (!set.ok()) return Error{set.error()};
    return milliseconds;
  }
  if (driver_ == "visl") {
    std::ofstream parameter(kVislJobTime);
    parameter << milliseconds << std::flush;
    if (!parameter) return Error{fmt::format("{}: cannot be written; be root", kVislJobTime)};
    return milliseconds;
  }
  if (has_output_) return 0;
  // A camera's job is the time of a frame.
  v4l2_streamparm parameters{};
  parameters.type = Type(Side::kCapture);
  if (Ioctl(fd(), VIDIOC_G_PARM, &parameters) < 0) return 0;
  v4l2_fract& frame = parameters.parm.capture.timeperframe;
  if ((parameters.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) == 0) return 0;
  frame = {static_cast<__u32>(milliseconds), 1000};
  if (Ioctl(fd(), VIDIOC_S_PARM, &parameters) < 0) return Failed("VIDIOC_S_PARM");
  return frame.denominator == 0 ? 0 : static_cast<int>(frame.numerator * 1000 / frame.denominator);
}

Result<Done> Device::RequestBuffers(Side side, unsigned count, Memory memory) {
  v4l2_requestbuffers request{};
  request.count = count;
  request.type = Type(side);
  request.memory = memory == Memory::kMmap ? V4L2_MEMORY_MMAP : V4L2_MEMORY_DMABUF;
  if (Ioctl(fd(), VIDIOC_REQBUFS, &request) < 0) return Failed("VIDIOC_REQBUFS");
  if (request.count < count) {
    return Error{fmt::format("{}: VIDIOC_REQBUFS: {} of {} buffers", path_, request.count, count)};
  }
  memory_[static_cast<std::size_t>(side)] = memory;
  auto& sizes = side == Side::kOutput ? output_sizes_ : capture_sizes_;
  sizes.clear();
  if (count == 0) return Done{};
  v4l2_buffer buffer{};
  std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
  buffer.type = request.type;
  buffer.memory = request.memory;
  if (multi_planar_) {
    buffer.m.planes = planes.data();
    buffer.length = planes.size();
  }
  if (Ioctl(fd(), VIDIOC_QUERYBUF, &buffer) < 0) return Failed("VIDIOC_QUERYBUF");
  // For memory of somebody else it says no length; the format does.
  v4l2_format format{};
  format.type = request.type;
  if (Ioctl(fd(), VIDIOC_G_FMT, &format) < 0) return Failed("VIDIOC_G_FMT");
  const std::size_t count_of_planes = multi_planar_ ? format.fmt.pix_mp.num_planes : 1;
  for (std::size_t i = 0; i < count_of_planes; ++i) {
    const std::size_t by_format =
        multi_planar_ ? format.fmt.pix_mp.plane_fmt[i].sizeimage : format.fmt.pix.sizeimage;
    const std::size_t by_buffer = multi_planar_ ? planes[i].length : buffer.length;
    sizes.push_back(std::max(by_format, by_buffer));
  }
  return Done{};
}

Result<UniqueFd> Device::Export(Side side, unsigned index) const {
  v4l2_exportbuffer request{};
  request.type = Type(side);
  request.index = index;
  request.flags = O_CLOEXEC | O_RDWR;
  request.fd = -1;
  if (Ioctl(fd(), VIDIOC_EXPBUF, &request) < 0) return Failed("VIDIOC_EXPBUF");
  return UniqueFd(request.fd);
}

Result<Done> Device::Queue(Side side, unsigned index, const QueueOptions& options) const {
  const Memory memory = memory_[static_cast<std::size_t>(side)];
  const auto& sizes = PlaneSizes(side);
  v4l2_buffer buffer{};
  std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
  buffer.type = Type(side);
  buffer.memory = memory == Memory::kMmap ? V4L2_MEMORY_MMAP : V4L2_MEMORY_DMABUF;
  buffer.index = index;
  buffer.field = V4L2_FIELD_NONE;
  buffer.timestamp.tv_sec =
      static_cast<decltype(buffer.timestamp.tv_sec)>(options.timestamp / 1'000'000);
  buffer.timestamp.tv_usec =
      static_cast<decltype(buffer.timestamp.tv_usec)>(options.timestamp % 1'000'000);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto size = static_cast<__u32>(sizes[i]);
    planes[i].length = size;
    if (side == Side::kOutput) planes[i].bytesused = size;
    if (memory == Memory::kDmabuf && i < options.dma_bufs.size()) {
      planes[i].m.fd = options.dma_bufs[i];
    }
  }
  if (multi_planar_) {
    buffer.m.planes = planes.data();
    buffer.length = static_cast<__u32>(sizes.size());
  } else {
    buffer.length = planes[0].length;
    buffer.bytesused = planes[0].bytesused;
    if (memory == Memory::kDmabuf) buffer.m.fd = planes[0].m.fd;
  }
  if (options.request >= 0) {
    buffer.flags |= V4L2_BUF_FLAG_REQUEST_FD;
    buffer.request_fd = options.request;
  }
  if (options.hold_capture) buffer.flags |= V4L2_BUF_FLAG_M2M_HOLD_CAPTURE_BUF;
  if (Ioctl(fd(), VIDIOC_QBUF, &buffer) < 0) return Failed("VIDIOC_QBUF");
  return Done{};
}

Result<Dequeued> Device::Dequeue(Side side) const {
  v4l2_buffer buffer{};
  std::array<v4l2_plane, VIDEO_MAX_PLANES> planes{};
  buffer.type = Type(side);
  buffer.memory = memory_[static_cast<std::size_t>(side)] == Memory::kMmap ? V4L2_MEMORY_MMAP
                                                                           : V4L2_MEMORY_DMABUF;
  if (multi_planar_) {
    buffer.m.planes = planes.data();
    buffer.length = planes.size();
  }
  if (Ioctl(fd(), VIDIOC_DQBUF, &buffer) < 0) return Failed("VIDIOC_DQBUF");
  return Dequeued{buffer.index, (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0};
}

Result<Done> Device::Stream(Side side, bool on) const {
  auto type = static_cast<int>(Type(side));
  if (Ioctl(fd(), on ? VIDIOC_STREAMON : VIDIOC_STREAMOFF, &type) < 0) {
    return Failed(on ? "VIDIOC_STREAMON" : "VIDIOC_STREAMOFF");
  }
  return Done{};
}

Result<UniqueFd> Device::AllocateRequest() {
  if (!media_.valid()) {
    const std::string media = MediaDevice(path_);
    if (media.empty()) return Error{fmt::format("{}: it belongs to no media device", path_)};
    media_ = UniqueFd(::open(media.c_str(), O_RDWR | O_CLOEXEC));
    if (!media_.valid()) return Error{fmt::format("{}: {}", media, std::strerror(errno))};
  }
  int request = -1;
  if (Ioctl(media_.get(), MEDIA_IOC_REQUEST_ALLOC, &request) < 0) {
    return Failed("MEDIA_IOC_REQUEST_ALLOC");
  }
  return UniqueFd(request);
}

Result<Done> Device::QueueRequest(int request) const {
  if (Ioctl(request, MEDIA_REQUEST_IOC_QUEUE, nullptr) < 0) {
    return Failed("MEDIA_REQUEST_IOC_QUEUE");
  }
  return Done{};
}

std::vector<std::string> ListDevices() {
  std::vector<std::pair<int, std::string>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/sys/class/video4linux", error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("video")) continue;
    const std::string path = "/dev/" + name;
    if (Device::Open(path).ok()) found.emplace_back(std::atoi(name.c_str() + 5), path);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> paths;
  for (auto& [number, path] : found) paths.push_back(std::move(path));
  return paths;
}

}  // namespace v4l2
