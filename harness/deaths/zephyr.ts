import { atHead, type Death } from "./death.ts";

export const zephyr: readonly Death[] = [
  {
    pattern: />>> ZEPHYR FATAL ERROR \d/m,
    marks: ["fatal"],
    source: "kernel/fatal.c, z_fatal_error()",
    says: ["E: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0"],
    quiet: ["ZEPHYR FATAL ERROR handler installed"],
  },
  {
    pattern: atHead(String.raw`ASSERTION FAIL \[`),
    marks: ["assert"],
    source: "include/zephyr/sys/__assert.h, __ASSERT_LOC()",
    says: ["ASSERTION FAIL [thread->base.pended_on] @ kernel/sched.c:595"],
    quiet: ["ASSERTION FAILURES: 0", "no ASSERTION FAIL [x]"],
    reason: { first: /^\t\S/ },
  },
];
