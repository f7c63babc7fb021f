import type { Death } from "./death.ts";

export const nuttx: readonly Death[] = [
  {
    pattern: /(?:\[ ?EMERG\]|assert\w*:).*Current Version: NuttX/m,
    marks: ["end"],
    source: "sched/misc/assert.c, dump_assert_info()",
    says: [
      "[    0.1] [ EMERG] _assert: Current Version: NuttX  12.0",
      "dump_assert_info: Current Version: NuttX  12.4.0 0c99d7b Jan 12 2026 risc-v",
    ],
    quiet: ["Current Version: NuttX 12.0"],
    reason: { first: /Assertion failed/ },
  },
  {
    pattern: /Assertion failed .{0,200}at file: ?\S/m,
    marks: ["assert"],
    source: "sched/misc/assert.c, dump_assert_info()",
    says: [
      "up_assert: Assertion failed at file:foo.c line: 12 task: init",
      "dump_assert_info: Assertion failed panic: at file: armv7-m/arm_hardfault.c:130 task: nsh",
    ],
    quiet: ["Assertion failed tests are at file x: 0"],
  },
];
