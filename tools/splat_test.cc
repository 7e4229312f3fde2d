// SPDX-License-Identifier: GPL-2.0-only
#include "splat.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gate {
namespace {

std::vector<Splat> Scan(const std::vector<std::string>& lines) {
  SplatScanner scanner;
  std::vector<Splat> found;
  std::uint64_t number = 0;
  for (const std::string& line : lines) {
    if (auto splat = scanner.Line(line, ++number)) found.push_back(*splat);
  }
  if (auto splat = scanner.Flush()) found.push_back(*splat);
  return found;
}

struct Form {
  const char* line;
  SplatKind kind;
};

class SplatFormTest : public testing::TestWithParam<Form> {};

TEST_P(SplatFormTest, IsFoundBareAndBehindPrefixes) {
  for (const char* prefix :
       {"", "[    1.234567] ", "[    1.234567][   T12] ", "<4>[ 1.2] ", "   "}) {
    const auto found = Scan({prefix + std::string(GetParam().line)});
    ASSERT_EQ(found.size(), 1u) << prefix << GetParam().line;
    EXPECT_EQ(SplatKindName(found[0].kind), std::string(SplatKindName(GetParam().kind)));
    EXPECT_EQ(found[0].title, GetParam().line);
    EXPECT_EQ(found[0].log_line, 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, SplatFormTest,
    testing::Values(
        Form{"WARNING: CPU: 0 PID: 28 at drivers/a.c:123 fn+0x41/0xa40", SplatKind::kWarning},
        Form{"WARNING: drivers/a.c:123 at fn+0x41/0x560, CPU#0: task/26", SplatKind::kWarning},
        Form{"WARNING: possible circular locking dependency detected", SplatKind::kLockdep},
        Form{"WARNING: possible recursive locking detected", SplatKind::kLockdep},
        Form{"WARNING: inconsistent lock state", SplatKind::kLockdep},
        Form{"WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected", SplatKind::kLockdep},
        Form{"WARNING: possible irq lock inversion dependency detected", SplatKind::kLockdep},
        Form{"WARNING: bad unlock balance detected!", SplatKind::kLockdep},
        Form{"WARNING: held lock freed!", SplatKind::kLockdep},
        Form{"WARNING: a/1 still has locks held!", SplatKind::kLockdep},
        Form{"WARNING: suspicious RCU usage", SplatKind::kLockdep},
        Form{"WARNING: Nested lock was not taken", SplatKind::kLockdep},
        Form{"[ BUG: Invalid wait context ]", SplatKind::kLockdep},
        Form{"INFO: lockdep is turned off.", SplatKind::kLockdep},
        Form{"INFO: trying to register non-static key.", SplatKind::kLockdep},
        Form{"BUG: KASAN: slab-use-after-free in fn+0x1/0x2", SplatKind::kSanitizer},
        Form{"BUG: KFENCE: out-of-bounds read in fn+0x1/0x2", SplatKind::kSanitizer},
        Form{"BUG: KCSAN: data-race in fn / fn2", SplatKind::kSanitizer},
        Form{"BUG: KMSAN: uninit-value in fn", SplatKind::kSanitizer},
        Form{"UBSAN: array-index-out-of-bounds in lib/a.c:1:2", SplatKind::kSanitizer},
        Form{"BUG: sleeping function called from invalid context at a/b.c:9", SplatKind::kAtomic},
        Form{"BUG: scheduling while atomic: a/1/0x2", SplatKind::kAtomic},
        Form{"BUG: using smp_processor_id() in preemptible [00] code: a/1", SplatKind::kAtomic},
        Form{"kernel BUG at drivers/a.c:12!", SplatKind::kBug},
        Form{"BUG: failure at drivers/a.c:321/fn()!", SplatKind::kBug},
        Form{"BUG: kernel NULL pointer dereference, address: 0", SplatKind::kBug},
        Form{"Oops: general protection fault, 0000 [#1] SMP", SplatKind::kBug},
        Form{"general protection fault, probably for non-canonical address", SplatKind::kBug},
        Form{"Unable to handle kernel NULL pointer dereference", SplatKind::kBug},
        Form{"Internal error: Oops: 96000004 [#1]", SplatKind::kBug},
        Form{"Kernel panic - not syncing: Fatal exception", SplatKind::kPanic},
        Form{"Segfault with no mm", SplatKind::kPanic},
        Form{"Kernel mode fault at addr 0x0, ip 0x6", SplatKind::kPanic},
        Form{"INFO: task a:12 blocked for more than 120 seconds.", SplatKind::kStuck},
        Form{"rcu: INFO: rcu_sched self-detected stall on CPU", SplatKind::kStuck},
        Form{"INFO: rcu_preempt detected stalls on CPUs/tasks:", SplatKind::kStuck},
        Form{"watchdog: BUG: soft lockup - CPU#0 stuck for 22s!", SplatKind::kStuck},
        Form{"watchdog: Watchdog detected hard LOCKUP on cpu 1", SplatKind::kStuck},
        Form{"BUG: workqueue lockup - pool cpus=0", SplatKind::kStuck},
        Form{"# a_case: try timed out", SplatKind::kStuck},
        Form{"BUG kmalloc-64 (Not tainted): Right Redzone overwritten", SplatKind::kMemory},
        Form{"BUG: Bad page state in process a  pfn:1", SplatKind::kMemory},
        Form{"kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
             SplatKind::kMemory},
        Form{"kunit_try_catch invoked oom-killer: gfp_mask=0x1", SplatKind::kMemory},
        Form{"swapper: page allocation failure: order:4", SplatKind::kMemory},
        Form{"Fence drv:tl:1:2 released with pending signals!", SplatKind::kFence}));

TEST(SplatTest, LookAlikesAreNone) {
  for (const char* line :
       {"ODEBUG: selftest passed", "DEBUG: WARNING ahead", "WARNING: this driver is old",
        "WARNING: at the end of its life", "INFO: Stall ended before state dump start",
        "INFO: NMI handler took too long to run", "DEBUG_LOCKS is on", "BUG_ON is a macro",
        "a WARNING: CPU: 0 PID: 1 at a.c:1",
        "Kernel panic - not syncing: VFS: Unable to mount root", "# a: WARNING ignored",
        "ok 1 BUG: KASAN: x", "UBSAN: enabled", "rcu: INFO: booting", "Fence registers mapped",
        "Internal clock", "BUGS: none", "watchdog: enabled", ""}) {
    EXPECT_TRUE(Scan({line}).empty()) << line;
  }
}

TEST(SplatTest, TakesTheMessageFromBehindOrAheadOfTheWarningLine) {
  const auto uml =
      Scan({"------------[ cut here ]------------", "WARNING: CPU: 0 PID: 1 at a/b.c:10 fn+0x1/0x2",
            "refcount_t: underflow; use-after-free.", "CPU: 0 UID: 0 PID: 1 Comm: x", "Call Trace:",
            " [<60031090>] ? fn+0x0/0x50", "---[ end trace 0000000000000000 ]---", "after"});
  ASSERT_EQ(uml.size(), 1u);
  EXPECT_EQ(uml[0].detail, "refcount_t: underflow; use-after-free.");
  EXPECT_EQ(uml[0].file, "a/b.c");
  EXPECT_EQ(uml[0].line, 10u);
  EXPECT_EQ(uml[0].log_line, 2u);

  const auto x86 = Scan({"[ 1.0] ------------[ cut here ]------------",
                         "[ 1.0] Fence a:b:1:2 released with pending signals!",
                         "[ 1.0] WARNING: CPU: 0 PID: 1 at a/b.c:10 fn+0x1/0x2",
                         "[ 1.0] Modules linked in:", "[ 1.0] ---[ end trace 0 ]---"});
  ASSERT_EQ(x86.size(), 1u);
  EXPECT_EQ(x86[0].detail, "Fence a:b:1:2 released with pending signals!");
}

TEST(SplatTest, AWarningWithNoMessageHasNoDetail) {
  const auto found = Scan({"WARNING: CPU: 0 PID: 1 at a/b.c:10 fn+0x1/0x2", "CPU: 0 UID: 0 PID: 1",
                           "---[ end trace 0 ]---"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].detail, "");
}

TEST(SplatTest, OneFaultInManyWordsIsOne) {
  EXPECT_EQ(Scan({"BUG: kernel NULL pointer dereference, address: 0", "#PF: supervisor read",
                  "Oops: Oops: 0000 [#1]", "RIP: 0010:fn+0x1/0x2", "---[ end trace 0 ]---"})
                .size(),
            1u);
}

TEST(SplatTest, TwoReportsInARowAreTwo) {
  EXPECT_EQ(Scan({"WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2", "---[ end trace 0 ]---",
                  "WARNING: CPU: 0 PID: 1 at a.c:2 fn+0x1/0x2", "---[ end trace 0 ]---"})
                .size(),
            2u);
  EXPECT_EQ(Scan({"BUG: KASAN: slab-out-of-bounds in fn+0x1/0x2", "Read of size 4",
                  "Kernel panic - not syncing: kasan.fault=panic"})
                .size(),
            2u);
  EXPECT_EQ(
      Scan({"BUG: KASAN: a in fn", "INFO: lockdep is turned off.", "BUG: KASAN: b in fn"}).size(),
      3u);
}

TEST(SplatTest, EachKindOfReportEnds) {
  SplatScanner scanner;
  const auto ends = [&scanner](const std::vector<std::string>& lines) {
    std::uint64_t number = 0;
    for (const std::string& line : lines) {
      if (scanner.Line(line, ++number)) return number;
    }
    scanner.Flush();
    return std::uint64_t{0};
  };
  EXPECT_EQ(ends({"BUG: KASAN: x in fn", "Call Trace:", " fn+0x1/0x2", "", "=================="}),
            5u);
  EXPECT_EQ(ends({"UBSAN: x in a.c:1:2", "index 4 is out of range", "---[ end trace ]---"}), 3u);
  EXPECT_EQ(ends({"BUG: sleeping function called from invalid context at a.c:1",
                  "1 lock held by a/1:", " #0: 0 (l){+.+.}-{3:3}, at: fn+0x1/0x2",
                  "Call Trace:", " fn+0x1/0x2", " </TASK>", "usb 1-1: new device"}),
            7u);
  EXPECT_EQ(ends({"WARNING: possible recursive locking detected", "but task is already holding",
                  "Call Trace:", " fn+0x1/0x2", "stack backtrace:", "CPU: 0 PID: 1",
                  "Call Trace:", " fn+0x1/0x2", "usb 1-1: new device"}),
            9u);
}

TEST(SplatTest, AReportWithNoEndIsBounded) {
  std::vector<std::string> lines = {"BUG: KASAN: x in fn"};
  lines.resize(2000, "more");
  SplatScanner scanner;
  std::size_t ended = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (scanner.Line(lines[i], i + 1)) ended = i;
  }
  EXPECT_GT(ended, 0u);
}

TEST(SplatTest, TitlesAreSafeToShow) {
  const auto found = Scan({"BUG: KASAN: \033]0;x\007 in fn"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "BUG: KASAN: \\x1b]0;x\\x07 in fn");
}

}  // namespace
}  // namespace gate
