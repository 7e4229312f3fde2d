// SPDX-License-Identifier: GPL-2.0-only
#include "fence_cost_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "git.h"

namespace fence_cost {
namespace {

using bench::Row;
using gate::Error;
using gate::Result;

constexpr std::string_view kMark = " cost: ";

/// The one structure that the series adds.
constexpr const char kAddedStructure[] = "vb2_release_fence";

/// What the kernel may cost beside what it is compared with.
constexpr double kHelper = 1.20;
constexpr double kWithoutOptIn = 1.01;

/// The next word of `text`, which loses it.
std::string_view Word(std::string_view* text) {
  const auto begin = text->find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  text->remove_prefix(begin);
  const auto end = std::min(text->find_first_of(" \t"), text->size());
  const auto word = text->substr(0, end);
  text->remove_prefix(end);
  return word;
}

std::optional<std::uint64_t> Number(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

double Ratio(std::uint64_t figure, std::uint64_t beside) {
  return beside == 0 ? 0 : static_cast<double>(figure) / static_cast<double>(beside);
}

Row Cycle(const char* what, const Sample& sample, const Sample& before) {
  return {.what = what,
          .figure = fmt::format("{} instructions", sample.median),
          .beside = fmt::format("before the series: {}", before.median),
          .ratio = Ratio(sample.median, before.median),
          .remark = fmt::format("{} to {}", sample.least, sample.most)};
}

Row Size(const char* what, const std::string& name, const Kernel& before, const Kernel& after) {
  Row row{.what = fmt::format("{}: struct {}", what, name)};
  const auto now = after.sizes.find(name);
  const auto then = before.sizes.find(name);
  const bool added = name == kAddedStructure;
  if (now == after.sizes.end() || (then == before.sizes.end() && !added)) {
    row.not_run = fmt::format("pahole does not know it in the kernel {} the series",
                              now == after.sizes.end() ? "with" : "without");
    return row;
  }
  row.figure = fmt::format("{} bytes", now->second);
  if (added) {
    row.beside = "before the series: none";
    return row;
  }
  row.beside = fmt::format("before the series: {}", then->second);
  row.ratio = Ratio(now->second, then->second);
  return row;
}

}  // namespace

Result<Samples> ReadSamples(const std::string& console) {
  Samples samples;
  for (const auto& line : git::SplitLines(console)) {
    const auto mark = line.find(kMark);
    if (mark == std::string::npos) continue;
    std::string_view rest = std::string_view(line).substr(mark + kMark.size());
    while (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
    const std::string name(Word(&rest));
    const auto median = Number(Word(&rest));
    const auto least = Number(Word(&rest));
    const auto most = Number(Word(&rest));
    if (name.empty() || !median || !least || !most || !Word(&rest).empty()) {
      return Error{
          fmt::format("error: not \"cost: NAME MEDIAN LEAST MOST\": {}", line.substr(mark + 1))};
    }
    if (!samples.emplace(name, Sample{*median, *least, *most}).second) {
      return Error{fmt::format("error: {} was measured twice", name)};
    }
  }
  return samples;
}

std::map<std::string, std::uint64_t> ReadSizes(const std::string& pahole) {
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& line : git::SplitLines(pahole)) {
    std::string_view rest = line;
    const std::string name(Word(&rest));
    const auto size = Number(Word(&rest));
    if (!name.empty() && size) sizes[name] = *size;
  }
  return sizes;
}

Result<std::vector<Row>> Compare(const Kernel& before, const Kernel& after,
                                 const std::string& no_sizes) {
  const auto find = [](const Kernel& kernel, const char* name) {
    const auto found = kernel.samples.find(name);
    return found == kernel.samples.end() ? nullptr : &found->second;
  };
  const Sample* base = find(before, "cycle");
  const Sample* plain = find(after, "cycle");
  const Sample* fenced = find(after, "fenced_cycle");
  const Sample* by_hand = find(after, "by_hand");
  if (base == nullptr) return Error{"error: the kernel without the series measured no cycle"};
  if (plain == nullptr || fenced == nullptr || by_hand == nullptr) {
    return Error{"error: the kernel with the series did not measure cycle, fenced_cycle, by_hand"};
  }
  if (fenced->median <= plain->median) {
    return Error{"error: a cycle with a fence takes no more than one without: there was none"};
  }
  const std::uint64_t fence = fenced->median - plain->median;
  std::vector<Row> rows;
  rows.push_back({.what = "attach, arm, signal and put a fence",
                  .figure = fmt::format("{} instructions", fence),
                  .beside = fmt::format("the same by hand: {}", by_hand->median),
                  .ratio = Ratio(fence, by_hand->median),
                  .wanted = Row::Wanted::kAtMost,
                  .limit = kHelper,
                  .repeats = true,
                  .remark = "what it adds to a cycle"});
  Row without = Cycle("QBUF to DQBUF, without opt-in", *plain, *base);
  without.wanted = Row::Wanted::kAtMost;
  without.limit = kWithoutOptIn;
  without.repeats = true;
  rows.push_back(std::move(without));
  // No limit: a cycle in which no memory moves is so short that any fence is much of it.
  Row with = Cycle("QBUF to DQBUF, with a release fence", *fenced, *base);
  with.remark +=
      fmt::format("; ratio by hand: {:.3f}", Ratio(plain->median + by_hand->median, base->median));
  rows.push_back(std::move(with));
  if (!no_sizes.empty()) {
    rows.push_back({.what = "memory of queues and buffers", .not_run = no_sizes});
    return rows;
  }
  rows.push_back(Size("queue", "vb2_queue", before, after));
  rows.push_back(Size("buffer", "vb2_buffer", before, after));
  rows.push_back(Size("plane, vmalloc", "vb2_vmalloc_buf", before, after));
  rows.push_back(Size("plane, dma-contig", "vb2_dc_buf", before, after));
  rows.push_back(Size("plane, dma-sg", "vb2_dma_sg_buf", before, after));
  rows.push_back(Size("fence, while it lives", kAddedStructure, before, after));
  return rows;
}

}  // namespace fence_cost
