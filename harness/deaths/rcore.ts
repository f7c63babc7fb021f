/** The kernels of the rCore tutorial. */
import { atHead, type Death } from "./death.ts";

export const rCore: readonly Death[] = [
  {
    pattern: atHead(String.raw`Panicked(?: at \S{1,300}:\d|: (?!\d+\s*$|none)\S)`),
    marks: ["panic"],
    source: "rCore-Tutorial-v3 os/src/lang_items.rs, panic()",
  },
];
