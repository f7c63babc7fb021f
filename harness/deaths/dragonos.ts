import { atHead, type Death } from "./death.ts";

export const dragonOs: readonly Death[] = [
  {
    pattern: atHead("Kernel Panic Occurred"),
    marks: ["panic"],
    source: "kernel/src/debug/panic/mod.rs, panic()",
    says: ["Kernel Panic Occurred.", "Kernel Panic Occurred. raw_pid: 1"],
    quiet: ["a Kernel Panic Occurred never"],
    reason: { first: /\S/ },
  },
];
