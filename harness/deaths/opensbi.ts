import type { Death } from "./death.ts";

export const openSbi: readonly Death[] = [
  {
    pattern: /^sbi_trap_error(?:_one)?: hart\d/m,
    marks: ["trap"],
    source: "lib/sbi/sbi_trap.c, sbi_trap_error()",
  },
];
