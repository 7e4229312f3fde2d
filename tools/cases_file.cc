// SPDX-License-Identifier: GPL-2.0-only
#include "cases_file.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "json_fields.h"
#include "manifest.h"
#include "text.h"

namespace gate {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// How each line of a record of `test` begins, and no other.
std::string LineHead(std::string_view test) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  JsonFields(&writer).Text("test", std::string(test));
  return std::string(buffer.GetString(), buffer.GetSize());
}

ExitCode CodeOf(const CaseRecord& record) {
  ExitCode code = ExitCode::kPassed;
  for (const Reason& reason : record.reasons) code = MoreSevere(code, reason.code);
  if (code != ExitCode::kPassed || !record.outcome) return code;
  switch (*record.outcome) {
    case Status::kPassed:
      return ExitCode::kPassed;
    case Status::kSkipped:
    case Status::kNoTests:
      return ExitCode::kNoTests;
    case Status::kCrashed:
      return ExitCode::kIncomplete;
    case Status::kFailed:
      return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

}  // namespace

CasesSink::CasesSink(OutputFile file, std::string filter)
    : file_(std::move(file)), filter_(std::move(filter)) {}

void CasesSink::OnCase(const CaseRecord& record) {
  Put(file_.stream(), ToJson(record));
  Put(file_.stream(), "\n");
}

std::string CasesSink::OnVerdict(const Verdict& verdict) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  JsonFields json(&writer);
  writer.StartObject();
  json.Text("verdict", ExitCodeName(verdict.code));
  json.Number("exit_code", static_cast<std::uint64_t>(verdict.code));
  json.Text("filter", filter_);
  json.Text("log", verdict.log);
  json.Text("reproduce", verdict.reproduce);
  writer.EndObject();
  Put(file_.stream(), std::string_view(buffer.GetString(), buffer.GetSize()));
  Put(file_.stream(), "\n");
  return file_.Commit();
}

Result<CaseFate> ReadCaseFate(const std::string& file, std::string_view test) {
  const auto text = ReadFile(file);
  if (!text) return Error{text.error()};
  const std::string head = LineHead(test);
  CaseFate fate;
  fate.code = ExitCode::kPassed;
  std::string_view last;
  std::uint64_t number = 0;
  bool ran = false;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    last = line;
    if (!line.starts_with(head)) continue;
    auto record = CaseRecordFromJson(line);
    if (!record) return Error{fmt::format("{}:{}: error: {}", file, number, record.error())};
    ran = ran || record->outcome;
    // A pass does not make up for what else is said; a skip is no pass.
    fate.code = MoreSevere(fate.code, CodeOf(*record));
    fate.records.push_back(std::move(*record));
  }
  const nlohmann::json summary = nlohmann::json::parse(last, nullptr, false);
  JsonReader reader(summary);
  const ExitCode verdict = reader.Code("exit_code");
  const std::string filter = reader.Text("filter");
  fate.log = reader.Text("log");
  fate.reproduce = reader.Text("reproduce");
  if (!reader.wrong().empty()) {
    return Error{fmt::format("{}: error: has no verdict in its last line; run again", file)};
  }
  if (verdict == ExitCode::kInfrastructure) {
    fate.code = verdict;
    fate.why = "nothing is known: the run failed for want of a tool or a file";
  } else if (!FilterTakes(filter, test)) {
    if (fate.code == ExitCode::kPassed) fate.code = ExitCode::kNoTests;
    if (!ran) fate.why = fmt::format("not run: outside the filter \"{}\"", Printable(filter));
  } else if (!ran && fate.code == ExitCode::kPassed) {
    fate.code = verdict == ExitCode::kIncomplete || verdict == ExitCode::kSplat
                    ? ExitCode::kIncomplete
                    : ExitCode::kFailed;
    fate.why = "did not run; the verdict is \"" + std::string(ExitCodeName(verdict)) + "\"";
  }
  return fate;
}

}  // namespace gate
