import type { Death } from "./death.ts";

export const reactOs: readonly Death[] = [
  {
    pattern: /^\s*\*{3} (?:Fatal System Error: 0x|STOP: 0x)[\da-fA-F]{8}/m,
    marks: ["banner"],
    source: "ReactOS ntoskrnl/ke/bug.c, KeBugCheckWithTf()",
    says: ["*** Fatal System Error: 0x0000007b", "*** STOP: 0x0000007B (0xF78D2524,0xC0000034)"],
    quiet: ["*** STOP: 0", "*** Fatal System Errors: 0"],
  },
];
