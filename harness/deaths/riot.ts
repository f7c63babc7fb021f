import type { Death } from "./death.ts";

export const riot: readonly Death[] = [
  {
    pattern: /^\*{3} RIOT kernel panic/m,
    marks: ["banner"],
    source: "core/lib/panic.c, core_panic()",
    says: ["*** RIOT kernel panic:", "*** RIOT kernel panic (6): HARD FAULT HANDLER"],
    quiet: ["*** RIOT is ready"],
    reason: { first: /^[A-Z]/ },
  },
  {
    pattern: /^FAILED ASSERTION\./m,
    marks: ["assert"],
    source: "core/lib/assert.c",
    says: ["FAILED ASSERTION."],
    quiet: ["FAILED ASSERTIONS: 0"],
  },
];
