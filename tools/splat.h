// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SPLAT_H_
#define TOOLS_SPLAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gate {

/// What the kernel complained of.
enum class SplatKind : std::uint8_t {
  kWarning,    ///< WARN() and its kin: refcount, list corruption, ODEBUG, DMA-API, ...
  kLockdep,    ///< Any report of the lock validator, and its being turned off.
  kSanitizer,  ///< KASAN, KFENCE, KCSAN, KMSAN, UBSAN.
  kAtomic,     ///< Sleeping or scheduling where that is not allowed.
  kBug,        ///< BUG(), Oops, a fault in kernel mode.
  kPanic,
  kStuck,   ///< Hung task, stall, lockup, a test case that timed out.
  kMemory,  ///< Slab and page corruption, leaks, allocation failures.
  kFence,   ///< A dma_fence released unsignalled.
};

/// "warning", "lockdep", "sanitizer", "atomic", "bug", "panic", "stuck", "memory", "fence".
const char* SplatKindName(SplatKind kind);

struct Splat {
  SplatKind kind = SplatKind::kWarning;
  std::string title;   ///< Its first line, safe to show, bounded.
  std::string detail;  ///< The message of a WARN; empty where there is none.
  std::string file;    ///< As the kernel prints it; empty where it prints none.
  std::uint64_t line = 0;
  std::uint64_t log_line = 0;
};

/// A place in a source file, as text.
struct Location {
  std::string_view file;
  std::uint64_t line = 0;
};

/// The first "path/file.c:123" (or .h, .S, .rs) in `text`.
std::optional<Location> FindLocation(std::string_view text);

/// `line` without what printk and a console put before a message: "<4>", "[    0.060000]", "[ T1]",
/// white space. "[ BUG: ..." stays: that bracket belongs to the message.
std::string_view StripPrintk(std::string_view line);

/// Finds kernel splats in a console and tells where each ends, so that one report counts once. The
/// forms are those of 6.12 and 7.x: kernel/panic.c, lib/bug.c, kernel/locking/lockdep.c, mm/kasan/
/// report.c, lib/ubsan.c, kernel/sched/core.c, arch/um/kernel/trap.c and their like.
class SplatScanner {
 public:
  /// Looks at the next console line. Returns the splat that this line ends, if it ends one.
  std::optional<Splat> Line(std::string_view raw, std::uint64_t number);

  /// Ends the open report, as a KTAP result or the end of the input does.
  std::optional<Splat> Flush();

 private:
  enum class Until : std::uint8_t {
    kEndTrace,   // "---[ end ..."
    kRuler,      // "====..."
    kTrace,      // The frames under "Call Trace:".
    kBacktrace,  // The same under "stack backtrace:": lockdep shows traces before that one too.
    kNow,        // One line is all.
  };
  struct Header {
    SplatKind kind;
    Until until;
  };
  static constexpr std::uint64_t kMaxLines = 400;  // A report with no end in sight ends here.

  static std::optional<Header> Match(std::string_view text);
  static std::optional<Header> MatchBug(std::string_view text);
  static std::optional<Header> MatchWarning(std::string_view text);
  bool Absorbs(const Header& header) const;
  bool Ends(std::string_view text);
  void Open(const Header& header, std::string_view text, std::uint64_t number);

  std::optional<Splat> open_;
  Until until_ = Until::kNow;
  std::uint64_t lines_ = 0;
  bool wants_detail_ = false;
  bool in_backtrace_ = false;
  bool in_frames_ = false;
  std::uint64_t cut_here_ = 0;  // Line of the last "cut here" mark.
  std::string before_;          // What stood between that mark and the WARNING line.
};

}  // namespace gate

#endif  // TOOLS_SPLAT_H_
