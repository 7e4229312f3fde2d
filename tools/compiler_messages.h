// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_COMPILER_MESSAGES_H_
#define TOOLS_COMPILER_MESSAGES_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// One warning or error of a compiler, of sparse, of smatch, or of kernel-doc.
struct CompilerMessage {
  std::string file;      ///< From the top of the kernel tree.
  std::size_t line = 0;  ///< In that file, from 1.
  bool error = false;
  std::string text;  ///< What follows "warning: ", with the option in brackets that asked for it.

  /// "file:line: warning: text", which an editor takes.
  std::string Line() const;

  /// What stays where lines above it are added: a warning that has only moved is not new. Numbers
  /// of lines that the text itself names ("see line 7", "declared at a.c:7") are left out, too.
  std::string Key() const;
};

/// What a kernel build printed, by the object that was being made. make has to be called with
/// --output-sync=target, so that the lines of two objects do not mix.
class CompilerMessages {
 public:
  using PathMaps = std::vector<std::pair<std::string, std::string>>;

  /// Reads a whole build log. Where an object was made more than once, the last time counts.
  /// `path_maps` as for MakeOutput: they must make paths begin at the top of the tree.
  static CompilerMessages Parse(std::string_view log, const PathMaps& path_maps);

  /// Objects that the log tells of, and what was said of each: "drivers/media/mc/mc-device.o".
  const std::map<std::string, std::vector<CompilerMessage>>& objects() const { return objects_; }

  /// Leaves out the objects for which `gone` says so.
  void Forget(const std::function<bool(const std::string&)>& gone);

  /// Objects with at least one message.
  std::vector<std::string> WithMessages() const;

  /// Messages in all.
  std::size_t count() const;

  struct Divided {
    std::vector<CompilerMessage> fresh;  ///< Those that the other does not have.
    std::vector<CompilerMessage> known;
  };

  /// The messages of `after`, by whether `before` has them as well. One that is there twice must
  /// have been there twice, in the same object.
  static Divided Divide(const CompilerMessages& before, const CompilerMessages& after);

  /// The same of messages that are of no object.
  static Divided Divide(const std::vector<CompilerMessage>& before,
                        const std::vector<CompilerMessage>& after);

 private:
  std::map<std::string, std::vector<CompilerMessage>> objects_;
};

#endif  // TOOLS_COMPILER_MESSAGES_H_
