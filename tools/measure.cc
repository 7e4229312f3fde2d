// SPDX-License-Identifier: GPL-2.0-only
#include "measure.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>

namespace measure {

gate::Result<Cost> Run(const std::vector<std::string>& argv) {
  std::vector<char*> pointers;
  for (const std::string& argument : argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(std::tmpfile(), std::fclose);
  if (!output) return gate::Error{fmt::format("no temporary file: {}", std::strerror(errno))};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_adddup2(&actions, fileno(output.get()), fd);
  }
  const auto start = std::chrono::steady_clock::now();
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return gate::Error{fmt::format("{}: {}", argv[0], std::strerror(error))};
  int status = 0;
  rusage usage{};
  while (wait4(pid, &status, 0, &usage) < 0) {
    if (errno != EINTR) return gate::Error{fmt::format("{}: {}", argv[0], std::strerror(errno))};
  }
  Cost cost;
  cost.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  cost.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  cost.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return cost;
}

std::vector<Measured> Measure(const std::vector<Row>& rows) {
  std::vector<Measured> all;
  int rounds = 0;
  for (const Row& row : rows) {
    all.push_back({row, 0, 0, 0, {}});
    rounds = std::max(rounds, row.rounds);
  }
  for (int round = 0; round < rounds; ++round) {
    for (Measured& one : all) {
      if (round >= one.row.rounds || !one.fault.empty()) continue;
      const auto cost = Run(one.row.argv);
      if (!cost) {
        one.fault = cost.error();
      } else if (std::find(one.row.codes.begin(), one.row.codes.end(), cost->code) ==
                 one.row.codes.end()) {
        one.fault = fmt::format("{} exits with {}", one.row.argv[0], cost->code);
      } else {
        const double megabytes = static_cast<double>(one.row.bytes) / 1e6;
        // The clock of processor time ticks in microseconds.
        one.megabytes_per_second =
            std::max(one.megabytes_per_second, megabytes / std::max(cost->seconds, 1e-6));
        one.megabytes_per_cpu_second =
            std::max(one.megabytes_per_cpu_second, megabytes / std::max(cost->cpu_seconds, 1e-6));
        one.peak_bytes = std::max(one.peak_bytes, cost->peak_bytes);
      }
    }
  }
  return all;
}

std::string Format(const std::vector<Measured>& rows, const std::vector<std::string>& references) {
  std::string text = fmt::format("{:40} {:>9} {:>9} {:>9}", "", "MB/s", "MB/cpu s", "peak MB");
  for (const std::string& reference : references) {
    text +=
        fmt::format("  {:>{}}", "x " + reference, std::max<std::size_t>(12, reference.size() + 2));
  }
  text += '\n';
  for (const Measured& one : rows) {
    text += fmt::format("{:40} ", one.row.name);
    if (!one.fault.empty()) {
      text += fmt::format("not run: {}\n", one.fault);
      continue;
    }
    text += fmt::format("{:9.1f} {:9.1f} {:9.1f}", one.megabytes_per_second,
                        one.megabytes_per_cpu_second, static_cast<double>(one.peak_bytes) / 1e6);
    for (const std::string& reference : references) {
      const std::size_t width = std::max<std::size_t>(12, reference.size() + 2);
      const auto base = std::find_if(rows.begin(), rows.end(), [&reference](const Measured& other) {
        return other.row.name == reference && other.fault.empty();
      });
      text +=
          base == rows.end()
              ? fmt::format("  {:>{}}", "-", width)
              : fmt::format("  {:{}.2f}",
                            one.megabytes_per_cpu_second / base->megabytes_per_cpu_second, width);
    }
    text += '\n';
  }
  return text;
}

}  // namespace measure
