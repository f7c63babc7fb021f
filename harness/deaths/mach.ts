/** GNU Mach. */
import { atHead, type Death } from "./death.ts";

export const mach: readonly Death[] = [
  {
    pattern: atHead(String.raw`panic \S{1,80}\.\w{1,4}:\d+: `),
    marks: ["panic"],
    source: "GNU Mach kern/debug.c, Panic()",
  },
];
