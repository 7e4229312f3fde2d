// SPDX-License-Identifier: GPL-2.0-only
#include "before_after_guest.h"

#include <fmt/core.h>
#include <linux/reboot.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "compliance.h"
#include "fence_probe_run.h"
#include "file_io.h"
#include "files.h"
#include "ktap_writer.h"
#include "process.h"
#include "v4l2_device.h"

namespace before_after {
namespace {

using fence_probe::Expect;

constexpr const char kResults[] = "/mnt/results";

/// Mounts what a program expects, and the one folder of the host that may be written. An empty
/// string, or what failed.
std::string Mount(const std::string& out) {
  struct Entry {
    const char* type;
    const char* where;
    std::string data;
  };
  const Entry entries[] = {{"proc", "/proc", ""},
                           {"sysfs", "/sys", ""},
                           {"devtmpfs", "/dev", ""},
                           {"tmpfs", "/mnt", ""},
                           {"hostfs", kResults, out}};
  for (const Entry& entry : entries) {
    if (entry.where == kResults) ::mkdir(kResults, 0755);
    const char* data = entry.data.empty() ? nullptr : entry.data.c_str();
    if (::mount("none", entry.where, entry.type, 0, data) != 0) {
      return fmt::format("mount {} on {}: {}", entry.type, entry.where, std::strerror(errno));
    }
  }
  return {};
}

/// The first device of each driver that streams.
std::map<std::string, std::string> FindDevices() {
  std::map<std::string, std::string> found;
  for (const std::string& path : v4l2::ListDevices()) {
    const auto device = v4l2::Device::Open(path);
    if (device.ok()) found.emplace(device->driver(), path);
  }
  return found;
}

/// Runs v4l2-compliance with its streaming tests. Its verdicts are compared on the host: what fails
/// on both kernels is no fault of the series. Here it only has to come to its end.
void RunCompliance(const std::string& driver, const std::string& path, const std::string& exporter,
                   KtapWriter* ktap) {
  constexpr auto kLimit = std::chrono::seconds(300);
  process::Command command;
  command.argv = {
      "v4l2-compliance", "--device",      path,      "--streaming", "10", "--expbuf-device",
      exporter,          "--no-progress", "--color", "never"};
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  std::string output;
  const auto run = process::Stream(
      command, [&](std::string_view bytes) { output += bytes; }, nullptr, kLimit);
  const auto written = files::Write(std::string(kResults) + "/" + ComplianceFile(driver), output);
  const auto transcript = compliance::Parse(output);
  std::string error;
  if (!run.ok()) {
    error = run.error();
  } else if (!written.ok()) {
    error = written.error();
  } else if (run->timed_out || !transcript.complete) {
    error = fmt::format("it did not come to its end (exit code {})", run->code);
  }
  ktap->Note(
      fmt::format("{}: {} tests, {} fail", driver, transcript.tests.size(), transcript.failed()));
  if (error.empty()) {
    ktap->Pass(driver);
  } else {
    ktap->Note(fmt::format("{}: error: {}", driver, error));
    ktap->Fail(driver);
  }
}

std::size_t DriverCount(const GuestOptions& options) {
  return options.opt_ins_alone ? kOptIns : std::size(kDrivers);
}

void Work(const GuestOptions& options, KtapWriter* ktap) {
  const auto devices = FindDevices();
  const auto path_of = [&](const std::string& driver) {
    const auto found = devices.find(driver);
    return found == devices.end() ? std::string() : found->second;
  };
  // The exporter's frames must be as large as those of whoever imports them. vivid keeps its format
  // when it is closed; a mem2mem device does not.
  const std::string exporter = path_of("vivid");
  if (auto device = v4l2::Device::Open(exporter); device.ok()) {
    static_cast<void>(device->SetSize(1280, 720));
  }
  std::vector<fence_probe::Report> reports;
  for (std::size_t i = 0; i < DriverCount(options); ++i) {
    const std::string driver = kDrivers[i];
    fence_probe::Target target;
    target.path = path_of(driver);
    if (driver != "vivid") target.import_from = exporter;
    const bool fenced = options.fenced && i < kOptIns;
    const auto report = fence_probe::ProbeDevice(
        target, driver, fenced ? Expect::kFenced : Expect::kUnfenced, options.timed_jobs, ktap);
    if (report.ok()) {
      reports.push_back(*report);
    } else {
      ktap->Note(fmt::format("{}: error: {}", driver, report.error()));
    }
  }
  if (const auto error = WriteReports(reports, std::string(kResults) + "/" + kProbeFile);
      !error.empty()) {
    ktap->Note(fmt::format("error: {}", error));
  }
  if (options.opt_ins_alone) return;
  ktap->BeginSuite("compliance", std::size(kDrivers));
  for (const char* driver : kDrivers) {
    RunCompliance(driver, path_of(driver),
                  std::strcmp(driver, "vivid") == 0 ? path_of("vim2m") : exporter, ktap);
  }
  ktap->EndSuite();
}

}  // namespace

std::string ComplianceFile(const std::string& driver) {
  return fmt::format("compliance-{}.txt", driver);
}

gate::ExitCode RunGuest(const GuestOptions& options) {
  if (::getpid() != 1) {
    gate::Put(stderr, "error: it mounts and halts; only a kernel under test calls this\n");
    return gate::ExitCode::kUsage;
  }
  const std::string error = Mount(options.out);
  std::FILE* console = std::fopen("/dev/kmsg", "w");
  if (console != nullptr && error.empty()) {
    KtapWriter ktap(console, DriverCount(options) + (options.opt_ins_alone ? 0 : 1));
    Work(options, &ktap);
  } else if (console != nullptr) {
    fmt::print(console, "before-after: error: {}\n", error);
  } else {
    fmt::print(stderr, "before-after: error: {}\n", error.empty() ? "no /dev/kmsg" : error);
  }
  if (console != nullptr) std::fclose(console);
  ::sync();
  // A first process must not end.
  for (;;) {
    ::reboot(static_cast<int>(LINUX_REBOOT_CMD_HALT));
    ::pause();
  }
}

}  // namespace before_after
