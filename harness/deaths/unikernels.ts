import { atHead, type Death } from "./death.ts";

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
