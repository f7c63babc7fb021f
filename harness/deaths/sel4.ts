import { atHead, type Death } from "./death.ts";

export const seL4: readonly Death[] = [
  {
    pattern: atHead("seL4 (?:called fail at|failed assertion) "),
    marks: ["end", "assert"],
    source: "src/assert.c, _fail(), _assert_fail()",
    says: [
      'seL4 called fail at /src/kernel/x.c:12 in function f, saying "bad"',
      "seL4 failed assertion 'x' at /src/kernel/x.c:12 in function f",
    ],
    quiet: ["seL4 called failing tests again"],
  },
  {
    pattern: atHead(String.raw`KERNEL (?:ABORT|DATA ABORT|PREFETCH ABORT)\b`),
    marks: ["abort"],
    source: "src/arch/riscv/c_traps.c, src/arch/arm/",
    says: ["KERNEL ABORT (exception within s-mode)!", "KERNEL DATA ABORT!"],
    quiet: ["CONFIG_KERNEL ABORT=y"],
  },
];
