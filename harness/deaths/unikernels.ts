import { atHead, type Death } from "./death.ts";

export const uniKernels: readonly Death[] = [
  {
    pattern:
      /^(?:page fault outside application, addr: |Assertion failed: .{1,300} \(.{1,300}: \d+\)|Aborted\s*$|Solo5: (?:trap: type=|ABORT: )|\*{4} PANIC \*{4}|general protection fault\s*$)/m,
    marks: ["fault", "assert", "abort", "trap", "banner", "panic"],
    source:
      "OSv core/mmu.cc, runtime.cc; Solo5 bindings/abort.c, bindings/cpu_x86_64.c; IncludeOS src/kernel/syscalls.cpp",
  },
  {
    pattern: atHead(
      String.raw`(?:CRIT: )?(?:.{0,60}[>)] )?(?:Assertion failure: \S|Unhandled Trap \d+ \()`,
    ),
    marks: ["assert", "handle"],
    source: "Unikraft lib/ukdebug/include/uk/assert.h, plat/common/x86/traps.c",
  },
];
