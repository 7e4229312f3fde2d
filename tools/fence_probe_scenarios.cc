// SPDX-License-Identifier: GPL-2.0-only
#include "fence_probe_scenarios.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <thread>

#include "dma_buf.h"

namespace fence_probe {
namespace {

using dma_buf::Access;
using v4l2::Memory;
using v4l2::Side;

constexpr const char kInjectError[] = "Inject V4L2_BUF_FLAG_ERROR";

void SleepMilliseconds(int milliseconds) {
  timespec time{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
  while (::nanosleep(&time, &time) != 0 && errno == EINTR) {
  }
}

/// Asks about the buffers of a session, and notes the answers in the words of the table.
class Look {
 public:
  Look(Session* session, Outcome* outcome) : session_(session), outcome_(outcome) {}

  void Note(const char* what, std::string value) {
    outcome_->seen.push_back({what, std::move(value)});
  }

  bool Ready(const UniqueFd& fd, short events) { return Take(dma_buf::Ready(fd.get(), events, 0)); }
  void Poll(const char* what, const UniqueFd& fd, short events) {
    const bool ready = Ready(fd, events);
    Note(what, ready ? "ready" : "busy");
  }

  UniqueFd Export(const UniqueFd& buffer, Access access) {
    return Take(dma_buf::ExportSyncFile(buffer.get(), access));
  }
  dma_buf::SyncFileInfo Describe(const UniqueFd& sync_file) {
    return Take(dma_buf::Describe(sync_file.get()));
  }
  std::string Status(const UniqueFd& sync_file) {
    const int status = Describe(sync_file).status;
    if (status == 0) return "pending";
    // An error signals, too; the word says which.
    return status == 1 ? "signalled" : fmt::format("signalled: {}", std::strerror(-status));
  }
  void Status(const char* what, const UniqueFd& sync_file) { Note(what, Status(sync_file)); }
  UniqueFd NoteExport(const char* what, const UniqueFd& buffer, Access access) {
    UniqueFd sync_file = Export(buffer, access);
    Status(what, sync_file);
    return sync_file;
  }
  UniqueFd Merge(const UniqueFd& first, const UniqueFd& second) {
    return Take(dma_buf::Merge(first.get(), second.get()));
  }
  /// Waits until a sync_file has signalled.
  void Wait(const UniqueFd& sync_file) {
    if (!session_->ok()) return;
    if (!Take(dma_buf::Ready(sync_file.get(), POLLIN, kHangMilliseconds))) {
      session_->Fail("a sync_file did not signal");
    }
  }

  /// Gives the job that was just submitted time to begin: until a fence shows, or for half of its
  /// time where none does. Without a fence nothing else tells user space that it runs.
  void AwaitStart(const UniqueFd& buffer) {
    const std::int64_t end = dma_buf::Now() + std::int64_t{session_->job_ms()} * 500'000;
    while (session_->ok() && dma_buf::Now() < end && Ready(buffer, POLLIN)) SleepMilliseconds(1);
  }

  /// What has been noted holds for a running job only if that has not ended meanwhile.
  void StillRunning() {
    if (session_->Finished()) outcome_->too_quick = true;
  }

 private:
  template <typename T>
  T Take(gate::Result<T> result) {
    if (!session_->ok()) return T{};
    if (result.ok()) return std::move(*result);
    session_->Fail(result.error());
    return T{};
  }

  Session* session_;
  Outcome* outcome_;
};

void StarvedOutput(const Target& target, Outcome* outcome) {
  Session session(target, 1);
  Look look(&session, outcome);
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  session.QueueCapture(0);
  look.Poll("poll_in", buffer, POLLIN);
  look.Poll("poll_out", buffer, POLLOUT);
  look.NoteExport("export_read", buffer, Access::kRead);
  look.NoteExport("export_write", buffer, Access::kWrite);
  outcome->error = session.error();
}

void RunningJob(const Target& target, Outcome* outcome) {
  Session session(target, 1);
  Look look(&session, outcome);
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  UniqueFd source;
  if (session.ok() && session.device()->has_output()) source = session.Export(Side::kOutput, 0);
  session.QueueCapture(0);
  const std::int64_t queued = dma_buf::Now();
  const auto mark = [&](const char* name) {
    outcome->timeline.push_back({name, dma_buf::Now() - queued});
  };
  session.Submit(0);
  look.AwaitStart(buffer);
  mark("looked at");
  look.Poll("poll_in", buffer, POLLIN);
  look.Poll("poll_out", buffer, POLLOUT);
  const UniqueFd sync_file = look.NoteExport("export_read", buffer, Access::kRead);
  look.NoteExport("export_write", buffer, Access::kWrite);
  const auto running = look.Describe(sync_file);
  look.Note("fence_driver", running.driver);
  look.Note("fence_timeline",
            running.timeline == "stub" || running.timeline.empty() ? running.timeline : "its own");
  if (source.valid()) look.Poll("poll_out_source", source, POLLOUT);
  look.StillRunning();

  look.Wait(sync_file);
  const std::int64_t woken = dma_buf::Now();
  mark("wait returns");
  // Between the signal and the buffer's way into the done list lies a moment; a job's time is long
  // against it.
  const bool at_the_end = session.Finished(std::max(1, session.job_ms() / 8));
  const auto signalled = look.Describe(sync_file);
  session.Dequeue();
  mark("DQBUF returns");
  if (signalled.signal > queued) {
    outcome->timeline.push_back({"fence signals", signalled.signal - queued});
  }
  look.Note("wait_returns", at_the_end ? "at the end" : "before the end");
  // Against the job as it was: who waits in DQBUF waits for most of it.
  const std::int64_t dequeued = dma_buf::Now();
  look.Note("dqbuf_after_wait", dequeued - woken < (dequeued - queued) / 4 ? "at once" : "blocks");
  outcome->error = session.error();
}

void ExportAfterQbuf(const Target& target, Outcome* outcome) {
  Session session(target, 1);
  Look look(&session, outcome);
  session.QueueCapture(0);
  session.Submit(0);
  // No buffer is there yet to see the start by.
  SleepMilliseconds(session.job_ms() / 4);
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  look.Poll("poll_in", buffer, POLLIN);
  look.NoteExport("export_read", buffer, Access::kRead);
  look.StillRunning();
  session.Dequeue();
  outcome->error = session.error();
}

void Completion(const Target& target, Outcome* outcome) {
  Session session(target, 1);
  Look look(&session, outcome);
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  session.QueueCapture(0);
  const std::int64_t queued = dma_buf::Now();
  session.Submit(0);
  look.AwaitStart(buffer);
  const UniqueFd sync_file = look.NoteExport("export_in_job", buffer, Access::kRead);
  look.StillRunning();
  session.Dequeue();
  const std::int64_t dequeued = dma_buf::Now();
  look.Status("after_dqbuf", sync_file);
  const std::int64_t signal = look.Describe(sync_file).signal;
  look.Note("signal_time", signal < queued      ? "before the job"
                           : signal <= dequeued ? "in the job"
                                                : "after DQBUF");
  outcome->error = session.error();
}

void ShareAfterDqbuf(const Target& target, Outcome* outcome) {
  Session session(target, 1);
  Look look(&session, outcome);
  session.QueueCapture(0);
  session.Submit(0);
  session.Dequeue();
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  look.Poll("poll_in", buffer, POLLIN);
  look.Poll("poll_out", buffer, POLLOUT);
  look.NoteExport("export_read", buffer, Access::kRead);
  look.NoteExport("export_write", buffer, Access::kWrite);
  outcome->error = session.error();
}

void StreamoffInFlight(const Target& target, Outcome* outcome) {
  Session session(target, 2);
  Look look(&session, outcome);
  const UniqueFd first = session.Export(Side::kCapture, 0);
  const UniqueFd second = session.Export(Side::kCapture, 1);
  session.QueueCapture(0);
  session.QueueCapture(1);
  session.Submit(0);
  look.AwaitStart(first);
  const UniqueFd running = look.NoteExport("running", first, Access::kRead);
  look.NoteExport("waiting", second, Access::kRead);
  look.StillRunning();
  session.StreamOff(Side::kCapture);
  look.Status("after", running);
  look.Poll("poll_in", first, POLLIN);
  outcome->error = session.error();
}

void CloseInFlight(const Target& target, Outcome* outcome) {
  Session session(target, 1);
  Look look(&session, outcome);
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  session.QueueCapture(0);
  session.Submit(0);
  look.AwaitStart(buffer);
  const UniqueFd sync_file = look.NoteExport("running", buffer, Access::kRead);
  look.StillRunning();
  session.Close();
  look.Status("after", sync_file);
  look.Poll("poll_in", buffer, POLLIN);
  session.Join();
  outcome->error = session.error();
}

void SeveralInFlight(const Target& target, Outcome* outcome) {
  constexpr unsigned kBuffers = 3;
  Session session(target, kBuffers);
  Look look(&session, outcome);
  std::array<UniqueFd, kBuffers> buffers;
  for (unsigned i = 0; i < kBuffers; ++i) {
    buffers[i] = session.Export(Side::kCapture, i);
    session.QueueCapture(i);
  }
  std::array<UniqueFd, kBuffers> sync_files;
  std::size_t pending = 0;
  // A device with requests runs a job inside the call that gives it, so each comes in its turn.
  const bool one_by_one = session.ok() && session.device()->needs_requests();
  for (unsigned i = 0; i < kBuffers && !one_by_one; ++i) session.Submit(i, false, i + 1);
  for (unsigned i = 0; i < kBuffers && session.ok(); ++i) {
    if (one_by_one) session.Submit(i, false, i + 1);
    look.AwaitStart(buffers[i]);
    sync_files[i] = look.Export(buffers[i], Access::kRead);
    if (look.Describe(sync_files[i]).status == 0) ++pending;
    if (i == 0) {
      look.Status("running", sync_files[0]);
      look.NoteExport("waiting", buffers[kBuffers - 1], Access::kRead);
    }
    look.StillRunning();
    session.Dequeue();
  }
  look.Note("in_turn", pending == kBuffers ? "each pending"
                       : pending == 0      ? "none pending"
                                           : fmt::format("{} of {} pending", pending, kBuffers));
  std::string end = "signalled";
  for (const UniqueFd& sync_file : sync_files) {
    if (const std::string status = look.Status(sync_file); status != end) end = status;
  }
  look.Note("at_the_end", end);
  outcome->error = session.error();
}

void SyncFileOutlivesDevice(const Target& target, Outcome* outcome) {
  Session session(target, 1);
  Look look(&session, outcome);
  UniqueFd buffer = session.Export(Side::kCapture, 0);
  session.QueueCapture(0);
  session.Submit(0);
  look.AwaitStart(buffer);
  const UniqueFd sync_file = look.NoteExport("running", buffer, Access::kRead);
  look.StillRunning();
  session.Dequeue();
  buffer.Close();
  session.FreeBuffers();
  session.Close();
  look.Status("after", sync_file);
  outcome->error = session.error();
}

void MergedSyncFile(const Target& target, Outcome* outcome) {
  Session session(target, 2);
  Look look(&session, outcome);
  const UniqueFd buffers[] = {session.Export(Side::kCapture, 0), session.Export(Side::kCapture, 1)};
  session.QueueCapture(0);
  session.QueueCapture(1);
  session.Submit(0, false, 1);
  look.AwaitStart(buffers[0]);
  const UniqueFd first = look.Export(buffers[0], Access::kRead);
  session.Dequeue();
  session.Submit(1, false, 2);
  look.AwaitStart(buffers[1]);
  const UniqueFd second = look.Export(buffers[1], Access::kRead);
  const UniqueFd merged = look.Merge(first, second);
  look.Status("first", first);
  look.Status("second", second);
  look.Status("merged", merged);
  look.StillRunning();
  look.Wait(merged);
  look.Note("wait_returns",
            session.Finished(std::max(1, session.job_ms() / 8)) ? "at the end" : "before the end");
  session.Dequeue();
  outcome->error = session.error();
}

/// The other process: starts a job, tells the number that its buffer has there, and waits to be
/// killed.
[[noreturn]] void Produce(const Target& target, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  Session session(target, 1);
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  session.QueueCapture(0);
  session.Submit(0);
  const int number = buffer.get();
  if (session.ok() && ::write(pipe, &number, sizeof(number)) == sizeof(number)) ::pause();
  ::_exit(1);
}

/// Takes over the file descriptor whose number process `pid` writes into `pipe`. It needs no
/// socket, which a small kernel may lack; glibc 2.36 declares these calls in a header that C++
/// cannot link against.
UniqueFd TakeOver(pid_t pid, int pipe) {
  int number = -1;
  if (::read(pipe, &number, sizeof(number)) != sizeof(number)) return {};
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return {};
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), number, 0)));
}

void KilledProducer(const Target& target, Outcome* outcome) {
  int pair[2];
  if (::pipe2(pair, O_CLOEXEC) != 0) {
    outcome->error = fmt::format("pipe: {}", std::strerror(errno));
    return;
  }
  const UniqueFd ours(pair[0]);
  UniqueFd theirs(pair[1]);
  const pid_t producer = ::fork();
  if (producer < 0) {
    outcome->error = fmt::format("fork: {}", std::strerror(errno));
    return;
  }
  if (producer == 0) Produce(target, theirs.get());
  theirs.Close();
  const UniqueFd buffer = TakeOver(producer, ours.get());
  if (buffer.valid()) {
    const auto end = dma_buf::Now() + std::int64_t{target.job_ms} * 500'000;
    for (;;) {
      const auto ready = dma_buf::Ready(buffer.get(), POLLIN, 0);
      if (!ready.ok() || !*ready || dma_buf::Now() >= end) break;
      SleepMilliseconds(1);
    }
  }
  const auto status = [&](const UniqueFd& sync_file) -> std::string {
    const auto info = dma_buf::Describe(sync_file.get());
    if (!info.ok()) {
      outcome->error = info.error();
      return {};
    }
    if (info->status == 0) return "pending";
    return info->status == 1 ? "signalled"
                             : fmt::format("signalled: {}", std::strerror(-info->status));
  };
  UniqueFd sync_file;
  if (!buffer.valid()) {
    outcome->error = "the producer did not start a job";
  } else if (auto exported = dma_buf::ExportSyncFile(buffer.get(), Access::kRead); exported.ok()) {
    sync_file = std::move(*exported);
    outcome->seen.push_back({"running", status(sync_file)});
  } else {
    outcome->error = exported.error();
  }
  if (!sync_file.valid()) {
    ::kill(producer, SIGKILL);
    ::waitpid(producer, nullptr, 0);
    return;
  }
  bool woken = false;
  std::thread consumer([&] {
    const auto signalled = dma_buf::Ready(sync_file.get(), POLLIN, kHangMilliseconds);
    woken = signalled.ok() && *signalled;
  });
  ::kill(producer, SIGKILL);
  consumer.join();
  ::waitpid(producer, nullptr, 0);
  if (!outcome->error.empty()) return;
  if (woken) {
    outcome->seen.push_back({"after", status(sync_file)});
  } else {
    outcome->error = "whoever waits for the killed producer's fence waits for ever";
  }
}

/// The device writes into `memory`, one dma-buf for each plane.
void WriteInto(Session* session, const std::vector<UniqueFd>& memory, Outcome* outcome) {
  Look look(session, outcome);
  std::vector<int> planes;
  for (const UniqueFd& plane : memory) planes.push_back(plane.get());
  session->QueueCapture(0, planes);
  session->Submit(0);
  look.AwaitStart(memory.front());
  look.Poll("poll_in", memory.front(), POLLIN);
  const UniqueFd sync_file = look.NoteExport("export_read", memory.front(), Access::kRead);
  look.StillRunning();
  session->Dequeue();
  look.Status("after_dqbuf", sync_file);
  outcome->error = session->error();
}

void ImportAllocated(const Target& target, gate::Result<UniqueFd> (*allocate)(std::size_t),
                     Outcome* outcome) {
  Session session(target, 1, Memory::kDmabuf);
  std::vector<UniqueFd> memory;
  if (session.ok()) {
    for (const std::size_t size : session.device()->PlaneSizes(Side::kCapture)) {
      auto plane = allocate(size);
      if (!plane.ok()) {
        outcome->error = plane.error();
        return;
      }
      memory.push_back(std::move(*plane));
    }
  }
  if (!session.ok() || memory.empty()) {
    outcome->error = session.error();
    return;
  }
  WriteInto(&session, memory, outcome);
}

void ImportUdmabuf(const Target& target, Outcome* outcome) {
  ImportAllocated(target, dma_buf::AllocateUdmabuf, outcome);
}

void ImportDmaHeap(const Target& target, Outcome* outcome) {
  ImportAllocated(target, dma_buf::AllocateFromSystemHeap, outcome);
}

void ImportV4l2(const Target& target, Outcome* outcome) {
  Session session(target, 1, Memory::kDmabuf);
  auto other = v4l2::Device::Open(target.import_from.empty() ? target.path : target.import_from);
  if (!session.ok() || !other.ok()) {
    outcome->error = session.ok() ? other.error() : session.error();
    return;
  }
  // A buffer for each plane, each of a frame that is large enough.
  const auto& sizes = session.device()->PlaneSizes(Side::kCapture);
  if (!target.import_from.empty()) {
    const auto sized = other->SetSize(1280, 720);
    if (!sized.ok()) {
      outcome->error = sized.error();
      return;
    }
  }
  const auto allocated =
      other->RequestBuffers(Side::kCapture, static_cast<unsigned>(sizes.size()), Memory::kMmap);
  if (!allocated.ok()) {
    outcome->error = allocated.error();
    return;
  }
  std::vector<UniqueFd> memory;
  for (unsigned i = 0; i < sizes.size(); ++i) {
    auto plane = other->Export(Side::kCapture, i);
    if (!plane.ok()) {
      outcome->error = plane.error();
      return;
    }
    if (other->PlaneSizes(Side::kCapture).front() < sizes[i]) {
      outcome->error = fmt::format("{}: its buffers are too small", other->path());
      return;
    }
    memory.push_back(std::move(*plane));
  }
  WriteInto(&session, memory, outcome);
}

void HeldCapture(const Target& target, Outcome* outcome) {
  Session session(target, 2);
  Look look(&session, outcome);
  const UniqueFd buffer = session.Export(Side::kCapture, 0);
  session.QueueCapture(0);
  session.Submit(0, /*hold_capture=*/true, 1);
  SleepMilliseconds(session.job_ms() / 4);
  look.NoteExport("first_slice", buffer, Access::kRead);
  // Held, it cannot be dequeued in any case; the job's end shows in the call that queued it.
  session.Join();
  session.Submit(1, /*hold_capture=*/false, 1);
  look.AwaitStart(buffer);
  const UniqueFd sync_file = look.NoteExport("last_slice", buffer, Access::kRead);
  look.StillRunning();
  session.Dequeue();
  look.Status("after_dqbuf", sync_file);
  outcome->error = session.error();
}

void InjectedError(const Target& target, Outcome* outcome) {
  Session session(target, 2);
  Look look(&session, outcome);
  const UniqueFd buffers[] = {session.Export(Side::kCapture, 0), session.Export(Side::kCapture, 1)};
  session.QueueCapture(0);
  session.QueueCapture(1);
  session.Submit(0);
  session.SetControl(kInjectError, 1);
  v4l2::Dequeued frame;
  for (int i = 0; i < 2 && !frame.error && session.ok(); ++i) frame = session.Dequeue();
  look.Note("flag", frame.error ? "set" : "not set");
  look.Poll("poll_in", buffers[frame.index], POLLIN);
  look.NoteExport("export_read", buffers[frame.index], Access::kRead);
  outcome->error = session.error();
}

}  // namespace

gate::Result<Plan> PlanFor(const Target& target) {
  auto device = v4l2::Device::Open(target.path);
  if (!device.ok()) return gate::Error{device.error()};
  const auto job_ms = device->SetJobTime(target.job_ms);
  if (!job_ms.ok()) return gate::Error{job_ms.error()};
  const bool timed = *job_ms > 0;
  const bool m2m = device->has_output();

  Plan plan;
  plan.runs_jobs = timed || !device->needs_requests();
  // A job that runs inside the call that gives it, and cannot be slowed down, shows no middle.
  const bool shows_middle = plan.runs_jobs && (timed || device->driver() != "vicodec");
  const auto add = [&](bool applies, std::string_view name, void (*run)(const Target&, Outcome*)) {
    if (applies) plan.scenarios.push_back({name, run});
  };
  add(m2m, "starved_output", StarvedOutput);
  add(shows_middle, "running_job", RunningJob);
  add(shows_middle, "export_after_qbuf", ExportAfterQbuf);
  add(shows_middle, "completion", Completion);
  add(plan.runs_jobs, "share_after_dqbuf", ShareAfterDqbuf);
  add(shows_middle, "streamoff_in_flight", StreamoffInFlight);
  add(shows_middle, "close_in_flight", CloseInFlight);
  add(shows_middle && m2m, "several_in_flight", SeveralInFlight);
  add(shows_middle, "sync_file_outlives_device", SyncFileOutlivesDevice);
  add(shows_middle && m2m, "merged_sync_file", MergedSyncFile);
  // The producer's buffer gets here some time into its job; that has to last.
  add(timed && m2m, "killed_producer", KilledProducer);
  add(shows_middle, "import_udmabuf", ImportUdmabuf);
  add(shows_middle, "import_dma_heap", ImportDmaHeap);
  add(shows_middle && (m2m || !target.import_from.empty()), "import_v4l2", ImportV4l2);
  add(timed && device->can_hold_capture(), "held_capture", HeldCapture);
  add(device->HasControl(kInjectError), "error", InjectedError);
  return plan;
}

Outcome Run(const Scenario& scenario, Target target) {
  constexpr int kAttempts = 3;
  Outcome outcome;
  for (int attempt = 0; attempt < kAttempts; ++attempt, target.job_ms *= 2) {
    outcome = {};
    scenario.run(target, &outcome);
    if (!outcome.error.empty() || !outcome.too_quick) break;
  }
  return outcome;
}

}  // namespace fence_probe
