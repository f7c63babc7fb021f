import { atHead, type Death } from "./death.ts";

export const theseus: readonly Death[] = [
  {
    pattern: atHead("Halting due to early panic: "),
    marks: ["panic"],
    source: "Theseus kernel/panic_entry/src/lib.rs",
    says: ["[E] kernel/panic_entry/src/lib.rs:62: Halting due to early panic: panicked at x"],
    quiet: ["no Halting due to early panic: fine"],
  },
];
