import { atHead, type Death } from "./death.ts";

export const trustedFirmware: readonly Death[] = [
  {
    pattern: atHead("PANIC (?:at PC : 0x|in EL3)"),
    marks: ["panic"],
    source: "TF-A common/aarch64/debug.S, common/aarch32/debug.S, bl31/aarch64/crash_reporting.S",
    says: ["PANIC at PC : 0x000000000e00f2a4", "PANIC in EL3."],
    quiet: ["PANIC at PC is a message", "a PANIC in EL3. is fatal"],
  },
  {
    pattern: /Unhandled (?:Exception|External Abort) (?:in|from|received on) \S*/m,
    marks: ["handle"],
    source: "TF-A bl31/aarch64/crash_reporting.S, plat/common/aarch64/plat_common.c",
    says: [
      "Unhandled Exception in EL3.",
      "ERROR:   Unhandled External Abort received on 0x80000000",
    ],
    quiet: ["an Unhandled Exception handler", "Unhandled Exceptions: 0"],
  },
  {
    pattern: atHead(String.raw`Panic (?:'.{0,200}' )?at \S{1,200}:\d+`),
    marks: ["panic"],
    source: "OP-TEE core/kernel/panic.c, __do_panic(), with the head of its trace",
    says: [
      "E/TC:0 0 Panic 'bad' at core/arch/arm/kernel/x.c:12 <f>",
      "E/TC:? 0 Panic at core/kernel/x.c:12 <f>",
    ],
    quiet: ["Panic 'x' is shown at the end", "I/TC: Panic hook at x"],
  },
  {
    pattern: /^E\/TC:\S+ (?:\d+ )?Core (?:data|prefetch|undef|sp)-?abort at address 0x/m,
    marks: ["abort"],
    source: "OP-TEE core/arch/arm/kernel/abort.c, print_abort()",
    says: ["E/TC:0 0 Core data-abort at address 0x8 (translation fault)"],
    quiet: ["E/TC:0 0 User mode data-abort at address 0x8 (translation fault)"],
  },
];
