import type { Death } from "./death.ts";

export const nuttx: readonly Death[] = [
  {
    pattern: /(?:\[ ?EMERG\]|assert\w*:).*Current Version: NuttX/m,
    marks: ["end"],
    source: "sched/misc/assert.c, dump_assert_info(), its version",
    reason: { first: /Assertion failed/ },
  },
  {
    pattern: /Assertion failed .{0,200}at file: ?\S/m,
    marks: ["assert"],
    source: "sched/misc/assert.c, dump_assert_info(), its assertion",
  },
];
