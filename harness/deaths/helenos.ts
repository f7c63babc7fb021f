import type { Death } from "./death.ts";

export const helenOs: readonly Death[] = [
  {
    pattern: /^#+>\s+Kernel panic\b/m,
    marks: ["panic"],
    source: "kernel/generic/src/debug/panic.c, panic_common()",
    reason: { first: /^[^\s#]/ },
  },
];
