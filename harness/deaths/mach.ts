/** GNU Mach. */
import { atHead, type Death } from "./death.ts";

export const mach: readonly Death[] = [
  {
    pattern: atHead(String.raw`panic \S{1,80}\.\w{1,4}:\d+: `),
    marks: ["panic"],
    source: "GNU Mach kern/debug.c, Panic()",
    says: [
      "panic ../kern/bootstrap.c:181: bootstrap_create: No bootstrap code loaded with the kernel!",
    ],
    quiet: ["panic on_oops:1: off", "panic on_oops.c is compiled"],
  },
];
