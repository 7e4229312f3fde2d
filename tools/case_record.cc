// SPDX-License-Identifier: GPL-2.0-only
#include "case_record.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "json_fields.h"

namespace gate {
namespace {

constexpr char kNoOutcome[] = "-";

}  // namespace

const char* StatusName(Status status) {
  switch (status) {
    case Status::kPassed:
      return "passed";
    case Status::kFailed:
      return "failed";
    case Status::kSkipped:
      return "skipped";
    case Status::kCrashed:
      return "crashed";
    case Status::kNoTests:
      return "empty";
  }
  return "crashed";
}

std::string ToJson(const CaseRecord& record) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  JsonFields json(&writer);
  writer.StartObject();
  json.Text("test", record.test);
  json.Text("outcome", record.outcome ? StatusName(*record.outcome) : kNoOutcome);
  json.Text("skip_reason", record.skip_reason);
  writer.Key("seconds");
  if (record.seconds) {
    writer.Double(*record.seconds);
  } else {
    writer.Null();
  }
  json.Number("tests", record.tests);
  json.Number("log_line", record.log_line);
  writer.Key("reasons");
  writer.StartArray();
  for (const Reason& reason : record.reasons) json.Value(reason);
  writer.EndArray();
  writer.Key("slice");
  writer.StartArray();
  for (const std::string& line : record.slice) json.Text(line);
  writer.EndArray();
  json.Number("omitted_after", record.omitted_after);
  json.Number("omitted", record.omitted);
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

Result<CaseRecord> CaseRecordFromJson(std::string_view line) {
  const nlohmann::json document = nlohmann::json::parse(line, nullptr, false);
  if (document.is_discarded()) return Error{"no JSON"};
  JsonReader reader(document);
  CaseRecord record;
  record.test = reader.Text("test");
  const std::string outcome = reader.Text("outcome");
  for (const Status status :
       {Status::kPassed, Status::kFailed, Status::kSkipped, Status::kCrashed, Status::kNoTests}) {
    if (outcome == StatusName(status)) record.outcome = status;
  }
  record.skip_reason = reader.Text("skip_reason");
  record.seconds = reader.OptionalSeconds("seconds");
  record.tests = reader.Number("tests");
  record.log_line = reader.Number("log_line");
  record.reasons = reader.Reasons("reasons");
  for (const nlohmann::json& item : reader.Array("slice")) {
    if (item.is_string()) record.slice.push_back(item.get<std::string>());
  }
  record.omitted_after = reader.Number("omitted_after");
  record.omitted = reader.Number("omitted");
  if (!reader.wrong().empty()) {
    return Error{fmt::format("\"{}\" is missing or malformed", reader.wrong())};
  }
  if (!record.outcome && outcome != kNoOutcome) return Error{"\"outcome\" is malformed"};
  return record;
}

}  // namespace gate
