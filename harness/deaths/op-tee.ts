import { atHead, type Death } from "./death.ts";

export const opTee: readonly Death[] = [
  {
    pattern: atHead(String.raw`Panic (?:'.{0,200}' )?at \S{1,200}:\d+`),
    marks: ["panic"],
    source: "OP-TEE core/kernel/panic.c, __do_panic(), with the head of its trace",
  },
  {
    pattern: /^E\/TC:\S+ (?:\d+ )?Core (?:data|prefetch|undef|sp)-?abort at address 0x/m,
    marks: ["abort"],
    source: "OP-TEE core/arch/arm/kernel/abort.c, print_abort()",
  },
];
