// SPDX-License-Identifier: GPL-2.0-only
#include "fence_probe_expected.h"

#include <array>

namespace fence_probe {
namespace {

/// A call, so that it knows the line that it stands on. clang 14 has no std::source_location.
constexpr Expectation Row(std::string_view scenario, std::string_view what,
                          std::string_view unfenced, std::string_view fenced,
                          std::string_view meaning, unsigned line = __builtin_LINE()) {
  return {scenario, what, unfenced, fenced, meaning, line};
}

// clang-format off: one row a line.
constexpr auto kExpectations = std::to_array<Expectation>({
    // scenario, what, unfenced, fenced, meaning
    Row("starved_output", "poll_in", "ready", "ready", "poll(POLLIN) while there is no job"),
    Row("starved_output", "poll_out", "ready", "ready", "poll(POLLOUT) of it"),
    Row("starved_output", "export_read", "signalled", "signalled", "sync_file for a reader"),
    Row("starved_output", "export_write", "signalled", "signalled", "sync_file for a writer"),

    Row("running_job", "poll_in", "ready", "busy", "poll(POLLIN) while the device writes"),
    Row("running_job", "poll_out", "ready", "busy", "poll(POLLOUT) while the device writes"),
    Row("running_job", "export_read", "signalled", "pending", "sync_file for a reader"),
    Row("running_job", "export_write", "signalled", "pending", "sync_file for a writer"),
    Row("running_job", "fence_driver", "stub", "videobuf2", "driver name of that fence"),
    Row("running_job", "fence_timeline", "stub", "its own", "timeline name of that fence"),
    Row("running_job", "poll_out_source", "ready", "ready", "poll(POLLOUT) of the OUTPUT buffer"),
    Row("running_job", "wait_returns", "before the end", "at the end", "a wait on the sync_file"),
    Row("running_job", "dqbuf_after_wait", "blocks", "at once", "DQBUF after that wait"),

    Row("export_after_qbuf", "poll_in", "ready", "busy", "EXPBUF in the running job, then poll"),
    Row("export_after_qbuf", "export_read", "signalled", "pending", "and its sync_file"),

    Row("completion", "export_in_job", "signalled", "pending", "sync_file from the running job"),
    Row("completion", "after_dqbuf", "signalled", "signalled", "the same one, after DQBUF"),
    Row("completion", "signal_time", "before the job", "in the job", "its time stamp"),

    Row("share_after_dqbuf", "poll_in", "ready", "ready", "poll(POLLIN) after DQBUF"),
    Row("share_after_dqbuf", "poll_out", "ready", "ready", "poll(POLLOUT) after DQBUF"),
    Row("share_after_dqbuf", "export_read", "signalled", "signalled", "sync_file for a reader"),
    Row("share_after_dqbuf", "export_write", "signalled", "signalled", "sync_file for a writer"),

    Row("streamoff_in_flight", "running", "signalled", "pending", "sync_file of the running job"),
    Row("streamoff_in_flight", "waiting", "signalled", "signalled", "and of a buffer that waits"),
    Row("streamoff_in_flight", "after", "signalled", "signalled", "the first, after STREAMOFF"),
    Row("streamoff_in_flight", "poll_in", "ready", "ready", "poll(POLLIN) after STREAMOFF"),

    Row("close_in_flight", "running", "signalled", "pending", "sync_file of the running job"),
    Row("close_in_flight", "after", "signalled", "signalled", "the same one, after close()"),
    Row("close_in_flight", "poll_in", "ready", "ready", "poll(POLLIN) after close()"),

    Row("several_in_flight", "running", "signalled", "pending", "sync_file of the running job"),
    Row("several_in_flight", "waiting", "signalled", "signalled", "of a buffer that waits"),
    Row("several_in_flight", "in_turn", "none pending", "each pending", "each in its turn"),
    Row("several_in_flight", "at_the_end", "signalled", "signalled", "all, after the last job"),

    Row("sync_file_outlives_device", "running", "signalled", "pending", "sync_file of the job"),
    Row("sync_file_outlives_device", "after", "signalled", "signalled", "device, buffer are gone"),

    Row("merged_sync_file", "first", "signalled", "signalled", "sync_file of a job that has ended"),
    Row("merged_sync_file", "second", "signalled", "pending", "sync_file of the running job"),
    Row("merged_sync_file", "merged", "signalled", "pending", "both in one, in that job"),
    Row("merged_sync_file", "wait_returns", "before the end", "at the end", "a wait on both"),

    Row("killed_producer", "running", "signalled", "pending", "sync_file of another process's job"),
    Row("killed_producer", "after", "signalled", "signalled", "the same one, that process killed"),

    Row("import_udmabuf", "poll_in", "ready", "busy", "memory of udmabuf, while the device writes"),
    Row("import_udmabuf", "export_read", "signalled", "pending", "its sync_file"),
    Row("import_udmabuf", "after_dqbuf", "signalled", "signalled", "the same one, after DQBUF"),

    Row("import_dma_heap", "poll_in", "ready", "busy", "memory of a dma-heap, as above"),
    Row("import_dma_heap", "export_read", "signalled", "pending", "its sync_file"),
    Row("import_dma_heap", "after_dqbuf", "signalled", "signalled", "the same one, after DQBUF"),

    Row("import_v4l2", "poll_in", "ready", "busy", "memory of another video device, as above"),
    Row("import_v4l2", "export_read", "signalled", "pending", "its sync_file"),
    Row("import_v4l2", "after_dqbuf", "signalled", "signalled", "the same one, after DQBUF"),

    Row("held_capture", "first_slice", "signalled", "signalled", "a slice that holds the frame"),
    Row("held_capture", "last_slice", "signalled", "pending", "the slice that completes it"),
    Row("held_capture", "after_dqbuf", "signalled", "signalled", "sync_file of the last slice"),

    Row("error", "flag", "set", "set", "V4L2_BUF_FLAG_ERROR of a frame with an injected error"),
    Row("error", "poll_in", "ready", "ready", "poll(POLLIN) of that frame's dma-buf"),
    Row("error", "export_read", "signalled", "signalled", "its sync_file"),
});
// clang-format on

}  // namespace

std::span<const Expectation> Expectations() { return kExpectations; }

std::vector<const Expectation*> ExpectationsOf(std::string_view scenario) {
  std::vector<const Expectation*> found;
  for (const Expectation& expectation : kExpectations) {
    if (expectation.scenario == scenario) found.push_back(&expectation);
  }
  return found;
}

}  // namespace fence_probe
