// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer's target: the gate on any bytes. Beside what the sanitizers see, it checks what the
// gate promises of hostile logs: no control byte on the terminal, outputs that a full parser reads,
// and a verdict that does not depend on the pieces in which the log comes.
#include <tinyxml2.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cases_file.h"
#include "file_io.h"
#include "gate.h"

namespace {

// In the fuzzer's log this line stands above the input that broke the promise.
void Require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "gate_fuzz: broken promise: %s\n", promise);
  std::abort();
}

gate::Verdict Judge(std::string_view log, gate::Options options, std::size_t piece,
                    std::string* output) {
  char* text = nullptr;
  std::size_t size = 0;
  options.out = open_memstream(&text, &size);
  options.color = gate::ColorMode::kNever;
  options.log_name = "log";
  options.github = true;
  options.reproduce = "run {}";
  auto gate = gate::Gate::Create(options);
  Require(gate.ok(), "the outputs can be opened");
  for (std::size_t at = 0; at < log.size(); at += piece) gate->Feed(log.substr(at, piece));
  gate::Verdict verdict = gate->Finish(gate::EndOfInput::kEof);
  std::fclose(options.out);
  output->assign(text, size);
  std::free(text);
  return verdict;
}

bool IsPlain(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) return false;
  }
  return true;
}

std::string Take(const std::string& file) {
  const auto text = gate::ReadFile(file);
  Require(text.ok(), "each output is there");
  return *text;
}

bool IsXml(const std::string& text) {
  tinyxml2::XMLDocument document;
  return document.Parse(text.data(), text.size()) == tinyxml2::XML_SUCCESS;
}

void CheckOutputs(std::string_view log) {
  static const std::string folder = [] {
    std::string form = (std::filesystem::temp_directory_path() / "gate_fuzz.XXXXXX").string();
    Require(mkdtemp(form.data()) != nullptr, "there is a temporary folder");
    return form;
  }();
  gate::Options options;
  options.verdict_file = folder + "/verdict";
  options.junit_file = folder + "/junit";
  options.html_file = folder + "/html";
  options.ktap_file = folder + "/ktap";
  options.cases_file = folder + "/cases";
  std::string output;
  const gate::Verdict verdict = Judge(log, options, log.size() + 1, &output);
  const auto read = gate::ReadVerdict(options.verdict_file);
  Require(read.ok() && read->code == verdict.code, "verdict.json is JSON and agrees");
  // tinyxml2 refuses elements that are nested deeper than 500, and ours are not.
  Require(IsXml(Take(options.junit_file)), "JUnit is XML");
  Require(IsXml(Take(options.html_file)), "the HTML page is well formed");
  Require(IsPlain(Take(options.ktap_file)), "the KTAP holds no control byte");
  const std::string cases = Take(options.cases_file);
  for (std::size_t at = 0; at < cases.size();) {
    const std::size_t end = cases.find('\n', at);
    Require(nlohmann::json::accept(cases.substr(at, end - at)), "each record is JSON");
    at = end + 1;
  }
  Require(gate::ReadCaseFate(options.cases_file, "s.a").ok(), "kunit-case reads the records");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  std::string whole;
  const gate::Verdict verdict = Judge(log, {}, size + 1, &whole);
  Require(IsPlain(whole), "no control byte reaches the terminal");
  // Not by the bytes of the log, or the fuzzer would keep those that choose the dear checks. The
  // first run has them all, so that one input alone shows again what it has found.
  static std::size_t run = 0;
  const std::size_t number = run++;
  if (number % 4 == 0) {
    std::string pieces;
    const gate::Verdict same = Judge(log, {}, 1 + size % 7, &pieces);
    Require(whole == pieces && same.code == verdict.code, "pieces do not matter");
  }
  if (number % 256 == 0) CheckOutputs(log);
  return 0;
}
