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
  std::vector<Splat> found;
  SplatScanner scanner([&found](const Splat& splat) { found.push_back(splat); });
  std::uint64_t number = 0;
  for (const std::string& line : lines)
    scanner.Line(line, line, ++number, Scope::kTest, FindMarks(line));
  scanner.Flush();
  return found;
}

std::vector<std::string> Titles(const std::vector<Splat>& splats) {
  std::vector<std::string> titles;
  for (const Splat& splat : splats) titles.push_back(splat.title);
  return titles;
}
using Strings = std::vector<std::string>;

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
        Form{"Web Content invoked oom-killer: gfp_mask=0xcc0", SplatKind::kMemory},
        Form{"kmemleak: Kernel memory leak detector disabled", SplatKind::kMemory},
        Form{"ODEBUG: Out of memory. ODEBUG disabled", SplatKind::kMemory},
        Form{"divide error: 0000 [#1] PREEMPT SMP", SplatKind::kBug},
        Form{"invalid opcode: 0000 [#12] SMP", SplatKind::kBug}, Form{"Oops [#1]", SplatKind::kBug},
        Form{"PANIC: double fault, error_code: 0x0", SplatKind::kPanic},
        Form{"Insufficient stack space to handle exception!", SplatKind::kBug},
        Form{"Unhandled fault: external abort on non-linefetch (0x1008) at 0x1", SplatKind::kBug},
        Form{"unchecked MSR access error: RDMSR from 0x1b0 at rIP: 0x1", SplatKind::kBug},
        Form{"NMI watchdog: Watchdog detected hard LOCKUP on cpu 0", SplatKind::kStuck},
        Form{"watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 0", SplatKind::kStuck},
        Form{"rcu: rcu_preempt kthread starved for 5000 jiffies! g1 f0x0", SplatKind::kStuck},
        Form{"smp: csd: Detected non-responsive CSD lock (#1) on CPU#0", SplatKind::kStuck},
        Form{"bad: scheduling from the idle thread!", SplatKind::kAtomic},
        Form{"turning off the locking correctness validator.", SplatKind::kLockdep},
        Form{"sysfs: cannot create duplicate filename '/devices/x'", SplatKind::kWarning},
        Form{"WARNING: CPU: 0 PID: 28 at fn+0x41/0xa40", SplatKind::kWarning},
        Form{"WARNING: at fn+0x41/0x560, CPU#0: task/26", SplatKind::kWarning},
        Form{"WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", SplatKind::kLockdep},
        Form{"WARNING: lock held when returning to user space!", SplatKind::kLockdep},
        Form{"WARNING: bad contention detected!", SplatKind::kLockdep},
        Form{"WARNING: chain_key collision", SplatKind::kLockdep},
        Form{"BUG: key 0000000061b2c3d4 has not been registered!", SplatKind::kLockdep},
        Form{"BUG: MAX_LOCKDEP_CHAINS too low!", SplatKind::kLockdep},
        Form{"BUG: using __this_cpu_add() in preemptible [00000000] code: a/1", SplatKind::kAtomic},
        Form{"BUG: spinlock bad magic on CPU#0, a/28", SplatKind::kBug},
        Form{"BUG: workqueue leaked atomic, lock or RCU: kworker/0:1[9]", SplatKind::kBug},
        Form{"BUG: unable to handle page fault for address: ffff8880", SplatKind::kBug},
        Form{"Kernel BUG at fn+0x1/0x2 [verbose debug info unavailable]", SplatKind::kBug},
        Form{"kernel BUG at fn+0x1/0x2 [verbose debug info unavailable]", SplatKind::kBug},
        Form{"Oops: 0002 [#1] PREEMPT SMP KASAN", SplatKind::kBug},
        Form{"Oops - undefined instruction: 0 [#1] SMP", SplatKind::kBug},
        Form{"Internal error: Oops - BUG: 00000000f2000800 [#1] SMP", SplatKind::kBug},
        Form{"Unable to handle kernel paging request at virtual address 0", SplatKind::kBug},
        Form{"INFO: task a:12 blocked in I/O wait for more than 120 seconds.", SplatKind::kStuck},
        Form{"rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", SplatKind::kStuck},
        Form{"rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: {", SplatKind::kStuck},
        Form{"rcu: INFO: rcu_tasks detected stalls on tasks:", SplatKind::kStuck},
        Form{"BUG: Bad page map in process a  pte:1 pmd:2", SplatKind::kMemory},
        Form{"BUG: Bad rss-counter state mm:1 type:MM_ANONPAGES val:1", SplatKind::kMemory},
        Form{"kmemleak: 1 new suspected memory leak (see /sys/kernel/debug/kmemleak)",
             SplatKind::kMemory},
        Form{"BUG task_struct (Tainted: G    B            N): Object already free",
             SplatKind::kMemory},
        Form{"DMA-API: debugging out of memory - disabling", SplatKind::kMemory},
        Form{"CPU: 0 UID: 0 PID: 9 Comm: a Tainted: G        W        N 6.12.0 #1",
             SplatKind::kWarning},
        Form{"Fence drv:tl:1:2 released with pending signals!", SplatKind::kFence}));

// Forms that nothing else prints, as they may stand behind a prefix that nobody told us of, or
// behind a line that had no end.
class SplatMarkTest : public testing::TestWithParam<const char*> {};

TEST_P(SplatMarkTest, IsFoundWhereverItStands) {
  for (const char* ahead :
       {"Nov 22 14:00:00 host kernel: ", "12:00:01 ", "kern  :warn  : [    0.1] ", "qemu| ",
        "foo..", "\033[0m", "    # case:"}) {
    const auto found = Scan({ahead + std::string(GetParam())});
    ASSERT_EQ(found.size(), 1u) << ahead << GetParam();
    EXPECT_NE(found[0].title.find(GetParam()), std::string::npos) << found[0].title;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, SplatMarkTest,
    testing::Values(
        "WARNING: CPU: 0 PID: 28 at drivers/a.c:123 fn+0x41/0xa40",
        "WARNING: drivers/a.c:123 at fn+0x41/0x560, CPU#0: task/26",
        "WARNING: possible circular locking dependency detected",
        "WARNING: inconsistent lock state", "[ BUG: Invalid wait context ]",
        "BUG: KASAN: slab-use-after-free in fn+0x1/0x2",
        "BUG: sleeping function called from invalid context at a/b.c:9",
        "BUG: kernel NULL pointer dereference, address: 0",
        "UBSAN: array-index-out-of-bounds in lib/a.c:1:2", "kernel BUG at drivers/a.c:12!",
        "BUG: failure at drivers/a.c:321/fn()!", "Oops: 0000 [#1] SMP",
        "divide error: 0000 [#1] SMP", "Kernel panic - not syncing: Fatal exception",
        "INFO: lockdep is turned off.", "INFO: task a:12 blocked for more than 120 seconds.",
        "rcu: INFO: rcu_sched self-detected stall on CPU",
        "rcu: rcu_preempt kthread starved for 5000 jiffies!",
        "BUG: soft lockup - CPU#0 stuck for 22s!", "PANIC: double fault, error_code: 0x0",
        "Fence drv:tl:1:2 released with pending signals!", "kmemleak: 3 new suspected memory leaks",
        "BUG kmalloc-64 (Not tainted): Right Redzone overwritten",
        "Web Content invoked oom-killer: gfp_mask=0xcc0"));

TEST(SplatTest, IsFoundInAResultLineThatItIsGluedTo) {
  std::vector<Splat> found;
  SplatScanner scanner([&found](const Splat& splat) { found.push_back(splat); });
  scanner.Structure("    ok 1 faWARNING: CPU: 0 PID: 1 at x.c:1 fn+0x1/0x2", 1, Scope::kTest,
                    FindMarks("    ok 1 faWARNING: CPU: 0 PID: 1 at x.c:1 fn+0x1/0x2"));
  scanner.Structure("    ok 2 b------------[ cut here ]------------", 2, Scope::kTest,
                    FindMarks("    ok 2 b------------[ cut here ]------------"));
  scanner.Structure("    ok 3 BUG: KASAN: x in fn", 3, Scope::kTest,
                    FindMarks("    ok 3 BUG: KASAN: x in fn"));
  scanner.Flush();
  EXPECT_EQ(Titles(found), Strings({"WARNING: CPU: 0 PID: 1 at x.c:1 fn+0x1/0x2",
                                    "unrecognised report", "BUG: KASAN: x in fn"}));
  found.clear();
  for (const char* name : {"    ok 4 BUG: a bug of old", "    ok 5 error [#1]", "    ok 6 a: b",
                           "    # Subtest: page allocation failure: none"}) {
    scanner.Structure(name, 4, Scope::kTest, FindMarks(name));
  }
  scanner.Flush();
  EXPECT_TRUE(found.empty()) << "a test may be called so";
}

TEST(SplatTest, LookAlikesAreNone) {
  for (const char* line : {"ODEBUG: selftest passed",
                           "rcu: INFO: Stall ended before state dump start",
                           "rcu: INFO: Expedited stall ended before state dump start",
                           "INFO: NMI handler (perf_event_nmi_handler) took too long to run: 2 ms",
                           "perf: interrupt took too long (2503 > 2500), lowering",
                           "WARNING: Flushing system-wide workqueues will be prohibited soon.",
                           "DMA-API: preallocated 65536 debug entries",
                           "INFO: task a:12 is blocked on a mutex likely owned by task b:13.",
                           "CPU: 0 UID: 0 PID: 9 Comm: a Tainted: G                 N 6.12.0 #1",
                           "CPU: 0 UID: 0 PID: 9 Comm: a Not tainted 6.12.0-WARN #1",
                           "refcount_t: saturated; leaking memory.",
                           "KASAN: 1 test done",
                           "DEBUG: WARNING ahead",
                           "WARNING: this driver is old",
                           "WARNING: at the end of its life",
                           "INFO: Stall ended before state dump start",
                           "INFO: NMI handler took too long to run",
                           "DEBUG_LOCKS is on",
                           "BUG_ON is a macro",
                           "Kernel panic - not syncing: VFS: Unable to mount root",
                           "# a: WARNING ignored",
                           "---[ end Kernel panic - not syncing: Fatal exception ]---",
                           "xBUG: of no known kind",
                           "smp: bringing up",
                           "bad: luck",
                           "rcu: Hierarchical RCU",
                           "sysfs: x",
                           "list [#1",
                           "[# 1]",
                           "UBSAN: enabled",
                           "rcu: INFO: booting",
                           "Fence registers mapped",
                           "Internal clock",
                           "BUGS: none",
                           "watchdog: enabled",
                           ""}) {
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

  const auto x86 =
      Scan({"[ 1.0] ------------[ cut here ]------------",
            "[ 1.0] Fence a:b:1:2 released with pending signals!",
            "[ 1.0] WARNING: CPU: 0 PID: 1 at drivers/dma-buf/dma-fence.c:10 fn+0x1/0x2",
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
  EXPECT_EQ(Scan({"kernel BUG at a.c:1!", "invalid opcode: 0000 [#1] SMP"}).size(), 1u);
  EXPECT_EQ(Scan({"Unable to handle kernel NULL pointer dereference", "Mem abort info:",
                  "  ESR = 0x96000004", "  EC = 0x25", "  SET = 0, FnV = 0", "  EA = 0",
                  "  FSC = 0x04", "Data abort info:", "Internal error: Oops: 96000004 [#1]"})
                .size(),
            1u);
}

TEST(SplatTest, AnotherFaultIsAnother) {
  EXPECT_EQ(
      Scan({"BUG: kernel NULL pointer dereference, address: 0", "BUG: spinlock bad magic"}).size(),
      2u);
  EXPECT_EQ(Scan({"BUG: kernel NULL pointer dereference, address: 0", "Oops: 0000 [#1]",
                  "Oops: 0000 [#2]"})
                .size(),
            2u);
  EXPECT_EQ(
      Scan({"BUG: kernel NULL pointer dereference, address: 0", "Call Trace:", "Oops: 0000 [#1]"})
          .size(),
      2u);
  EXPECT_EQ(Scan({"BUG: spinlock bad magic on CPU#0, a/28", " lock: 0x0", "Call Trace:",
                  "BUG: kernel NULL pointer dereference, address: 0", "Oops: 0000 [#1] SMP"})
                .size(),
            2u);
}

TEST(SplatTest, AReportIsNeverTheMessageOfAnother) {
  constexpr char kWarning[] = "WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2";
  for (const char* next :
       {"BUG: KASAN: slab-use-after-free in fn+0x1/0x2", "INFO: lockdep is turned off.",
        "Fence a:b:1:2 released with pending signals!", kWarning}) {
    EXPECT_EQ(Titles(Scan({kWarning, next, "---[ end trace 0 ]---"})), Strings({kWarning, next}));
  }
  const auto fence = Scan({"WARNING: CPU: 0 PID: 1 at drivers/dma-buf/dma-fence.c:532 fn+0x1/0x2",
                           "Fence a:b:1:2 released with pending signals!"});
  ASSERT_EQ(fence.size(), 1u) << "that one is its message";
  EXPECT_EQ(fence[0].detail, "Fence a:b:1:2 released with pending signals!");
}

TEST(SplatTest, ACutMarkAloneIsAReport) {
  constexpr char kCut[] = "------------[ cut here ]------------";
  constexpr char kFence[] = "Fence a:b:1:1 released with pending signals!";
  EXPECT_EQ(Titles(Scan({kCut})), Strings({"unrecognised report"}));
  EXPECT_EQ(Titles(Scan({kCut, "odd", "b", "c", "d"})), Strings({"odd"}));
  const auto fence = Scan({kCut, kFence});
  ASSERT_EQ(Titles(fence), Strings({kFence}));
  EXPECT_EQ(fence[0].kind, SplatKind::kFence);
  EXPECT_EQ(Titles(Scan({kCut, kFence, "WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2"})),
            Strings({kFence, "WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2"}));
  EXPECT_EQ(Scan({kCut, kCut}).size(), 2u);

  std::vector<Splat> found;
  SplatScanner scanner([&found](const Splat& splat) { found.push_back(splat); });
  scanner.Line(kCut, kCut, 1, Scope::kTest, FindMarks(kCut));
  scanner.Structure("    ok 1 a", 2, Scope::kTest, FindMarks("    ok 1 a"));
  scanner.Line(kFence, kFence, 3, Scope::kTest, FindMarks(kFence));
  scanner.Flush();
  EXPECT_EQ(Titles(found), Strings({"unrecognised report", kFence}));
}

// GATE: what a WARN may say, in the two places where it says it.
TEST(SplatTest, KnowsWhatAWarningSays) {
  for (const char* message :
       {"refcount_t: underflow; use-after-free.",
        "list_add corruption. next->prev should be prev (1), but was 2. (next=3).",
        "ODEBUG: free active (active state 0) object: 1 object type: timer_list hint: fn+0x0/0x1",
        "DEBUG_LOCKS_WARN_ON(lock->magic != lock)",
        "memcpy: detected field-spanning write (size 8) of single field \"a\" at b.c:1 (size 4)",
        "DMA-API: vim2m vim2m.0: device driver frees DMA memory it has not allocated",
        "Fence drv:tl:1:2 released with pending signals!"}) {
    const std::string uml =
        "WARNING: CPU: 0 PID: 28 at drivers/dma-buf/dma-fence.c:1 fn+0x41/0xa40";
    const std::string x86 = "WARNING: drivers/dma-buf/dma-fence.c:1 at fn+0x1/0x2, CPU#0: a/26";
    for (const auto& lines :
         {Strings({"------------[ cut here ]------------", uml, message, "CPU: 0 UID: 0 PID: 1"}),
          Strings({"------------[ cut here ]------------", message, x86, "Modules linked in:"})}) {
      const auto found = Scan(lines);
      ASSERT_EQ(found.size(), 1u) << message;
      EXPECT_EQ(found[0].detail, message);
      EXPECT_EQ(found[0].file, "drivers/dma-buf/dma-fence.c");
    }
  }
}

TEST(SplatTest, TaintTellsOfAReportThatIsLost) {
  constexpr char kTainted[] =
      "CPU: 0 UID: 0 PID: 28 Comm: kunit_try_catch Tainted: G      D W        N 6.12.57 #1";
  constexpr char kWarning[] = "WARNING: CPU: 0 PID: 28 at a/b.c:1 fn+0x1/0x2";
  const auto lost = Scan({kWarning, "a message", kTainted, "Call Trace:", kTainted});
  ASSERT_EQ(lost.size(), 2u);
  EXPECT_EQ(lost[0].detail, "a message");
  EXPECT_EQ(lost[1].title, kTainted);
  EXPECT_EQ(lost[1].detail, "tainted by an earlier report, which this log lacks");
  EXPECT_EQ(lost[1].log_line, 3u);
  EXPECT_EQ(Scan({kWarning, "a message", "---[ end trace 0 ]---", kWarning, "", kTainted}).size(),
            2u)
      << "by the first of the two";
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

TEST(SplatTest, ScopeIsThatOfTheFirstLine) {
  std::vector<Splat> found;
  SplatScanner scanner([&found](const Splat& splat) { found.push_back(splat); });
  constexpr char kWarning[] = "WARNING: CPU: 0 PID: 1 at a.c:1 fn+0x1/0x2";
  scanner.Line(kWarning, kWarning, 1, Scope::kTest, FindMarks(kWarning));
  scanner.Line("message", "message", 2, Scope::kAfter, FindMarks("message"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].scope, Scope::kTest);
}

TEST(SplatTest, TitlesAreSafeToShow) {
  const auto found = Scan({"BUG: KASAN: \033]0;x\007 in fn"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "BUG: KASAN: \\x1b]0;x\\x07 in fn");
}

}  // namespace
}  // namespace gate
