import type { Death } from "./death.ts";

export const osv: readonly Death[] = [
  {
    pattern:
      /^(?:page fault outside application, addr: |Assertion failed: .{1,300} \(.{1,300}: \d+\)|Aborted\s*$|general protection fault\s*$)/m,
    marks: ["fault", "assert", "abort"],
    source: "OSv core/mmu.cc, runtime.cc",
  },
];
