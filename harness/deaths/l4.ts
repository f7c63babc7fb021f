import { atHead, type Death } from "./death.ts";

export const l4: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`(?:Error: )?(?:Assertion failed at \S{1,200}:\d+:|Assertion failed: (?!\d+\s*$)\S|Kernel panic: (?!\d+\s*$|none|disabled)\S)`,
    ),
    marks: ["assert", "panic"],
    source: "Fiasco src/kern/assertion.cpp; Genode repos/base-hw/src/core/kernel/assert.h",
  },
];
