import type { Death } from "./death.ts";

export const glibc: readonly Death[] = [
  {
    pattern: /(?:^|[\]:] ?)\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*/m,
    marks: ["banner"],
    source: "glibc debug/fortify_fail.c",
  },
];
