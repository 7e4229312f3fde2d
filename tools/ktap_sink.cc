// SPDX-License-Identifier: GPL-2.0-only
#include "ktap_sink.h"

#include <fmt/format.h>

#include "report.h"
#include "text.h"

namespace gate {
namespace {

std::size_t Indent(std::size_t levels) { return levels == 0 ? 0 : 2 * (levels - 1); }

}  // namespace

void KtapSink::Line(std::string_view text) {
  const std::string line = fmt::format("{:{}}{}\n", "", Indent(levels_.size()), text);
  if (places_ == 0) {
    Put(file_.stream(), line);
    return;
  }
  held_ += line;
  if (held_.size() > kMaxHeld) Flush();
}

// Gives up the plans that have a place in what is held.
void KtapSink::Flush() {
  for (Level& level : levels_) level.has_place = false;
  places_ = 0;
  Put(file_.stream(), held_);
  held_.clear();
}

// Ahead of a child: where no plan came, this is the place of one.
void KtapSink::Child() {
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.planned) {
    level.planned = level.has_place = true;
    level.place = held_.size();
    ++places_;
  }
  ++level.children;
}

// The end of the innermost group.
void KtapSink::Close() {
  if (levels_.empty()) return;
  const Level level = levels_.back();
  if (level.has_place) {
    held_.insert(level.place,
                 fmt::format("{:{}}1..{}\n", "", Indent(levels_.size()), level.children));
    if (--places_ == 0) Flush();
  }
  levels_.pop_back();
}

void KtapSink::Result(bool ok, bool skipped, std::string_view name, std::string_view reason) {
  std::string line = fmt::format("{}ok {}", ok ? "" : "not ",
                                 levels_.empty() ? std::uint64_t{1} : levels_.back().children);
  if (!name.empty()) line += " " + Printable(name);
  if (skipped) {
    line += " # SKIP";
    if (!reason.empty()) line += " " + Printable(reason);
  }
  Line(line);
}

void KtapSink::OnDocument(const DocumentEvent&) {
  levels_.assign(1, Level());
  Line("KTAP version 1");
}

void KtapSink::OnGroup(const GroupEvent& event) {
  Child();
  levels_.emplace_back();
  Line("KTAP version 1");
  if (!event.name.empty()) Line("# Subtest: " + Printable(event.name));
}

void KtapSink::OnPlan(const PlanEvent& event) {
  if (levels_.empty() || levels_.back().planned) return;
  levels_.back().planned = true;
  Line(fmt::format("1..{}", event.count));
}

void KtapSink::OnText(const TextEvent& event) {
  const std::string text =
      Printable(event.kind == LineKind::kDiagnostic ? TrimLeft(event.text) : event.text);
  if (text.empty()) return;
  Line(event.kind == LineKind::kDiagnostic ? text : "# | " + text);
}

void KtapSink::OnResult(const ResultEvent& event) {
  Child();
  Result(!event.not_ok, event.status == Status::kSkipped, event.name, event.reason);
}

void KtapSink::OnGroupEnd(const GroupEndEvent& event) {
  Close();
  if (event.document || !event.has_result) return;
  Result(!event.not_ok, event.reported == Status::kSkipped, event.name, event.reason);
}

void KtapSink::OnReason(const Reason& reason) {
  if (file_.stream() == nullptr) return;  // It is written: a reason why another file is not.
  Line("# kunit-gate: " + FormatReason(reason, {}, Style(false)));
}

std::string KtapSink::OnVerdict(const Verdict&) {
  Flush();
  return file_.Commit();
}

}  // namespace gate
