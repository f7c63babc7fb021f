import type { Death } from "./death.ts";

export const includeOs: readonly Death[] = [
  {
    pattern: /^\*{4} PANIC \*{4}/m,
    marks: ["banner", "panic"],
    source: "IncludeOS src/kernel/syscalls.cpp",
  },
];
