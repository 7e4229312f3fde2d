// SPDX-License-Identifier: GPL-2.0-only
#include "preflight_runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>

#include "process.h"
#include "progress.h"
#include "text.h"

namespace preflight {
namespace {

using gate::Error;
using gate::Result;

/// All checks have time-outs of their own where something may hang; this is for the rest.
constexpr std::chrono::hours kLimit(3);

/// Of what is printed, the last line that is whole.
class LastLine {
 public:
  void Feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find_first_of("\r\n");
      const auto part = bytes.substr(0, end);
      rest_ += part.substr(0, kWidest - std::min(kWidest, rest_.size()));
      if (end == std::string_view::npos) return;
      if (!rest_.empty()) line_ = gate::Printable(rest_);
      rest_.clear();
      bytes.remove_prefix(end + 1);
    }
  }
  const std::string& line() const { return line_; }

 private:
  /// Far more than a terminal shows.
  static constexpr std::size_t kWidest = 1000;

  std::string rest_;
  std::string line_;
};

/// A check that can't begin.
CheckResult Without(const std::string& need) {
  CheckResult result;
  result.begun = false;
  result.outcome = Outcome::kNotRun;
  result.says = fmt::format("needs {}, which has not passed", need);
  return result;
}

/// A check that the machine let down, whatever it would have said.
CheckResult LetDown(const std::string& error) {
  CheckResult result;
  result.begun = false;
  result.outcome = Outcome::kInfrastructure;
  result.says = error;
  return result;
}

std::string Tell(const std::string& place, const Check& check, const CheckResult& result) {
  return fmt::format("{} {:<14} {}: {}{}", place, OutcomeName(result.outcome), check.name,
                     result.says, result.kept ? " (kept)" : "");
}

}  // namespace

Result<CheckResult> RunCheck(const Plan& plan, const Check& check,
                             const std::function<void(const std::string&)>& on_line) {
  auto inputs = HashInputs(check.AllInputs());
  if (!inputs.ok()) return Error{inputs.error()};
  // A run that is ended leaves no result of an earlier one.
  const auto removed = files::Remove(ResultFile(plan, check));
  if (!removed.ok()) return Error{removed.error()};
  const auto begun = files::Write(LogFile(plan, check), "");
  if (!begun.ok()) return Error{begun.error()};
  std::ofstream log(LogFile(plan, check), std::ios::binary | std::ios::trunc);

  const auto start = std::chrono::steady_clock::now();
  std::string printed;
  int code = 0;
  bool timed_out = false;
  LastLine last;
  const auto take = [&](std::string_view bytes) {
    printed += bytes;
    // As it comes, for who looks on, and for who wonders where a killed run was.
    log.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    log.flush();
    last.Feed(bytes);
    on_line(last.line());
  };
  for (const auto& argv : check.commands) {
    const std::size_t before = printed.size();
    process::Command command;
    command.argv = argv;
    command.folder = plan.source;
    const auto run = process::Stream(
        command, take, [&] { on_line(last.line()); }, kLimit);
    if (!run.ok()) {
      take(run.error() + "\n");
      code = static_cast<int>(gate::ExitCode::kInfrastructure);
    } else {
      code = run->code;
      timed_out = run->timed_out;
    }
    if (timed_out) {
      take(fmt::format("error: {} has not ended within {} hours\n", argv.front(), kLimit.count()));
      code = static_cast<int>(gate::ExitCode::kInfrastructure);
    }
    // What a later one says of its part does not stand for this one's.
    const auto part = Understand(code, std::string_view(printed).substr(before));
    if (part.outcome == Outcome::kNotRun) printed.erase(0, before);
    if (code != 0 || part.outcome == Outcome::kNotRun) break;
  }
  CheckResult result = Understand(code, printed);
  // Programs put their check's name before it, which stands there already.
  if (result.says.starts_with(check.name + ": ")) result.says.erase(0, check.name.size() + 2);
  result.seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start)
          .count();
  result.inputs = std::move(*inputs);
  if (!log) {
    return Error{fmt::format("{}: error: cannot be written; is the disk full?",
                             LogFile(plan, check).string())};
  }

  const auto now = HashInputs(check.AllInputs());
  if (!now.ok()) return Error{now.error()};
  // What it makes is right in what it says of that.
  for (const auto& output : check.outputs) {
    const auto made = now->find(output);
    if (made != now->end()) result.inputs[output] = made->second;
  }
  if (const auto changed = Differences(result.inputs, *now); !changed.empty()) {
    result.outcome = Outcome::kInfrastructure;
    result.says = fmt::format("has changed while it ran: {}; run it again", changed);
  }
  const auto outputs = HashInputs(check.outputs);
  if (!outputs.ok()) return Error{outputs.error()};
  result.inputs.insert(outputs->begin(), outputs->end());
  const auto saved = Save(plan, check, result);
  if (!saved.ok()) return Error{saved.error()};
  return result;
}

std::vector<CheckResult> RunChecks(const Plan& plan, const std::vector<const Check*>& checks) {
  Progress progress(stderr);
  std::vector<CheckResult> results;
  std::map<std::string, Outcome> outcomes;
  for (const Check* check : checks) {
    const std::string place = fmt::format("[{}/{}]", results.size() + 1, checks.size());
    const auto add = [&](CheckResult result) {
      progress.Print(Tell(place, *check, result));
      outcomes[check->name] = result.outcome;
      results.push_back(std::move(result));
    };
    std::string lacks;
    for (const auto& need : check->needs) {
      const auto outcome = outcomes.find(need);
      if (outcome != outcomes.end() && outcome->second != Outcome::kPassed) lacks = need;
    }
    if (!lacks.empty()) {
      add(Without(lacks));
      continue;
    }
    if (!check->always) {
      auto known = Known(plan, *check);
      if (!known.ok()) {
        add(LetDown(known.error()));
        continue;
      }
      if (known->outcome == Outcome::kPassed) {
        add(std::move(*known));
        continue;
      }
    }
    auto result = RunCheck(plan, *check, [&](const std::string& line) {
      progress.Show(fmt::format("{} {} {}", place, check->name, line));
    });
    add(result.ok() ? std::move(*result) : LetDown(result.error()));
  }
  progress.Clear();
  return results;
}

}  // namespace preflight
