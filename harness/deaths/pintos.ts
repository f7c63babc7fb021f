/** Pintos, and JOS and uCore, which panic in its words. */
import { atHead, type Death } from "./death.ts";

export const pintos: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`[Kk]ernel (?:PANIC|panic) (?:recursion )?(?:on CPU \d+ )?at \S{1,200}:\d+`,
    ),
    marks: ["panic"],
    source: "Pintos src/lib/kernel/debug.c; JOS kern/init.c; uCore kern/debug/panic.c",
    reason: { first: /^\s+\S/ },
  },
];
