// SPDX-License-Identifier: GPL-2.0-only
#include "splat.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "ktap_line.h"
#include "text.h"

namespace gate {
namespace {

constexpr std::size_t kMaxText = 400;  // Bytes of a title or detail that are kept.

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string Clean(std::string_view text) { return Printable(text.substr(0, kMaxText)); }

// First bytes of the words that can begin a report. Most lines of a log end their way here.
constexpr std::array<bool, 256> MakeFirstBytes() {
  std::array<bool, 256> table{};
  for (const char c : {'W', 'B', 'I', 'U', 'O', 'K', 'F', 'S', 'N', 'P', 'C', 'D',
                       'b', 'd', 'g', 'i', 'k', 'r', 's', 't', 'u', 'w', '[', '#'}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kFirstBytes = MakeFirstBytes();

constexpr std::size_t kMaxPrintk = 40;  // Bytes of a bracket that printk puts ahead of a message.
constexpr std::string_view kCutHere = "[ cut here ]";
constexpr std::uint64_t kCutLines = 3;     // A WARN's message between that mark and "WARNING:".
constexpr std::uint64_t kFaultLines = 5;   // x86: "#PF: ..." and the page tables.
constexpr std::uint64_t kAbortLines = 20;  // arm64: what ESR_EL1 says.

// The words that stand ahead of a colon where a report begins, each by what Match() knows.
constexpr std::array kColonWords = {
    std::string_view("WARNING"),
    std::string_view("BUG"),
    std::string_view("Oops"),
    std::string_view("Kernel panic - not syncing"),
    std::string_view("UBSAN"),
    std::string_view("INFO"),
    std::string_view("Internal error"),
    std::string_view("PANIC"),
    std::string_view("Unhandled fault"),
    std::string_view("unchecked MSR access error"),
    std::string_view("kmemleak"),
    std::string_view("ODEBUG"),
    std::string_view("sysfs"),
    std::string_view("rcu"),
    std::string_view("smp"),
    std::string_view("bad"),
};
// The same, where FindMark() itself knows them.
constexpr std::array kOtherColonWords = {
    std::string_view("invoked oom-killer"),
    std::string_view("page allocation failure"),
};
constexpr std::uint32_t kOtherColonWord = std::uint32_t{1} << 31;

// Which of them end in a byte, and which have it as the last but one: bit N is kColonWords[N],
// kOtherColonWord any of the others. What two bytes leave is seldom more than the word that stands
// there.
struct WordEnds {
  std::array<std::uint32_t, 256> last{};
  std::array<std::uint32_t, 256> before{};
};
constexpr WordEnds MakeWordEnds() {
  static_assert(kColonWords.size() < 32);
  WordEnds ends;
  const auto add = [&ends](std::string_view word, std::uint32_t bit) {
    ends.last[static_cast<unsigned char>(word[word.size() - 1])] |= bit;
    ends.before[static_cast<unsigned char>(word[word.size() - 2])] |= bit;
  };
  for (std::size_t i = 0; i < kColonWords.size(); ++i) add(kColonWords[i], std::uint32_t{1} << i);
  for (const std::string_view word : kOtherColonWords) add(word, kOtherColonWord);
  return ends;
}
constexpr WordEnds kWordEnds = MakeWordEnds();

// The words of kColonWords, and kOtherColonWord, that may end where `text` ends.
std::uint32_t WordsAtEnd(std::string_view text) {
  if (text.size() < 2) return 0;
  return kWordEnds.last[static_cast<unsigned char>(text[text.size() - 1])] &
         kWordEnds.before[static_cast<unsigned char>(text[text.size() - 2])];
}

constexpr std::array kLockdepPhrases = {
    std::string_view("possible circular locking dependency"),
    std::string_view("possible recursive locking"),
    std::string_view("possible irq lock inversion"),
    std::string_view("irq lock inversion dependency"),
    std::string_view("possible deadlock"),
    std::string_view("inconsistent lock state"),
    std::string_view("unsafe lock order detected"),
    std::string_view("bad unlock balance"),
    std::string_view("bad contention detected"),
    std::string_view("held lock freed"),
    std::string_view("still has locks held"),
    std::string_view("lock held when returning to user space"),
    std::string_view("suspicious RCU usage"),
    std::string_view("Nested lock was not taken"),
    std::string_view("Invalid wait context"),
    std::string_view("chain_key collision"),
};

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "[#1]": what die() counts its reports by.
bool IsDieCount(std::string_view text) {
  if (!text.starts_with("[#")) return false;
  text.remove_prefix(2);
  std::uint64_t count;
  return TakeNumber(&text, &count) && text.starts_with(']');
}

bool HasDieCount(std::string_view text, const LineMarks& marks) {
  for (std::size_t at = FindPlace(text, '#', marks.hashes, 0); at != std::string_view::npos;
       at = FindPlace(text, '#', marks.hashes, at + 1)) {
    if (at < 2 || text[at - 1] != '[' || text[at - 2] != ' ') continue;
    if (IsDieCount(text.substr(at - 1))) return true;
  }
  return false;
}

// The second line of a fault: die() names what the first one told.
bool IsOops(std::string_view text) {
  return text.starts_with("Oops") || text.starts_with("general protection fault") ||
         text.starts_with("Internal error: ") || HasDieCount(text, FindMarks(text));
}

// "Tainted: G      D W        N 6.12.0" (taint_flags in kernel/panic.c), where one of the flags
// tells of a report: D died, W warned, B bad page, L soft lockup. They are set once a report is
// out.
bool SaysTainted(std::string_view text) {
  constexpr std::string_view kTainted = " Tainted: ";
  const std::size_t at = text.find(kTainted);
  if (at == std::string_view::npos) return false;
  for (const char c : text.substr(at + kTainted.size())) {
    if (c == 'D' || c == 'W' || c == 'B' || c == 'L') return true;
    if (c != ' ' && (c < 'A' || c > 'Z')) return false;
  }
  return false;
}

// "---[ end Kernel panic - not syncing: ..." repeats the panic's words.
bool IsEndMark(std::string_view text) { return text.ends_with("---[ end "); }

// Whether StripPrintk() finds the same in `raw` and in `text`, its end: all that is ahead is a
// time, as it most often is.
bool IsBehindTime(std::string_view raw, std::string_view text) {
  const auto prefix = static_cast<std::size_t>(text.data() - raw.data());
  if (prefix < 3 || prefix > kMaxPrintk || raw[0] != '[' || raw[1] == '<') return false;
  if (raw[prefix - 1] != ' ' || !IsFirst(raw, ']', prefix - 2)) return false;
  return raw[2] != 'B' || !BeginsWith(raw, "[ BUG:");
}

bool EndsTimedOut(std::string_view text) {
  if (!text.ends_with('t')) return false;
  return text.ends_with(": try timed out") || text.ends_with(": test case timed out") ||
         text.ends_with(": test case cleanup timed out");
}

}  // namespace

const char* SplatKindName(SplatKind kind) {
  switch (kind) {
    case SplatKind::kWarning:
      return "warning";
    case SplatKind::kLockdep:
      return "lockdep";
    case SplatKind::kSanitizer:
      return "sanitizer";
    case SplatKind::kAtomic:
      return "atomic";
    case SplatKind::kBug:
      return "bug";
    case SplatKind::kPanic:
      return "panic";
    case SplatKind::kStuck:
      return "stuck";
    case SplatKind::kMemory:
      return "memory";
    case SplatKind::kFence:
      return "fence";
  }
  return "bug";
}

std::optional<Location> FindLocation(std::string_view text) {
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    const std::string_view before = text.substr(0, colon);
    if (!before.ends_with(".c") && !before.ends_with(".cc") && !before.ends_with(".h") &&
        !before.ends_with(".S") && !before.ends_with(".rs")) {
      continue;
    }
    std::string_view after = text.substr(colon + 1);
    Location location;
    if (!TakeNumber(&after, &location.line)) continue;
    std::size_t start = colon;
    while (start > 0 && !IsSpace(text[start - 1]) && text[start - 1] != '(') --start;
    location.file = text.substr(start, colon - start);
    return location;
  }
  return std::nullopt;
}

std::string_view StripPrintk(std::string_view line) {
  for (;;) {
    line = TrimLeft(line);
    if (line.size() < 2) return line;
    if (line.front() == '[') {
      if (line[1] == '<' || (line[1] == ' ' && BeginsWith(line, "[ BUG:"))) return line;
      const std::size_t close = line.substr(0, kMaxPrintk).find(']');
      if (close == std::string_view::npos) return line;
      line.remove_prefix(close + 1);
    } else if (line.front() == '<' && line.size() > 2 && line[1] >= '0' && line[1] <= '9') {
      const std::size_t close = line.substr(0, 5).find('>');
      if (close == std::string_view::npos) return line;
      line.remove_prefix(close + 1);
    } else {
      return line;
    }
  }
}

std::optional<SplatScanner::Header> SplatScanner::MatchWarning(std::string_view text) {
  // A driver may print "WARNING: ..." of its own; the kernel's own forms name a place, or are
  // lockdep's.
  if (text.starts_with("WARNING: CPU: ") || Has(text, ", CPU#") || Has(text, "+0x")) {
    if (FindLocation(text) || Has(text, " at ")) return Header{SplatKind::kWarning};
  }
  for (const std::string_view phrase : kLockdepPhrases) {
    if (Has(text, phrase)) return Header{SplatKind::kLockdep};
  }
  return std::nullopt;
}

std::optional<SplatScanner::Header> SplatScanner::MatchBug(std::string_view text) {
  text.remove_prefix(3);
  if (text.starts_with(' ')) {
    // SLUB: "BUG kmalloc-64 (Tainted: ...): Right Redzone overwritten".
    if (Has(text, " (") && Has(text, "): ")) return Header{SplatKind::kMemory};
    return std::nullopt;
  }
  if (!text.starts_with(": ")) return std::nullopt;
  text.remove_prefix(2);
  for (const std::string_view tool : {"KASAN:", "KFENCE:", "KCSAN:", "KMSAN:"}) {
    if (text.starts_with(tool)) return Header{SplatKind::kSanitizer};
  }
  if (text.starts_with("sleeping function called") || text.starts_with("scheduling while atomic") ||
      (text.starts_with("using ") && Has(text, "preemptible"))) {
    return Header{SplatKind::kAtomic};
  }
  if (text.starts_with("soft lockup") || text.starts_with("workqueue lockup")) {
    return Header{SplatKind::kStuck};
  }
  if (text.starts_with("Bad page") || text.starts_with("Bad rss-counter")) {
    return Header{SplatKind::kMemory};
  }
  if (text.starts_with("kernel NULL pointer") || text.starts_with("unable to handle")) {
    return Header{SplatKind::kBug, kFaultLines};
  }
  if (text.starts_with("failure at ")) return Header{SplatKind::kBug};
  if (text.starts_with("MAX_LOCK") || text.starts_with("key ")) {
    return Header{SplatKind::kLockdep, 0, true};
  }
  return Header{SplatKind::kBug, 0, true};
}

std::optional<SplatScanner::Header> SplatScanner::Match(std::string_view text) {
  if (text.empty()) return std::nullopt;
  switch (text.front()) {
    case 'W':
      if (text.starts_with("WARNING: ")) return MatchWarning(text);
      if (text.starts_with("Watchdog detected hard LOCKUP")) return Header{SplatKind::kStuck};
      break;
    case '[':
      if (text.starts_with("[ BUG: ")) return Header{SplatKind::kLockdep};
      break;
    case 'B':
      if (text.starts_with("BUG")) return MatchBug(text);
      break;
    case 'I':
      // 7.3 says "blocked in I/O wait for more than", too.
      if (text.starts_with("INFO: task ") && Has(text, " blocked ") && Has(text, "for more than")) {
        return Header{SplatKind::kStuck};
      }
      if (text.starts_with("INFO: rcu") && Has(text, "detected") && Has(text, "stall")) {
        return Header{SplatKind::kStuck};
      }
      if (text.starts_with("INFO: lockdep is turned off") ||
          text.starts_with("INFO: trying to register non-static key")) {
        return Header{SplatKind::kLockdep};
      }
      if (text.starts_with("Internal error: ")) return Header{SplatKind::kBug};
      if (text.starts_with("Insufficient stack space to handle exception!")) {
        return Header{SplatKind::kBug};
      }
      break;
    case 'N':
      if (text.starts_with("NMI watchdog: ") && Has(text, "hard LOCKUP")) {
        return Header{SplatKind::kStuck};
      }
      break;
    case 'P':
      if (text.starts_with("PANIC: double fault")) return Header{SplatKind::kPanic};
      break;
    case 'O':
      if (text.starts_with("Oops: ") || text.starts_with("Oops - ")) {
        return Header{SplatKind::kBug};
      }
      if (text.starts_with("ODEBUG: Out of memory. ODEBUG disabled")) {
        return Header{SplatKind::kMemory};
      }
      break;
    case 'U':
      if (text.starts_with("UBSAN: ") && FindLocation(text)) return Header{SplatKind::kSanitizer};
      if (text.starts_with("Unable to handle kernel") || text.starts_with("Unhandled fault: ")) {
        return Header{SplatKind::kBug, kAbortLines};
      }
      break;
    case 'K':
      // Not "VFS:": the usual end of a UML that has no root. Where it comes too early, the run is
      // incomplete.
      if (text.starts_with("Kernel panic - not syncing") &&
          !text.starts_with("Kernel panic - not syncing: VFS:")) {
        return Header{SplatKind::kPanic};
      }
      if (text.starts_with("Kernel mode fault at addr")) return Header{SplatKind::kPanic};
      // lib/bug.c where it knows no place; 7.3 writes a small k.
      if (text.starts_with("Kernel BUG at ")) return Header{SplatKind::kBug, kFaultLines};
      break;
    case 'S':
      if (text.starts_with("Segfault with no mm")) return Header{SplatKind::kPanic};
      break;
    case 'F':
      if (text.starts_with("Fence ") && Has(text, "released with pending signals!")) {
        return Header{SplatKind::kFence};
      }
      break;
    case 'b':
      if (text.starts_with("bad: scheduling from the idle thread!")) {
        return Header{SplatKind::kAtomic};
      }
      break;
    case 'g':
      if (text.starts_with("general protection fault")) return Header{SplatKind::kBug};
      break;
    case 'k':
      if (text.starts_with("kernel BUG at ")) return Header{SplatKind::kBug, kFaultLines};
      if (text.starts_with("kmemleak: ") &&
          (Has(text, "new suspected memory leak") || Has(text, "leak detector disabled"))) {
        return Header{SplatKind::kMemory};
      }
      break;
    case 'r':
      if (!text.starts_with("rcu: ")) break;
      if (text.starts_with("rcu: INFO: ") && Has(text, "detected") && Has(text, "stall")) {
        return Header{SplatKind::kStuck};
      }
      if (Has(text, " kthread starved for ")) return Header{SplatKind::kStuck};
      break;
    case 's':
      if (text.starts_with("smp: csd: Detected non-responsive CSD lock")) {
        return Header{SplatKind::kStuck};
      }
      if (text.starts_with("sysfs: cannot create duplicate filename")) {
        return Header{SplatKind::kWarning};
      }
      break;
    case 't':
      if (text.starts_with("turning off the locking correctness validator.")) {
        return Header{SplatKind::kLockdep};
      }
      break;
    case 'u':
      if (text.starts_with("unchecked MSR access error: ")) return Header{SplatKind::kBug};
      break;
    case 'w':
      if (text.starts_with("watchdog: BUG: soft lockup") ||
          (text.starts_with("watchdog: ") && Has(text, "hard LOCKUP"))) {
        return Header{SplatKind::kStuck};
      }
      break;
    case '#':
      if (EndsTimedOut(text)) return Header{SplatKind::kStuck};
      break;
    case 'C':
      if (text.starts_with("CPU: ") && SaysTainted(text)) {
        return Header{SplatKind::kWarning, 0, false, true};
      }
      break;
    case 'D':
      // kernel/dma/debug.c turns itself off: nothing is checked from there on.
      if (text.starts_with("DMA-API: debugging out of memory")) return Header{SplatKind::kMemory};
      break;
    default:
      break;
  }
  return std::nullopt;
}

// Looks at each ':' and '[' only: a line of KTAP seldom has one, and each mark does.
std::optional<SplatScanner::Found> SplatScanner::FindMark(std::string_view raw,
                                                          const LineMarks& marks, bool structure) {
  for (std::size_t at = FindPlace(raw, ':', marks.colons, 0); at != std::string_view::npos;
       at = FindPlace(raw, ':', marks.colons, at + 1)) {
    if (at == 0 || at + 1 == raw.size()) continue;
    const std::string_view before = raw.substr(0, at);
    const std::string_view after = raw.substr(at + 1);
    const char last = before.back();
    if (after.front() != ' ') {
      // A place in a source, at most: "kernel BUG at f.c:1!".
      if (after.front() < '0' || after.front() > '9') continue;
      if (!before.ends_with(".c") && !before.ends_with(".h") && !before.ends_with(".rs")) continue;
      const std::size_t bug = before.rfind("kernel BUG at ");
      if (bug == std::string_view::npos || !FindLocation(raw.substr(bug))) continue;
      return Found{{SplatKind::kBug, kFaultLines}, raw.substr(bug)};
    }
    const std::uint32_t words = WordsAtEnd(before);
    if ((words & ~kOtherColonWord) != 0) {
      if (const auto found = MatchWord(raw, before, words & ~kOtherColonWord, structure)) {
        return found;
      }
    }
    if (BeginsWith(after, " W") && BeginsWith(after, " Watchdog detected hard LOCKUP")) {
      return Found{{SplatKind::kStuck}, after.substr(1)};
    }
    if (structure) continue;
    if ((words & kOtherColonWord) != 0 &&
        std::any_of(kOtherColonWords.begin(), kOtherColonWords.end(),
                    [before](std::string_view word) { return before.ends_with(word); })) {
      return Found{{SplatKind::kMemory}, StripPrintk(raw)};
    }
    if (last == ')') {
      const std::size_t slub = before.rfind("BUG ");
      if (slub == std::string_view::npos) continue;
      if (const auto header = MatchBug(raw.substr(slub))) return Found{*header, raw.substr(slub)};
    }
  }
  if (raw.ends_with('!') && raw.ends_with("released with pending signals!")) {
    const std::size_t fence = raw.rfind("Fence ");
    if (fence != std::string_view::npos) return Found{{SplatKind::kFence}, raw.substr(fence)};
  }
  if (structure) return std::nullopt;
  if (marks.hash && HasDieCount(raw, marks)) return Found{{SplatKind::kBug}, StripPrintk(raw)};
  return std::nullopt;
}

// A report that begins with one of `words` (see WordEnds), in which `before`, ahead of a colon,
// ends.
std::optional<SplatScanner::Found> SplatScanner::MatchWord(std::string_view raw,
                                                           std::string_view before,
                                                           std::uint32_t words, bool structure) {
  for (; words != 0; words &= words - 1) {
    const std::string_view word = kColonWords[static_cast<std::size_t>(std::countr_zero(words))];
    if (!before.ends_with(word)) continue;
    const std::string_view ahead = before.substr(0, before.size() - word.size());
    if (IsEndMark(ahead)) continue;
    if (word == "BUG" && ahead.ends_with("[ ")) {
      return Found{{SplatKind::kLockdep}, raw.substr(ahead.size() - 2)};
    }
    const std::string_view text = raw.substr(ahead.size());
    const auto header = Match(text);
    if (!header) continue;
    const bool inside = !ahead.empty() && IsWordByte(ahead.back());
    if (header->generic && (structure || inside)) continue;
    return Found{*header, text};
  }
  return std::nullopt;
}

std::optional<SplatScanner::Found> SplatScanner::Find(std::string_view raw, std::string_view text,
                                                      const LineMarks& marks) {
  // With the known prefix off, and as it stands: a line may come without that prefix.
  const std::string_view behind = StripPrintk(text);
  if (!behind.empty() && kFirstBytes[static_cast<unsigned char>(behind.front())]) {
    if (const auto header = Match(behind)) return Found{*header, behind};
  }
  if (text.data() != raw.data() && !IsBehindTime(raw, text)) {
    const std::string_view whole = StripPrintk(raw);
    if (whole.data() != behind.data()) {
      if (const auto header = Match(whole)) return Found{*header, whole};
    }
  }
  if (!marks.colon && !marks.hash && !raw.ends_with('!')) return std::nullopt;
  return FindMark(raw, marks, false);
}

SplatScanner::SplatScanner(std::function<void(const Splat&)> on_splat)
    : on_splat_(std::move(on_splat)) {}

void SplatScanner::CloseWarning() {
  if (const auto done = std::exchange(warning_, std::nullopt)) on_splat_(*done);
}

void SplatScanner::CloseCut() {
  auto done = std::exchange(cut_, std::nullopt);
  if (!done) return;
  done->kind = cut_fence_ ? SplatKind::kFence : done->kind;
  done->title = "unrecognised report";
  if (!done->detail.empty()) done->title = std::exchange(done->detail, {});
  on_splat_(*done);
}

void SplatScanner::Close() {
  CloseWarning();
  CloseCut();
}

void SplatScanner::CutHere(std::uint64_t number, Scope scope) {
  Flush();
  cut_.emplace();
  cut_->scope = scope;
  cut_->log_line = number;
  cut_fence_ = false;
}

void SplatScanner::TakeTaint(const Found& found, std::uint64_t number, Scope scope) {
  TakeMessage(found.title, number);
  if (reports_ > 1) return;
  reports_ = 2;
  Splat splat;
  splat.kind = found.header.kind;
  splat.scope = scope;
  splat.title = Clean(found.title);
  splat.detail = "tainted by an earlier report, which this log lacks";
  splat.log_line = number;
  on_splat_(splat);
}

void SplatScanner::Take(const Found& found, std::uint64_t number, Scope scope) {
  const Header& header = found.header;
  if (header.taint) {
    TakeTaint(found, number, scope);
    return;
  }
  if (number <= fault_end_ && header.kind == SplatKind::kBug && IsOops(found.title)) {
    fault_end_ = 0;
    return;
  }
  // x86 prints a WARN's message between the "cut here" mark and the WARNING line, UML after the
  // latter. A fence's own message stands alone, or is that of the WARN in dma-fence.c.
  if (header.kind == SplatKind::kFence) {
    if (warning_ && warning_->detail.empty() && warning_->file.ends_with("dma-fence.c")) {
      warning_->detail = Clean(found.title);
      CloseWarning();
      return;
    }
    if (cut_ && cut_->detail.empty()) {
      cut_->detail = Clean(found.title);
      cut_fence_ = true;
      return;
    }
  }
  CloseWarning();
  ++reports_;
  Splat splat;
  splat.kind = header.kind;
  splat.scope = scope;
  splat.title = Clean(found.title);
  splat.log_line = number;
  if (const auto location = FindLocation(found.title)) {
    splat.file = Clean(location->file);
    splat.line = location->line;
  }
  if (cut_) {
    if (cut_fence_ && !splat.file.ends_with("dma-fence.c")) {
      CloseCut();
    } else {
      if (header.kind == SplatKind::kWarning) splat.detail = std::move(cut_->detail);
      cut_.reset();
    }
  }
  fault_end_ = header.fault_lines == 0 ? 0 : number + header.fault_lines;
  if (header.kind == SplatKind::kWarning && splat.detail.empty()) {
    warning_ = std::move(splat);
  } else {
    on_splat_(splat);
  }
}

// A line of the open report that begins no other.
void SplatScanner::TakeMessage(std::string_view text, std::uint64_t number) {
  if (warning_) {
    if (!text.empty() && !text.starts_with("Modules linked in:") && !text.starts_with("CPU: ") &&
        !text.starts_with("---[ end ") && !text.starts_with("Stack:")) {
      warning_->detail = Clean(text);
    }
    CloseWarning();
  }
  if (cut_) {
    if (cut_->detail.empty()) cut_->detail = Clean(text);
    if (number - cut_->log_line >= kCutLines) CloseCut();
  }
  if (fault_end_ != 0 && (text.starts_with("Call Trace:") || text.starts_with("Call trace:"))) {
    fault_end_ = 0;
  }
}

void SplatScanner::Line(std::string_view raw, std::string_view text, std::uint64_t number,
                        Scope scope, const LineMarks& marks) {
  if (const auto found = Find(raw, text, marks)) {
    Take(*found, number, scope);
  } else if (marks.dash && Has(raw, kCutHere)) {
    CutHere(number, scope);
  } else if (warning_ || cut_ || fault_end_ != 0) {
    TakeMessage(StripPrintk(text), number);
  }
}

// Each condition says why Find() finds nothing; marks.dash is not set, so there is no cut either.
bool SplatScanner::PassesNote(std::string_view raw, std::size_t prefix, std::size_t hash,
                              std::size_t colon) const {
  if (!idle()) return false;
  const std::string_view before(raw.data(), colon);
  // Of what FindMark() looks for at a colon, with a space behind it.
  if (WordsAtEnd(before) != 0 || before.back() == ')' || raw[colon + 2] == 'W') return false;
  // What it looks for at the end of a line, and EndsTimedOut().
  if (raw.back() == '!' || (raw.back() == 't' && raw.ends_with("timed out"))) return false;
  // All that is ahead of the '#' goes off, so that Match() begins there.
  const std::string_view text(raw.data() + prefix, raw.size() - prefix);
  return prefix == 0 || IsBehindTime(raw, text) || StripPrintk(raw).data() == raw.data() + hash;
}

void SplatScanner::GluedTo(std::string_view raw, std::uint64_t number, Scope scope,
                           const LineMarks& marks) {
  if (const auto found = FindMark(raw, marks, true)) {
    Take(*found, number, scope);
  } else if (marks.dash && Has(raw, kCutHere)) {
    CutHere(number, scope);
  }
}

}  // namespace gate
