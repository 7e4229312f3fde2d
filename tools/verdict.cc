// SPDX-License-Identifier: GPL-2.0-only
#include "verdict.h"

#include <fmt/format.h>
#include <rapidjson/filewritestream.h>
#include <rapidjson/prettywriter.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "file_io.h"
#include "json_fields.h"
#include "tool_version.h"

namespace gate {
namespace {

class JsonFile {
 public:
  explicit JsonFile(std::FILE* stream)
      : stream_(stream, buffer_, sizeof(buffer_)), writer_(stream_) {
    writer_.SetIndent(' ', 2);
  }
  rapidjson::PrettyWriter<rapidjson::FileWriteStream>& writer() { return writer_; }
  void Flush() { stream_.Flush(); }

 private:
  char buffer_[4096];
  rapidjson::FileWriteStream stream_;
  rapidjson::PrettyWriter<rapidjson::FileWriteStream> writer_;
};

}  // namespace

std::set<std::string> Blamed(const Verdict& verdict) {
  std::set<std::string> tests(verdict.failed.begin(), verdict.failed.end());
  for (const Reason& reason : verdict.reasons) tests.insert(reason.test);
  tests.insert(verdict.running);
  tests.erase("");
  return tests;
}

std::string WriteVerdict(const Verdict& verdict, const std::string& file) {
  auto output = OutputFile::Create(file);
  if (!output) return output.error();
  JsonFile document(output->stream());
  auto& writer = document.writer();
  JsonFields json(&writer);
  writer.StartObject();
  json.Number("exit_code", static_cast<std::uint64_t>(verdict.code));
  json.Text("verdict", ExitCodeName(verdict.code));
  json.Counts("totals", verdict.totals);
  writer.Key("kunit_tool");
  writer.StartObject();
  json.Text("version", ToolVersionName(verdict.tool.version));
  json.Flag("passed", verdict.tool.passed);
  json.Flag("hangs", verdict.tool.hangs);
  json.Flag("dies", verdict.tool.dies);
  json.Counts("totals", verdict.tool.totals);
  writer.EndObject();
  json.Number("splats", verdict.splats);
  json.Number("allowed_splats", verdict.allowed_splats);
  writer.Key("reasons");
  writer.StartArray();
  for (const Reason& reason : verdict.reasons) json.Value(reason);
  writer.EndArray();
  json.Number("omitted_reasons", verdict.omitted_reasons);
  json.Number("following_reasons", verdict.following_reasons);
  writer.Key("failed");
  writer.StartArray();
  for (const std::string& name : verdict.failed) json.Text(name);
  writer.EndArray();
  json.Number("omitted_failed", verdict.omitted_failed);
  json.Text("running", verdict.running);
  json.Text("log", verdict.log);
  json.Text("reproduce", verdict.reproduce);
  writer.EndObject();
  document.Flush();
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
  verdict.tool.version = tool.Text("version") == ToolVersionName(ToolVersion::k7_3)
                             ? ToolVersion::k7_3
                             : ToolVersion::k6_12;
  verdict.tool.passed = tool.Flag("passed");
  verdict.tool.hangs = tool.Flag("hangs");
  verdict.tool.dies = tool.Flag("dies");
  verdict.tool.totals = tool.Counts("totals");
  reader.Take(tool);
  verdict.splats = reader.Number("splats");
  verdict.allowed_splats = reader.Number("allowed_splats");
  verdict.reasons = reader.Reasons("reasons");
  verdict.omitted_reasons = reader.Number("omitted_reasons");
  verdict.following_reasons = reader.Number("following_reasons");
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
