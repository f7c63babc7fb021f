import type { Death } from "./death.ts";

export const reactOs: readonly Death[] = [
  {
    pattern: /^\s*\*{3} (?:Fatal System Error: 0x|STOP: 0x)[\da-fA-F]{8}/m,
    marks: ["banner"],
    source: "ReactOS ntoskrnl/ke/bug.c, KeBugCheckWithTf()",
  },
];
