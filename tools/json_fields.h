// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_JSON_FIELDS_H_
#define TOOLS_JSON_FIELDS_H_

#include <rapidjson/rapidjson.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exit_codes.h"
#include "ktap_events.h"
#include "reason.h"
#include "text.h"

namespace gate {

/// Puts our types into a RapidJSON writer. The output is valid for any bytes.
template <typename Writer>
class JsonFields {
 public:
  explicit JsonFields(Writer* writer) : writer_(*writer) {}

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
  void Value(const Reason& reason) {
    writer_.StartObject();
    Text("kind", reason.kind);
    Number("code", static_cast<std::uint64_t>(reason.code));
    Text("test", reason.test);
    Text("file", reason.file);
    Number("line", reason.line);
    Text("message", reason.message);
    writer_.Key("frames");
    writer_.StartArray();
    for (const std::string& frame : reason.frames) Text(frame);
    writer_.EndArray();
    Number("log_line", reason.log_line);
    writer_.EndObject();
  }

 private:
  Writer& writer_;
};

/// Takes values out of a parsed document; the first key that is missing or whose value is of
/// another type is kept.
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
  /// A number, or none where null stands.
  std::optional<double> OptionalSeconds(const char* key) {
    const nlohmann::json* value = Find(key);
    if (value != nullptr && value->is_number()) return value->get<double>();
    if (value != nullptr && value->is_null()) return std::nullopt;
    return Wrong(key, std::optional<double>());
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
  std::vector<Reason> Reasons(const char* key) {
    std::vector<Reason> reasons;
    for (const nlohmann::json& item : Array(key)) {
      JsonReader inner(item);
      Reason reason;
      reason.kind = inner.Text("kind");
      reason.code = inner.Code("code");
      reason.test = inner.Text("test");
      reason.file = inner.Text("file");
      reason.line = inner.Number("line");
      reason.message = inner.Text("message");
      for (const nlohmann::json& frame : inner.Array("frames")) {
        if (frame.is_string()) reason.frames.push_back(frame.get<std::string>());
      }
      reason.log_line = inner.Number("log_line");
      Take(inner);
      reasons.push_back(std::move(reason));
    }
    return reasons;
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

}  // namespace gate

#endif  // TOOLS_JSON_FIELDS_H_
