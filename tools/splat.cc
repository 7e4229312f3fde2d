// SPDX-License-Identifier: GPL-2.0-only
#include "splat.h"

#include <array>
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

// First bytes of the words that can begin a report or mark a place in one. Most lines of a log end
// their way here.
constexpr std::array<bool, 256> MakeFirstBytes() {
  std::array<bool, 256> table{};
  for (const char c : {'W', 'B', 'I', 'U', 'O', 'K', 'F', 'S', 'k', 'g', 'r', 'w', '[', '#', '-'}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kFirstBytes = MakeFirstBytes();

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
};

bool IsFrame(std::string_view text) {
  if (text.empty() || text.starts_with('<')) return true;  // "<TASK>", "</IRQ>"
  return Has(text, "+0x") && Has(text, "/0x");
}

// "comm invoked oom-killer:" and "comm: page allocation failure" start with any word.
bool IsMemoryShortage(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view rest = text.substr(space + 1);
  if (rest.empty()) return false;
  return (rest.front() == 'i' && rest.starts_with("invoked oom-killer:")) ||
         (rest.front() == 'p' && rest.starts_with("page allocation failure"));
}

bool EndsTimedOut(std::string_view text) {
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
    if (!before.ends_with(".c") && !before.ends_with(".h") && !before.ends_with(".S") &&
        !before.ends_with(".rs")) {
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
    if (line.empty()) return line;
    if (line.front() == '<' && line.size() > 2 && line[1] >= '0' && line[1] <= '9') {
      const std::size_t close = line.substr(0, 5).find('>');
      if (close == std::string_view::npos) return line;
      line.remove_prefix(close + 1);
    } else if (line.front() == '[' && !line.starts_with("[ BUG:") && !line.starts_with("[<")) {
      const std::size_t close = line.substr(0, 40).find(']');
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
    if (FindLocation(text) || Has(text, " at "))
      return Header{SplatKind::kWarning, Until::kEndTrace};
  }
  for (const std::string_view phrase : kLockdepPhrases) {
    if (Has(text, phrase)) return Header{SplatKind::kLockdep, Until::kBacktrace};
  }
  return std::nullopt;
}

std::optional<SplatScanner::Header> SplatScanner::MatchBug(std::string_view text) {
  text.remove_prefix(3);
  if (text.starts_with(' ')) {
    // SLUB: "BUG kmalloc-64 (Tainted: ...): Right Redzone overwritten".
    if (Has(text, " (") && Has(text, "): ")) return Header{SplatKind::kMemory, Until::kTrace};
    return std::nullopt;
  }
  if (!text.starts_with(": ")) return std::nullopt;
  text.remove_prefix(2);
  for (const std::string_view tool : {"KASAN:", "KFENCE:", "KCSAN:", "KMSAN:"}) {
    if (text.starts_with(tool)) return Header{SplatKind::kSanitizer, Until::kRuler};
  }
  if (text.starts_with("sleeping function called") || text.starts_with("scheduling while atomic") ||
      (text.starts_with("using ") && Has(text, "preemptible"))) {
    return Header{SplatKind::kAtomic, Until::kTrace};
  }
  if (text.starts_with("soft lockup") || text.starts_with("workqueue lockup")) {
    return Header{SplatKind::kStuck, Until::kTrace};
  }
  if (text.starts_with("Bad page") || text.starts_with("Bad rss-counter")) {
    return Header{SplatKind::kMemory, Until::kTrace};
  }
  if (text.starts_with("MAX_LOCK") || text.starts_with("key ")) {
    return Header{SplatKind::kLockdep, Until::kTrace};
  }
  return Header{SplatKind::kBug, Until::kEndTrace};
}

std::optional<SplatScanner::Header> SplatScanner::Match(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (IsMemoryShortage(text)) return Header{SplatKind::kMemory, Until::kTrace};
  switch (text.front()) {
    case 'W':
      if (text.starts_with("WARNING: ")) return MatchWarning(text);
      if (text.starts_with("Watchdog detected hard LOCKUP")) {
        return Header{SplatKind::kStuck, Until::kTrace};
      }
      break;
    case '[':
      if (text.starts_with("[ BUG: ")) return Header{SplatKind::kLockdep, Until::kBacktrace};
      break;
    case 'B':
      if (text.starts_with("BUG")) return MatchBug(text);
      break;
    case 'I':
      if (text.starts_with("INFO: task ") && Has(text, "blocked for more than")) {
        return Header{SplatKind::kStuck, Until::kTrace};
      }
      if (text.starts_with("INFO: rcu") && Has(text, "detected") && Has(text, "stall")) {
        return Header{SplatKind::kStuck, Until::kTrace};
      }
      if (text.starts_with("INFO: lockdep is turned off")) {
        return Header{SplatKind::kLockdep, Until::kNow};
      }
      if (text.starts_with("INFO: trying to register non-static key")) {
        return Header{SplatKind::kLockdep, Until::kTrace};
      }
      if (text.starts_with("Internal error: ")) return Header{SplatKind::kBug, Until::kEndTrace};
      break;
    case 'r':
      if (text.starts_with("rcu: INFO: ") && Has(text, "detected") && Has(text, "stall")) {
        return Header{SplatKind::kStuck, Until::kTrace};
      }
      break;
    case 'w':
      if (text.starts_with("watchdog: BUG: soft lockup") ||
          (text.starts_with("watchdog: ") && Has(text, "hard LOCKUP"))) {
        return Header{SplatKind::kStuck, Until::kTrace};
      }
      break;
    case 'U':
      if (text.starts_with("UBSAN: ") && FindLocation(text)) {
        return Header{SplatKind::kSanitizer, Until::kEndTrace};
      }
      if (text.starts_with("Unable to handle kernel")) {
        return Header{SplatKind::kBug, Until::kEndTrace};
      }
      break;
    case 'O':
      if (text.starts_with("Oops: ") || text.starts_with("Oops - ")) {
        return Header{SplatKind::kBug, Until::kEndTrace};
      }
      break;
    case 'g':
      if (text.starts_with("general protection fault")) {
        return Header{SplatKind::kBug, Until::kEndTrace};
      }
      break;
    case 'k':
      if (text.starts_with("kernel BUG at ")) return Header{SplatKind::kBug, Until::kEndTrace};
      if (text.starts_with("kmemleak: ") && Has(text, "new suspected memory leak")) {
        return Header{SplatKind::kMemory, Until::kNow};
      }
      break;
    case 'K':
      if (text.starts_with("Kernel panic - not syncing: VFS:")) break;  // UML's usual end: no root.
      if (text.starts_with("Kernel panic - not syncing")) {
        return Header{SplatKind::kPanic, Until::kEndTrace};
      }
      if (text.starts_with("Kernel mode fault at addr")) {
        return Header{SplatKind::kPanic, Until::kNow};
      }
      break;
    case 'S':
      if (text.starts_with("Segfault with no mm")) return Header{SplatKind::kPanic, Until::kNow};
      break;
    case 'F':
      if (text.starts_with("Fence ") && Has(text, "released with pending signals!")) {
        return Header{SplatKind::kFence, Until::kNow};
      }
      break;
    case '#':
      if (EndsTimedOut(text)) return Header{SplatKind::kStuck, Until::kNow};
      break;
    default:
      break;
  }
  return std::nullopt;
}

// One fault prints several of these in a row: "BUG: kernel NULL pointer", then "Oops: ...".
bool SplatScanner::Absorbs(const Header& header) const {
  return open_->kind == SplatKind::kBug && header.kind == SplatKind::kBug &&
         until_ == Until::kEndTrace;
}

bool SplatScanner::Ends(std::string_view text) {
  if (++lines_ > kMaxLines) return true;
  switch (until_) {
    case Until::kEndTrace:
      return text.starts_with("---[ end ");
    case Until::kRuler:
      return text.starts_with("==========");
    case Until::kBacktrace:
      if (text.starts_with("stack backtrace:")) in_backtrace_ = true;
      if (!in_backtrace_) return false;
      [[fallthrough]];
    case Until::kTrace:
      if (text.starts_with("Call Trace:") || text.starts_with("Call trace:")) {
        in_frames_ = true;
        return false;
      }
      return in_frames_ && !IsFrame(text);
    case Until::kNow:
      return true;
  }
  return true;
}

void SplatScanner::Open(const Header& header, std::string_view text, std::uint64_t number) {
  open_.emplace();
  open_->kind = header.kind;
  open_->title = Clean(text);
  open_->log_line = number;
  if (const auto location = FindLocation(text)) {
    open_->file = Clean(location->file);
    open_->line = location->line;
  }
  until_ = header.until;
  lines_ = 0;
  in_backtrace_ = false;
  in_frames_ = false;
  // x86 prints a WARN's message between the "cut here" mark and the WARNING line, UML after it.
  if (header.kind == SplatKind::kWarning && cut_here_ != 0 && number - cut_here_ <= 3) {
    open_->detail = std::move(before_);
  }
  cut_here_ = 0;
  before_.clear();
  wants_detail_ = header.kind == SplatKind::kWarning && open_->detail.empty();
}

std::optional<Splat> SplatScanner::Line(std::string_view raw, std::uint64_t number) {
  const std::string_view text = StripPrintk(raw);
  if (!open_ && cut_here_ == 0) {
    // The way of nearly every line.
    if (text.empty()) return std::nullopt;
    const bool word = kFirstBytes[static_cast<unsigned char>(text.front())];
    if (!word && !IsMemoryShortage(text)) return std::nullopt;
    if (text.front() == '#' && !EndsTimedOut(text)) return std::nullopt;
  }
  if (text.starts_with("------------[ cut here ]")) {
    auto done = Flush();
    cut_here_ = number;
    before_.clear();
    return done;
  }

  if (open_ && wants_detail_) {
    wants_detail_ = false;
    if (!text.empty() && !text.starts_with("Modules linked in:") && !text.starts_with("CPU: ") &&
        !text.starts_with("---[ end ") && !text.starts_with("Stack:")) {
      open_->detail = Clean(text);
      ++lines_;
      return std::nullopt;
    }
  }

  const auto header = Match(text);
  const bool message = header && header->kind == SplatKind::kFence && cut_here_ != 0;
  if (header && !message && !(open_ && Absorbs(*header))) {
    auto done = Flush();
    Open(*header, text, number);
    if (until_ == Until::kNow && !done) return Flush();
    return done;
  }
  if (open_) {
    if (Ends(text)) return Flush();
    return std::nullopt;
  }
  if (cut_here_ != 0) {
    if (number - cut_here_ > 3) {
      cut_here_ = 0;
    } else if (before_.empty()) {
      before_ = Clean(text);
    }
  }
  return std::nullopt;
}

std::optional<Splat> SplatScanner::Flush() {
  wants_detail_ = false;
  auto done = std::exchange(open_, std::nullopt);
  return done;
}

}  // namespace gate
