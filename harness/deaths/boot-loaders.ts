import { atHead, type Death } from "./death.ts";

export const bootLoaders: readonly Death[] = [
  {
    pattern: /^GRUB has not booted the kernel/m,
    marks: ["end"],
    source: "our own script of GRUB, where GRUB refuses the kernel",
  },
  {
    pattern: atHead(String.raw`PANIC: (?=\S)(?!\d+\s*$|none|disabled|enabled)`),
    marks: ["panic"],
    source: "Limine common/lib/panic.s2.c",
  },
];
