// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KTAP_EVENTS_H_
#define TOOLS_KTAP_EVENTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ktap_line.h"

namespace gate {

/// Counts as kunit_tool gives them: leaves of the tree, parameters included.
struct Totals {
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::uint64_t crashed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t errors = 0;  ///< Malformed KTAP, as kunit_tool counts it.

  std::uint64_t tests() const { return passed + failed + crashed + skipped; }
  void Add(const Totals& other);
  bool operator==(const Totals&) const = default;
};

/// A test's status; the names and the roll-up are kunit_tool's (TestStatus in kunit_parser.py).
enum class Status : std::uint8_t { kPassed, kFailed, kSkipped, kCrashed, kNoTests };

/// The status that a group with these counts has: no tests, crashed, failed, passed, skipped.
Status StatusOf(const Totals& totals);

/// Counts one leaf of the given status; kNoTests counts as nothing.
void Count(Status status, Totals* totals);

/// The events that KtapParser sends, in the order of the log. Views live for the call only.
/// `depth` is 1 for a suite, 2 for a case, 3 for a parameter of a case; 0 for the document itself.

struct DocumentEvent {
  std::uint64_t index = 1;  ///< 1-based. kunit_tool looks at the first only.
  std::uint64_t log_line = 0;
};

struct GroupEvent {
  std::string_view path;  ///< Dotted, its own name included: "suite", "suite.case".
  std::string_view name;  ///< Empty where the version line stands without "# Subtest:".
  std::size_t depth = 0;
  std::uint64_t log_line = 0;
};

struct PlanEvent {
  std::string_view path;
  std::size_t depth = 0;
  std::uint64_t count = 0;
};

/// A line that is no KTAP structure: a diagnostic or kernel log.
struct TextEvent {
  std::string_view text;  ///< Without the console prefix.
  LineKind kind = LineKind::kOther;
  /// Where `text` is a Note, it taken apart; else empty.
  Note note = {};
  std::size_t indent = 0;
  std::string_view path;  ///< The group that is open.
  std::string_view name;
  std::size_t depth = 0;
  std::uint64_t log_line = 0;
};

/// The result of a leaf.
struct ResultEvent {
  std::string_view parent;  ///< Path of the group that it belongs to; empty for the document.
  std::string_view name;
  std::string_view reason;  ///< Why it is skipped.
  Status status = Status::kPassed;
  bool not_ok = false;  ///< The line says "not ok", though "# SKIP" makes it skipped.
  std::size_t depth = 0;
  std::uint64_t log_line = 0;
};

struct GroupEndEvent {
  std::string_view path;
  std::string_view name;               ///< As its result line says it, where it has one.
  std::string_view reason;             ///< Why it is skipped.
  Status reported = Status::kCrashed;  ///< By its own result line; kCrashed where that is missing.
  Status status = Status::kCrashed;    ///< As kunit_tool rolls it up.
  bool document = false;  ///< The whole document; a second one inside it is a group of depth 0.
  bool has_result = false;
  bool not_ok = false;  ///< Its result line says "not ok", though "# SKIP" makes it skipped.
  bool has_plan = false;
  std::uint64_t planned = 0;
  std::uint64_t children = 0;  ///< That were there.
  std::uint64_t missing = 0;   ///< Planned children that were not.
  Totals totals;               ///< Of all leaves below.
  /// 7.3: `totals.failed` counts the group itself, which failed though each of its tests passed.
  bool counts_itself = false;
  std::size_t depth = 0;
  std::uint64_t log_line = 0;  ///< Of its result line, or where its absence showed.
};

/// Tests that kunit_tool counts, nameless, where none is.
struct MissingEvent {
  std::uint64_t count = 0;
  Status status = Status::kCrashed;
};

/// kunit_tool has read all that it looks at: what follows is not in its verdict.
struct ToolEndEvent {
  Totals totals;
  Status status = Status::kNoTests;
};

/// What is wrong with the KTAP itself. kunit_tool reports some of these and passes over the others.
enum class ProblemKind : std::uint8_t {
  kVersion,          ///< A version that kunit_tool does not know. `found` is it.
  kNumber,           ///< A result's number is not its place. `expected`, `found`.
  kMissingChildren,  ///< The plan says more than there were. `expected`, `found`.
  kMissingResult,    ///< A group ended with no result line of its name.
  kStrayPlan,        ///< A plan where no plan can be. 6.12's kunit_tool never gets past it.
  kPastPlan,         ///< A test after the document's plan was reached; kunit_tool ignores it.
  kLooseResult,      ///< A line that reads as a result and is none to kunit_tool.
  kSplitHeader,      ///< A line stands between the version line and "# Subtest:".
  kSecondDocument,   ///< Another KTAP document: a second boot, a module loaded later.
  kTooDeep,          ///< Nested deeper than KtapParser::kMaxDepth; not followed.
  kTruncated,        ///< The input ended inside this group.
  kLongName,         ///< A name longer than KtapParser::kMaxName; the rest of it was dropped.
  kHugePlan,         ///< A plan of more than KtapParser::kMaxPlan tests. `found` is it.
};

struct ProblemEvent {
  ProblemKind kind = ProblemKind::kVersion;
  std::string_view path;  ///< Of the test or group that it is about; empty for the document.
  std::string_view text;  ///< The line, where there is one.
  bool not_ok = false;    ///< kPastPlan, kLooseResult: and it says "not ok".
  std::uint64_t expected = 0;
  std::uint64_t found = 0;
  std::size_t depth = 0;
  std::uint64_t log_line = 0;
};

/// Takes the events. A class overrides what it needs.
class KtapHandler {
 public:
  virtual ~KtapHandler() = default;
  virtual void OnDocument(const DocumentEvent&) {}
  virtual void OnGroup(const GroupEvent&) {}
  virtual void OnPlan(const PlanEvent&) {}
  virtual void OnText(const TextEvent&) {}
  virtual void OnResult(const ResultEvent&) {}
  virtual void OnGroupEnd(const GroupEndEvent&) {}
  virtual void OnMissing(const MissingEvent&) {}
  virtual void OnToolEnd(const ToolEndEvent&) {}
  virtual void OnProblem(const ProblemEvent&) {}
};

}  // namespace gate

#endif  // TOOLS_KTAP_EVENTS_H_
