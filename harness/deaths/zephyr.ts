import { atHead, type Death } from "./death.ts";

export const zephyr: readonly Death[] = [
  {
    pattern: />>> ZEPHYR FATAL ERROR \d/m,
    marks: ["fatal"],
    source: "kernel/fatal.c, z_fatal_error()",
  },
  {
    pattern: atHead(String.raw`ASSERTION FAIL \[`),
    marks: ["assert"],
    source: "include/zephyr/sys/__assert.h, __ASSERT_LOC()",
    reason: { first: /^\t\S/ },
  },
];
