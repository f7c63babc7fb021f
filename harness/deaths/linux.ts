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
  },
  {
    pattern: /Oops(?<!\wOops).*\[#\d/m,
    marks: ["count"],
    source: "die() of x86, RISC-V, PowerPC, Arm, LoongArch, SuperH, Xtensa, Hexagon",
  },
  {
    pattern: /Internal error: .*\[#\d/m,
    marks: ["count"],
    source: "arch/arm/kernel/traps.c, arch/arm64/kernel/traps.c, die()",
  },
  {
    pattern: /: [\da-f]{4,16}(?: ilc:\d)? \[#\d+\]/m,
    marks: ["count"],
    source:
      "arch/x86/kernel/dumpstack.c, arch/s390/kernel/dumpstack.c, arch/sh/kernel/traps.c, die()",
  },
  {
    pattern: atHead(String.raw`(?:[A-Z]\w*[^\n]*\w|Kernel BUG)\[#\d+\]:[ \t]*$`),
    marks: ["count"],
    source: "arch/mips/kernel/traps.c, arch/loongarch/kernel/traps.c, die()",
  },
  {
    pattern: atHead(
      String.raw`(?:\S{1,20}\(\d+\): [^\n]{1,120}|[^\n]{0,120}(?:[Kk]ernel|KERNEL|BUG|in kernel|sig: \d+)[^\n]{0,120})\s?\[#\d+\](?::?[ \t]*$| [A-Z_\d ]+$)`,
    ),
    marks: ["count"],
    source: "die() of RISC-V, C-SKY, SPARC, Xtensa, ARC, PA-RISC",
  },
  {
    pattern: /(?:^|[\]:] ?|CPU \d+ )Unable to handle kernel /m,
    marks: ["handle"],
    source: "page faults of Arm, RISC-V, LoongArch, MIPS's CPU line, SuperH, PA-RISC, Alpha, m68k",
  },
  {
    pattern: atHead(
      String.raw`(?:[\w.-]{1,40} kernel: )?(?:watchdog: )?(?:KASAN: |KCSAN: |KMSAN: )?BUG: (?!\d+ |none\b)(?=\S)(?!.*(?:\b0 found|: 0$|https?:))`,
    ),
    marks: ["bug"],
    source: "lib/, mm/, kernel/: every report of a bug in the kernel",
  },
  {
    pattern: /(?:kernel|Kernel) BUG at \S+:\d/m,
    marks: ["bug"],
    source: "lib/bug.c, BUG()",
  },
  {
    pattern: atHead(
      String.raw`WARNING: (?:CPU: \d+ PID: \d+ at |\S+\.[chS]:\d+ at \S+, CPU#\d+|possible (?:circular locking|recursive locking|irq lock inversion)|suspicious RCU usage|inconsistent lock state|bad unlock balance|held lock freed|lock held when returning|\S+-safe -> \S+-unsafe lock order)`,
    ),
    marks: ["warning"],
    source: "kernel/panic.c, __warn(); kernel/locking/lockdep.c",
  },
  {
    pattern: atHead(
      String.raw`(?:rcu: )?INFO: (?:task \S.* blocked (?:for|on|in)|\w+ (?:self-)?detected (?:stall|expedited stall))`,
    ),
    marks: ["stall"],
    source: "kernel/hung_task.c; kernel/rcu/tree_stall.h",
  },
  {
    pattern: atHead(
      String.raw`(?:UBSAN: (?!.*\b(?:enabled|initiali[sz]ed|disabled|ready)\b)\S|(?:NMI )?watchdog: Watchdog detected hard LOCKUP|Watchdog detected hard LOCKUP|Insufficient stack space to handle exception!|Kernel Fault: Code=\d|PANIC: (?:early exception|double fault)|Oops#?: [\da-f]{4,16}[ \t]*$)`,
    ),
    marks: ["sanitizer", "stall", "exception", "fault", "panic", "oops"],
    source: "lib/ubsan.c; kernel/watchdog.c; arch/*/kernel/traps.c",
  },
];
