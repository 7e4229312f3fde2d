// SPDX-License-Identifier: GPL-2.0-only
/// kunit-mutants: plants each of kunit/mutants in a kernel of its own, and tells which cases of the
/// suite see it.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "build_program.h"
#include "exit_codes.h"
#include "file_io.h"
#include "files.h"
#include "git.h"
#include "html_writer.h"
#include "kernel_tree.h"
#include "last_failed.h"
#include "mutant.h"
#include "mutant_lab.h"

namespace {

namespace fs = std::filesystem;
using gate::ExitCode;
using gate::HtmlWriter;
using Kind = MutantOutcome::Kind;

struct Arguments {
  MutantLab::Settings lab;
  std::vector<std::string> names;
  std::vector<std::string> profiles;
  std::string table = "mutants";  ///< Of what is written: TABLE.txt, TABLE.html.
  bool again = false;

  fs::path Folder() const { return lab.build / "mutants"; }
};

struct Row {
  const Mutant* mutant = nullptr;
  MutantOutcome outcome;
  bool kept = false;  ///< From an earlier run.
};

int Complain(const std::string& error) {
  gate::Put(stderr, error + "\n");
  return static_cast<int>(ExitCode::kInfrastructure);
}

/// Good outcomes by what they depend on, kept as they come, so that a run that was ended goes on
/// where it was, and a second one is quick. A mutant with another outcome is tried anew.
class Results {
 public:
  explicit Results(fs::path file) : file_(std::move(file)) {
    for (const auto& line : git::SplitLines(files::ReadOrEmpty(file_))) {
      Take(nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false));
    }
  }

  /// nullptr where none is known.
  const MutantOutcome* Find(const std::string& id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : &found->second;
  }

  gate::Result<files::Done> Add(const std::string& id, const MutantOutcome& outcome) {
    if (!outcome.good()) return files::Done{};
    known_[id] = outcome;
    return Write();
  }

  void Forget() { known_.clear(); }

 private:
  /// A line that this program did not write is passed over: its mutant is tried anew.
  void Take(const nlohmann::json& entry) {
    if (!entry.is_object()) return;
    try {
      MutantOutcome outcome;
      const auto word = entry.at("outcome").get<std::string>();
      for (const Kind kind : {Kind::kCaught, Kind::kNotRun}) {
        if (word == MutantOutcomeName(kind)) outcome.kind = kind;
      }
      if (word != MutantOutcomeName(outcome.kind)) return;
      entry.at("detail").get_to(outcome.detail);
      entry.at("seconds").get_to(outcome.seconds);
      entry.at("caught_by").get_to(outcome.caught_by);
      known_[entry.at("id").get<std::string>()] = std::move(outcome);
    } catch (const nlohmann::json::exception&) {
    }
  }

  gate::Result<files::Done> Write() const {
    using nlohmann::json;
    std::string text;
    for (const auto& [id, outcome] : known_) {
      const json entry = {{"id", id},
                          {"outcome", MutantOutcomeName(outcome.kind)},
                          {"detail", outcome.detail},
                          {"seconds", outcome.seconds},
                          {"caught_by", outcome.caught_by}};
      text += entry.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    }
    return files::Write(file_, text);
  }

  fs::path file_;
  std::map<std::string, MutantOutcome> known_;
};

std::string Cases(const Row& row) {
  if (row.outcome.kind == Kind::kCaught) {
    const std::size_t others = row.outcome.caught_by.size() - row.mutant->caught_by.size();
    return fmt::format("{}{}", fmt::join(row.mutant->caught_by, " "),
                       others > 0 ? fmt::format(" and {} more", others) : "");
  }
  if (row.outcome.kind == Kind::kMissed) {
    return fmt::format("not {}, but {}", fmt::join(row.mutant->caught_by, " "),
                       fmt::join(row.outcome.caught_by, " "));
  }
  return row.outcome.detail;
}

std::string RowLine(const Row& row) {
  return fmt::format("{:<15} {:<42} {}", MutantOutcomeName(row.outcome.kind), row.mutant->name,
                     Cases(row));
}

struct Tally {
  std::size_t caught = 0;
  std::size_t not_run = 0;
  std::size_t missing = 0;  ///< Of those not run: for something that this machine lacks.
  std::size_t bad = 0;
};

Tally Count(const std::vector<Row>& rows) {
  Tally tally;
  for (const auto& row : rows) {
    const MutantOutcome& outcome = row.outcome;
    ++(!outcome.tried() ? tally.not_run : outcome.kind == Kind::kCaught ? tally.caught : tally.bad);
    if (outcome.missing()) ++tally.missing;
  }
  return tally;
}

ExitCode Verdict(const Tally& tally) {
  if (tally.bad > 0) return ExitCode::kFailed;
  return tally.missing > 0 ? ExitCode::kInfrastructure : ExitCode::kPassed;
}

/// The closing line: PASSED, FAILED or NOT RUN.
std::string Summary(const std::vector<Row>& rows) {
  const Tally tally = Count(rows);
  const std::string counts = fmt::format("{} mutants: {} caught, {} not caught, {} not run",
                                         rows.size(), tally.caught, tally.bad, tally.not_run);
  if (tally.bad > 0) return "FAILED " + counts;
  if (tally.missing == 0) return "PASSED " + counts;
  const auto first =
      std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.outcome.missing(); });
  return fmt::format("NOT RUN {}: {}", counts, first->outcome.detail);
}

std::string WriteHtml(const std::vector<Row>& rows, const fs::path& file) {
  auto output = gate::OutputFile::Create(file.string());
  if (!output.ok()) return output.error();
  using Tone = HtmlWriter::Tone;
  const Tally tally = Count(rows);
  HtmlWriter html(output->stream());
  html.BeginPage("Mutants", "Mutants", tally.bad == 0 ? Tone::kGood : Tone::kBad);
  html.Facts({{"caught", std::to_string(tally.caught), Tone::kGood},
              {"not caught", std::to_string(tally.bad), tally.bad == 0 ? Tone::kPlain : Tone::kBad},
              {"not run", std::to_string(tally.not_run),
               tally.not_run == 0 ? Tone::kPlain : Tone::kWarn}});
  html.BeginTable({"mutant", "fault", "outcome", "cases", "seconds"});
  for (const auto& row : rows) {
    const Tone tone = !row.outcome.tried()                ? Tone::kWarn
                      : row.outcome.kind == Kind::kCaught ? Tone::kGood
                                                          : Tone::kBad;
    html.Row({{.text = row.mutant->name, .code = true},
              {.text = row.mutant->fault},
              {.text = MutantOutcomeName(row.outcome.kind), .tone = tone},
              {.text = Cases(row)},
              {.text = fmt::format("{:.1f}", row.outcome.seconds), .number = true}});
  }
  html.EndTable();
  html.EndPage();
  return output->Commit();
}

/// The mutants that are asked for, those of one kernel one after the other.
gate::Result<std::vector<Mutant>> Select(const Arguments& arguments) {
  auto all = Mutant::ReadAll(arguments.lab.project / "kunit/mutants");
  if (!all.ok()) return all;
  std::vector<Mutant> selected;
  for (const auto& mutant : *all) {
    const auto matches = [](const std::vector<std::string>& globs, const std::string& name) {
      return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
               return LastFailed::Matches(glob, name);
             });
    };
    if (matches(arguments.names, mutant.name) && matches(arguments.profiles, mutant.profile)) {
      selected.push_back(mutant);
    }
  }
  if (selected.empty()) {
    return gate::Error{fmt::format(
        "KUNIT_MUTANTS={}: error: kunit/mutants has none of this name{}",
        fmt::join(arguments.names, ","),
        arguments.profiles.empty()
            ? ""
            : fmt::format(" for the profile {}", fmt::join(arguments.profiles, " or ")))};
  }
  std::stable_sort(selected.begin(), selected.end(),
                   [](const Mutant& a, const Mutant& b) { return a.profile < b.profile; });
  return selected;
}

int Run(const Arguments& arguments) {
  const auto mutants = Select(arguments);
  if (!mutants.ok()) {
    gate::Put(stderr, mutants.error() + "\n");
    return static_cast<int>(ExitCode::kUsage);
  }
  const fs::path table_file = arguments.Folder() / (arguments.table + ".txt");
  const fs::path page = arguments.Folder() / (arguments.table + ".html");
  // A run that ends early leaves none: that of an earlier one would be taken for its own.
  for (const auto& file : {table_file, page}) {
    const auto removed = files::Remove(file);
    if (!removed.ok()) return Complain(removed.error());
  }
  auto lab = MutantLab::Create(arguments.lab, *mutants);
  if (!lab.ok()) return Complain(lab.error());
  Results results(arguments.Folder() / "results.jsonl");
  if (arguments.again) results.Forget();
  // Profiles, and the parts of the suite in them, that were seen to pass without a fault.
  std::set<std::pair<std::string, std::string>> sound;
  std::vector<Row> rows;
  for (const auto& mutant : *mutants) {
    Row row{&mutant, {}, false};
    const auto id = lab->Id(mutant);
    if (!id.ok()) return Complain(id.error());
    if (const auto* known = results.Find(*id); known != nullptr) {
      row.outcome = *known;
      row.kept = true;
    } else {
      if (mutant.not_run.empty() && lab->Missing(mutant.profile).empty() &&
          sound.emplace(mutant.profile, lab->Filter(mutant)).second) {
        const auto passes = lab->TryNone(mutant);
        if (!passes.ok()) return Complain(passes.error());
      }
      const auto outcome = lab->Try(mutant);
      if (!outcome.ok()) return Complain(outcome.error());
      row.outcome = *outcome;
      const auto still = lab->Id(mutant);
      if (!still.ok()) return Complain(still.error());
      if (*still != *id) {
        return Complain(fmt::format("{}: error: has changed while {} was tried; run again",
                                    arguments.lab.project.string(), mutant.name));
      }
      const auto kept = results.Add(*id, row.outcome);
      if (!kept.ok()) return Complain(kept.error());
    }
    rows.push_back(row);
    gate::Put(stdout, fmt::format("[{}/{}] {}{}\n", rows.size(), mutants->size(), RowLine(row),
                                  row.kept ? " (cached)" : ""));
    std::fflush(stdout);
  }
  std::string table;
  for (const auto& row : rows) table += RowLine(row) + "\n";
  const auto written = files::Write(table_file, table);
  if (!written.ok()) return Complain(written.error());
  if (const std::string error = WriteHtml(rows, page); !error.empty()) return Complain(error);
  gate::Put(stdout, fmt::format("-- {}\n{}\n", page.string(), Summary(rows)));
  return static_cast<int>(Verdict(Count(rows)));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Plants each of kunit/mutants, small faults of the kernel, and tells which cases of the "
      "suite see it. Exits with 1 unless every case does that a mutant names, and with 6 where a "
      "profile can't be run here.",
      "kunit-mutants");
  app.footer(gate::ExitCodeHelp());
  Arguments arguments;
  const BuildProgram program(&app,
                             {&arguments.lab.project, &arguments.lab.build, &arguments.lab.jobs});
  app.add_option("--timeout", arguments.lab.timeout,
                 "Seconds until a boot of the plain kernel counts as hung; others have ten times "
                 "that")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  // One each time: the names come behind it.
  app.add_option("--profile", arguments.profiles,
                 "Only those of this profile; several times for several; default: all")
      ->allow_extra_args(false);
  app.add_option("--table", arguments.table,
                 "Name of the table in BUILD/mutants, without its ending")
      ->capture_default_str();
  app.add_flag("--again", arguments.again, "Try those, too, whose outcome is known");
  app.add_option("NAME", arguments.names, "Only these; globs; default: all");
  return program.Main(argc, argv, [&] {
    const auto version =
        kernel_tree::Version(git::Repository(arguments.lab.build / "linux"), "HEAD");
    if (version.ok()) arguments.lab.base = *version;
    return Run(arguments);
  });
}
