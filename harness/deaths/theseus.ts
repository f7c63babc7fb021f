import { atHead, type Death } from "./death.ts";

export const theseus: readonly Death[] = [
  {
    pattern: atHead("Halting due to early panic: "),
    marks: ["panic"],
    source: "Theseus kernel/panic_entry/src/lib.rs",
  },
];
