// SPDX-License-Identifier: GPL-2.0-only
/// fence-probe: shows what a consumer of a V4L2 buffer sees of its fences, and judges it.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "exit_codes.h"
#include "fence_probe_run.h"
#include "file_io.h"
#include "v4l2_device.h"

namespace {

using fence_probe::Expect;
using gate::ExitCode;

struct Arguments {
  fence_probe::Target target;
  Expect expect = Expect::kNothing;
  std::string json;
  std::string suite;
  int timed_jobs = 200;
  bool table = false;
};

int Complain(const std::string& error) {
  gate::Put(stderr, fmt::format("error: {}\n", error));
  return static_cast<int>(ExitCode::kInfrastructure);
}

int PrintTable() {
  std::string text = fmt::format("{:<26} {:<17} {:<15} {:<13} {}\n", "scenario", "observation",
                                 "without series", "with series", "what it is");
  for (const auto& row : fence_probe::Expectations()) {
    text += fmt::format("{:<26} {:<17} {:<15} {:<13} {}\n", row.scenario, row.what, row.unfenced,
                        row.fenced, row.meaning);
  }
  gate::Put(stdout, text);
  return 0;
}

int Probe(const Arguments& arguments) {
  std::string suite = arguments.suite;
  if (suite.empty()) {
    const auto device = v4l2::Device::Open(arguments.target.path);
    if (!device.ok()) return Complain(device.error());
    suite = device->driver();
  }
  KtapWriter ktap(stdout, 1);
  const auto report = fence_probe::ProbeDevice(arguments.target, suite, arguments.expect,
                                               arguments.timed_jobs, &ktap);
  if (!report.ok()) return Complain(report.error());
  if (!arguments.json.empty()) {
    const std::string error = fence_probe::WriteReports({*report}, arguments.json);
    if (!error.empty()) return Complain(error);
  }
  if (ktap.broken()) return Complain("cannot write the results");
  return static_cast<int>(ktap.failed() ? ExitCode::kFailed : ExitCode::kPassed);
}

}  // namespace

int main(int argc, char** argv) {
  if (!gate::OpenStandardStreams()) return Complain("standard output is closed");
  CLI::App app(
      "Shows what a consumer of a V4L2 buffer sees of its fences, and judges it.\n"
      "Writes KTAP. Give it a mem2mem or capture device that nobody uses.",
      "fence-probe");
  app.footer(
      "Exit codes: 0 passed; 1 something is not as expected; 5 usage; 6 infrastructure: the "
      "device\n"
      "cannot be opened or used, a file cannot be written.");
  Arguments arguments;
  fence_probe::Target& target = arguments.target;
  auto* device = app.add_option("device", target.path, "Video device, e.g. /dev/video0");
  const std::map<std::string, Expect> kExpect = {
      {"fenced", Expect::kFenced}, {"unfenced", Expect::kUnfenced}, {"nothing", Expect::kNothing}};
  app.add_option("--expect", arguments.expect,
                 "fenced: the driver opts in, on a kernel with the series; unfenced: one of the "
                 "two does not hold; nothing: tell what is seen (default)")
      ->transform(CLI::CheckedTransformer(kExpect));
  app.add_option("--import-from", target.import_from,
                 "Video device whose buffers it imports; default: the same device, opened again");
  app.add_option("--job-ms", target.job_ms,
                 "How long a job is to take, where the driver can be told; default: 300")
      ->check(CLI::Range(20, 10000));
  app.add_option("--width", target.width, "Width of the frames; default: the device's");
  app.add_option("--height", target.height, "Height of the frames; default: the device's");
  app.add_option("--jobs", arguments.timed_jobs, "Short jobs to time; default: 200; 0: none")
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--json", arguments.json, "Write what was seen to this file, too");
  app.add_option("--suite", arguments.suite, "Name of the KTAP suite; default: the driver's");
  auto* table = app.add_flag("--table", arguments.table, "Print what is expected, and end");
  device->excludes(table);
  try {
    app.parse(argc, argv);
    if (!arguments.table && target.path.empty()) throw CLI::RequiredError("device");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return arguments.table ? PrintTable() : Probe(arguments);
}
