// SPDX-License-Identifier: GPL-2.0-only
#include "html_sink.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "report.h"

namespace gate {
namespace {

using Tone = HtmlWriter::Tone;

Tone ToneOf(const CaseRecord& record) {
  if (record.failed()) return Tone::kBad;
  return record.outcome == Status::kPassed ? Tone::kGood : Tone::kWarn;
}

std::string FormatSeconds(std::optional<double> seconds) {
  return seconds ? fmt::format("{:.3f} s", *seconds) : std::string();
}

// Appends what stands in `from`, all of it, to `to`.
void Append(std::FILE* from, std::FILE* to) {
  std::rewind(from);
  std::array<char, 64 * 1024> buffer;
  std::size_t got;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), from)) > 0) {
    Put(to, std::string_view(buffer.data(), got));
  }
}

}  // namespace

HtmlSink::HtmlSink(OutputFile file, Stream failures, Stream cases, std::string log_name,
                   std::string reproduce)
    : file_(std::move(file)),
      failures_(std::move(failures)),
      cases_(std::move(cases)),
      log_name_(std::move(log_name)),
      reproduce_(std::move(reproduce)) {}

Result<std::unique_ptr<HtmlSink>> HtmlSink::Create(const std::string& file,
                                                   const std::string& log_name,
                                                   const std::string& reproduce) {
  auto output = OutputFile::Create(file);
  if (!output) return Error{output.error()};
  Stream failures(std::tmpfile());
  Stream cases(std::tmpfile());
  if (!failures || !cases) {
    return Error{
        fmt::format("{}: cannot write: no temporary file: {}", file, std::strerror(errno))};
  }
  return std::unique_ptr<HtmlSink>(
      new HtmlSink(std::move(*output), std::move(failures), std::move(cases), log_name, reproduce));
}

void HtmlSink::Failure(const CaseRecord& record) {
  HtmlWriter html(failures_.get());
  std::string title = record.test.empty() ? "The run" : record.test;
  if (record.outcome) title += fmt::format(": {}", StatusName(*record.outcome));
  html.BeginDetails(title, Tone::kBad, true);
  std::vector<std::string> items;
  for (const Reason& reason : record.reasons) {
    items.push_back(FormatReason(reason, log_name_, Style(false)));
  }
  html.List(items);
  if (!record.slice.empty()) {
    html.Paragraph(fmt::format("{}, from line {}:", log_name_, record.log_line));
    auto lines = record.slice;
    if (record.omitted > 0 && record.omitted_after <= lines.size()) {
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(record.omitted_after),
                   fmt::format("... {} lines are not shown ...", record.omitted));
    }
    html.Lines(lines);
  }
  if (!reproduce_.empty() && record.outcome) {
    html.Paragraph("Again:");
    html.Lines({FormatCommand(reproduce_, record.test)});
  }
  html.EndDetails();
}

void HtmlSink::OnCase(const CaseRecord& record) {
  if (record.failed() && ++failed_ <= kMaxFailures) Failure(record);
  if (!record.outcome) return;
  if (record.seconds) {
    timed_ = true;
    seconds_ += *record.seconds;
  }
  if (++listed_ > kMaxCases) return;
  std::string outcome = StatusName(*record.outcome);
  if (record.failed() && record.outcome == Status::kPassed) outcome = "failed: see above";
  if (!record.skip_reason.empty()) outcome += ": " + record.skip_reason;
  HtmlWriter(cases_.get())
      .Row({{record.test, Tone::kPlain, false, true},
            {std::move(outcome), ToneOf(record)},
            {record.tests > 1 ? std::to_string(record.tests) : std::string(), Tone::kPlain, true},
            {FormatSeconds(record.seconds), Tone::kPlain, true}});
}

std::string HtmlSink::OnVerdict(const Verdict& verdict) {
  HtmlWriter html(file_.stream());
  const bool passed = verdict.code == ExitCode::kPassed;
  const std::string word = ExitCodeName(verdict.code);
  html.BeginPage("KUnit: " + word, "KUnit: " + word, passed ? Tone::kGood : Tone::kBad);

  const auto count = [](std::string name, std::uint64_t value, Tone tone) {
    return HtmlWriter::Fact{std::move(name), std::to_string(value),
                            value > 0 ? tone : Tone::kQuiet};
  };
  std::vector<HtmlWriter::Fact> facts = {count("tests", verdict.totals.tests(), Tone::kPlain),
                                         count("passed", verdict.totals.passed, Tone::kGood),
                                         count("failed", verdict.totals.failed, Tone::kBad),
                                         count("crashed", verdict.totals.crashed, Tone::kBad),
                                         count("skipped", verdict.totals.skipped, Tone::kWarn),
                                         count("kernel splats", verdict.splats, Tone::kBad)};
  if (verdict.allowed_splats > 0) {
    facts.push_back(count("allowed splats", verdict.allowed_splats, Tone::kWarn));
  }
  if (timed_) facts.push_back({"time", FormatSeconds(seconds_), Tone::kPlain});
  facts.push_back({"exit code", std::to_string(static_cast<int>(verdict.code)),
                   passed ? Tone::kGood : Tone::kBad});
  html.Facts(facts);
  if (!verdict.log.empty()) html.Paragraph("Log: " + verdict.log);
  if (!verdict.running.empty()) html.Paragraph("Running at the end: " + verdict.running);

  if (failed_ > 0) {
    html.Heading("What failed");
    Append(failures_.get(), file_.stream());
    if (failed_ > kMaxFailures) {
      html.Paragraph(fmt::format("{} more failures are not shown", failed_ - kMaxFailures));
    }
    if (verdict.omitted_reasons > 0) {
      html.Paragraph(fmt::format("{} more errors are not shown", verdict.omitted_reasons));
    }
  }
  if (listed_ > 0) {
    html.Heading("What ran");
    html.BeginTable({"case", "outcome", "tests in it", "time"});
    Append(cases_.get(), file_.stream());
    html.EndTable();
    if (listed_ > kMaxCases) {
      html.Paragraph(fmt::format("{} more cases are not shown", listed_ - kMaxCases));
    }
  }
  html.EndPage();
  const bool lost = std::ferror(failures_.get()) != 0 || std::ferror(cases_.get()) != 0;
  const std::string error = file_.Commit();
  if (error.empty() && lost) return "the HTML page is incomplete: no room for temporary files";
  return error;
}

}  // namespace gate
