// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "text.h"

namespace gate {
namespace {

constexpr std::size_t kMaxPending = 64;   // Reasons that one test may leave unsettled.
constexpr std::size_t kMaxGathered = 8;   // Lines of an expectation's text.
constexpr std::size_t kMaxMessage = 600;  // Bytes of a message.
constexpr std::size_t kMaxTest = 2 * KtapParser::kMaxName + 1;  // Bytes of suite.case.
constexpr std::size_t kMaxStacks = 100;      // Stacks that are looked up: each costs two programs.
constexpr std::size_t kMaxFrames = 16;       // Frames of one stack.
constexpr std::size_t kMaxStackLines = 120;  // Of a report: lockdep's chains stand ahead of it.
constexpr std::size_t kMaxQuoted = 120;      // Bytes of a line that a message quotes.

std::string Quote(std::string_view text) {
  if (text.size() <= kMaxQuoted) return fmt::format("\"{}\"", Printable(text));
  return fmt::format("\"{}...\"", Printable(text.substr(0, kMaxQuoted)));
}

std::string Join(std::string_view parent, std::string_view name) {
  if (parent.empty()) return std::string(name);
  std::string path;
  path.reserve(parent.size() + 1 + name.size());
  path.append(parent).append(".").append(name);
  return path;
}

// Whether a space stands in `text`: eight bytes at a time, for names are short.
bool HoldsSpace(std::string_view text) {
  if (text.size() < 8) return std::find(text.begin(), text.end(), ' ') != text.end();
  const auto holds = [](const char* at) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    std::uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    word ^= kOnes * ' ';  // A space becomes 0, which takes the top bit of its byte from below.
    return ((word - kOnes) & ~word & (kOnes << 7)) != 0;
  };
  const char* const last = text.data() + text.size() - 8;
  for (const char* at = text.data(); at < last; at += 8) {
    if (holds(at)) return true;
  }
  return holds(last);  // Some of its bytes may be looked at twice.
}

// Whether BeginExpectation() finds anything in a diagnostic of this form. What it looks for begins
// with one of these bytes, or has a colon of its own.
bool MayBeExpectation(const Note& note) {
  const char first = note.words.front();
  return first == 'E' || first == 'A' || first == 'f' || IsSpace(first);
}

// Where ": " stands in `text`.
std::size_t FindColon(std::string_view text) {
  std::size_t at = text.find(':');
  while (at != std::string_view::npos && !text.substr(at + 1).starts_with(' ')) {
    at = text.find(':', at + 1);
  }
  return at;
}

// "pass:3 fail:0 skip:1 total:4", as kunit_print_suite_stats() prints it.
bool ParseStatistics(std::string_view text, std::uint64_t* pass, std::uint64_t* fail,
                     std::uint64_t* skip) {
  const auto take = [&text](std::string_view word, std::uint64_t* value) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return TakeNumber(&text, value);
  };
  std::uint64_t total;
  return take("pass:", pass) && take(" fail:", fail) && take(" skip:", skip) &&
         take(" total:", &total) && text.empty() && total == *pass + *fail + *skip;
}

// Problems that a line which was lost or torn elsewhere may be the cause of. What is wrong by
// itself, and a result that says "not ok", is told whatever stands before it.
bool MayFollow(const ProblemEvent& event) {
  switch (event.kind) {
    case ProblemKind::kNumber:
    case ProblemKind::kMissingResult:
    case ProblemKind::kStrayPlan:
    case ProblemKind::kSplitHeader:
      return true;
    case ProblemKind::kMissingChildren:
      return event.found > 0;
    case ProblemKind::kPastPlan:
      return !event.not_ok;
    default:
      return false;
  }
}

}  // namespace

std::string_view CaseOf(std::string_view path) {
  const std::size_t first = path.find('.');
  if (first == std::string_view::npos) return path;
  return path.substr(0, path.find('.', first + 1));
}

Judge::Judge(Rules rules, std::function<void(const Reason&)> on_reason)
    : rules_(std::move(rules)), on_reason_(std::move(on_reason)) {}

// Counts a reason that there is no room for. What is many must not crowd out what is worse: each
// exit code has room of its own. Callers whose reasons a log can make many of ask ahead of wording
// them.
bool Judge::Omits(ExitCode code) {
  if (kept_[static_cast<std::size_t>(code)] < kMaxReasons) return false;
  verdict_.code = MoreSevere(verdict_.code, code);
  ++verdict_.omitted_reasons;
  return true;
}

// Counts a fault that a torn or lost line may account for, which is told already. False: there is
// no such line.
bool Judge::Follows(ExitCode code, bool document) {
  if (!document_damaged_ && (document || !suite_damaged_)) return false;
  CountFollowing(code);
  return true;
}

void Judge::CountFollowing(ExitCode code) {
  verdict_.code = MoreSevere(verdict_.code, code);
  ++verdict_.following_reasons;
}

// Notes that the KTAP is not whole, in a group of this depth.
void Judge::Damage(std::size_t depth) {
  suite_damaged_ = true;
  document_damaged_ = document_damaged_ || depth == 0;
  if (!suite_.empty() && damaged_suites_.size() < kMaxDamaged) damaged_suites_.insert(suite_);
}

void Judge::Add(Reason reason) {
  if (Omits(reason.code)) return;
  verdict_.code = MoreSevere(verdict_.code, reason.code);
  ++kept_[static_cast<std::size_t>(reason.code)];
  if (on_reason_) on_reason_(reason);
  verdict_.reasons.push_back(std::move(reason));
}

void Judge::Add(const char* kind, ExitCode code, std::string_view test, std::string message,
                std::uint64_t log_line) {
  Reason reason;
  reason.kind = kind;
  reason.code = code;
  reason.test = Printable(test.substr(0, kMaxTest));
  reason.message = std::move(message);
  reason.log_line = log_line;
  Add(std::move(reason));
}

void Judge::RecordFailed(std::string_view test) {
  std::string name = Printable(test.substr(0, kMaxTest));
  if (name == last_failed_) return;
  last_failed_ = name;
  if (verdict_.failed.size() < kMaxFailed) {
    verdict_.failed.push_back(std::move(name));
  } else {
    ++verdict_.omitted_failed;
  }
}

// The name of the test that runs is sure only once its result is there: what waited for it gets it.
void Judge::Settle(std::string_view test, std::string_view parameter, Status status) {
  gathering_ = false;
  stack_lines_ = 0;
  const bool failed = status != Status::kPassed && status != Status::kSkipped;
  for (Pending& pending : pending_) {
    Reason& reason = pending.reason;
    const bool splat = reason.kind == "splat";
    if (splat) TakeStack(&pending);
    const bool own =
        !pending.name.empty() && (test == pending.name || test.ends_with("." + pending.name));
    // KUnit's own tests fail a fake test inside one that passes: that is no failure. A test that
    // fails and says "ok" is one, and a skip makes up for nothing.
    if (!splat && !failed && !pending.certain && !own && status != Status::kSkipped) continue;
    if (pending.certain) {
      if (!splat) RecordFailed(reason.test);
    } else {
      if (reason.test.empty() || splat || !failed) reason.test = Printable(test);
      if (!parameter.empty()) reason.message += fmt::format(" [{}]", Printable(parameter));
      if (!splat && !failed) {
        reason.message += status == Status::kSkipped ? " (and then skipped)" : " (and then ok)";
        RecordFailed(test);
      }
    }
    Add(std::move(reason));
  }
  pending_.clear();
}

void Judge::OnDocument(const DocumentEvent&) {
  Settle({}, {}, Status::kCrashed);
  ++documents_;
  for (NameSet& names : names_) names.Clear();
  direct_[0] = leaves_[0] = Tally();
  suite_damaged_ = document_damaged_ = false;
  suite_.clear();
  case_name_.Clear();
  last_suite_.clear();
}

void Judge::OnGroup(const GroupEvent& event) {
  if (event.depth + 1 < names_.size()) {
    names_[event.depth + 1].Clear();
    direct_[event.depth] = leaves_[event.depth] = Tally();
  }
  if (event.depth == 1) {
    Settle({}, {}, Status::kCrashed);
    suite_ = event.path;
    suite_damaged_ = false;
    planned_ = false;
    CheckSuite(event);
    case_name_.Clear();
    last_suite_.clear();
  } else if (event.depth == 2 && !event.name.empty()) {
    case_suite_ = event.path.substr(0, event.path.size() - event.name.size());
    if (!case_suite_.empty()) case_suite_.pop_back();  // The point between them.
    case_name_.Assign(event.name);
  }
}

void Judge::OnPlan(const PlanEvent& event) { planned_ = planned_ || event.depth == 1; }

// A case's own diagnostics tell that it runs: they bear its name.
inline void Judge::NameCase(const TextEvent& event, std::string_view name) {
  // Ahead of the plan stands the suite's own: "# module: name".
  if (event.depth != 1 || !planned_ || event.path.empty()) return;
  if (AreEqual(name, event.name) || HoldsSpace(name)) return;
  if (!AreEqual(case_suite_, event.path)) case_suite_ = event.path;
  case_name_.Assign(name);
}

bool Judge::BeginExpectation(const TextEvent& event) {
  std::string_view text = TrimLeft(event.text);
  if (!BeginsWith(text, "# ")) return false;
  text.remove_prefix(2);
  const std::size_t colon = FindColon(text);
  if (colon == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, std::min(colon, KtapParser::kMaxName));
  const std::string_view after = text.substr(colon + 2);
  if (BeginsWith(after, "pass:")) {
    CheckStatistics(event, after);
    return true;
  }
  NameCase(event, name);

  std::string_view place;
  std::string_view what;
  std::string_view rest;
  if (after.starts_with('E') || after.starts_with('A')) {
    for (const std::string_view word : {"EXPECTATION FAILED", "ASSERTION FAILED"}) {
      if (!after.starts_with(word) || !after.substr(word.size()).starts_with(" at ")) continue;
      what = word;
      place = after.substr(word.size() + 4);
    }
  }
  // lib/kunit/test.c: "# case: failed to initialize: -12", "# suite:     # failed to initialize
  // (-5)".
  std::string_view init = TrimLeft(after);
  if (BeginsWith(init, "# ")) init.remove_prefix(2);
  if (BeginsWith(init, "failed to initialize")) {
    rest = init;
  } else if (what.empty()) {
    // kunit_fail_current_test(): "# case: file.c:12: what happened".
    if (after.find(':') == std::string_view::npos) return false;
    const auto location = FindLocation(after.substr(0, after.find(' ')));
    if (!location || location->file.data() != after.data()) return false;
    const std::size_t end = after.find(": ");
    if (end == std::string_view::npos) return false;
    place = after.substr(0, end);
    rest = after.substr(end + 2);
  }
  if (pending_.size() >= kMaxPending) return true;
  Reason reason;
  reason.kind = "expectation";
  reason.log_line = event.log_line;
  if (const auto location = FindLocation(place)) {
    reason.file = MapPath(Printable(location->file.substr(0, kMaxMessage)), rules_.path_maps);
    reason.line = location->line;
  }
  // A parameter's diagnostics bear the case's name, and its group is open already.
  reason.test = Printable(event.depth >= 2 ? std::string(CaseOf(event.path)) : RunningCase());
  reason.message = what.empty() ? Printable(rest.substr(0, kMaxMessage)) : fmt::format("{}:", what);
  // A thread that a test left behind may fail it once its result is out.
  const bool late = event.depth >= 1 && names_[2].Contains(name);
  if (late) reason.test = Printable(Join(event.path.substr(0, event.path.find('.')), name));
  pending_.push_back({std::move(reason), std::string(name), late});
  gathering_ = true;
  gathered_ = 0;
  return true;
}

// "Expected a == b, but" and the values follow in lines of their own, indented; then, perhaps, the
// test's own message in one that is not.
void Judge::ContinueExpectation(const TextEvent& event) {
  const std::string_view text = TrimLeft(event.text);
  if (text.empty()) return;
  Reason& reason = pending_.back().reason;
  const bool indented = event.indent > 0;
  if (reason.message.size() < kMaxMessage) {
    const bool lead = gathered_ == 0 || reason.message.ends_with(", but");
    reason.message +=
        fmt::format("{}{}", lead ? " " : ", ", Printable(text.substr(0, kMaxMessage)));
  }
  if (++gathered_ >= kMaxGathered || !indented) gathering_ = false;
}

void Judge::CheckStatistics(const TextEvent& event, std::string_view after) {
  std::string_view text = TrimLeft(event.text).substr(2);
  const bool totals = text.starts_with("Totals: ");
  if (event.depth == 0 || event.depth >= direct_.size()) return;
  if (!totals && text.substr(0, text.find(": ")) != event.name) return;
  Tally said;
  if (!ParseStatistics(after, &said.passed, &said.failed, &said.skipped)) {
    Add("statistics", ExitCode::kFailed, event.path,
        fmt::format("{}: malformed, or its total is wrong: bytes of the log are lost",
                    Quote(TrimLeft(event.text))),
        event.log_line);
    return;
  }
  const Tally& seen = totals ? leaves_[event.depth] : direct_[event.depth];
  if (said == seen || Follows(ExitCode::kFailed, false)) return;
  Damage(event.depth);
  Add("statistics", ExitCode::kFailed, event.path,
      fmt::format(
          "the kernel counts {} passed, {} failed, {} skipped {}; the log shows {}, {}, {}: "
          "lines are lost or malformed",
          said.passed, said.failed, said.skipped, totals ? "in all" : "tests", seen.passed,
          seen.failed, seen.skipped),
      event.log_line);
}

void Judge::OnText(const TextEvent& event) {
  if (event.kind == LineKind::kOther) {
    if (gathering_) ContinueExpectation(event);
    return;
  }
  gathering_ = false;
  if (event.kind != LineKind::kDiagnostic) return;
  if (event.note.name.empty() || MayBeExpectation(event.note)) {
    BeginExpectation(event);
  } else {
    NameCase(event, event.note.name);
  }
}

void Judge::CountInto(Status status, Tally* tally) {
  switch (status) {
    case Status::kPassed:
      ++tally->passed;
      break;
    case Status::kSkipped:
      ++tally->skipped;
      break;
    default:
      ++tally->failed;
      break;
  }
}

void Judge::CheckName(std::string_view parent, std::string_view name, std::size_t depth,
                      std::uint64_t log_line) {
  if (depth >= names_.size() || name.empty()) return;
  const NameSet::Added added = names_[depth].Add(name);
  if (added != NameSet::Added::kNew) RefuseName(added, parent, name, log_line);
}

void Judge::RefuseName(NameSet::Added added, std::string_view parent, std::string_view name,
                       std::uint64_t log_line) {
  if (added == NameSet::Added::kDuplicate) {
    if (!Omits(ExitCode::kFailed))
      Add("duplicate", ExitCode::kFailed, Join(parent, name),
          "this name has a result already; a later one would hide it", log_line);
  } else if (!names_full_) {
    names_full_ = true;
    Add("too-many-tests", ExitCode::kFailed, parent,
        fmt::format("more than {} tests in one group: duplicates can no longer be told",
                    NameSet::kMaxNames),
        log_line);
  }
}

// A suite that the manifest does not know at all is one fault, not one for each of its cases.
void Judge::CheckSuite(const GroupEvent& event) {
  if (!rules_.expected) return;
  if (event.name.empty()) {
    if (!Follows(ExitCode::kFailed, false)) {
      Add("no-suite-name", ExitCode::kFailed, {},
          "no \"# Subtest: \" line right behind this one: whose tests follow is not known",
          event.log_line);
    }
    Damage(0);
  } else if (!rules_.expected->HasSuite(event.name)) {
    if (!Follows(ExitCode::kFailed, false)) {
      Add("unknown-suite", ExitCode::kFailed, event.path,
          fmt::format(
              "no test of this suite is in {}: add them, or look whether its \"# Subtest: \" "
              "line is torn",
              Printable(rules_.expected->file())),
          event.log_line);
    }
    Damage(1);
  }
}

// False: the manifest does not know it.
bool Judge::CheckExpected(const std::string& test, std::uint64_t log_line) {
  if (!rules_.expected || rules_.expected->See(test)) return true;
  if (Follows(ExitCode::kFailed, false)) return false;
  if (Omits(ExitCode::kFailed)) return false;
  Add("unknown-test", ExitCode::kFailed, test,
      fmt::format("not in {}: add the line \"{}\"", Printable(rules_.expected->file()),
                  Printable(test)),
      log_line);
  return false;
}

// What is expected must run, its parameters included.
void Judge::CheckSkip(std::string_view test, std::string_view parameter, bool not_ok,
                      std::string_view why, std::uint64_t log_line) {
  if (!not_ok && !rules_.expected) return;
  if (not_ok) RecordFailed(test);
  if (Omits(ExitCode::kFailed)) return;
  std::string message = not_ok ? "\"not ok\" and \"# SKIP\" in one result: it failed, and "
                                 "kunit_tool counts it as skipped"
                               : "expected to run, but skipped";
  message += why.empty() ? ": no reason given" : ": " + Printable(why.substr(0, kMaxMessage));
  if (!parameter.empty()) message += fmt::format(" [{}]", Printable(parameter));
  Add(not_ok ? "not-ok-skip" : "skipped", ExitCode::kFailed, test, std::move(message), log_line);
}

void Judge::OnResult(const ResultEvent& event) {
  const std::size_t level = event.depth - 1;
  if (level < direct_.size()) {
    CountInto(event.status, &direct_[level]);
    CountInto(event.status, &leaves_[level]);
  }
  if (event.status != Status::kPassed || !pending_.empty() || rules_.expected) Explain(event);
  CheckName(event.parent, event.name, event.depth, event.log_line);
  if (event.depth == 2) {
    if (!AreEqual(last_suite_, event.parent)) last_suite_.assign(event.parent);
    last_case_.Assign(event.name);
    case_name_.Clear();
  }
}

// What there is to say of a result, but for its name.
void Judge::Explain(const ResultEvent& event) {
  const bool failed = event.status == Status::kFailed;
  const bool skipped = event.status == Status::kSkipped;
  const bool expects = rules_.expected && event.depth <= 2;
  if (!failed && !skipped && pending_.empty() && !expects) return;
  const std::string full = Join(event.parent, event.name);
  const bool parameter = event.depth > 2;
  const std::string_view test = parameter ? CaseOf(event.parent) : std::string_view(full);
  const bool said = std::any_of(pending_.begin(), pending_.end(), [](const Pending& p) {
    return p.reason.kind == "expectation" && !p.certain;
  });
  Settle(test, parameter ? event.name : std::string_view(), event.status);
  if (failed) {
    RecordFailed(test);
    if (!said && !Omits(ExitCode::kFailed)) {
      Add("test-failed", ExitCode::kFailed, test,
          parameter ? fmt::format("failed, and says no more [{}]", Printable(event.name))
                    : std::string("failed, and says no more"),
          event.log_line);
    }
  }
  const bool known = !expects || CheckExpected(full, event.log_line);
  if (skipped && (known || event.not_ok)) {
    CheckSkip(test, parameter ? event.name : std::string_view(), event.not_ok, event.reason,
              event.log_line);
  }
}

void Judge::OnGroupEnd(const GroupEndEvent& event) {
  if (event.depth == 0) {
    Settle({}, {}, Status::kCrashed);
    if (event.document) verdict_.totals.Add(event.totals);
    if (!event.has_plan && event.children > 0 && !Follows(ExitCode::kFailed, true)) {
      Add("missing-plan", ExitCode::kFailed, {},
          "the document has no plan (1..N): a lost suite would not show", event.log_line);
    }
    return;
  }
  const bool parameter = event.depth > 2;
  const std::string_view test = CaseOf(event.path);
  const bool failed = event.reported == Status::kFailed;
  const std::uint64_t bad_below =
      event.totals.failed + event.totals.crashed - (event.counts_itself ? 1 : 0);
  Settle(test, parameter ? event.name : std::string_view(), event.reported);
  if (event.depth < direct_.size() && event.has_result) {
    CountInto(event.reported, &direct_[event.depth - 1]);
    Tally& above = leaves_[event.depth - 1];
    const Tally& below = leaves_[event.depth];
    above.passed += below.passed;
    above.failed += below.failed;
    above.skipped += below.skipped;
    if (event.children == 0) CountInto(event.reported, &above);
  }

  if (event.depth == 2 && (failed || bad_below > 0)) RecordFailed(test);
  if (event.has_result) {
    if (failed && event.children == 0) {
      RecordFailed(event.path);
      Add("suite-failed", ExitCode::kFailed, event.path,
          event.missing > 0
              ? fmt::format("failed before any of its {} tests ran: its init failed", event.missing)
              : std::string("failed, with no test in it"),
          event.log_line);
    } else if (failed && bad_below == 0) {
      RecordFailed(event.path);
      Add("suite-failed", ExitCode::kFailed, event.path,
          "failed, though each of its tests passed: its exit or its init failed", event.log_line);
    } else if (event.reported == Status::kPassed && event.totals.failed > 0) {
      Add("wrong-rollup", ExitCode::kFailed, event.path, "says ok, though a test of it failed",
          event.log_line);
    } else if (event.reported == Status::kSkipped &&
               event.totals.passed + event.totals.failed + event.totals.crashed > 0) {
      Add("wrong-rollup", ExitCode::kFailed, event.path, "says skipped, though a test of it ran",
          event.log_line);
    } else if (event.reported == Status::kPassed && event.children == 0) {
      Add("empty-group", ExitCode::kFailed, event.path, "says ok, and ran nothing", event.log_line);
    }
    // Where each child was skipped, each of them has told.
    if (event.reported == Status::kSkipped &&
        (event.not_ok || (event.depth >= 2 && event.children == 0))) {
      CheckSkip(test, parameter ? event.name : std::string_view(), event.not_ok, event.reason,
                event.log_line);
    }
    std::string_view parent = event.path.substr(0, event.path.size() - event.name.size());
    if (parent.ends_with('.')) parent.remove_suffix(1);
    CheckName(parent, event.name, event.depth, event.log_line);
  }
  // Before 6.13 a case with parameters printed no plan.
  if (event.depth == 1 && !event.has_plan && !event.name.empty() &&
      !Follows(ExitCode::kFailed, false)) {
    Add("missing-plan", ExitCode::kFailed, event.path,
        "the suite has no plan (1..N): a lost case would not show", event.log_line);
  }
  if (event.depth == 2) {
    CheckExpected(std::string(event.path), event.log_line);
    last_suite_.assign(event.path);
    last_case_.Clear();
    case_name_.Clear();
  }
  if (event.depth == 1) {
    suite_.clear();
    case_name_.Clear();
  }
}

void Judge::OnProblem(const ProblemEvent& event) {
  const auto failed = [this, &event](const char* kind, std::string message) {
    Add(kind, ExitCode::kFailed, event.path, std::move(message), event.log_line);
  };
  const bool silent = event.kind == ProblemKind::kTruncated ||
                      (event.kind == ProblemKind::kMissingChildren && event.found == 0);
  if (event.kind == ProblemKind::kMissingResult) RecordFailed(event.path);
  if (MayFollow(event)) {
    const bool follows = Follows(ExitCode::kFailed, event.depth == 0);
    // A suite without a result of its own takes one from its document, and a header in two makes
    // two groups of one.
    const bool takes = event.kind == ProblemKind::kMissingResult && event.depth == 1;
    Damage(takes || event.kind == ProblemKind::kSplitHeader ? 0 : event.depth);
    if (follows) return;
  }
  if (!silent && Omits(ExitCode::kFailed)) return;
  switch (event.kind) {
    case ProblemKind::kVersion:
      failed("version", fmt::format("{}: version {} is not known", Quote(event.text), event.found));
      return;
    case ProblemKind::kNumber:
      failed("number", fmt::format("{}result {} stands where {} is due",
                                   event.text.empty() ? std::string() : Quote(event.text) + ": ",
                                   event.found, event.expected));
      return;
    case ProblemKind::kMissingChildren:
      if (event.found == 0) return;  // The group's end says it, with its cause.
      failed("missing-tests", fmt::format("{} tests planned, {} ran", event.expected, event.found));
      return;
    case ProblemKind::kMissingResult:
      failed("missing-result",
             fmt::format("no result line of its own; {} stands there", Quote(event.text)));
      return;
    case ProblemKind::kStrayPlan:
      failed("stray-plan", fmt::format("{}: a plan where none can be", Quote(event.text)));
      return;
    case ProblemKind::kPastPlan:
      failed("past-plan", fmt::format("{}: past the plan of {}; kunit_tool does not look at it",
                                      Quote(event.text), event.expected));
      return;
    case ProblemKind::kLooseResult:
      Damage(event.depth);
      failed("loose-result", fmt::format("{}: reads as a result, but kunit_tool does not count it",
                                         Quote(event.text)));
      return;
    case ProblemKind::kSplitHeader:
      failed("split-header",
             fmt::format("a line stands between the version line and {}", Quote(event.text)));
      return;
    case ProblemKind::kSecondDocument:
      // One that begins inside another is not known to be one.
      if (!event.text.empty()) Damage(0);
      failed("second-document",
             fmt::format("KTAP document {} begins: a second boot, or a module loaded later{}",
                         event.found,
                         event.text.empty() ? "" : ", or a line that lost its indentation"));
      return;
    case ProblemKind::kTooDeep:
      failed("too-deep", fmt::format("nested deeper than {} groups", event.expected));
      return;
    case ProblemKind::kLongName:
      failed("long-name", fmt::format("{}: a name of {} bytes; {} are looked at", Quote(event.text),
                                      event.found, event.expected));
      return;
    case ProblemKind::kHugePlan:
      failed("huge-plan",
             fmt::format("{}: more than {} tests in one plan", Quote(event.text), event.expected));
      return;
    case ProblemKind::kTruncated:
      truncated_ = true;
      truncated_line_ = event.log_line;
      running_at_end_ = Running();
      last_at_end_ = Last();
      return;
  }
}

void Judge::OnSplat(const Splat& splat) {
  const Scope scope = splat.scope;
  if (rules_.allowed && rules_.allowed->Find(scope, splat.title) != nullptr) {
    ++verdict_.allowed_splats;
    return;
  }
  ++verdict_.splats;
  Reason reason;
  reason.kind = "splat";
  reason.code = ExitCode::kSplat;
  reason.file = MapPath(splat.file, rules_.path_maps);
  reason.line = splat.line;
  reason.message = splat.title;
  if (!splat.detail.empty()) reason.message += fmt::format(": {}", splat.detail);
  if (scope != Scope::kTest) {
    reason.message += scope == Scope::kBoot ? " (at boot)" : " (after the last test)";
  }
  reason.log_line = splat.log_line;
  // Its stack follows; and in a test, the name of that.
  const bool waits = scope == Scope::kTest || rules_.source_lines != nullptr;
  stack_lines_ = 0;
  if (!waits || pending_.size() >= kMaxPending) {
    Add(std::move(reason));
    return;
  }
  gathering_ = false;
  // Ahead of its plan it is the suite that speaks: no case runs yet.
  const bool of_suite =
      scope == Scope::kTest && !planned_ && case_name_.empty() && last_suite_.empty();
  if (of_suite) reason.test = Printable(suite_);
  pending_.push_back({std::move(reason), {}, scope != Scope::kTest || of_suite});
  if (rules_.source_lines == nullptr) return;
  stack_lines_ = kMaxStackLines;
  in_stack_ = false;
}

void Judge::OnStackLine(std::string_view text) {
  if (pending_.empty() || --stack_lines_ == 0) return;
  std::vector<StackFrame>& frames = pending_.back().frames;
  if (text.starts_with("Call Trace:") || text.starts_with("Call trace:")) {
    in_stack_ = true;
  } else if (auto frame = ParseStackFrame(text)) {
    if ((in_stack_ || !frame->returns) && frames.size() < kMaxFrames) {
      frames.push_back(std::move(*frame));
    }
  } else if (in_stack_ && !text.starts_with('<') && !text.starts_with('[')) {
    // "<TASK>" stands ahead of the frames; those that are none stand among them.
    stack_lines_ = 0;
  }
}

// Looks up the source lines of a splat's stack, and of the place in its title where it names no
// file.
void Judge::TakeStack(Pending* splat) {
  if (rules_.source_lines == nullptr || stacks_ >= kMaxStacks) return;
  ++stacks_;
  Reason& reason = splat->reason;
  std::vector<StackFrame>& frames = splat->frames;
  const bool certain =
      std::any_of(frames.begin(), frames.end(), [](const StackFrame& f) { return f.certain; });
  // Guesses are worth showing only where there is nothing else: on UML.
  if (certain) std::erase_if(frames, [](const StackFrame& frame) { return !frame.certain; });
  if (reason.file.empty()) {
    const std::size_t in = reason.message.find(" in ");
    const std::string_view rest = in == std::string::npos
                                      ? std::string_view()
                                      : std::string_view(reason.message).substr(in + 4);
    auto title = ParseStackFrame(rest.substr(0, rest.find(' ')));
    if (title) {
      const std::string place = rules_.source_lines->Find({*title}).front();
      if (const auto location = FindLocation(place)) {
        reason.file = std::string(location->file);
        reason.line = location->line;
      }
    }
  }
  reason.frames = rules_.source_lines->Find(frames);
  const std::string& problem = rules_.source_lines->problem();
  if (!problem.empty() && !frames.empty() && !std::exchange(told_no_lines_, true)) {
    reason.frames.push_back(problem);
  }
}

void Judge::OnCutLine(std::uint64_t log_line) {
  Add("long-line", ExitCode::kFailed, {}, "longer than 64 KiB: its tail was not looked at",
      log_line);
}

void Judge::OnDroppedMessages(std::string_view text, std::uint64_t log_line) {
  Add("dropped", ExitCode::kIncomplete, {},
      fmt::format("{}: results or a splat may be among them", Quote(text)), log_line);
}

void Judge::OnSecondBoot(std::uint64_t boot, std::uint64_t log_line) {
  Add("second-boot", ExitCode::kIncomplete, {},
      fmt::format("the kernel starts once more, boot {}: what the one before would have run is "
                  "not known",
                  boot),
      log_line);
}

void Judge::OnKernel(std::string_view version) {
  if (!rules_.allowed || rules_.allowed->IsFor(version)) return;
  Reason reason;
  reason.kind = "allow-base";
  reason.file = rules_.allowed->file();
  reason.line = rules_.allowed->base_line();
  reason.message =
      fmt::format("the list is for {}, and this kernel is {}: none of its entries counts",
                  rules_.allowed->base(), Printable(version.substr(0, kMaxQuoted)));
  rules_.allowed.reset();
  Add(std::move(reason));
}

void Judge::OnExecutor(std::string_view text, std::uint64_t) {
  executor_ = Printable(StripPrintk(text).substr(0, kMaxMessage));
}

void Judge::OnInfrastructure(std::string_view message) {
  Add("infrastructure", ExitCode::kInfrastructure, {}, Printable(message), 0);
}

std::string Judge::Last() const {
  return last_suite_.empty() || last_case_.empty() ? last_suite_
                                                   : Join(last_suite_, last_case_.view());
}

std::string Judge::RunningCase() const {
  return case_name_.empty() ? std::string()
                            : std::string(CaseOf(Join(case_suite_, case_name_.view())));
}

std::string Judge::Running() const {
  if (suite_.empty()) return {};
  if (!case_name_.empty()) return RunningCase();
  if (rules_.expected) {
    const Manifest::Entry* next = rules_.expected->After(last_suite_.empty() ? suite_ : Last());
    if (next != nullptr) return next->name;
  }
  return suite_;
}

void Judge::CheckMissing() {
  if (!rules_.expected) return;
  const Manifest::Entry* first = nullptr;
  std::size_t missing = 0;
  for (const Manifest::Entry& entry : rules_.expected->entries()) {
    if (entry.seen || !entry.expected) continue;
    ++missing;
    if (first == nullptr) first = &entry;
  }
  if (first == nullptr) return;
  const bool all = missing == rules_.expected->entries().size();
  if (truncated_ || all) {
    // One cause, one line.
    AddMissing(*first, first->name,
               fmt::format("did not run, the first of {} expected tests that did not", missing));
    return;
  }
  if (document_damaged_) {
    // They may have run, under the name of another suite or of none.
    CountFollowing(ExitCode::kFailed);
    return;
  }
  const auto& entries = rules_.expected->entries();
  for (auto entry = entries.begin(); entry != entries.end();) {
    const std::string suite = entry->name.substr(0, entry->name.find('.'));
    const auto end = std::find_if(entry, entries.end(), [&suite](const Manifest::Entry& other) {
      return other.name.substr(0, other.name.find('.')) != suite;
    });
    const auto lost = [](const Manifest::Entry& other) { return other.expected && !other.seen; };
    const auto count = std::count_if(entry, end, lost);
    if (count > 1 && std::none_of(entry, end, [](const auto& other) { return other.seen; })) {
      AddMissing(*std::find_if(entry, end, lost), suite,
                 fmt::format("the suite did not run, with {} expected tests; if it was renamed or "
                             "removed, change the list",
                             count));
    } else {
      for (auto test = entry; test != end; ++test) {
        if (!lost(*test)) continue;
        if (damaged_suites_.contains(suite)) {
          CountFollowing(ExitCode::kFailed);
          continue;
        }
        AddMissing(*test, test->name,
                   "expected, but did not run; if it was renamed or removed, change this line");
      }
    }
    entry = end;
  }
}

void Judge::AddMissing(const Manifest::Entry& entry, const std::string& test, std::string message) {
  Reason reason;
  reason.kind = "missing-test";
  reason.test = Printable(test);
  reason.file = rules_.expected->file();
  reason.line = entry.line;
  reason.message = std::move(message);
  Add(std::move(reason));
}

void Judge::Finish(EndOfInput how, const KtapParser& parser, const Input& input) {
  Settle({}, {}, Status::kCrashed);
  verdict_.tool.totals = parser.tool_totals();
  verdict_.tool.hangs = parser.tool_hangs();
  verdict_.tool.dies = parser.tool_dies();
  const bool good =
      parser.tool_status() == Status::kPassed || parser.tool_status() == Status::kSkipped;
  verdict_.tool.passed = good && !verdict_.tool.hangs && !verdict_.tool.dies;

  const std::string where =
      running_at_end_.empty() ? std::string("no test") : Printable(running_at_end_);
  const std::string after =
      last_at_end_.empty() ? std::string() : fmt::format(", after {}", Printable(last_at_end_));
  if (input.bytes == 0 && how == EndOfInput::kEof && verdict_.code != ExitCode::kInfrastructure) {
    OnInfrastructure("the log is empty: the kernel did not start, or its console went elsewhere");
  }
  const bool whole = documents_ > 0 && !truncated_ && how == EndOfInput::kEof;
  if (whole && input.open_line) {
    Add("truncated", ExitCode::kIncomplete, {}, "the log ends in the middle of a line",
        input.lines);
  } else if (whole && rules_.end_line && !input.stopped) {
    Add("no-end", ExitCode::kIncomplete, {},
        "no line says that the kernel stopped (\"reboot: System halted\"): it may have died after "
        "its last test; for an extract of a log, give --no-end-line",
        input.lines);
  }
  if (truncated_ && how == EndOfInput::kEof && input.stopped &&
      Follows(ExitCode::kIncomplete, true)) {
    truncated_ = false;  // The kernel went on to its end: it is the count that is wrong.
    running_at_end_.clear();
  }
  if (how == EndOfInput::kTimedOut) {
    Add("hang", ExitCode::kIncomplete, running_at_end_,
        truncated_        ? fmt::format("no end in time; {} was running{}", where, after)
        : documents_ == 0 ? std::string("no end in time; no test had begun")
                          : std::string("the kernel did not stop after its last test"),
        truncated_line_);
  } else if (how == EndOfInput::kKilled) {
    Add("interrupted", ExitCode::kIncomplete, running_at_end_,
        truncated_ ? fmt::format("stopped by hand; {} was running{}", where, after)
                   : std::string("stopped by hand"),
        truncated_line_);
  } else if (truncated_) {
    Add("truncated", ExitCode::kIncomplete, running_at_end_,
        fmt::format("the log ends early; {} was running{}", where, after), truncated_line_);
  }
  if (!running_at_end_.empty()) {
    verdict_.running = Printable(running_at_end_);
    RecordFailed(running_at_end_);
  }
  if (documents_ == 0 && input.bytes > 0) {
    Add("no-ktap", ExitCode::kNoTests, {},
        executor_.empty()
            ? fmt::format("no KTAP in {} lines: is KUnit built in, and its console this one?",
                          input.lines)
            : fmt::format("no KTAP; the kernel says: {}", executor_),
        0);
  } else if (documents_ > 0 && verdict_.totals.passed + verdict_.totals.failed == 0) {
    Add("no-tests", ExitCode::kNoTests, {},
        verdict_.totals.skipped > 0 ? "each test was skipped: nothing ran" : "no test ran", 0);
  }
  CheckMissing();
  if (rules_.allowed) {
    for (const AllowList::Entry& entry : rules_.allowed->entries()) {
      if (entry.hits > 0 || entry.optional) continue;
      Reason reason;
      reason.kind = "allow-unused";
      reason.file = rules_.allowed->file();
      reason.line = entry.line;
      reason.message = fmt::format("no splat ({}) matches {} any more: delete the entry",
                                   ScopeName(entry.scope), Quote(entry.pattern));
      Add(std::move(reason));
    }
  }
}

}  // namespace gate
