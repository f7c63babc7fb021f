import { atHead, type Death } from "./death.ts";

export const trustedFirmware: readonly Death[] = [
  {
    pattern: atHead("PANIC (?:at PC : 0x|in EL3)"),
    marks: ["panic"],
    source: "TF-A common/aarch64/debug.S, common/aarch32/debug.S, bl31/aarch64/crash_reporting.S",
  },
  {
    pattern: /Unhandled (?:Exception|External Abort) (?:in|from|received on) \S*/m,
    marks: ["handle"],
    source: "TF-A bl31/aarch64/crash_reporting.S, plat/common/aarch64/plat_common.c",
  },
];
