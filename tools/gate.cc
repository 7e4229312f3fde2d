// SPDX-License-Identifier: GPL-2.0-only
#include "gate.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "allow_list.h"
#include "case_recorder.h"
#include "cases_file.h"
#include "console.h"
#include "github_sink.h"
#include "html_sink.h"
#include "judge.h"
#include "junit_sink.h"
#include "ktap_parser.h"
#include "ktap_sink.h"
#include "kunit_json_sink.h"
#include "line_marks.h"
#include "line_splitter.h"
#include "manifest.h"
#include "run_clock.h"
#include "sink.h"
#include "source_lines.h"
#include "splat.h"
#include "terminal_sink.h"

namespace gate {
namespace {

/// Hands each event to the judge first, so that reasons come before the result they explain.
class Fanout : public KtapHandler {
 public:
  explicit Fanout(Judge* judge) : judge_(judge) {}
  void Add(KtapHandler* handler) { handlers_.push_back(handler); }

  void OnDocument(const DocumentEvent& event) override {
    judge_->OnDocument(event);
    for (KtapHandler* handler : handlers_) handler->OnDocument(event);
  }
  void OnGroup(const GroupEvent& event) override {
    judge_->OnGroup(event);
    for (KtapHandler* handler : handlers_) handler->OnGroup(event);
  }
  void OnPlan(const PlanEvent& event) override {
    judge_->OnPlan(event);
    for (KtapHandler* handler : handlers_) handler->OnPlan(event);
  }
  void OnText(const TextEvent& event) override {
    judge_->OnText(event);
    for (KtapHandler* handler : handlers_) handler->OnText(event);
  }
  void OnResult(const ResultEvent& event) override {
    judge_->OnResult(event);
    for (KtapHandler* handler : handlers_) handler->OnResult(event);
  }
  void OnGroupEnd(const GroupEndEvent& event) override {
    judge_->OnGroupEnd(event);
    for (KtapHandler* handler : handlers_) handler->OnGroupEnd(event);
  }
  void OnMissing(const MissingEvent& event) override {
    for (KtapHandler* handler : handlers_) handler->OnMissing(event);
  }
  void OnToolEnd(const ToolEndEvent& event) override {
    for (KtapHandler* handler : handlers_) handler->OnToolEnd(event);
  }
  void OnProblem(const ProblemEvent& event) override {
    judge_->OnProblem(event);
    for (KtapHandler* handler : handlers_) handler->OnProblem(event);
  }

 private:
  Judge* judge_;
  std::vector<KtapHandler*> handlers_;
};

// kernel/printk/printk.c prints this on a line of its own, behind whatever prefix there is. No
// white space stands at its end.
bool IsDropNotice(std::string_view line) { return line.ends_with(" printk messages dropped **"); }

// The version in a kernel's banner, empty in another line. init/version-timestamp.c: it is the
// first line that a kernel prints, and names who built it, "user@host".
std::string_view BannerVersion(std::string_view line) {
  constexpr std::string_view kBanner = "Linux version ";
  const std::size_t at = line.find(kBanner);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + kBanner.size());
  const std::string_view version = rest.substr(0, rest.find(' '));
  const bool number = !version.empty() && version.front() >= '0' && version.front() <= '9';
  return number ? version : std::string_view();
}

}  // namespace

struct Gate::Impl {
  Impl(const Options& options, Judge::Rules rules)
      : clock(options.clock),
        judge(std::move(rules),
              [this](const Reason& reason) {
                if (terminal) terminal->OnReason(reason);
                if (recorder) recorder->OnReason(reason);
                for (const auto& sink : sinks) sink->OnReason(reason);
              }),
        tool(options.tool),
        parser(&fanout, options.tool),
        scanner([this](const Splat& splat) { judge.OnSplat(splat); }),
        verdict_file(options.verdict_file) {
    judge.verdict().log = options.log_name;
    judge.verdict().tool.version = options.tool;
    judge.verdict().reproduce = options.reproduce;
    if (options.out != nullptr) {
      terminal = std::make_unique<TerminalSink>(
          TerminalSink::Settings{options.out, options.color, options.live, options.log_name},
          [this] { return judge.Running(); });
      fanout.Add(terminal.get());
    }
    if (options.on_case || !options.cases_file.empty() || !options.html_file.empty()) {
      recorder = std::make_unique<CaseRecorder>(
          [this, hear = options.on_case](const CaseRecord& record) {
            if (hear) hear(record);
            for (const auto& sink : sinks) sink->OnCase(record);
          },
          &clock);
      fanout.Add(recorder.get());
    }
  }

  void AddSink(std::unique_ptr<Sink> sink) {
    fanout.Add(sink.get());
    sinks.push_back(std::move(sink));
  }

  // The usual lines of a long log cost less than TakeAny() would. False: it is not one of them.
  bool TakeUsual(const LineSplitter::Line& next) {
    const std::string_view raw = next.text;
    if (next.more_marks || !console.in_document() || raw.empty()) return false;
    // What ends in '!' may be a splat that is glued to it; '*' ends IsDropNotice().
    if (raw.back() <= ' ' || raw.back() == '!' || raw.back() == '*') return false;
    if (next.marks != 0) return TakeNote(raw, next.marks);
    // Where no more than the result that is due stands in the line, there is nothing else to look
    // for.
    return scanner.idle() && parser.TakeDue(console.CutPlain(raw), lines);
  }

  // A Note: a '#' and a ':' are all that `marks` tells of.
  bool TakeNote(std::string_view raw, std::uint64_t marks) {
    const std::uint64_t second = marks & (marks - 1);
    if (second == 0 || (second & (second - 1)) != 0) return false;
    const auto hash = static_cast<std::size_t>(std::countr_zero(marks));
    const auto colon = static_cast<std::size_t>(std::countr_zero(second));
    if (colon < hash + 3 || colon + 2 >= raw.size()) return false;
    if (raw[hash] != '#' || raw[hash + 1] != ' ' || raw[colon] != ':' || raw[colon + 1] != ' ') {
      return false;
    }
    const std::string_view text = console.CutPlain(raw);
    const std::size_t prefix = raw.size() - text.size();
    if (hash < prefix || IndentOf(text) != hash - prefix) return false;
    const Note note{{raw.data() + hash + 2, colon - hash - 2},
                    {raw.data() + colon + 2, raw.size() - colon - 2}};
    if (note.name == "Subtest" || judge.wants_stack()) return false;
    if (MayEndStopMark(raw[colon - 1]) || !scanner.PassesNote(raw, prefix, hash, colon)) {
      return false;
    }
    return parser.TakeNote(text, hash - prefix, note, lines);
  }

  void OnLine(const LineSplitter::Line& next) {
    ++lines;
    clock.Line(next.text);
    if (recorder) recorder->OnLine(next.text, lines);
    if (!TakeUsual(next)) TakeAny(next);
  }

  void TakeAny(const LineSplitter::Line& next) {
    const std::string_view raw = next.text;
    const bool marked = next.marks != 0 || next.more_marks;
    const LineMarks marks = marked ? FindMarks(raw) : LineMarks();
    const Console::Line line = console.Place(raw, marks);
    const bool tests = line.part == Part::kTests && parser.in_document();
    const Scope scope = tests ? Scope::kTest : saw_document ? Scope::kAfter : Scope::kBoot;
    if (line.part == Part::kStart) {
      saw_document = true;
      stopped = false;
    }
    // Most lines of a boot are long and no KTAP: they are not taken apart.
    const bool ktap = line.part == Part::kTests || line.part == Part::kStart;
    const KtapLine parsed = ktap ? ParseKtapLine(line.text, tool, marks.hash) : KtapLine();
    const bool structure = parsed.kind != LineKind::kOther &&
                           parsed.kind != LineKind::kDiagnostic &&
                           parsed.kind != LineKind::kLooseResult;
    if (structure) {
      scanner.Structure(raw, lines, scope, marks);
    } else {
      if (line.part == Part::kEnd) scanner.Flush();
      scanner.Line(raw, line.text, lines, scope, marks);
      if (judge.wants_stack()) judge.OnStackLine(StripPrintk(line.text));
    }
    if (next.cut) judge.OnCutLine(lines);
    if (!structure) {
      if (marks.at) OnBanner(BannerVersion(raw));
      stopped = stopped || (saw_document && line.stop != StopMark::kNone);
      if (saw_document && IsDropNotice(line.text)) judge.OnDroppedMessages(raw, lines);
    }
    if (line.part == Part::kExecutor) judge.OnExecutor(line.text, lines);
    parser.Line(line, parsed, lines);
  }

  void OnBanner(std::string_view version) {
    if (version.empty()) return;
    judge.OnKernel(version);
    if (++boots > 1) judge.OnSecondBoot(boots, lines);
  }

  std::unique_ptr<TerminalSink> terminal;
  std::unique_ptr<CaseRecorder> recorder;
  std::vector<std::unique_ptr<Sink>> sinks;  // The files.
  RunClock clock;
  Judge judge;
  Fanout fanout{&judge};
  LineSplitter splitter;
  Console console;
  ToolVersion tool;
  KtapParser parser;
  SplatScanner scanner;
  std::string verdict_file;
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t boots = 0;
  bool saw_document = false;
  bool stopped = false;  // A line says that the kernel stopped, after the last document's start.
};

std::vector<const std::string*> OutputFiles(const Options& options) {
  return {&options.verdict_file, &options.junit_file, &options.html_file,
          &options.ktap_file,    &options.cases_file, &options.json_file};
}

Gate::Gate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gate::Gate(Gate&&) noexcept = default;
Gate& Gate::operator=(Gate&&) noexcept = default;
Gate::~Gate() = default;

Result<Gate> Gate::Create(const Options& options) {
  // What an earlier run wrote must not stand for this one, whatever becomes of it.
  for (const std::string* file : OutputFiles(options)) RemoveOutput(*file);
  Judge::Rules rules;
  rules.path_maps = options.path_maps;
  rules.end_line = options.end_line;
  if (!options.expected_file.empty()) {
    auto manifest = Manifest::Read(options.expected_file, options.filter);
    if (!manifest) return Error{manifest.error()};
    rules.expected = std::move(*manifest);
  }
  if (!options.allow_file.empty()) {
    auto allowed = AllowList::Read(options.allow_file);
    if (!allowed) return Error{allowed.error()};
    rules.allowed = std::move(*allowed);
  }
  if (!options.image_file.empty()) {
    rules.source_lines = std::make_unique<SourceLines>(options.image_file, options.path_maps);
  }
  auto impl = std::make_unique<Impl>(options, std::move(rules));
  if (!options.junit_file.empty()) {
    auto file = OutputFile::Create(options.junit_file);
    if (!file) return Error{file.error()};
    impl->AddSink(std::make_unique<JunitSink>(std::move(*file), options.log_name, &impl->clock));
  }
  if (!options.html_file.empty()) {
    auto sink = HtmlSink::Create(options.html_file, options.log_name, options.reproduce);
    if (!sink) return Error{sink.error()};
    impl->AddSink(std::move(*sink));
  }
  if (!options.ktap_file.empty()) {
    auto file = OutputFile::Create(options.ktap_file);
    if (!file) return Error{file.error()};
    impl->AddSink(std::make_unique<KtapSink>(std::move(*file)));
  }
  if (!options.cases_file.empty()) {
    auto file = OutputFile::Create(options.cases_file);
    if (!file) return Error{file.error()};
    impl->AddSink(std::make_unique<CasesSink>(std::move(*file), options.filter));
  }
  if (!options.json_file.empty()) {
    auto file = OutputFile::Create(options.json_file);
    if (!file) return Error{file.error()};
    impl->AddSink(std::make_unique<KunitJsonSink>(std::move(*file), options.tool));
  }
  if (options.github && options.out != nullptr) {
    impl->AddSink(std::make_unique<GithubSink>(options.out));
  }
  return Gate(std::move(impl));
}

void Gate::Feed(std::string_view bytes) {
  impl_->bytes += bytes.size();
  impl_->splitter.Feed(bytes, [this](const LineSplitter::Line& line) { impl_->OnLine(line); });
  impl_->clock.Line({});
  if (impl_->terminal) impl_->terminal->OnPause();
}

std::string Gate::Running() const { return impl_->judge.Running(); }

void Gate::AddInfrastructureFault(std::string_view message) {
  impl_->judge.OnInfrastructure(message);
}

Verdict Gate::Finish(EndOfInput how) {
  Impl& gate = *impl_;
  bool open_line = false;
  gate.splitter.Finish([&gate, &open_line](const LineSplitter::Line& line) {
    open_line = FindStopMark(line.text, FindMarks(line.text)) == StopMark::kNone;
    gate.OnLine(line);
    gate.clock.Line({});
  });
  gate.scanner.Flush();
  gate.parser.Finish();
  gate.judge.Finish(how, gate.parser, {gate.bytes, gate.lines, open_line, gate.stopped});

  // A file that cannot be written is part of the verdict: so first the files, then the verdict's
  // own, then the summary, which tells of all of them. Where that cannot be written in turn, the
  // verdict's file must say so.
  const auto note = [&gate](const std::string& error) {
    if (!error.empty()) gate.judge.OnInfrastructure(error);
  };
  if (gate.recorder) gate.recorder->OnVerdict(gate.judge.verdict());
  for (const auto& sink : gate.sinks) note(sink->OnVerdict(gate.judge.verdict()));
  if (!gate.verdict_file.empty()) note(WriteVerdict(gate.judge.verdict(), gate.verdict_file));
  if (gate.terminal) {
    const std::string error = gate.terminal->OnVerdict(gate.judge.verdict());
    note(error);
    if (!error.empty() && !gate.verdict_file.empty()) {
      note(WriteVerdict(gate.judge.verdict(), gate.verdict_file));
    }
  }
  return gate.judge.verdict();
}

}  // namespace gate
