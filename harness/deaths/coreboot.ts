import { atHead, type Death } from "./death.ts";

export const coreboot: readonly Death[] = [
  {
    pattern: atHead("ASSERTION ERROR: file '"),
    marks: ["assert"],
    source: "src/include/assert.h, ASSERT()",
    says: [
      "ASSERTION ERROR: file 'src/lib/x.c', line 12",
      "[EMERG]  ASSERTION ERROR: file 'x', line 1",
    ],
    quiet: ["ASSERTION ERRORS: 0", "no ASSERTION ERROR: fine"],
  },
  {
    pattern: /^(?:\[\w+\] +)?(?:CPU Index [\dA-F]+ - APIC \d+ )?Unexpected Exception:?/m,
    marks: ["exception"],
    source: "src/arch/x86/exception.c, x86_exception()",
    says: ["CPU Index 0 - APIC 0 Unexpected Exception:6 @ 10:00105f2a - Halting"],
    quiet: ["an Unexpected Exception: fine"],
  },
];
