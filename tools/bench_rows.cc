// SPDX-License-Identifier: GPL-2.0-only
#include "bench_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "files.h"

namespace bench {
namespace {

using nlohmann::json;

std::string RatioOf(const Row& row) {
  return row.ratio > 0 ? fmt::format("{:.3f}", row.ratio) : "";
}

std::string WantedOf(const Row& row) {
  switch (row.wanted) {
    case Row::Wanted::kNothing:
      return "";
    case Row::Wanted::kAtMost:
      return fmt::format("<= {:.2f}", row.limit);
    case Row::Wanted::kAtLeast:
      return fmt::format(">= {:.2f}", row.limit);
  }
  return "?";
}

std::string VerdictOf(const Row& row) {
  if (!row.not_run.empty()) return "NOT RUN";
  if (row.wanted == Row::Wanted::kNothing) return "";
  return row.missed() ? "MISSED" : "met";
}

}  // namespace

bool Row::missed() const {
  if (!not_run.empty()) return false;
  return (wanted == Wanted::kAtMost && ratio > limit) ||
         (wanted == Wanted::kAtLeast && ratio < limit);
}

std::string Format(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells = {
      {"what", "figure", "beside", "ratio", "wanted", "verdict", "remark"}};
  for (const auto& row : rows) {
    cells.push_back({row.what, row.figure, row.beside, RatioOf(row), WantedOf(row), VerdictOf(row),
                     row.not_run.empty() ? row.remark : row.not_run});
  }
  std::vector<std::size_t> widths(cells.front().size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& line : cells) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      row += fmt::format("{:<{}}  ", line[i], widths[i]);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string Summary(const std::vector<Row>& rows) {
  const auto count = [&rows](auto condition) {
    return std::count_if(rows.begin(), rows.end(), condition);
  };
  const auto limits = count([](const Row& row) { return row.wanted != Row::Wanted::kNothing; });
  const auto missed = count([](const Row& row) { return row.missed(); });
  const auto noisy = count([](const Row& row) { return row.missed() && !row.repeats; });
  const auto not_run = count([](const Row& row) { return !row.not_run.empty(); });
  const auto code = Judge(rows);
  const char* verdict = code == gate::ExitCode::kPassed   ? "PASSED"
                        : code == gate::ExitCode::kFailed ? "FAILED"
                                                          : "INFRASTRUCTURE";
  std::string text =
      fmt::format("{} {} figures: {} of {} limits missed", verdict, rows.size(), missed, limits);
  if (noisy > 0) text += fmt::format(", {} by figures that are noisy", noisy);
  if (not_run > 0) text += fmt::format(", {} not measured", not_run);
  return text + "\n";
}

gate::ExitCode Judge(const std::vector<Row>& rows) {
  const auto any = [&rows](auto condition) {
    return std::any_of(rows.begin(), rows.end(), condition);
  };
  if (rows.empty() || any([](const Row& row) { return !row.not_run.empty(); })) {
    return gate::ExitCode::kInfrastructure;
  }
  return any([](const Row& row) { return row.repeats && row.missed(); }) ? gate::ExitCode::kFailed
                                                                         : gate::ExitCode::kPassed;
}

std::string Save(const std::vector<Row>& rows, const std::string& file) {
  json list = json::array();
  for (const auto& row : rows) {
    list.push_back({{"what", row.what},
                    {"figure", row.figure},
                    {"beside", row.beside},
                    {"ratio", row.ratio},
                    {"wanted", static_cast<int>(row.wanted)},
                    {"limit", row.limit},
                    {"repeats", row.repeats},
                    {"remark", row.remark},
                    {"not_run", row.not_run}});
  }
  const auto written =
      files::Write(file, list.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
  return written.ok() ? "" : written.error();
}

gate::Result<std::vector<Row>> Load(const std::string& file) {
  const auto text = files::Read(file);
  if (!text.ok()) return gate::Error{text.error()};
  std::vector<Row> rows;
  try {
    for (const auto& entry : json::parse(*text)) {
      Row row;
      entry.at("what").get_to(row.what);
      entry.at("figure").get_to(row.figure);
      entry.at("beside").get_to(row.beside);
      entry.at("ratio").get_to(row.ratio);
      row.wanted = static_cast<Row::Wanted>(entry.at("wanted").get<int>());
      entry.at("limit").get_to(row.limit);
      entry.at("repeats").get_to(row.repeats);
      entry.at("remark").get_to(row.remark);
      entry.at("not_run").get_to(row.not_run);
      rows.push_back(std::move(row));
    }
  } catch (const json::exception& error) {
    return gate::Error{fmt::format("{}: error: not what a benchmark writes ({}); run it again",
                                   file, error.what())};
  }
  return rows;
}

}  // namespace bench
