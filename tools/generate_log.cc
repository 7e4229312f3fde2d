// SPDX-License-Identifier: GPL-2.0-only
// generate-log: writes a console for measuring to standard output, its totals to standard error.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "exit_codes.h"
#include "file_io.h"
#include "log_generator.h"

int main(int argc, char** argv) {
  using Shape = gate::LogOptions::Shape;
  CLI::App app(
      "Writes the console of a KUnit run to standard output: the same for the same options.",
      "generate-log");
  gate::LogOptions options;
  app.add_option("--seed", options.seed, "Picks one of many such logs; default: 1")->type_name("N");
  app.add_option("--bytes", options.bytes, "About how long, e.g. 100MB; default: 100MB")
      ->transform(CLI::AsSizeValue(true))
      ->type_name("SIZE");
  app.add_option("--shape", options.shape, "flat: suites of cases; deep: parameters and groups")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Shape>{{"flat", Shape::kFlat}, {"deep", Shape::kDeep}}))
      ->type_name("SHAPE");
  app.add_option("--failures", options.failures, "Of 10,000 tests, how many fail; default: 0")
      ->type_name("N");
  app.add_option("--skips", options.skips, "Of 10,000 tests, how many are skipped; default: 0")
      ->type_name("N");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(gate::ExitCode::kUsage);
  }
  const gate::Totals totals =
      gate::GenerateLog(options, [](std::string_view text) { gate::Put(stdout, text); });
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    gate::Put(stderr, "generate-log: error: standard output: cannot write\n");
    return static_cast<int>(gate::ExitCode::kInfrastructure);
  }
  gate::Put(stderr, fmt::format("{} tests: {} passed, {} failed, {} skipped\n", totals.tests(),
                                totals.passed, totals.failed, totals.skipped));
  return 0;
}
