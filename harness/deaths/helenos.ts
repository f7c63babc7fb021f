import type { Death } from "./death.ts";

export const helenOs: readonly Death[] = [
  {
    pattern: /^#+>\s+Kernel panic\b/m,
    marks: ["panic"],
    source: "kernel/generic/src/debug/panic.c, panic_common()",
    says: [
      "######>  Kernel panic (panic.c)  <######",
      "######> Kernel panic on cpu0 due to bad trap 14. <######",
      "######> Kernel panic due to the following reason: <######",
    ],
    quiet: ["# > Kernel panic"],
    reason: { first: /^[^\s#]/ },
  },
];
