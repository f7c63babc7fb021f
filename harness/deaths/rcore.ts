/** The kernels of the rCore tutorial. */
import { atHead, type Death } from "./death.ts";

export const rCore: readonly Death[] = [
  {
    pattern: atHead(String.raw`Panicked(?: at \S{1,300}:\d|: (?!\d+\s*$|none)\S)`),
    marks: ["panic"],
    source: "rCore-Tutorial-v3 os/src/lang_items.rs, panic()",
    says: [
      "[kernel] Panicked at src/main.rs:35 it broke",
      "[ERROR] [kernel] Panicked at src/main.rs:35 it broke",
      "Panicked at src/main.rs:42, it broke",
      "Panicked: it broke",
      "[kernel] Panicked: it broke",
    ],
    quiet: ["Panicked: 0", "Panicked at noon", "tests that Panicked: none"],
  },
];
