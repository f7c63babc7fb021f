import { atHead, type Death } from "./death.ts";

export const unikraft: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`(?:CRIT: )?(?:.{0,60}[>)] )?(?:Assertion failure: \S|Unhandled Trap \d+ \()`,
    ),
    marks: ["assert", "handle"],
    source: "Unikraft lib/ukdebug/include/uk/assert.h, plat/common/x86/traps.c",
  },
];
