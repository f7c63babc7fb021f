import type { Death } from "./death.ts";

export const phoenix: readonly Death[] = [
  {
    pattern: /^Exception #\d+: \S/m,
    marks: ["exception"],
    source: "Phoenix-RTOS hal/ia32/exceptions.c, hal/aarch64/exceptions.c",
  },
];
