import type { Death } from "./death.ts";

export const haiku: readonly Death[] = [
  {
    pattern: /^(?:PANIC: (?!\d+\s*$)\S|ASSERT FAILED \(\S+:\d+\): )/m,
    marks: ["panic", "assert"],
    source: "src/system/kernel/debug/debug.cpp, headers/private/kernel/debug.h",
  },
];
