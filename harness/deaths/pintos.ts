/** Pintos, and JOS and uCore, which panic in its words. */
import { atHead, type Death } from "./death.ts";

export const pintos: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`[Kk]ernel (?:PANIC|panic) (?:recursion )?(?:on CPU \d+ )?at \S{1,200}:\d+`,
    ),
    marks: ["panic"],
    source: "Pintos src/lib/kernel/debug.c; JOS kern/init.c; uCore kern/debug/panic.c",
    says: [
      "Kernel PANIC at ../../threads/thread.c:123 in foo(): assertion failed.",
      "Kernel PANIC recursion at ../../threads/thread.c:123 in foo().",
      "kernel panic on CPU 0 at kern/x.c:12: bad",
      "kernel panic at kern/x.c:12:",
    ],
    quiet: ["kernel panic at boot is rare", "# kernel panic at x.c:12 is expected"],
    reason: { first: /^\s+\S/ },
  },
];
