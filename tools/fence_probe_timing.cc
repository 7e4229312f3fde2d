// SPDX-License-Identifier: GPL-2.0-only
#include "fence_probe_timing.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "dma_buf.h"

namespace fence_probe {

Timing Summarise(std::string name, std::vector<std::int64_t> nanoseconds) {
  Timing timing;
  timing.name = std::move(name);
  timing.samples = nanoseconds.size();
  if (nanoseconds.empty()) return timing;
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const auto rank = [&](std::size_t percent) {
    const std::size_t at = (nanoseconds.size() * percent + 99) / 100;
    return static_cast<double>(nanoseconds[at - 1]) / 1000.0;
  };
  timing.median_us = rank(50);
  timing.p99_us = rank(99);
  return timing;
}

gate::Result<std::vector<Timing>> Measure(Target target, int jobs) {
  // A job that runs inside the call that gives it is given by a thread; it must not be over by the
  // time that this one is back.
  constexpr int kShort = 5;
  constexpr int kOfThread = 50;
  const auto device = v4l2::Device::Open(target.path);
  if (!device.ok()) return gate::Error{device.error()};
  target.job_ms = device->needs_requests() ? kOfThread : kShort;
  Session session(target, 1);
  const UniqueFd buffer = session.Export(v4l2::Side::kCapture, 0);
  std::vector<std::int64_t> exports;
  std::vector<std::int64_t> wake_ups;
  std::vector<std::int64_t> dequeues;
  std::vector<std::int64_t> cycles;
  for (int job = 0; job < jobs && session.ok(); ++job) {
    const std::int64_t begin = dma_buf::Now();
    session.QueueCapture(0);
    session.Submit(0, false, static_cast<std::uint64_t>(job) + 1);
    if (!session.ok()) break;
    if (session.device()->needs_requests()) {
      const std::int64_t end = begin + std::int64_t{kOfThread} * 1'000'000 / 2;
      for (bool ready = true; ready && dma_buf::Now() < end;) {
        const auto started = dma_buf::Ready(buffer.get(), POLLIN, 0);
        if (!started.ok()) return gate::Error{started.error()};
        ready = *started;
        if (ready) ::usleep(1000);
      }
    }
    const std::int64_t before = dma_buf::Now();
    const auto sync_file = dma_buf::ExportSyncFile(buffer.get(), dma_buf::Access::kRead);
    const std::int64_t after = dma_buf::Now();
    if (!sync_file.ok()) return gate::Error{sync_file.error()};
    const auto at_export = dma_buf::Describe(sync_file->get());
    const auto waited = dma_buf::Ready(sync_file->get(), POLLIN, kHangMilliseconds);
    const std::int64_t woken = dma_buf::Now();
    session.Dequeue();
    const std::int64_t dequeued = dma_buf::Now();
    const auto at_end = dma_buf::Describe(sync_file->get());
    if (!at_export.ok()) return gate::Error{at_export.error()};
    if (!at_end.ok()) return gate::Error{at_end.error()};
    if (!waited.ok()) return gate::Error{waited.error()};
    exports.push_back(after - before);
    if (at_export->status == 0) {
      wake_ups.push_back(woken - at_end->signal);
      dequeues.push_back(dequeued - at_end->signal);
    }
    cycles.push_back(dequeued - begin);
  }
  session.Join();
  if (!session.ok()) return gate::Error{session.error()};
  return std::vector<Timing>{Summarise("export_sync_file", std::move(exports)),
                             Summarise("signal_to_wake_up", std::move(wake_ups)),
                             Summarise("signal_to_dqbuf", std::move(dequeues)),
                             Summarise("qbuf_to_dqbuf", std::move(cycles))};
}

}  // namespace fence_probe
