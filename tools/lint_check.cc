// SPDX-License-Identifier: GPL-2.0-only
#include "lint_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "git.h"
#include "kernel_tree.h"
#include "process.h"
#include "progress.h"
#include "series_tree.h"

namespace {

namespace fs = std::filesystem;
using files::Done;
using gate::Error;
using gate::Result;
using Messages = std::vector<CompilerMessage>;

/// The two trees, as notes and progress name them.
constexpr char kAfter[] = "after";
constexpr char kBefore[] = "before";

bool IsFile(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error);
}

/// The names in `touched` with a hash of what `tree` has under each.
Result<std::map<std::string, std::string>> HashFiles(const git::Repository& tree,
                                                     const std::set<std::string>& touched) {
  std::map<std::string, std::string> hashes;
  std::vector<std::string> there;
  std::string input;
  for (const auto& file : touched) {
    hashes[file] = LintTree::kGone;
    if (!IsFile(tree.folder() / file) || file.find('\n') != std::string::npos) continue;
    there.push_back(file);
    input += file + "\n";
  }
  const auto answer = tree.Ask({"hash-object", "--no-filters", "--stdin-paths"}, std::move(input));
  if (!answer.ok()) return Error{answer.error()};
  const auto lines = git::SplitLines(*answer);
  if (lines.size() != there.size()) {
    return Error{fmt::format("{}: error: git hash-object tells of {} files, and not of {}",
                             tree.folder().string(), lines.size(), there.size())};
  }
  for (std::size_t at = 0; at < there.size(); ++at) hashes[there[at]] = lines[at];
  return hashes;
}

std::set<std::string> Names(const LintTree& tree) {
  std::set<std::string> names;
  for (const auto& [file, hash] : tree.touched) names.insert(file);
  return names;
}

}  // namespace

LintCheck::LintCheck(Settings settings)
    : settings_(std::move(settings)), tool_(MakeLintTool(settings_.check)) {}

fs::path LintCheck::Folder() const { return settings_.build / "lint" / settings_.check; }

Result<LintTree> LintCheck::Touched() const {
  LintTree touched;
  touched.folder = settings_.build / "linux";
  const auto base = files::Read(kernel_tree::NotesFolder(touched.folder) / "base");
  if (!base.ok()) return Error{base.error() + "; build the target series-apply"};
  touched.base = base->substr(0, base->find('\n'));
  const git::Repository tree(touched.folder);
  const auto changed = tree.Ask({"diff", "-z", "--name-only", "--no-renames", touched.base});
  if (!changed.ok()) return Error{changed.error()};
  const auto added = tree.Ask({"ls-files", "-z", "--others", "--exclude-standard"});
  if (!added.ok()) return Error{added.error()};
  std::set<std::string> names;
  for (auto& file : git::SplitNul(*changed + *added)) names.insert(std::move(file));
  // The suite goes out with the series.
  for (auto& file : series_tree::SuiteFilesInTree(settings_.project / "kunit")) {
    names.insert(std::move(file));
  }
  auto hashes = HashFiles(tree, names);
  if (!hashes.ok()) return Error{hashes.error()};
  touched.touched = std::move(*hashes);
  return touched;
}

Result<LintTree> LintCheck::TouchedInBase(const LintTree& after) const {
  LintTree before;
  before.folder = settings_.build / "linux-base";
  before.base = after.base;
  const auto made = kernel_tree::ImportBase(after.folder, before.folder);
  if (!made.ok()) return Error{made.error()};
  auto hashes = HashFiles(git::Repository(before.folder), Names(after));
  if (!hashes.ok()) return Error{hashes.error()};
  before.touched = std::move(*hashes);
  return before;
}

Result<std::string> LintCheck::Missing() const {
  const auto tree = Touched();
  if (!tree.ok()) return Error{tree.error()};
  return tool_->Missing(*tree);
}

fs::path LintCheck::Note(const char* side, const LintPart& part) const {
  // A folder and a file of one name are never parts of one check.
  return Folder() / side / "notes" / (part.name + ".json");
}

std::optional<Messages> LintCheck::Known(const char* side, const LintPart& part) const {
  const auto note = nlohmann::json::parse(files::ReadOrEmpty(Note(side, part)), nullptr,
                                          /*allow_exceptions=*/false);
  if (!note.is_object() || note.value("inputs", "") != part.inputs) return std::nullopt;
  const auto list = note.find("messages");
  if (list == note.end() || !list->is_array()) return std::nullopt;
  Messages messages;
  for (const auto& entry : *list) {
    messages.push_back({entry.value("file", ""), entry.value("line", std::size_t{0}),
                        entry.value("error", false), entry.value("text", "")});
  }
  return messages;
}

Result<Done> LintCheck::Keep(const char* side, const LintPart& part,
                             const Messages& messages) const {
  auto list = nlohmann::json::array();
  for (const auto& message : messages) {
    list.push_back({{"file", message.file},
                    {"line", message.line},
                    {"error", message.error},
                    {"text", message.text}});
  }
  const nlohmann::json note = {{"inputs", part.inputs}, {"messages", std::move(list)}};
  // A tool quotes what it reads, whatever that is encoded in.
  return files::Write(
      Note(side, part),
      note.dump(1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace) + "\n");
}

Result<Messages> LintCheck::Call(const char* side, const LintTree& tree,
                                 const LintPart& part) const {
  if (!part.scratch.empty()) {
    const auto removed = files::Remove(part.scratch);
    if (!removed.ok()) return Error{removed.error()};
    std::error_code error;
    fs::create_directories(part.scratch, error);
  }
  const auto output = process::Run(part.command);
  if (!output.ok()) return Error{output.error()};
  auto messages = tool_->Read(tree, part, *output);
  if (!messages.ok()) return messages;
  // A tree that was edited meanwhile was not looked at as it is now.
  const auto still = HashFiles(git::Repository(tree.folder), Names(tree));
  if (!still.ok()) return Error{still.error()};
  if (*still != tree.touched) return messages;
  const auto kept = Keep(side, part, *messages);
  if (!kept.ok()) return Error{kept.error()};
  return messages;
}

Result<LintCheck::Answers> LintCheck::Look(const char* side, const LintTree& tree,
                                           const std::vector<LintPart>& parts) const {
  Answers answers;
  answers.messages.resize(parts.size());
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    answers.names.push_back(parts[at].name);
    if (auto known = Known(side, parts[at])) {
      answers.messages[at] = std::move(*known);
    } else {
      open.push_back(at);
    }
  }
  answers.kept = open.empty();

  std::mutex mutex;  // Of all that follows.
  std::size_t next = 0;
  std::size_t running = 0;
  std::string fault;
  std::string name;
  const auto work = [&] {
    std::unique_lock lock(mutex);
    while (fault.empty() && next < open.size()) {
      const std::size_t at = open[next++];
      name = parts[at].name;
      lock.unlock();
      auto messages = Call(side, tree, parts[at]);
      lock.lock();
      if (messages.ok()) {
        answers.messages[at] = std::move(*messages);
      } else if (fault.empty()) {
        fault = messages.error();
      }
    }
    --running;
  };
  std::vector<std::thread> threads;
  const auto jobs = std::min(open.size(), static_cast<std::size_t>(std::max(1, settings_.jobs)));
  running = jobs;
  for (std::size_t job = 0; job < jobs; ++job) threads.emplace_back(work);
  Progress progress(stderr);
  for (std::unique_lock lock(mutex); running > 0; lock.lock()) {
    const std::string text =
        fmt::format("[{} {}] {}/{} {}", settings_.check, side, next, open.size(), name);
    lock.unlock();
    progress.Show(text);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (auto& thread : threads) thread.join();
  progress.Clear();
  if (!fault.empty()) return Error{fault};
  return answers;
}

Result<LintCheck::Outcome> LintCheck::Run() {
  const auto tree = Touched();
  if (!tree.ok()) return Error{tree.error()};
  const auto parts = tool_->Parts(*tree, Folder() / kAfter / "made");
  if (!parts.ok()) return Error{parts.error()};
  const auto after = Look(kAfter, *tree, *parts);
  if (!after.ok()) return Error{after.error()};
  Outcome outcome;
  outcome.looked_at = parts->size();
  outcome.kept = after->kept && !parts->empty();
  std::set<std::string> suspects;
  Messages said;
  for (std::size_t at = 0; at < after->names.size(); ++at) {
    const auto& messages = after->messages[at];
    if (!messages.empty()) suspects.insert(after->names[at]);
    said.insert(said.end(), messages.begin(), messages.end());
  }
  Messages known;
  if (!suspects.empty()) {
    const auto base = TouchedInBase(*tree);
    if (!base.ok()) return Error{base.error()};
    auto old_parts = tool_->Parts(*base, Folder() / kBefore / "made");
    if (!old_parts.ok()) return Error{old_parts.error()};
    std::erase_if(*old_parts, [&](const LintPart& part) { return !suspects.contains(part.name); });
    const auto before = Look(kBefore, *base, *old_parts);
    if (!before.ok()) return Error{before.error()};
    outcome.kept = outcome.kept && before->kept;
    for (const auto& messages : before->messages) {
      known.insert(known.end(), messages.begin(), messages.end());
    }
  }
  auto divided = CompilerMessages::Divide(known, said);
  for (auto& message : divided.fresh) {
    const auto out_of_sight = tool_->OutOfSight(*tree, message);
    if (!out_of_sight.ok()) return Error{out_of_sight.error()};
    if (!*out_of_sight) outcome.fresh.push_back(std::move(message));
  }
  outcome.known = divided.known.size();
  return outcome;
}
