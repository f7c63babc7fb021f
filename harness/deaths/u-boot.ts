import type { Death } from "./death.ts";

export const uBoot: readonly Death[] = [
  {
    pattern: /### ERROR ###/m,
    marks: ["banner"],
    source: "lib/hang.c, hang()",
  },
  {
    pattern: /^"(?:Synchronous Abort|Error)" handler, esr 0x/m,
    marks: ["abort", "end"],
    source: "arch/arm/lib/interrupts_64.c",
  },
  {
    pattern: /^Unhandled exception: (?:Instruction|Illegal|Load|Store|Breakpoint|Environment)/m,
    marks: ["handle"],
    source: "arch/riscv/lib/interrupts.c, by the names of its exceptions",
  },
];
