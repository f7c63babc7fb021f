/**
 * Linux. It says "BUG: " at the head of every report of a bug in itself, whether it can go on or
 * not (sleeping in atomic context, KASAN, a soft lockup), and "WARNING: " where a check of its own
 * has failed: a kernel that has said either has passed no test. Every architecture's die() counts
 * its deaths in brackets.
 */
import { atHead, type Death } from "./death.ts";

export const linux: readonly Death[] = [
  {
    pattern: atHead(String.raw`(?:.{0,60}[\]:] ?|---\[ end )?Kernel panic - not syncing`),
    marks: ["panic"],
    source: "kernel/panic.c, panic()",
    says: [
      "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs",
      "Kernel panic - not syncing: Attempted to kill init!",
      "localhost kernel: Kernel panic - not syncing: Fatal exception",
    ],
    quiet: ['grep "Kernel panic - not syncing" log', "ok 4 Kernel panic - not syncing is reported"],
  },
  {
    pattern: /Oops(?<!\wOops).*\[#\d/m,
    marks: ["count"],
    source: "die() of x86, RISC-V, PowerPC, Arm, LoongArch, SuperH, Xtensa, Hexagon",
    says: [
      "[    3.1] Oops: 0002 [#1] PREEMPT SMP",
      "[    0.5] Oops [#1]",
      "Oops[#1]:",
      "Oops: Kernel access of bad area, sig: 11 [#1]",
      "Oops - illegal instruction [#1]",
    ],
    quiet: ["Whoops: 3 retries", "Oops, wrong key", "Oops: try again [#a]"],
  },
  {
    pattern: /Internal error: .*\[#\d/m,
    marks: ["count"],
    source: "arch/arm/kernel/traps.c, arch/arm64/kernel/traps.c, die()",
    says: [
      "[    2.0] Internal error: synchronous external abort: 0000000096000210 [#1] PREEMPT SMP",
      "Internal error: Oops - BUG: 0 [#1] PREEMPT SMP ARM",
    ],
    quiet: ["Internal error: none since boot", "Internal error: see bug [#a12]"],
  },
  {
    pattern: /: [\da-f]{4,16}(?: ilc:\d)? \[#\d+\]/m,
    marks: ["count"],
    source:
      "arch/x86/kernel/dumpstack.c, arch/s390/kernel/dumpstack.c, arch/sh/kernel/traps.c, die()",
    says: [
      "[    2.0] invalid opcode: 0000 [#1] SMP PTI",
      "general protection fault, probably for non-canonical address 0xdead: 0000 [#1] PREEMPT",
      "kernel stack overflow (double-fault): 0000 [#1] SMP",
      "[    1.2] specification exception: 0006 ilc:2 [#1] SMP ",
      "[    1.2] monitor event: 0040 ilc:2 [#1] SMP ",
      "divide error: 0000 [#1] PREEMPT SMP NOPTI",
    ],
    quiet: ["fixed a fault in the error handler [#12]", "commit dead: beef [#x1]"],
  },
  {
    pattern: atHead(String.raw`(?:[A-Z]\w*[^\n]*\w|Kernel BUG)\[#\d+\]:[ \t]*$`),
    marks: ["count"],
    source: "arch/mips/kernel/traps.c, arch/loongarch/kernel/traps.c, die()",
    says: [
      "[    1.234567] Kernel bug detected[#1]:",
      "[    1.234567] Unhandled kernel unaligned access[#1]:",
      "[    1.2] Reserved instruction in kernel code[#1]:",
      "Integer overflow[#2]:",
      "FP exception in kernel code[#1]:",
      "Kernel ade access[#1]:",
    ],
    quiet: ["see the list[#1]: below", "the notes in lower case[#1]:"],
  },
  {
    pattern: atHead(
      String.raw`(?:\S{1,20}\(\d+\): [^\n]{1,120}|[^\n]{0,120}(?:[Kk]ernel|KERNEL|BUG|in kernel|sig: \d+)[^\n]{0,120})\s?\[#\d+\](?::?[ \t]*$| [A-Z_\d ]+$)`,
    ),
    marks: ["count"],
    source: "die() of RISC-V, C-SKY, SPARC, Xtensa, ARC, PA-RISC",
    says: [
      "[    1.2] Kernel BUG [#1]",
      "swapper(1): Kernel illegal instruction [#1]",
      "swapper(1): TL1: data access exception [#1]",
      "Illegal instruction in kernel: sig: 9 [#1]",
      "kernel BUG [#1]",
    ],
    quiet: ["fixed a fault in the error handler [#12]", "kernel module notes [#12] and more text"],
  },
  {
    pattern: /(?:^|[\]:] ?|CPU \d+ )Unable to handle kernel /m,
    marks: ["handle"],
    source: "page faults of Arm, RISC-V, LoongArch, MIPS's CPU line, SuperH, PA-RISC, Alpha, m68k",
    says: [
      "[    4.1] Unable to handle kernel paging request at virtual address ffff800012345678",
      "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000",
      "[    1.0] CPU 0 Unable to handle kernel paging request at virtual address 00000000",
      "BUG: Unable to handle kernel data access on read at 0x00000000",
      "Unable to handle kernel access at virtual address (ptrval)",
    ],
    quiet: ["we were unable to handle kernel images", "cannot: Unable to handle images"],
  },
  {
    pattern: atHead(
      String.raw`(?:[\w.-]{1,40} kernel: )?(?:watchdog: )?(?:KASAN: |KCSAN: |KMSAN: )?BUG: (?!\d+ |none\b)(?=\S)(?!.*(?:\b0 found|: 0$|https?:))`,
    ),
    marks: ["bug"],
    source: "lib/, mm/, kernel/: every report of a bug in the kernel",
    says: [
      "BUG: unable to handle page fault for address: ffffffffdeadbeef",
      "localhost kernel: BUG: kernel NULL pointer dereference, address: 0000000000000000",
      "[   28.0][   T12] watchdog: BUG: soft lockup - CPU#0 stuck for 26s!",
      "[    5.0] BUG: TASK stack guard page was hit at ffffc90000013ff8",
      "[    6.0] BUG: KASAN: slab-out-of-bounds in kmalloc_oob_right+0x157/0x19a",
      "BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580",
      "[    7.1][    C0] BUG: scheduling while atomic: swapper/0/1/0x00000002",
      "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!",
      "BUG: Bad page state in process init  pfn:00100",
    ],
    quiet: [
      "BUG: 0 found",
      "BUG: none",
      "BUG: 0 found, WARN: 0 found",
      "report a BUG: https://bugs.example.org",
      "debug: BUG: 0 found",
      "DEBUG: unable to handle option, using default",
    ],
  },
  {
    pattern: /(?:kernel|Kernel) BUG at \S+:\d/m,
    marks: ["bug"],
    source: "lib/bug.c, BUG()",
    says: ["kernel BUG at mm/slub.c:321!", "[ 1.2] kernel BUG at fs/inode.c:12!"],
    quiet: ["kernel BUGs at last count: 0", "kernel BUG at the last count"],
  },
  {
    pattern: atHead(
      String.raw`WARNING: (?:CPU: \d+ PID: \d+ at |\S+\.[chS]:\d+ at \S+, CPU#\d+|possible (?:circular locking|recursive locking|irq lock inversion)|suspicious RCU usage|inconsistent lock state|bad unlock balance|held lock freed|lock held when returning|\S+-safe -> \S+-unsafe lock order)`,
    ),
    marks: ["warning"],
    source: "kernel/panic.c, __warn(); kernel/locking/lockdep.c",
    says: [
      "[  1.2] WARNING: CPU: 0 PID: 1 at kernel/x.c:12 f+0x1/0x2",
      "[  1.2] WARNING: kernel/x.c:12 at f+0x1/0x2, CPU#0: swapper/0/1",
      "[  1.2] WARNING: possible circular locking dependency detected",
      "WARNING: suspicious RCU usage",
    ],
    quiet: [
      "WARNING: no serial number",
      "WARNING: CPU: frequency unknown",
      "Warning: unable to open an initial console.",
    ],
  },
  {
    pattern: atHead(
      String.raw`(?:rcu: )?INFO: (?:task \S.* blocked (?:for|on|in)|\w+ (?:self-)?detected (?:stall|expedited stall))`,
    ),
    marks: ["stall"],
    source: "kernel/hung_task.c; kernel/rcu/tree_stall.h",
    says: [
      "[  1.2] INFO: task init:1 blocked for more than 120 seconds.",
      "[  1.2] rcu: INFO: rcu_sched self-detected stall on CPU",
      "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
      "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... } 26",
    ],
    quiet: ["INFO: task init:1 started", "rcu: stall timeout is 60 s"],
  },
  {
    pattern: atHead(
      String.raw`(?:UBSAN: (?!.*\b(?:enabled|initiali[sz]ed|disabled|ready)\b)\S|(?:NMI )?watchdog: Watchdog detected hard LOCKUP|Watchdog detected hard LOCKUP|Insufficient stack space to handle exception!|Kernel Fault: Code=\d|PANIC: (?:early exception|double fault)|Oops#?: [\da-f]{4,16}[ \t]*$)`,
    ),
    marks: ["sanitizer", "stall", "exception", "fault", "panic", "oops"],
    source: "lib/ubsan.c; kernel/watchdog.c; arch/*/kernel/traps.c",
    says: [
      "[  1.2] UBSAN: array-index-out-of-bounds in x.c:12:3",
      "Insufficient stack space to handle exception!",
      "Oops: 00000000",
      "watchdog: Watchdog detected hard LOCKUP on cpu 0",
      "Kernel Fault: Code=26 (Data memory access rights trap) at addr 00000000",
      "[    0.0] PANIC: early exception 0x0d IP 10:ffffffff81000000 error 0 cr2 0x0",
    ],
    quiet: ["UBSAN: enabled", "UBSAN: ready", "watchdog: Watchdog enabled", "Oops: try again"],
  },
];
