// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_KTAP_PARSER_H_
#define TOOLS_KTAP_PARSER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "console.h"
#include "ktap_events.h"
#include "short_name.h"

namespace gate {

/// kunit_tool's parser (parse_test() in tools/testing/kunit/kunit_parser.py) as a machine that
/// takes one line at a time and holds the open groups only. It counts what kunit_tool of the given
/// version counts; what kunit_tool loses or passes over, it tells as problems.
class KtapParser {
 public:
  static constexpr std::size_t kMaxDepth = 32;  ///< Open groups, the document included.

  /// Bytes of one name. Paths are as long as names times depth, and stand in each reason.
  static constexpr std::size_t kMaxName = ShortName::kMax;
  /// Tests in one plan. What all plans promise must not overflow the counts.
  static constexpr std::uint64_t kMaxPlan = 1'000'000'000;

  explicit KtapParser(KtapHandler* handler, ToolVersion version = ToolVersion::k6_12);

  /// The next line of the console, as Console placed it; `parsed` is its text taken apart, and is
  /// looked at where the line belongs to a document. `number` is its 1-based place in the log.
  void Line(const Console::Line& line, const KtapLine& parsed, std::uint64_t number);

  /// Takes a line that is nothing but the result that is due in the open group, "ok 3 name": the
  /// usual line of a long log, which costs less this way. `text` is that of a line of the document
  /// that is open, in which FindMarks() finds nothing. False: it is another one, for Line().
  bool TakeDue(std::string_view text, std::uint64_t number);

  /// Takes a Note, `text`, of the document that is open, `indent` bytes into it. False: more than
  /// the diagnostic itself is to be told, for Line().
  bool TakeNote(std::string_view text, std::size_t indent, const Note& note, std::uint64_t number);

  /// The input ended: closes every group that is open.
  void Finish();

  /// Path of the innermost open group that has a name; empty where there is none.
  std::string_view path() const { return std::string_view(path_).substr(path_base_); }
  /// Whether a document is open whose plan has not been reached.
  bool in_document() const { return depth_ > 0 && frames_[0].state != State::kDone; }

  /// kunit_tool's own verdict: of the first document alone, with nothing strict about it.
  const Totals& tool_totals() const { return tool_totals_; }
  Status tool_status() const { return tool_status_; }
  /// kunit_tool found KTAP, or a line of KUnit's executor.
  bool tool_found_input() const { return tool_found_input_; }
  /// kunit_tool would not end on this log: a plan in a place with no plan makes 6.12's loop.
  bool tool_hangs() const { return tool_hangs_; }
  /// kunit_tool would end in a Python traceback: 6.12's reads the last line of the log once more
  /// for the result of a group that is open, and it is one.
  bool tool_dies() const { return tool_dies_; }

 private:
  enum class State : std::uint8_t {
    kMain,      // The document: its version line is next.
    kHeader,    // After a version line: "# Subtest:" may follow at once.
    kPlan,      // A plan may follow.
    kChildren,  // Tests follow.
    kResult,    // Its own result line follows.
    kDone,      // The document's plan is reached. kunit_tool reads no further.
  };

  struct Frame {
    std::string name;
    State state = State::kMain;
    bool has_plan = false;
    bool late_header = false;  // Something stood after the version line.
    bool late_plan = false;    // 7.3: the child that is next has taken a plan.
    std::uint64_t plan = 0;
    std::uint64_t next = 1;  // The number that the next child should bear.
    std::uint64_t due = 1;   // The same, counted on from the number that the last one bore.
    std::uint64_t children = 0;
    std::uint64_t missing = 0;
    std::uint64_t slot = 0;  // The number that its own result should bear.
    Totals totals;
    std::size_t path_size = 0;  // path_ and path_base_ without this group.
    std::size_t path_base = 0;
    std::size_t depth = 0;
    std::size_t indent = 0;        // Of its header.
    std::size_t child_indent = 0;  // Of its plan or first child.
    std::uint64_t log_line = 0;
  };

  Frame& top() { return frames_[depth_ - 1]; }
  void StartDocument(std::uint64_t number);
  KtapLine Bound(const KtapLine& line, std::string_view text, std::uint64_t number);
  void Structure(const KtapLine& line, std::string_view text, std::uint64_t number);
  bool Children(const KtapLine& line, std::string_view text, std::uint64_t number);
  void Leaf(const KtapLine& line, std::string_view text, std::uint64_t number);
  bool Push(const KtapLine& line, std::string_view text, std::uint64_t number);
  void SetName(Frame* frame, std::string_view name);
  void CheckVersion(const KtapLine& line, std::string_view text, std::uint64_t number);
  void ExpectNext(std::string_view indent);
  void MissingChildren(std::uint64_t number);
  void MadeUp(std::uint64_t count, Status status);
  void Pop(const KtapLine* result, std::uint64_t number, Status unreported = Status::kCrashed);
  void EndLatePlan();
  void PopAtEnd();
  void EndFirstDocument();
  void Problem(ProblemKind kind, std::string_view text, std::uint64_t number,
               std::uint64_t expected = 0, std::uint64_t found = 0, bool not_ok = false);

  KtapHandler* handler_;
  ToolVersion version_;
  std::vector<Frame> frames_;  // Kept allocated; the first depth_ are open.
  std::size_t depth_ = 0;
  std::string path_;
  std::size_t path_base_ = 0;  // Where names start in path_: afresh in a second document.
  std::string
      lost_path_;  // A group that closed with no result: later lines may still be its cases.
  std::size_t lost_indent_ = 0;
  std::size_t lost_depth_ = 0;
  std::array<char, 64> due_;  // "    ok 3 ", as the result that is due begins, if all is well,
  std::size_t due_size_ = 0;  // and its size; 0: that is not known.
  std::uint64_t documents_ = 0;
  std::uint64_t last_number_ = 0;
  Totals tool_totals_;
  Status tool_status_ = Status::kNoTests;
  bool tool_done_ = false;
  bool tool_found_input_ = false;
  bool tool_hangs_ = false;
  bool tool_dies_ = false;
  std::uint64_t result_number_ = 0;  // Line of the last result,
  ShortName result_name_;            // and its name.
};

}  // namespace gate

#endif  // TOOLS_KTAP_PARSER_H_
