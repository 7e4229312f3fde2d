// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SOURCE_LINES_H_
#define TOOLS_SOURCE_LINES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "path_map.h"

namespace gate {

/// A place in the kernel's code, as a report prints it: "fn+0x41/0xa40".
struct StackFrame {
  std::string text;
  bool returns = true;  ///< A return address: the call is ahead of it.
  bool certain = true;  ///< No '?' stands before it. On UML one does before each.
  bool module = false;  ///< Of a module, whose code is not in the kernel's image.
};

/// The frame in a line of a stack ("? fn+0x1/0x2", " [<60012345>] fn+0x1/0x2 [module]") or in the
/// register line of a fault ("RIP: 0010:fn+0x1/0x2", "pc : fn+0x1/0x2"). `line` is without the
/// console's prefix.
std::optional<StackFrame> ParseStackFrame(std::string_view line);

/// Finds the source lines of stack frames in a kernel image, by binutils' nm and addr2line, as the
/// kernel's scripts/faddr2line does.
class SourceLines {
 public:
  /// `image` is vmlinux, or UML's linux. Nothing is read before the first question.
  SourceLines(std::string image, std::vector<PathMap> path_maps);

  /// One text for each frame: "drivers/a.c:12: note: fn+0x41/0xa40", or the frame as it is where
  /// its line is not known.
  std::vector<std::string> Find(const std::vector<StackFrame>& frames);

  /// Why frames stay as they are: "not resolved: vmlinux has no debug info". Empty where lines are
  /// found.
  const std::string& problem() const { return problem_; }

 private:
  bool Load();
  std::optional<std::string> AddressOf(const StackFrame& frame) const;
  std::vector<std::string> Ask(const std::vector<std::string>& addresses);

  std::string image_;
  std::vector<PathMap> path_maps_;
  bool loaded_ = false;
  std::map<std::string, std::string, std::less<>> symbols_;  // Addresses; empty: of several.
  std::string prefix_;  // Of the tree's folder, in the image's names of files.
  std::string problem_;
};

}  // namespace gate

#endif  // TOOLS_SOURCE_LINES_H_
