import type { Death } from "./death.ts";

export const openSbi: readonly Death[] = [
  {
    pattern: /^sbi_trap_error(?:_one)?: hart\d/m,
    marks: ["trap"],
    source: "lib/sbi/sbi_trap.c, sbi_trap_error()",
    says: [
      "sbi_trap_error: hart0: trap handler failed (error -2)",
      "sbi_trap_error: hart0: trap0: mcause=0x0000000000000005 mtval=0x0",
    ],
    quiet: ["the sbi_trap_error: prefix"],
  },
];
