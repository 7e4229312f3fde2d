// SPDX-License-Identifier: GPL-2.0-only
#include "lint_tool.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "files.h"
#include "git.h"

namespace {

namespace fs = std::filesystem;
using gate::Error;
using gate::Result;
using Messages = std::vector<CompilerMessage>;

bool IsCSource(std::string_view file) { return file.ends_with(".c"); }
bool IsHeader(std::string_view file) { return file.ends_with(".h"); }

/// `path` from the top of the tree, where it is in there.
std::string InTree(std::string_view path, const std::string& tree) {
  if (path.starts_with(tree + "/")) path.remove_prefix(tree.size() + 1);
  while (path.starts_with("./")) path.remove_prefix(2);
  return std::string(path);
}

bool TakePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

/// The number at the front of `text`, which is cut off.
std::optional<std::size_t> TakeNumber(std::string_view* text) {
  std::size_t number = 0;
  const auto [rest, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (fault != std::errc()) return std::nullopt;
  text->remove_prefix(static_cast<std::size_t>(rest - text->data()));
  return number;
}

/// "file:line" at the front of `text`, which is cut off.
std::optional<CompilerMessage> TakePlace(std::string_view* text, const std::string& tree) {
  std::string_view rest = *text;
  const auto colon = rest.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  if (rest.substr(0, colon).find(' ') != std::string_view::npos) return std::nullopt;
  CompilerMessage message;
  message.file = InTree(rest.substr(0, colon), tree);
  rest.remove_prefix(colon + 1);
  const auto line = TakeNumber(&rest);
  if (!line) return std::nullopt;
  message.line = *line;
  *text = rest;
  return message;
}

/// The form of kernel-doc in Python: "Warning: file:line text".
std::optional<CompilerMessage> TakeNewKernelDoc(std::string_view line, const std::string& tree) {
  bool error = false;
  if (!TakePrefix(&line, "Warning: ") && !TakePrefix(&line, "WARNING: ")) {
    if (!TakePrefix(&line, "Error: ") && !TakePrefix(&line, "ERROR: ")) return std::nullopt;
    error = true;
  }
  auto message = TakePlace(&line, tree);
  if (!message) return std::nullopt;
  static_cast<void>(TakePrefix(&line, ":"));
  if (!TakePrefix(&line, " ")) return std::nullopt;
  message->error = error;
  message->text = line;
  return message;
}

/// A message that is printed twice is one: kernel-doc reads some comments more than once.
Messages Once(Messages messages) {
  std::set<std::tuple<std::string, std::size_t, std::string>> seen;
  std::erase_if(messages, [&](const CompilerMessage& message) {
    return !seen.insert({message.file, message.line, message.text}).second;
  });
  return messages;
}

/// Where a message begins in a line of Sphinx, and whether it is an error.
struct Mark {
  std::size_t at = std::string_view::npos;
  std::size_t size = 0;
  bool error = false;
};

Mark FindMark(std::string_view line) {
  constexpr std::pair<std::string_view, bool> kMarks[] = {
      {": WARNING: ", false}, {": warning: ", false}, {": ERROR: ", true},
      {": error: ", true},    {": SEVERE: ", true},   {": CRITICAL: ", true}};
  Mark first;
  for (const auto& [mark, error] : kMarks) {
    const auto at = line.find(mark);
    if (at < first.at) first = {at, mark.size(), error};
  }
  return first;
}

/// The first line of what a failed call printed that tells of an error, else the last one.
std::string Complaint(const process::Output& output) {
  std::string last;
  for (const auto& line : git::SplitLines(output.err + "\n" + output.out)) {
    if (line.find("rror") != std::string::npos) return line;
    if (!line.empty()) last = line;
  }
  return last;
}

Error NotDone(const LintTree& tree, const LintPart& part, const process::Output& output) {
  return Error{fmt::format("{}: error: {} exits with {}: {}", (tree.folder / part.name).string(),
                           part.command.argv.front(), output.code, Complaint(output))};
}

Result<std::string> Version(const std::string& program) {
  process::Command command;
  command.argv = {program, "--version"};
  auto run = process::Run(command);
  if (!run.ok()) return Error{run.error()};
  return run->out + run->err;
}

/// Names and hashes of the touched files that `wanted` takes, each a line.
template <typename Wanted>
std::string Hashes(const LintTree& tree, const Wanted& wanted) {
  std::string text;
  for (const auto& [file, hash] : tree.touched) {
    if (wanted(file)) text += hash + " " + file + "\n";
  }
  return text;
}

/// The tools of the tree itself, which a series may change as well.
bool IsToolOfTree(const std::string& file) {
  return file.starts_with("scripts/") || file.starts_with("tools/");
}

class KernelDoc : public LintTool {
 public:
  std::string Missing(const LintTree& tree) const override {
    const std::string script = Script(tree);
    if (script.empty()) return tree.folder.string() + " has no scripts/kernel-doc";
    const std::string interpreter = Interpreter(script);
    return process::Missing(interpreter, interpreter);
  }

  Result<std::vector<LintPart>> Parts(const LintTree& tree, const fs::path&) const override {
    const std::string script = Script(tree);
    const auto version = Version(Interpreter(script));
    if (!version.ok()) return Error{version.error()};
    const std::string common = tree.base + "\n" + *version + Hashes(tree, IsToolOfTree);
    std::vector<LintPart> parts;
    for (const auto& [file, hash] : tree.touched) {
      if (!tree.Has(file) || (!IsCSource(file) && !IsHeader(file))) continue;
      LintPart part;
      part.name = file;
      part.command.argv = {script, "-none", "-Wall", file};
      part.command.folder = tree.folder.string();
      // Nothing is written into the tree, and a warning is no failure.
      part.command.environment = {{"PYTHONDONTWRITEBYTECODE", "1"}, {"KDOC_WERROR", ""}};
      part.inputs = common + hash + " " + file;
      parts.push_back(std::move(part));
    }
    return parts;
  }

  Result<Messages> Read(const LintTree& tree, const LintPart& part,
                        const process::Output& output) const override {
    // It exits with 0 where it can't open a file, too.
    const bool unread = output.err.starts_with("Error: Cannot ") ||
                        output.err.find("\nError: Cannot ") != std::string::npos;
    if (!output.ok() || unread) return NotDone(tree, part, output);
    return ParseKernelDoc(output.err + "\n" + output.out, tree.folder.string());
  }

 private:
  static std::string Script(const LintTree& tree) {
    for (const char* name : {"scripts/kernel-doc", "tools/docs/kernel-doc"}) {
      std::error_code error;
      if (fs::exists(tree.folder / name, error)) return (tree.folder / name).string();
    }
    return "";
  }

  static std::string Interpreter(const std::string& script) {
    const std::string text = files::ReadOrEmpty(script);
    const auto line = text.substr(0, text.find('\n'));
    return line.find("python") == std::string::npos ? "perl" : "python3";
  }
};

class Documentation : public LintTool {
 public:
  std::string Missing(const LintTree&) const override {
    for (const auto& [program, package] :
         {std::pair{"sphinx-build", "python3-sphinx"}, {"make", "make"}}) {
      const std::string missing = process::Missing(program, package);
      if (!missing.empty()) return missing;
    }
    return "";
  }

  Result<std::vector<LintPart>> Parts(const LintTree& tree,
                                      const fs::path& scratch) const override {
    const auto version = Version("sphinx-build");
    if (!version.ok()) return Error{version.error()};
    const auto including = Including(tree);
    if (!including.ok()) return Error{including.error()};
    const std::string inputs =
        tree.base + "\n" + *version + Hashes(tree, [&](const std::string& file) {
          return file.starts_with("Documentation/") || file.starts_with("include/") ||
                 IsToolOfTree(file) || including->contains(file);
        });
    std::set<std::string> folders;
    for (const auto& [file, hash] : tree.touched) {
      if (file.starts_with("Documentation/")) folders.insert(FolderOf(tree, file));
    }
    for (const auto& [source, documents] : *including) {
      for (const auto& document : documents) folders.insert(FolderOf(tree, document));
    }
    std::vector<LintPart> parts;
    for (const auto& folder : folders) {
      if (IsBelowAnother(folder, folders)) continue;
      LintPart part;
      part.name = folder;
      part.scratch = scratch / (folder == kTop ? "all" : folder.substr(sizeof(kTop)));
      part.command.argv = {"make", "O=" + part.scratch.string(), "--no-print-directory",
                           "SPHINXDIRS=" + (folder == kTop ? "." : folder.substr(sizeof(kTop))),
                           // Of two declarations of one name the later one is told: which that is
                           // may not depend on how fast the processes are.
                           "SPHINXOPTS=-q -j1",
                           // Not asked for here, and made inside the source tree.
                           "YNL_INDEX=", "htmldocs"};
      part.command.folder = tree.folder.string();
      part.command.environment = {{"PYTHONDONTWRITEBYTECODE", "1"},
                                  {"KDOC_WERROR", ""},
                                  {"SPHINXOPTS", "-q -j1"},
                                  {"SPHINXDIRS", ""}};
      part.inputs = inputs + folder;
      parts.push_back(std::move(part));
    }
    return parts;
  }

  Result<Messages> Read(const LintTree& tree, const LintPart& part,
                        const process::Output& output) const override {
    // A build that only warns exits with 0; where it did not write anything it did not run.
    std::error_code error;
    const fs::path pages = part.scratch / "Documentation/output";
    if (!output.ok() || !fs::exists(pages, error)) return NotDone(tree, part, output);
    return ParseSphinx(output.err + "\n" + output.out, tree.folder.string());
  }

  const char* unit() const override { return "folders"; }

  /// A document of another folder, or a label in it, is there for a build of all of them.
  Result<bool> OutOfSight(const LintTree& tree, const CompilerMessage& message) const override {
    if (const std::string label = Quoted(message.text, "undefined label: "); !label.empty()) {
      // Labels know no case.
      const auto found = git::Repository(tree.folder)
                             .Run({"grep", "-q", "-i", "-F", ".. _" + label + ":", "--", kTop});
      if (!found.ok()) return Error{found.error()};
      return found->code == 0;
    }
    const std::string document = Quoted(message.text, "unknown document: ");
    if (document.empty()) return false;
    const fs::path from = document.starts_with('/')
                              ? fs::path(kTop + document)
                              : fs::path(message.file).parent_path() / document;
    std::error_code error;
    return fs::exists(tree.folder / (from.lexically_normal().string() + ".rst"), error);
  }

 private:
  static constexpr char kTop[] = "Documentation";

  /// "x" of a text that begins with `intro` and 'x' in quotes.
  static std::string Quoted(std::string_view text, std::string_view intro) {
    if (!TakePrefix(&text, intro) || !TakePrefix(&text, "'")) return "";
    return std::string(text.substr(0, text.find('\'')));
  }

  /// The folder of `file` that Sphinx can build by itself: the next one above that has an index.
  static std::string FolderOf(const LintTree& tree, const std::string& file) {
    fs::path folder = fs::path(file).parent_path();
    std::error_code error;
    while (folder != kTop && !fs::exists(tree.folder / folder / "index.rst", error)) {
      folder = folder.parent_path();
    }
    return folder.string();
  }

  static bool IsBelowAnother(const std::string& folder, const std::set<std::string>& folders) {
    return std::any_of(folders.begin(), folders.end(),
                       [&](const std::string& other) { return folder.starts_with(other + "/"); });
  }

  /// The touched sources whose comments are part of a document, and those documents.
  static Result<std::map<std::string, std::set<std::string>>> Including(const LintTree& tree) {
    std::map<std::string, std::set<std::string>> including;
    const auto found =
        git::Repository(tree.folder)
            .Run({"grep", "--full-name", "-I", "-z", "-F", "kernel-doc::", "--", kTop});
    if (!found.ok()) return Error{found.error()};
    // It exits with 1 where no line fits.
    if (found->code > 1) {
      return Error{fmt::format("{}: error: git grep: {}", tree.folder.string(), found->err)};
    }
    for (const auto& line : git::SplitLines(found->out)) {
      const auto end = line.find('\0');
      if (end == std::string::npos) continue;
      const std::string_view directive = std::string_view(line).substr(end + 1);
      const auto name = directive.find_first_not_of(' ', directive.find("::") + 2);
      if (name == std::string_view::npos) continue;
      const std::string source(directive.substr(name, directive.find(' ', name) - name));
      if (tree.touched.contains(source)) including[source].insert(line.substr(0, end));
    }
    return including;
  }
};

class Coccinelle : public LintTool {
 public:
  std::string Missing(const LintTree&) const override {
    const std::string missing = process::Missing("spatch", "coccinelle");
    if (!missing.empty()) return missing;
    // Some rules have parts in OCaml, and the first of those would be the last rule that runs.
    return process::Missing("ocamlopt", "ocaml-nox");
  }

  Result<std::vector<LintPart>> Parts(const LintTree& tree, const fs::path&) const override {
    const auto version = Version("spatch");
    if (!version.ok()) return Error{version.error()};
    const std::string common = tree.base + "\n" + *version + Hashes(tree, [](const auto& file) {
                                 return IsToolOfTree(file) || IsHeader(file);
                               });
    std::vector<LintPart> parts;
    for (const auto& [file, hash] : tree.touched) {
      if (!tree.Has(file) || !IsCSource(file)) continue;
      LintPart part;
      part.name = file;
      // With C=1 it takes one source, as the last argument.
      part.command.argv = {"bash", "scripts/coccicheck", "--", file};
      part.command.folder = tree.folder.string();
      part.command.environment = {{"C", "1"},
                                  {"MODE", "report"},
                                  {"srctree", "."},
                                  {"LINUXINCLUDE", kInclude},
                                  {"COCCI", ""},
                                  {"SPFLAGS", ""},
                                  {"DEBUG_FILE", ""},
                                  {"V", ""},
                                  {"KBUILD_EXTMOD", ""},
                                  {"J", ""},
                                  {"SPATCH", "spatch"}};
      part.inputs = common + hash + " " + file;
      parts.push_back(std::move(part));
    }
    return parts;
  }

  Result<Messages> Read(const LintTree& tree, const LintPart& part,
                        const process::Output& output) const override {
    if (!output.ok()) return NotDone(tree, part, output);
    return ParseCoccinelle(output.out, tree.folder.string());
  }

 private:
  /// As the kernel's Makefile has it for x86_64, without what a build makes.
  static constexpr char kInclude[] =
      "-I./arch/x86/include -I./include -I./arch/x86/include/uapi -I./include/uapi "
      "-include ./include/linux/compiler-version.h -include ./include/linux/kconfig.h";
};

}  // namespace

Result<bool> LintTool::OutOfSight(const LintTree&, const CompilerMessage&) const { return false; }

bool LintTree::Has(const std::string& file) const {
  const auto found = touched.find(file);
  return found != touched.end() && found->second != kGone;
}

std::vector<std::string> LintToolNames() { return {"kernel-doc", "documentation", "coccinelle"}; }

std::unique_ptr<LintTool> MakeLintTool(std::string_view name) {
  if (name == "kernel-doc") return std::make_unique<KernelDoc>();
  if (name == "documentation") return std::make_unique<Documentation>();
  if (name == "coccinelle") return std::make_unique<Coccinelle>();
  return nullptr;
}

Messages ParseKernelDoc(std::string_view text, const std::string& tree) {
  Messages messages;
  for (const auto& line : git::SplitLines(text)) {
    if (auto message = TakeNewKernelDoc(line, tree)) {
      messages.push_back(std::move(*message));
      continue;
    }
    std::string_view rest = line;
    auto message = TakePlace(&rest, tree);
    if (!message) continue;
    message->error = rest.starts_with(": error: ");
    if (!TakePrefix(&rest, ": warning: ") && !TakePrefix(&rest, ": error: ")) continue;
    message->text = rest;
    messages.push_back(std::move(*message));
  }
  return Once(std::move(messages));
}

Messages ParseSphinx(std::string_view text, const std::string& tree) {
  Messages messages;
  for (const auto& line : git::SplitLines(text)) {
    if (auto message = TakeNewKernelDoc(line, tree)) {
      messages.push_back(std::move(*message));
      continue;
    }
    std::string_view rest = line;
    CompilerMessage message;
    if (TakePrefix(&rest, "WARNING: ") || TakePrefix(&rest, "ERROR: ")) {
      message.file = "Documentation/conf.py";
      message.line = 1;
      message.error = line.starts_with("ERROR");
      message.text = rest;
      messages.push_back(std::move(message));
      continue;
    }
    const Mark mark = FindMark(rest);
    if (mark.at == std::string_view::npos || mark.at == 0) continue;
    std::string_view place = rest.substr(0, mark.at);
    if (const auto last = place.rfind(": "); last != std::string_view::npos) {
      place.remove_prefix(last + 2);
    }
    if (auto exact = TakePlace(&place, tree)) {
      message = std::move(*exact);
    } else {
      message.file = InTree(place.substr(0, place.find(':')), tree);
      message.line = 1;
    }
    message.error = mark.error;
    message.text = rest.substr(mark.at + mark.size);
    messages.push_back(std::move(message));
  }
  return Once(std::move(messages));
}

Messages ParseCoccinelle(std::string_view text, const std::string& tree) {
  Messages messages;
  for (const auto& line : git::SplitLines(text)) {
    std::string_view rest = line;
    auto message = TakePlace(&rest, tree);
    if (!message || !TakePrefix(&rest, ":") || !TakeNumber(&rest) || !TakePrefix(&rest, "-") ||
        !TakeNumber(&rest) || !TakePrefix(&rest, ": ")) {
      continue;
    }
    message->error = TakePrefix(&rest, "ERROR: ");
    if (!message->error) static_cast<void>(TakePrefix(&rest, "WARNING: "));
    message->text = rest;
    messages.push_back(std::move(*message));
  }
  return Once(std::move(messages));
}
