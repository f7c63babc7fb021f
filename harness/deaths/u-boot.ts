import type { Death } from "./death.ts";

export const uBoot: readonly Death[] = [
  {
    pattern: /### ERROR ###/m,
    marks: ["banner"],
    source: "lib/hang.c, hang()",
    says: ["### ERROR ### Please RESET the board ###"],
    quiet: ["## ERRORS: 0", "### ERRORS"],
  },
  {
    pattern: /^"(?:Synchronous Abort|Error)" handler, esr 0x/m,
    marks: ["abort", "end"],
    source: "arch/arm/lib/interrupts_64.c",
    says: ['"Synchronous Abort" handler, esr 0x96000045, far 0x0'],
    quiet: ["handlers: Synchronous Abort, Error"],
  },
  {
    pattern: /^Unhandled exception: (?:Instruction|Illegal|Load|Store|Breakpoint|Environment)/m,
    marks: ["handle"],
    source: "arch/riscv/lib/interrupts.c, by the names of its exceptions",
    says: ["Unhandled exception: Illegal instruction", "Unhandled exception: Store/AMO page fault"],
    quiet: ["catches an Unhandled exception: never"],
  },
];
