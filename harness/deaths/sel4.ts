import { atHead, type Death } from "./death.ts";

export const seL4: readonly Death[] = [
  {
    pattern: atHead("seL4 (?:called fail at|failed assertion) "),
    marks: ["end", "assert"],
    source: "src/assert.c, _fail(), _assert_fail()",
  },
  {
    pattern: atHead(String.raw`KERNEL (?:ABORT|DATA ABORT|PREFETCH ABORT)\b`),
    marks: ["abort"],
    source: "src/arch/riscv/c_traps.c, src/arch/arm/",
  },
];
