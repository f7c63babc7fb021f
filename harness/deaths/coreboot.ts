import { atHead, type Death } from "./death.ts";

export const coreboot: readonly Death[] = [
  {
    pattern: atHead("ASSERTION ERROR: file '"),
    marks: ["assert"],
    source: "src/include/assert.h, ASSERT()",
  },
  {
    pattern: /^(?:\[\w+\] +)?(?:CPU Index [\dA-F]+ - APIC \d+ )?Unexpected Exception:?/m,
    marks: ["exception"],
    source: "src/arch/x86/exception.c, x86_exception()",
  },
];
