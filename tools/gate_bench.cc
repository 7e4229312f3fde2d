// SPDX-License-Identifier: GPL-2.0-only
// gate-bench: how fast the gate is beside grep and kunit_tool, on a generated log, in one run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "bench_rows.h"
#include "exit_codes.h"
#include "file_io.h"
#include "log_generator.h"
#include "measure.h"

namespace {

namespace fs = std::filesystem;
using measure::Row;

constexpr char kGrep[] = "grep -c";
constexpr char kTool[] = "kunit.py parse";

/// A row of the benchmark that has a limit: its speed beside grep's.
struct Limit {
  const char* row;
  double ratio;
};
constexpr Limit kLimits[] = {
    {"kunit-gate", 1.2}, {"kunit-gate, from a pipe", 0.8}, {"kunit-gate --junit --json", 0.4}};

int Fail(const std::string& message) {
  gate::Put(stderr, fmt::format("gate-bench: error: {}\n", message));
  return static_cast<int>(gate::ExitCode::kInfrastructure);
}

// Writes a log and returns its size.
gate::Result<std::uint64_t> Generate(const fs::path& file, const gate::LogOptions& options) {
  auto output = gate::OutputFile::Create(file.string());
  if (!output) return gate::Error{output.error()};
  gate::GenerateLog(options,
                    [&output](std::string_view text) { gate::Put(output->stream(), text); });
  const std::string error = output->Commit();
  if (!error.empty()) return gate::Error{error};
  std::error_code unknown;
  const std::uintmax_t size = fs::file_size(file, unknown);
  if (unknown) return gate::Error{fmt::format("{}: {}", file.string(), unknown.message())};
  return static_cast<std::uint64_t>(size);
}

std::vector<Row> Rows(const std::string& gate, const fs::path& folder, const std::string& log,
                      std::uint64_t bytes, int rounds) {
  const auto row = [&](std::string name, std::vector<std::string> argv) {
    return Row{std::move(name), std::move(argv), bytes, rounds, {0}};
  };
  // A new name each time would be measured with the file system; these are replaced.
  const auto file = [&folder](const char* name) { return (folder / name).string(); };
  const std::vector<std::string> reports = {"--junit", file("junit.xml"), "--json",
                                            file("run.json")};
  std::vector<std::string> all = reports;
  for (const char* output : {"--verdict", "--html", "--ktap", "--cases"}) {
    all.insert(all.end(), {output, file(output + 2)});
  }
  std::vector<Row> rows = {row(kGrep, {"grep", "-c", "\\] *ok ", log}),
                           row("wc -l", {"wc", "-l", log})};
  const auto add = [&](const std::string& name, const std::vector<std::string>& outputs) {
    std::vector<std::string> argv = {gate};
    argv.insert(argv.end(), outputs.begin(), outputs.end());
    argv.push_back(log);
    rows.push_back(row(name, argv));
    // The time of cat counts, too.
    argv.back() = "-";
    argv.insert(argv.begin(), {"sh", "-c", "cat \"$0\" | \"$@\"", log});
    rows.push_back(row(name + ", from a pipe", argv));
  };
  add("kunit-gate", {});
  add("kunit-gate --junit --json", reports);
  add("kunit-gate, all outputs", all);
  return rows;
}

void AddRows(const std::string& shape, const std::vector<measure::Measured>& measured,
             std::vector<bench::Row>* rows) {
  const auto find = [&](std::string_view name) -> const measure::Measured& {
    return *std::find_if(measured.begin(), measured.end(),
                         [name](const auto& one) { return one.row.name == name; });
  };
  const auto& grep = find(kGrep);
  for (const auto& [name, ratio] : kLimits) {
    const auto& one = find(name);
    bench::Row row{.what = fmt::format("{}, {} log", name, shape)};
    row.not_run = one.fault.empty() ? grep.fault : one.fault;
    if (row.not_run.empty()) {
      row.figure = fmt::format("{:.0f} MB/s", one.megabytes_per_cpu_second);
      row.beside = fmt::format("{}: {:.0f} MB/s", kGrep, grep.megabytes_per_cpu_second);
      row.ratio = one.megabytes_per_cpu_second / grep.megabytes_per_cpu_second;
      row.wanted = bench::Row::Wanted::kAtLeast;
      row.limit = ratio;
      row.remark = "of processor time";
    }
    rows->push_back(std::move(row));
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures the gate beside grep and kunit_tool, in turns, on generated logs.",
               "gate-bench");
  std::string gate;
  std::string folder;
  std::string tree;
  std::string rows_file;
  int rounds = 5;
  std::uint64_t bytes = 100'000'000;
  // kunit_tool takes half a minute for what grep does in a blink: it gets a shorter log.
  std::uint64_t tool_bytes = 10'000'000;
  app.add_option("--gate", gate, "The program kunit-gate")->required()->type_name("FILE");
  app.add_option("--folder", folder, "Where the logs are put, and left")
      ->required()
      ->type_name("FOLDER");
  app.add_option("--tree", tree, "Kernel tree whose kunit.py is measured too")->type_name("FOLDER");
  app.add_option("--bytes", bytes, "Of each log; default: 100MB")
      ->transform(CLI::AsSizeValue(true))
      ->type_name("SIZE");
  app.add_option("--rounds", rounds, "How often each is run; the quickest counts; default: 5")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  app.add_option("--rows", rows_file, "Writes what has a limit to this file, for bench-table")
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(gate::ExitCode::kUsage);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  std::vector<bench::Row> table;
  const auto shapes = {std::pair("flat", gate::LogOptions::Shape::kFlat),
                       std::pair("deep", gate::LogOptions::Shape::kDeep)};
  for (const auto& [name, shape] : shapes) {
    gate::LogOptions options;
    options.shape = shape;
    options.bytes = bytes;
    const fs::path log = fs::path(folder) / fmt::format("{}.log", name);
    const auto size = Generate(log, options);
    if (!size) return Fail(size.error());
    options.bytes = tool_bytes;
    const fs::path small = fs::path(folder) / fmt::format("{}-small.log", name);
    const auto small_size = Generate(small, options);
    if (!small_size) return Fail(small_size.error());

    auto rows = Rows(gate, folder, log.string(), *size, rounds);
    const std::string kunit = tree + "/tools/testing/kunit/kunit.py";
    rows.push_back({kTool, {"python3", kunit, "parse", small.string()}, *small_size, 1, {0}});
    auto measured = measure::Measure(rows);
    if (tree.empty() || !fs::exists(kunit)) {  // python3 would only say that it failed.
      measured.back().fault = "no kernel tree; build the target kernel-tree, or give --tree";
    }
    gate::Put(stdout, fmt::format("{} log, {:.1f} MB\n{}", name, static_cast<double>(*size) / 1e6,
                                  measure::Format(measured, {kGrep, kTool})));
    std::fflush(stdout);
    AddRows(name, measured, &table);
  }
  if (!rows_file.empty()) {
    const std::string saved = bench::Save(table, rows_file);
    if (!saved.empty()) return Fail(saved);
  }
  return 0;
}
