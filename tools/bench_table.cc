// SPDX-License-Identifier: GPL-2.0-only
/// bench-table: one table of what several benchmarks measured.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "bench_rows.h"
#include "exit_codes.h"
#include "file_io.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Prints what benchmarks wrote by --rows as one table. What was not measured fails, and so\n"
      "does a figure that is the same in each run and beyond its limit; one that is noisy is told.",
      "bench-table");
  app.footer(gate::ExitCodeHelp());
  std::vector<std::string> files;
  app.add_option("FILE", files, "Of one benchmark each")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(gate::ExitCode::kUsage);
  }
  std::vector<bench::Row> all;
  for (const auto& file : files) {
    const auto rows = bench::Load(file);
    if (!rows.ok()) {
      gate::Put(stderr, rows.error() + "\n");
      return static_cast<int>(gate::ExitCode::kInfrastructure);
    }
    all.insert(all.end(), rows->begin(), rows->end());
  }
  gate::Put(stdout, bench::Format(all) + bench::Summary(all));
  return static_cast<int>(bench::Judge(all));
}
