// SPDX-License-Identifier: GPL-2.0-only
#include "verdict.h"

#include <fmt/format.h>
#include <rapidjson/filewritestream.h>
#include <rapidjson/prettywriter.h>

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "file_io.h"
#include "text.h"

namespace gate {
namespace {

class JsonWriter {
 public:
  explicit JsonWriter(std::FILE* stream)
      : stream_(stream, buffer_, sizeof(buffer_)), writer_(stream_) {
    writer_.SetIndent(' ', 2);
  }

  void Text(const char* key, const std::string& value) {
    writer_.Key(key);
    Text(value);
  }
  // Printable() makes it UTF-8; a file name need not be.
  void Text(const std::string& value) {
    const std::string text = Printable(value);
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void Number(const char* key, std::uint64_t value) {
    writer_.Key(key);
    writer_.Uint64(value);
  }
  void Flag(const char* key, bool value) {
    writer_.Key(key);
    writer_.Bool(value);
  }
  void Counts(const char* key, const Totals& totals) {
    writer_.Key(key);
    writer_.StartObject();
    Number("tests", totals.tests());
    Number("passed", totals.passed);
    Number("failed", totals.failed);
    Number("crashed", totals.crashed);
    Number("skipped", totals.skipped);
    Number("errors", totals.errors);
    writer_.EndObject();
  }
  rapidjson::PrettyWriter<rapidjson::FileWriteStream>& raw() { return writer_; }
  void Flush() { stream_.Flush(); }

 private:
  char buffer_[4096];
  rapidjson::FileWriteStream stream_;
  rapidjson::PrettyWriter<rapidjson::FileWriteStream> writer_;
};

void WriteReason(const Reason& reason, JsonWriter* json) {
  json->raw().StartObject();
  json->Text("kind", reason.kind);
  json->Number("code", static_cast<std::uint64_t>(reason.code));
  json->Text("test", reason.test);
  json->Text("file", reason.file);
  json->Number("line", reason.line);
  json->Text("message", reason.message);
  json->Number("log_line", reason.log_line);
  json->raw().EndObject();
}

// Takes values out of a parsed document; the first that is missing or of another type is kept.
class JsonReader {
 public:
  explicit JsonReader(const nlohmann::json& object) : object_(object) {}

  std::string Text(const char* key) {
    const nlohmann::json* value = Find(key);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    return Wrong(key, std::string());
  }
  std::uint64_t Number(const char* key) {
    const nlohmann::json* value = Find(key);
    if (value != nullptr && value->is_number_unsigned()) return value->get<std::uint64_t>();
    return Wrong(key, std::uint64_t{0});
  }
  bool Flag(const char* key) {
    const nlohmann::json* value = Find(key);
    if (value != nullptr && value->is_boolean()) return value->get<bool>();
    return Wrong(key, false);
  }
  ExitCode Code(const char* key) {
    const std::uint64_t number = Number(key);
    if (number <= static_cast<std::uint64_t>(ExitCode::kInfrastructure)) {
      return static_cast<ExitCode>(number);
    }
    return Wrong(key, ExitCode::kInfrastructure);
  }
  const nlohmann::json& Object(const char* key) {
    return Child(key, nlohmann::json::value_t::object);
  }
  const nlohmann::json& Array(const char* key) {
    return Child(key, nlohmann::json::value_t::array);
  }
  Totals Counts(const char* key) {
    JsonReader reader(Object(key));
    Totals totals;
    totals.passed = reader.Number("passed");
    totals.failed = reader.Number("failed");
    totals.crashed = reader.Number("crashed");
    totals.skipped = reader.Number("skipped");
    totals.errors = reader.Number("errors");
    Take(reader);
    return totals;
  }

  void Take(const JsonReader& other) {
    if (wrong_.empty()) wrong_ = other.wrong_;
  }
  const std::string& wrong() const { return wrong_; }

 private:
  const nlohmann::json* Find(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto place = object_.find(key);
    return place == object_.end() ? nullptr : &*place;
  }
  template <typename T>
  T Wrong(const char* key, T value) {
    if (wrong_.empty()) wrong_ = key;
    return value;
  }
  const nlohmann::json& Child(const char* key, nlohmann::json::value_t type) {
    static const nlohmann::json kNone;
    const nlohmann::json* value = Find(key);
    if (value != nullptr && value->type() == type) return *value;
    return Wrong(key, std::cref(kNone)).get();
  }

  const nlohmann::json& object_;
  std::string wrong_;
};

}  // namespace

std::string WriteVerdict(const Verdict& verdict, const std::string& file) {
  auto output = OutputFile::Create(file);
  if (!output) return output.error();
  JsonWriter json(output->stream());
  json.raw().StartObject();
  json.Number("exit_code", static_cast<std::uint64_t>(verdict.code));
  json.Text("verdict", ExitCodeName(verdict.code));
  json.Counts("totals", verdict.totals);
  json.raw().Key("kunit_tool");
  json.raw().StartObject();
  json.Flag("passed", verdict.tool.passed);
  json.Flag("hangs", verdict.tool.hangs);
  json.Counts("totals", verdict.tool.totals);
  json.raw().EndObject();
  json.Number("splats", verdict.splats);
  json.Number("allowed_splats", verdict.allowed_splats);
  json.raw().Key("reasons");
  json.raw().StartArray();
  for (const Reason& reason : verdict.reasons) WriteReason(reason, &json);
  json.raw().EndArray();
  json.Number("omitted_reasons", verdict.omitted_reasons);
  json.raw().Key("failed");
  json.raw().StartArray();
  for (const std::string& name : verdict.failed) json.Text(name);
  json.raw().EndArray();
  json.Number("omitted_failed", verdict.omitted_failed);
  json.Text("running", verdict.running);
  json.Text("log", verdict.log);
  json.Text("reproduce", verdict.reproduce);
  json.raw().EndObject();
  json.Flush();
  std::fputc('\n', output->stream());
  return output->Commit();
}

Result<Verdict> ReadVerdict(const std::string& file) {
  const auto text = ReadFile(file);
  if (!text) return Error{text.error()};
  const nlohmann::json document = nlohmann::json::parse(*text, nullptr, false);
  if (document.is_discarded()) return Error{fmt::format("{}: is no JSON", file)};

  JsonReader reader(document);
  Verdict verdict;
  verdict.code = reader.Code("exit_code");
  verdict.totals = reader.Counts("totals");
  JsonReader tool(reader.Object("kunit_tool"));
  verdict.tool.passed = tool.Flag("passed");
  verdict.tool.hangs = tool.Flag("hangs");
  verdict.tool.totals = tool.Counts("totals");
  reader.Take(tool);
  verdict.splats = reader.Number("splats");
  verdict.allowed_splats = reader.Number("allowed_splats");
  for (const nlohmann::json& item : reader.Array("reasons")) {
    JsonReader inner(item);
    Reason reason;
    reason.kind = inner.Text("kind");
    reason.code = inner.Code("code");
    reason.test = inner.Text("test");
    reason.file = inner.Text("file");
    reason.line = inner.Number("line");
    reason.message = inner.Text("message");
    reason.log_line = inner.Number("log_line");
    reader.Take(inner);
    verdict.reasons.push_back(std::move(reason));
  }
  verdict.omitted_reasons = reader.Number("omitted_reasons");
  for (const nlohmann::json& item : reader.Array("failed")) {
    if (item.is_string()) verdict.failed.push_back(item.get<std::string>());
  }
  verdict.omitted_failed = reader.Number("omitted_failed");
  verdict.running = reader.Text("running");
  verdict.log = reader.Text("log");
  verdict.reproduce = reader.Text("reproduce");
  if (!reader.wrong().empty()) {
    return Error{fmt::format("{}: \"{}\" is missing or malformed; run again to write it afresh",
                             file, reader.wrong())};
  }
  return verdict;
}

}  // namespace gate
