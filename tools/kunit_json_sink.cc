// SPDX-License-Identifier: GPL-2.0-only
#include "kunit_json_sink.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "ktap_parser.h"
#include "short_name.h"
#include "text.h"

namespace gate {
namespace {

constexpr std::string_view kComma = ",\n";
constexpr std::string_view kGroupsKey = "\"sub_groups\":[";
constexpr std::string_view kCasesKey = "\"test_cases\":[";

// What kunit_json.py says of a run that it knows nothing of.
constexpr std::string_view kCommon =
    ",\"arch\":\"\",\"defconfig\":\"\",\"build_environment\":\"\",\"lab_name\":null,"
    "\"kernel\":null,\"job\":null,\"git_branch\":\"kselftest\"}";

std::string_view StatusWord(Status status) {
  switch (status) {
    case Status::kPassed:
      return "PASS";
    case Status::kSkipped:
      return "SKIP";
    case Status::kCrashed:
      return "ERROR";
    case Status::kFailed:
    case Status::kNoTests:
      return "FAIL";
  }
  return "FAIL";
}

// Bytes that are no UTF-8 become "\xNN", as Python's "backslashreplace" has it.
std::string ToUtf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = Utf8Length(text);
    if (size == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
    } else {
      out.append(text.substr(0, size));
      text.remove_prefix(size);
    }
  }
  return out;
}

void AppendString(std::string_view text, std::string* out) {
  if (IsPlain(text)) {
    out->push_back('"');
    out->append(text);
    out->push_back('"');
    return;
  }
  const std::string utf8 = ToUtf8(text);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(utf8.data(), static_cast<rapidjson::SizeType>(utf8.size()));
  out->append(buffer.GetString(), buffer.GetSize());
}

}  // namespace

KunitJsonSink::KunitJsonSink(OutputFile file, ToolVersion version)
    : file_(std::move(file)), out_(file_.stream()), version_(version) {}

// Writes a piece of the group of `level` to where that group goes.
void KunitJsonSink::Out(std::size_t level, std::string_view text) {
  const std::size_t out = frames_[level].out;
  if (out == kFile) {
    out_.Append(text);
  } else {
    frames_[out].other.Append(text);
  }
}

void KunitJsonSink::Put(std::size_t level, Array array, std::string_view text) {
  Frame& frame = frames_[level];
  if (frame.first == array) {
    Out(level, text);
  } else {
    frame.other.Append(text);
  }
}

// The group of `level` has a child, which goes to `array`.
void KunitJsonSink::Begin(std::size_t level, Array array) {
  if (frames_[level].first != Array::kNone) return;
  if (level > 0) {
    Begin(level - 1, Array::kGroups);
    Element(level - 1, Array::kGroups, kComma);
  }
  frames_[level].first = array;
  frames_[level].out = level == 0                                   ? kFile
                       : frames_[level - 1].first == Array::kGroups ? frames_[level - 1].out
                                                                    : level - 1;
  Out(level, "{");
  Out(level, array == Array::kGroups ? kGroupsKey : kCasesKey);
}

// `text` begins with kComma, which the first element of an array goes without.
void KunitJsonSink::Element(std::size_t level, Array array, std::string_view text) {
  Frame& frame = frames_[level];
  bool& any = frame.first == array ? frame.first_any : frame.other_any;
  if (!std::exchange(any, true)) text.remove_prefix(kComma.size());
  if (!text.empty()) Put(level, array, text);
}

void KunitJsonSink::Case(std::size_t level, std::string_view name, Status status) {
  static constexpr char kName[] = ",\n{\"name\":\"";
  static constexpr char kStatus[] = "\",\"status\":\"";
  static_assert(std::string_view(kName).starts_with(kComma));
  const std::string_view word = StatusWord(status);
  const Frame& frame = frames_[level];
  const bool at_once = frame.first == Array::kCases;
  // Most cases are not the first of their array, and have a name that needs no care.
  if ((at_once ? frame.first_any : frame.other_any) && name.size() <= KtapParser::kMaxName &&
      IsPlain(name)) {
    if (at_once && frame.out == kFile) {
      out_.AppendAll(kName, name, kStatus, word, "\"}");
      return;
    }
    std::array<char, KtapParser::kMaxName + 64> piece;
    char* end = CopyShort(kName, piece.data());
    end = CopyShort(name, end);
    end = CopyShort(kStatus, end);
    end = CopyShort(word, end);
    end = CopyShort("\"}", end);
    Put(level, Array::kCases, {piece.data(), static_cast<std::size_t>(end - piece.data())});
    return;
  }
  text_.assign(kName, sizeof(kName) - 2);
  AppendString(name, &text_);
  text_.append(kStatus + 1).append(word).append("\"}");
  Begin(level, Array::kCases);
  Element(level, Array::kCases, text_);
}

void KunitJsonSink::Close(std::size_t level, std::string_view name, const Totals& totals) {
  Begin(level, Array::kGroups);
  Frame& frame = frames_[level];
  Out(level, "],\n");
  Out(level, frame.first == Array::kGroups ? kCasesKey : kGroupsKey);
  frame.other.Drain([this, level](std::string_view piece) { Out(level, piece); });
  text_.assign("],\n\"name\":");
  AppendString(name, &text_);
  if (version_ == ToolVersion::k7_3) {
    fmt::format_to(std::back_inserter(text_),
                   ",\"misc\":{{\"tests\":{},\"passed\":{},\"failed\":{},\"crashed\":{},"
                   "\"skipped\":{},\"errors\":{}}}",
                   totals.tests(), totals.passed, totals.failed, totals.crashed, totals.skipped,
                   totals.errors);
  }
  text_.append(kCommon);
  Out(level, text_);
}

void KunitJsonSink::OnGroup(const GroupEvent&) {
  if (done_) return;
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  frame.first = Array::kNone;
  frame.first_any = frame.other_any = false;
}

void KunitJsonSink::OnResult(const ResultEvent& event) {
  if (!done_) Case(depth_ - 1, event.name, event.status);
}

void KunitJsonSink::OnMissing(const MissingEvent& event) {
  if (done_) return;
  const std::uint64_t count = std::min(event.count, kMaxMissing);
  for (std::uint64_t i = 0; i < count; ++i) Case(depth_ - 1, {}, event.status);
}

void KunitJsonSink::OnGroupEnd(const GroupEndEvent& event) {
  if (done_ || event.document) return;
  const std::size_t level = --depth_;
  if (frames_[level].first == Array::kNone) {
    Case(level - 1, event.name, event.status);
  } else {
    Close(level, event.name, event.totals);
  }
}

void KunitJsonSink::CloseDocument(const Totals& totals) {
  done_ = true;
  Close(0, "KUnit Test Group", totals);
}

void KunitJsonSink::OnToolEnd(const ToolEndEvent& event) { CloseDocument(event.totals); }

std::string KunitJsonSink::OnVerdict(const Verdict& verdict) {
  if (!done_) CloseDocument(verdict.tool.totals);
  out_.Append("\n");
  out_.Flush();
  std::string error = file_.Commit();
  const bool lost = std::any_of(frames_.begin(), frames_.end(),
                                [](const Frame& frame) { return frame.other.failed(); });
  if (error.empty() && lost) error = "the JSON is not whole: cannot write a temporary file";
  return error;
}

}  // namespace gate
