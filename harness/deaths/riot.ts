import type { Death } from "./death.ts";

export const riot: readonly Death[] = [
  {
    pattern: /^\*{3} RIOT kernel panic/m,
    marks: ["banner"],
    source: "core/lib/panic.c, core_panic()",
    reason: { first: /^[A-Z]/ },
  },
  {
    pattern: /^FAILED ASSERTION\./m,
    marks: ["assert"],
    source: "core/lib/assert.c",
  },
];
