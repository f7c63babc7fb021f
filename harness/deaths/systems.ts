/** Whole systems of their own: Haiku, HelenOS, SerenityOS, ReactOS, OSv, Unikraft, and others. */
import { atHead, type Death } from "./death.ts";

export const helenOs: readonly Death[] = [
  {
    pattern: /^#+>\s+Kernel panic\b/m,
    marks: ["panic"],
    source: "kernel/generic/src/debug/panic.c, panic_common()",
    says: [
      "######>  Kernel panic (panic.c)  <######",
      "######> Kernel panic on cpu0 due to bad trap 14. <######",
      "######> Kernel panic due to the following reason: <######",
    ],
    quiet: ["# > Kernel panic"],
    reason: { first: /^[^\s#]/ },
  },
];

export const haiku: readonly Death[] = [
  {
    pattern: /^(?:PANIC: (?!\d+\s*$)\S|ASSERT FAILED \(\S+:\d+\): )/m,
    marks: ["panic", "assert"],
    source: "src/system/kernel/debug/debug.cpp, headers/private/kernel/debug.h",
    says: ["PANIC: could not mount boot device!", "ASSERT FAILED (vm.cpp:12): page != NULL"],
    quiet: ["PANICS: 0", "PANIC: 0"],
  },
];

export const serenity: readonly Death[] = [
  {
    pattern: atHead(String.raw`KERNEL PANIC(?:! :\^\(| in )`),
    marks: ["panic"],
    source: "Kernel/Library/Panic.h, PANIC()",
    says: ["[#0 init(1:1)]: KERNEL PANIC! :^(", "KERNEL PANIC in pre_init :^("],
    quiet: ["a KERNEL PANIC! :^( is a panic"],
    reason: { first: /\S/ },
  },
  {
    pattern: atHead(String.raw`CRASH: CPU #\d+ .{1,200} in (?:kernel|Kernel)\s*$`),
    marks: ["end"],
    source: "Kernel/Tasks/CrashHandler.cpp, handle_crash()",
    says: ["[#0 init(1:1)]: CRASH: CPU #0 Page Fault in kernel"],
    quiet: ["[#0 test(9:9)]: CRASH: CPU #0 Page Fault in userspace"],
  },
];

export const reactOs: readonly Death[] = [
  {
    pattern: /^\s*\*{3} (?:Fatal System Error: 0x|STOP: 0x)[\da-fA-F]{8}/m,
    marks: ["banner"],
    source: "ReactOS ntoskrnl/ke/bug.c, KeBugCheckWithTf()",
    says: ["*** Fatal System Error: 0x0000007b", "*** STOP: 0x0000007B (0xF78D2524,0xC0000034)"],
    quiet: ["*** STOP: 0", "*** Fatal System Errors: 0"],
  },
];

export const dragonOs: readonly Death[] = [
  {
    pattern: atHead("Kernel Panic Occurred"),
    marks: ["panic"],
    source: "kernel/src/debug/panic/mod.rs, panic()",
    says: ["Kernel Panic Occurred.", "Kernel Panic Occurred. raw_pid: 1"],
    quiet: ["a Kernel Panic Occurred never"],
    reason: { first: /\S/ },
  },
];

export const uniKernels: readonly Death[] = [
  {
    pattern:
      /^(?:page fault outside application, addr: |Assertion failed: .{1,300} \(.{1,300}: \d+\)|Aborted\s*$|Solo5: (?:trap: type=|ABORT: )|\*{4} PANIC \*{4}|general protection fault\s*$)/m,
    marks: ["fault", "assert", "abort", "trap", "banner", "panic"],
    source:
      "OSv core/mmu.cc, runtime.cc; Solo5 bindings/abort.c, bindings/cpu_x86_64.c; IncludeOS src/kernel/syscalls.cpp",
    says: [
      "page fault outside application, addr: 0x0",
      "page fault outside application, addr: 0x0000000000000000",
      "Aborted",
      "Solo5: trap: type=#PF ec=0x0",
      "Solo5: ABORT: cpu_x86_64.c:182: Fatal trap",
      "**** PANIC ****",
      "Assertion failed: p (core/mmu.cc: f: 12)",
    ],
    quiet: ["Aborted: 0", "Solo5: trap handlers: on", "page fault outside application: none"],
  },
  {
    pattern: atHead(
      String.raw`(?:CRIT: )?(?:.{0,60}[>)] )?(?:Assertion failure: \S|Unhandled Trap \d+ \()`,
    ),
    marks: ["assert", "handle"],
    source: "Unikraft lib/ukdebug/include/uk/assert.h, plat/common/x86/traps.c",
    says: [
      "CRIT: [libkvmplat] <setup.c @  123> Assertion failure: ptr",
      "CRIT: [libkvmplat] <traps.c @   84> Unhandled Trap 14 (page fault), error code=0x2",
    ],
    quiet: ["Assertion failures: 0", "an Unhandled Trap 14 (page fault)"],
  },
];

export const theseus: readonly Death[] = [
  {
    pattern: atHead("Halting due to early panic: "),
    marks: ["panic"],
    source: "Theseus kernel/panic_entry/src/lib.rs",
    says: ["[E] kernel/panic_entry/src/lib.rs:62: Halting due to early panic: panicked at x"],
    quiet: ["no Halting due to early panic: fine"],
  },
];
