import { atHead, type Death } from "./death.ts";

export const dragonOs: readonly Death[] = [
  {
    pattern: atHead("Kernel Panic Occurred"),
    marks: ["panic"],
    source: "kernel/src/debug/panic/mod.rs, panic()",
    reason: { first: /\S/ },
  },
];
