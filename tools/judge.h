// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_JUDGE_H_
#define TOOLS_JUDGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "allow_list.h"
#include "ktap_events.h"
#include "ktap_parser.h"
#include "manifest.h"
#include "name_set.h"
#include "path_map.h"
#include "short_name.h"
#include "source_lines.h"
#include "splat.h"
#include "verdict.h"

namespace gate {

/// Applies the strict rules: takes the parser's events and the scanner's splats, and makes the
/// verdict.
class Judge final : public KtapHandler {
 public:
  static constexpr std::size_t kMaxReasons = 1000;  ///< Reasons that it keeps of each exit code.
  static constexpr std::size_t kMaxFailed = 1000;   ///< Names of failed tests that it keeps.
  static constexpr std::size_t kMaxDamaged = 1000;  ///< Names of damaged suites that it keeps.

  struct Rules {
    std::optional<Manifest> expected;
    std::optional<AllowList> allowed;
    std::vector<PathMap> path_maps;
    std::unique_ptr<SourceLines> source_lines;  ///< Null: stacks are not shown.
    bool end_line = true;                       ///< Options::end_line.
  };

  /// `on_reason` hears of each reason at once.
  Judge(Rules rules, std::function<void(const Reason&)> on_reason);

  void OnDocument(const DocumentEvent& event) override;
  void OnGroup(const GroupEvent& event) override;
  void OnPlan(const PlanEvent& event) override;
  void OnText(const TextEvent& event) override;
  void OnResult(const ResultEvent& event) override;
  void OnGroupEnd(const GroupEndEvent& event) override;
  void OnProblem(const ProblemEvent& event) override;

  void OnSplat(const Splat& splat);
  /// The lines that follow a splat, without the console's prefix, while its stack is wanted.
  void OnStackLine(std::string_view text);
  bool wants_stack() const { return stack_lines_ > 0; }
  /// A line was longer than LineSplitter::kMaxLine.
  void OnCutLine(std::uint64_t log_line);
  /// The kernel says that it dropped messages: results may be among them.
  void OnDroppedMessages(std::string_view text, std::uint64_t log_line);
  /// The kernel's banner stands there again: it died, or was reset, and started afresh.
  void OnSecondBoot(std::uint64_t boot, std::uint64_t log_line);
  /// The kernel's banner: its version, "6.12.57".
  void OnKernel(std::string_view version);
  /// A line of KUnit's executor, ahead of any KTAP: it says why there is none.
  void OnExecutor(std::string_view text, std::uint64_t log_line);
  void OnInfrastructure(std::string_view message);

  /// suite.case of what runs now, as far as the log tells it; empty where nothing does.
  std::string Running() const;

  /// The input as a whole.
  struct Input {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
    bool open_line =
        false;             ///< The last line has no line end, and may be the head of a longer one.
    bool stopped = false;  ///< The kernel says that it stopped, after the last document's start.
  };

  /// The rules that only the whole run can break.
  void Finish(EndOfInput how, const KtapParser& parser, const Input& input);

  Verdict& verdict() { return verdict_; }

 private:
  struct Tally {
    std::uint64_t passed = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;
    bool operator==(const Tally&) const = default;
  };

  struct Pending;

  bool Omits(ExitCode code);
  bool Follows(ExitCode code, bool document);
  void CountFollowing(ExitCode code);
  void Damage(std::size_t depth);
  void Add(Reason reason);
  void Add(const char* kind, ExitCode code, std::string_view test, std::string message,
           std::uint64_t log_line);
  void NameCase(const TextEvent& event, std::string_view name);
  bool BeginExpectation(const TextEvent& event);
  void ContinueExpectation(const TextEvent& event);
  void CheckStatistics(const TextEvent& event, std::string_view after);
  void TakeStack(Pending* splat);
  void RecordFailed(std::string_view test);
  void Settle(std::string_view test, std::string_view parameter, Status status);
  void CheckSkip(std::string_view test, std::string_view parameter, bool not_ok,
                 std::string_view why, std::uint64_t log_line);
  void CheckName(std::string_view parent, std::string_view name, std::size_t depth,
                 std::uint64_t log_line);
  void CheckSuite(const GroupEvent& event);
  void RefuseName(NameSet::Added added, std::string_view parent, std::string_view name,
                  std::uint64_t log_line);
  [[gnu::noinline]] void Explain(const ResultEvent& event);
  bool CheckExpected(const std::string& test, std::uint64_t log_line);
  void CheckMissing();
  void AddMissing(const Manifest::Entry& entry, const std::string& test, std::string message);
  std::string Last() const;
  std::string RunningCase() const;
  static void CountInto(Status status, Tally* tally);

  Rules rules_;
  std::array<std::size_t, static_cast<std::size_t>(ExitCode::kInfrastructure) + 1> kept_{};
  std::function<void(const Reason&)> on_reason_;
  Verdict verdict_;

  // An expectation or splat of the test that runs, whose name comes last.
  struct Pending {
    Reason reason;
    std::string name;                     // Whom the kernel blames: an expectation's "# name: ".
    bool certain = false;                 // A failure whatever the result that comes next says.
    std::vector<StackFrame> frames = {};  // Of a splat.
  };
  std::vector<Pending> pending_;
  std::size_t stack_lines_ = 0;  // That may still belong to the last one's stack.
  std::size_t stacks_ = 0;       // That were looked up.
  bool in_stack_ = false;        // It has begun.
  bool told_no_lines_ = false;   // Why stacks are shown without source lines.
  bool gathering_ = false;       // The last of them is an expectation whose text goes on.
  std::size_t gathered_ = 0;     // Lines of it.

  std::array<NameSet, KtapParser::kMaxDepth + 2> names_;  // By the depth of the names.
  std::array<Tally, KtapParser::kMaxDepth + 2> direct_;   // Children of the open group of a depth.
  std::array<Tally, KtapParser::kMaxDepth + 2> leaves_;   // Leaves below it.
  bool names_full_ = false;

  // A torn or lost line makes others look wrong: in its suite, and behind a suite whose own lines
  // are not sound in the rest of its document. What was found first is told, the others are
  // counted.
  bool suite_damaged_ = false;
  bool document_damaged_ = false;
  std::set<std::string, std::less<>> damaged_suites_;

  std::string suite_;     // The open suite.
  bool planned_ = false;  // Its plan was there: diagnostics may be its cases' own.
  // The case that is known to run: from its group or its diagnostics. Its name is empty where none
  // is.
  std::string case_suite_;
  ShortName case_name_;
  std::string last_suite_;  // Of the last result; with the case in it where that is a group.
  ShortName last_case_;
  std::string running_at_end_;
  std::string last_at_end_;
  std::string executor_;
  std::string last_failed_;  // The name that was last recorded as failed.
  bool truncated_ = false;
  std::uint64_t truncated_line_ = 0;
  std::uint64_t documents_ = 0;
};

/// The first two parts of a dotted path: "suite.case" of "suite.case.parameter".
std::string_view CaseOf(std::string_view path);

}  // namespace gate

#endif  // TOOLS_JUDGE_H_
