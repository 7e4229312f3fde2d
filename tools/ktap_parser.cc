// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_parser.h"

#include <charconv>
#include <cstring>

namespace gate {

void Totals::Add(const Totals& other) {
  passed += other.passed;
  failed += other.failed;
  crashed += other.crashed;
  skipped += other.skipped;
  errors += other.errors;
}

Status StatusOf(const Totals& totals) {
  if (totals.tests() == 0) return Status::kNoTests;
  if (totals.crashed > 0) return Status::kCrashed;
  if (totals.failed > 0) return Status::kFailed;
  return totals.passed > 0 ? Status::kPassed : Status::kSkipped;
}

void Count(Status status, Totals* totals) {
  switch (status) {
    case Status::kPassed:
      ++totals->passed;
      break;
    case Status::kFailed:
      ++totals->failed;
      break;
    case Status::kSkipped:
      ++totals->skipped;
      break;
    case Status::kCrashed:
      ++totals->crashed;
      break;
    case Status::kNoTests:
      break;
  }
}

namespace {

constexpr std::string_view kOk = "ok ";

Status ResultStatus(const KtapLine& line) {
  if (line.skipped) return Status::kSkipped;
  return line.ok ? Status::kPassed : Status::kFailed;
}

}  // namespace

KtapParser::KtapParser(KtapHandler* handler, ToolVersion version)
    : handler_(handler), version_(version), frames_(kMaxDepth) {}

void KtapParser::Problem(ProblemKind kind, std::string_view text, std::uint64_t number,
                         std::uint64_t expected, std::uint64_t found, bool not_ok) {
  ProblemEvent event;
  event.kind = kind;
  event.path = path();
  event.text = TrimLeft(text);
  event.not_ok = not_ok;
  event.expected = expected;
  event.found = found;
  event.depth = depth_ == 0 ? 0 : top().depth;
  event.log_line = number;
  handler_->OnProblem(event);
}

void KtapParser::StartDocument(std::uint64_t number) {
  ++documents_;
  due_size_ = 0;
  depth_ = 1;
  path_.clear();
  path_base_ = 0;
  lost_path_.clear();
  frames_[0] = Frame();
  frames_[0].log_line = number;
  handler_->OnDocument({documents_, number});
  if (documents_ > 1) Problem(ProblemKind::kSecondDocument, {}, number, 1, documents_);
}

void KtapParser::Line(const Console::Line& line, const KtapLine& parsed, std::uint64_t number) {
  if (line.part != Part::kEnd) last_number_ = number;
  switch (line.part) {
    case Part::kExecutor:
      tool_found_input_ = true;
      [[fallthrough]];
    case Part::kBoot:
    case Part::kAfter:
      return;
    case Part::kEnd:
      Finish();
      return;
    case Part::kStart:
      tool_found_input_ = true;
      StartDocument(number);
      break;
    case Part::kTests:
      break;
  }
  switch (parsed.kind) {
    case LineKind::kOther:
    case LineKind::kDiagnostic:
    case LineKind::kLooseResult: {
      Frame& group = top();
      if (group.state == State::kHeader) {
        group.late_header = true;
        group.state = State::kPlan;
        handler_->OnGroup({path(), group.name, group.depth, group.log_line});
      }
      if (parsed.kind == LineKind::kLooseResult) {
        Problem(ProblemKind::kLooseResult, line.text, number, 0, 0, !parsed.ok);
      }
      handler_->OnText(
          {line.text, parsed.kind, {}, parsed.indent, path(), group.name, group.depth, number});
      return;
    }
    case LineKind::kVersion:
    case LineKind::kSubtest:
    case LineKind::kPlan:
    case LineKind::kResult:
      if (parsed.name.size() > kMaxName || parsed.match_name.size() > kMaxName ||
          (parsed.kind == LineKind::kPlan && parsed.number > kMaxPlan)) {
        Structure(Bound(parsed, line.text, number), line.text, number);
      } else {
        Structure(parsed, line.text, number);
      }
      return;
  }
}

bool KtapParser::TakeNote(std::string_view text, std::size_t indent, const Note& note,
                          std::uint64_t number) {
  const Frame& group = top();
  if (group.state == State::kHeader) return false;
  last_number_ = number;
  handler_->OnText(
      {text, LineKind::kDiagnostic, note, indent, path(), group.name, group.depth, number});
  return true;
}

bool KtapParser::TakeDue(std::string_view text, std::uint64_t number) {
  constexpr std::size_t kMinName = 2;
  const std::size_t size = text.size() - due_size_;  // Of the name; wraps where `text` is shorter.
  if (due_size_ == 0 || size - kMinName > kMaxName - kMinName) return false;
  if (!AreEqual({text.data(), due_size_}, {due_.data(), due_size_})) return false;
  Frame& group = top();
  const std::string_view name(text.data() + due_size_, size);
  if (AreEqual(name, group.name) || (group.has_plan && group.next > group.plan)) return false;
  last_number_ = result_number_ = number;
  result_name_.Assign(name);
  ++group.totals.passed;
  ++group.due;
  ++group.children;
  ++group.next;
  char* digit = due_.data() + due_size_ - 2;  // A space follows.
  while (*digit == '9') *digit-- = '0';
  if (*digit >= '0' && *digit < '9') {
    ++*digit;
  } else {
    due_size_ = 0;  // One digit more. A space stands ahead of them.
    ExpectNext({due_.data(), static_cast<std::size_t>(digit + 1 - kOk.size() - due_.data())});
  }
  ResultEvent event;
  event.parent = path();
  event.name = name;
  event.depth = group.depth + 1;
  event.log_line = number;
  handler_->OnResult(event);
  return true;
}

// The next result of the open group begins like this, if all is well: as far in as the line before
// it, which is a plan or a result, and whose indentation is `indent`.
void KtapParser::ExpectNext(std::string_view indent) {
  const Frame& group = top();
  if (depth_ == 1 || group.state != State::kChildren || !lost_path_.empty()) return;
  if (group.next != group.due || indent.size() + kOk.size() + 24 > due_.size()) return;
  if (indent.data() != due_.data()) CopyShort(indent, due_.data());
  char* const digits = CopyShort(kOk, due_.data() + indent.size());
  char* end = digits + 1;
  if (group.due < 10) {
    *digits = static_cast<char>('0' + group.due);
  } else {
    end = std::to_chars(digits, due_.data() + due_.size() - 1, group.due).ptr;
  }
  *end = ' ';
  due_size_ = static_cast<std::size_t>(end + 1 - due_.data());
}

// `line` with no more than we hold of a name or believe of a plan.
KtapLine KtapParser::Bound(const KtapLine& line, std::string_view text, std::uint64_t number) {
  KtapLine bound = line;
  if (line.kind == LineKind::kPlan) {
    bound.number = kMaxPlan;
    Problem(ProblemKind::kHugePlan, text, number, kMaxPlan, line.number);
    return bound;
  }
  bound.name = line.name.substr(0, kMaxName);
  bound.match_name = line.match_name.substr(0, kMaxName);
  Problem(ProblemKind::kLongName, text, number, kMaxName, line.name.size());
  return bound;
}

// Each state either takes the line and returns, or moves on to the state that does.
void KtapParser::Structure(const KtapLine& line, std::string_view text, std::uint64_t number) {
  due_size_ = 0;
  if (line.kind == LineKind::kResult) {
    result_number_ = number;
    result_name_.Assign(line.match_name);
  }
  for (;;) {
    Frame& group = top();
    switch (group.state) {
      case State::kMain:
        group.state = State::kPlan;
        if (line.kind != LineKind::kVersion) break;
        CheckVersion(line, text, number);
        return;
      case State::kHeader: {
        group.state = State::kPlan;
        const bool named = line.kind == LineKind::kSubtest;
        if (named) SetName(&group, line.name);
        handler_->OnGroup({path(), group.name, group.depth, group.log_line});
        if (named) return;
        break;
      }
      case State::kPlan:
        group.state = State::kChildren;
        if (line.kind != LineKind::kPlan) break;
        group.has_plan = true;
        group.plan = line.number;
        group.child_indent = line.indent;
        handler_->OnPlan({path(), group.depth, group.plan});
        ExpectNext(text.substr(0, line.indent));
        if (group.plan == 0) {
          group.state = depth_ == 1 ? State::kDone : State::kResult;
          if (depth_ == 1) EndFirstDocument();
        }
        return;
      case State::kChildren:
        if (Children(line, text, number)) return;
        break;
      case State::kResult: {
        const bool result = line.kind == LineKind::kResult;
        if (result && (group.name.empty() || line.match_name == group.name)) {
          Pop(&line, number);
          ExpectNext(text.substr(0, line.indent));
          return;
        }
        if (!group.name.empty()) {
          ++group.totals.errors;
          Problem(ProblemKind::kMissingResult, text, number);
          if (result && line.indent == group.child_indent) {
            lost_path_ = path();
            lost_indent_ = line.indent;
            lost_depth_ = group.depth;
          }
        }
        Pop(nullptr, number);
        break;
      }
      case State::kDone:
        if (line.kind == LineKind::kPlan) {
          Problem(ProblemKind::kStrayPlan, text, number);
          return;
        }
        if (line.kind == LineKind::kVersion && line.indent == 0) {
          Finish();
          StartDocument(number);
          break;
        }
        Problem(ProblemKind::kPastPlan, text, number, group.plan, group.next,
                line.kind == LineKind::kResult && !line.ok && !line.skipped);
        if (line.kind == LineKind::kResult) {
          Leaf(line, text, number);
        } else {
          Push(line, text, number);
        }
        return;
    }
  }
}

// The loop over children in parse_test(). True: the line is taken.
bool KtapParser::Children(const KtapLine& line, std::string_view text, std::uint64_t number) {
  Frame& group = top();
  if (group.late_plan) {
    group.late_plan = false;
    if (line.kind == LineKind::kResult) {
      Leaf(line, text, number);
      return true;
    }
    MadeUp(1, Status::kCrashed);
  }
  if (group.has_plan && group.next > group.plan) {
    group.state = depth_ == 1 ? State::kDone : State::kResult;
    if (depth_ == 1) EndFirstDocument();
    return false;
  }
  if (depth_ > 1 && line.kind == LineKind::kResult && line.match_name == group.name &&
      !(version_ == ToolVersion::k7_3 && group.name.empty())) {
    if (group.has_plan) MissingChildren(number);
    group.state = State::kResult;
    return false;
  }
  switch (line.kind) {
    case LineKind::kResult:
      Leaf(line, text, number);
      return true;
    case LineKind::kVersion:
    case LineKind::kSubtest:
      return Push(line, text, number);
    default:
      break;
  }
  // A plan is no test. 7.3 takes it as that of a test whose result comes next. 6.12 never takes it:
  // it fills every slot that is left with a nameless crashed test, in this group and those around
  // it. With no plan there is no last slot.
  Problem(ProblemKind::kStrayPlan, text, number);
  if (version_ == ToolVersion::k7_3) {
    group.late_plan = true;
    return true;
  }
  if (!group.has_plan) {
    tool_hangs_ = tool_hangs_ || !tool_done_;
    return true;
  }
  MadeUp(group.plan - group.next + 1, Status::kCrashed);
  group.state = State::kResult;
  if (depth_ > 1) return false;
  group.state = State::kDone;
  EndFirstDocument();
  return true;
}

void KtapParser::MissingChildren(std::uint64_t number) {
  Frame& group = top();
  if (group.next > group.plan) return;
  const std::uint64_t left = group.plan - group.next + 1;
  if (number != 0) {
    Problem(ProblemKind::kMissingChildren, {}, number, group.plan, group.children);
  }
  group.totals.errors += left;
  MadeUp(left, Status::kCrashed);
}

void KtapParser::MadeUp(std::uint64_t count, Status status) {
  Frame& group = top();
  group.missing += count;
  group.next += count;
  if (status == Status::kCrashed) group.totals.crashed += count;
  handler_->OnMissing({count, status});
}

void KtapParser::Leaf(const KtapLine& line, std::string_view text, std::uint64_t number) {
  Frame& group = top();
  ResultEvent event;
  event.parent = path();
  event.depth = group.depth + 1;
  if (!lost_path_.empty()) {
    if (line.indent == lost_indent_) {
      event.parent = lost_path_;
      event.depth = lost_depth_ + 1;
    } else {
      lost_path_.clear();
    }
  }
  event.name = line.name;
  event.reason = line.reason;
  event.status = ResultStatus(line);
  event.not_ok = !line.ok;
  event.log_line = number;
  Count(event.status, &group.totals);
  // kunit_tool counts each result from there on as wrong; one lost line is one problem.
  if (group.state != State::kDone) {
    if (line.number != group.next) ++group.totals.errors;
    if (line.number != group.due) {
      Problem(ProblemKind::kNumber, text, number, group.due, line.number);
    }
  }
  group.due = line.number + 1;
  if (group.children == 0 && !group.has_plan) group.child_indent = line.indent;
  ++group.children;
  ++group.next;
  ExpectNext(text.substr(0, line.indent));
  handler_->OnResult(event);
  if (depth_ == 1 && group.has_plan && group.next > group.plan && group.state != State::kDone) {
    group.state = State::kDone;
    EndFirstDocument();
  }
}

bool KtapParser::Push(const KtapLine& line, std::string_view text, std::uint64_t number) {
  if (depth_ == kMaxDepth) {
    Problem(ProblemKind::kTooDeep, text, number, kMaxDepth);
    return true;
  }
  lost_path_.clear();
  const bool restart = line.kind == LineKind::kVersion && line.indent == 0;
  Frame& parent = top();
  const bool split = line.kind == LineKind::kSubtest && parent.late_header && parent.name.empty() &&
                     parent.children == 0 && line.indent <= parent.indent;
  if (split) Problem(ProblemKind::kSplitHeader, text, number);
  if (restart) {
    ++documents_;
    Problem(ProblemKind::kSecondDocument, text, number, 1, documents_);
  }

  Frame& group = frames_[depth_++];
  std::string name = std::move(group.name);  // Keeps what it has allocated.
  name.clear();
  group = Frame();
  group.name = std::move(name);
  group.slot = parent.next;
  group.path_size = path_.size();
  group.path_base = path_base_;
  if (restart) path_base_ = path_.size();
  group.depth = restart ? 0 : parent.depth + (split ? 0 : 1);
  group.indent = line.indent;
  group.child_indent = line.indent;
  group.log_line = number;
  if (line.kind == LineKind::kVersion) {
    group.state = State::kHeader;
    CheckVersion(line, text, number);
    return true;
  }
  group.state = State::kPlan;
  SetName(&group, line.name);
  handler_->OnGroup({path(), group.name, group.depth, number});
  return true;
}

void KtapParser::SetName(Frame* frame, std::string_view name) {
  frame->name = name;
  if (path_.size() > path_base_) path_.push_back('.');
  path_.append(name);
}

void KtapParser::CheckVersion(const KtapLine& line, std::string_view text, std::uint64_t number) {
  const std::uint64_t low = line.tap ? 13 : 1;
  const std::uint64_t high = line.tap ? 14 : 1;
  if (line.number >= low && line.number <= high) return;
  ++top().totals.errors;
  Problem(ProblemKind::kVersion, text, number, high, line.number);
}

// The end of parse_test(), from the group's own result on. `result` is null where that is missing,
// and its status is then `unreported`.
void KtapParser::Pop(const KtapLine* result, std::uint64_t number, Status unreported) {
  Frame& group = top();
  Status status = unreported;
  GroupEndEvent event;
  if (result != nullptr) {
    status = ResultStatus(*result);
    event.has_result = true;
    event.not_ok = !result->ok;
    event.reason = result->reason;
    if (result->number != group.slot) ++group.totals.errors;
    const std::uint64_t due = frames_[depth_ - 2].due;
    if (result->number != due) Problem(ProblemKind::kNumber, {}, number, due, result->number);
    if (group.name.empty()) SetName(&group, result->name);
  }
  event.reported = result != nullptr ? status : Status::kCrashed;
  if (group.children + group.missing == 0 &&
      (status == Status::kCrashed || status == Status::kPassed)) {
    status = Status::kNoTests;
    ++group.totals.errors;
  }
  if (group.totals.tests() == 0) {
    Count(status, &group.totals);
  } else if (StatusOf(group.totals) == Status::kCrashed) {
    status = Status::kCrashed;
  } else if (version_ == ToolVersion::k7_3 && status == Status::kFailed &&
             StatusOf(group.totals) == Status::kPassed) {
    ++group.totals.failed;
    event.counts_itself = true;
  }
  event.status = status;
  event.path = path();
  event.name = result != nullptr ? result->name : std::string_view(group.name);
  event.has_plan = group.has_plan;
  event.planned = group.plan;
  event.children = group.children;
  event.missing = group.missing;
  event.totals = group.totals;
  event.depth = group.depth;
  event.log_line = number;
  handler_->OnGroupEnd(event);

  path_.resize(group.path_size);
  path_base_ = group.path_base;
  --depth_;
  Frame& parent = top();
  parent.totals.Add(group.totals);
  parent.due = (result != nullptr ? result->number : parent.due) + 1;
  ++parent.children;
  ++parent.next;
  if (depth_ == 1 && parent.has_plan && parent.next > parent.plan &&
      parent.state == State::kChildren) {
    parent.state = State::kDone;
    EndFirstDocument();
  }
}

void KtapParser::EndFirstDocument() {
  if (tool_done_) return;
  tool_done_ = true;
  Frame& document = frames_[0];
  Totals totals = document.totals;
  if (document.children + document.missing == 0) {
    ++totals.errors;
  } else if (totals.tests() == 0) {
    ++totals.crashed;  // kunit_tool's document starts as crashed, as any test does.
  }
  tool_totals_ = totals;
  tool_status_ = StatusOf(totals);
  handler_->OnToolEnd({tool_totals_, tool_status_});
}

// Closes the innermost group with its result missing. At the end of its input kunit_tool looks at
// the last line again.
void KtapParser::PopAtEnd() {
  Frame& group = top();
  const bool last_is_result = result_number_ == last_number_;
  const bool named = !group.name.empty();
  const bool own = last_is_result && (!named || result_name_.view() == group.name);
  if (version_ == ToolVersion::k6_12) {
    tool_dies_ = tool_dies_ || (own && !tool_done_);
    if (named) ++group.totals.errors;
    Pop(nullptr, last_number_);
    return;
  }
  ++group.totals.errors;
  Pop(nullptr, last_number_, named && !own ? Status::kCrashed : Status::kNoTests);
}

// 7.3: the test that took a plan has no result, and is an error of its own.
void KtapParser::EndLatePlan() {
  if (!top().late_plan) return;
  top().late_plan = false;
  ++top().totals.errors;
  MadeUp(1, Status::kNoTests);
}

void KtapParser::Finish() {
  due_size_ = 0;
  if (documents_ == 0) tool_totals_.errors = 1;
  if (depth_ == 0) return;
  Frame& document = frames_[0];
  const bool truncated = depth_ > 1 || (document.has_plan && document.next <= document.plan);
  if (truncated) {
    const Frame& group = top();
    Problem(ProblemKind::kTruncated, {}, last_number_, group.plan, group.children);
  }
  while (depth_ > 1) {
    Frame& group = top();
    if (group.state == State::kHeader) {
      handler_->OnGroup({path(), group.name, group.depth, group.log_line});
    }
    EndLatePlan();
    if (group.has_plan) MissingChildren(0);
    PopAtEnd();
  }
  EndLatePlan();
  if (document.state != State::kDone && document.has_plan) MissingChildren(0);
  EndFirstDocument();

  GroupEndEvent event;
  event.document = true;
  event.has_plan = document.has_plan;
  event.planned = document.plan;
  event.children = document.children;
  event.missing = document.missing;
  event.totals = document.totals;
  event.status = StatusOf(document.totals);
  event.log_line = last_number_;
  depth_ = 0;
  path_.clear();
  handler_->OnGroupEnd(event);
}

}  // namespace gate
