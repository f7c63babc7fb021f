import type { Death } from "./death.ts";

export const solo5: readonly Death[] = [
  {
    pattern: /^Solo5: (?:trap: type=|ABORT: )/m,
    marks: ["trap", "abort"],
    source: "Solo5 bindings/abort.c, bindings/cpu_x86_64.c",
  },
];
