// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_SPLAT_H_
#define TOOLS_SPLAT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "line_marks.h"

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

/// When a splat came: before the first test, while tests ran, or after the last.
enum class Scope : std::uint8_t { kBoot, kTest, kAfter };

struct Splat {
  SplatKind kind = SplatKind::kWarning;
  Scope scope = Scope::kBoot;  ///< Of its first line.
  std::string title;           ///< Its first line from where the report begins, safe, bounded.
  std::string detail;          ///< The message of a WARN; empty where there is none.
  std::string file;            ///< As the kernel prints it; empty where it prints none.
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

/// Finds kernel splats in a console. The forms are those of 6.12 and 7.x: kernel/panic.c,
/// lib/bug.c, kernel/locking/lockdep.c, mm/kasan/report.c, lib/ubsan.c, kernel/sched/core.c,
/// arch/um/kernel/trap.c and their like.
///
/// A report that says that the kernel is tainted by a WARN, an Oops or the like, and is the first
/// here, tells of one that the log has lost: that is a splat, too.
///
/// A form counts where a message begins: behind what printk and the console put ahead of it. What
/// that is need not be known, and a message may be glued to a line that had no end; so forms that
/// nothing else prints count wherever they stand.
class SplatScanner {
 public:
  /// `on_splat` hears of each splat once its message is known: at the next line at the latest for
  /// a WARN, three lines on for a bare "cut here" mark, at once for the rest.
  explicit SplatScanner(std::function<void(const Splat&)> on_splat);

  /// A console line that is no KTAP structure. `text` is `raw` without the prefix that the console
  /// is known to put there.
  void Line(std::string_view raw, std::string_view text, std::uint64_t number, Scope scope,
            const LineMarks& marks);

  /// A line of KTAP structure. It ends what is open: a report that went on past a result would be
  /// blamed on the next test. A splat may be glued to it all the same.
  void Structure(std::string_view raw, std::uint64_t number, Scope scope, const LineMarks& marks) {
    Flush();
    // Each mark of a report holds one of these, or ends so.
    if (marks.colon || marks.dash || raw.ends_with('!')) GluedTo(raw, number, scope, marks);
  }

  /// Whether Line() has nothing to do with a line of a document, `raw`, in which a Note begins at
  /// `hash`, with its colon at `colon`, and which holds no other byte that LineMarks tells of.
  /// `prefix` is how much of it the console put there.
  bool PassesNote(std::string_view raw, std::size_t prefix, std::size_t hash,
                  std::size_t colon) const;

  /// No report is open that the next line could belong to.
  bool idle() const { return !warning_ && !cut_ && fault_end_ == 0; }

  /// The end of the input, or of what can be a report's message.
  void Flush() {
    if (warning_ || cut_) Close();
    fault_end_ = 0;
  }

 private:
  struct Header {
    SplatKind kind;
    // Lines within which an Oops belongs to this fault; 0: it is no fault.
    std::uint64_t fault_lines = 0;
    bool generic = false;  // Words that other lines may hold too: at a word's start only.
    bool taint = false;    // A report's line that says what has gone wrong before it.
  };
  struct Found {
    Header header;
    std::string_view title;
  };
  static std::optional<Header> Match(std::string_view text);
  static std::optional<Header> MatchBug(std::string_view text);
  static std::optional<Header> MatchWarning(std::string_view text);
  static std::optional<Found> FindMark(std::string_view raw, const LineMarks& marks,
                                       bool structure);
  static std::optional<Found> MatchWord(std::string_view raw, std::string_view before,
                                        std::uint32_t words, bool structure);
  static std::optional<Found> Find(std::string_view raw, std::string_view text,
                                   const LineMarks& marks);
  void Take(const Found& found, std::uint64_t number, Scope scope);
  void TakeTaint(const Found& found, std::uint64_t number, Scope scope);
  void CutHere(std::uint64_t number, Scope scope);
  void TakeMessage(std::string_view text, std::uint64_t number);
  void GluedTo(std::string_view raw, std::uint64_t number, Scope scope, const LineMarks& marks);
  void Close();
  void CloseWarning();
  void CloseCut();

  std::function<void(const Splat&)> on_splat_;
  std::optional<Splat> warning_;  // A WARN whose message is next.
  std::optional<Splat> cut_;      // A "cut here" mark whose report is next.
  bool cut_fence_ = false;        // Its message is that of dma_fence_release().
  std::uint64_t reports_ = 0;     // That have begun.
  std::uint64_t fault_end_ = 0;   // Last line at which an Oops still belongs to a fault.
};

}  // namespace gate

#endif  // TOOLS_SPLAT_H_
