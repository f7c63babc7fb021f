import type { Death } from "./death.ts";

export const rtThread: readonly Death[] = [
  {
    pattern: /^\(.{1,200}\) assertion failed at function:\w/m,
    marks: ["assert"],
    source: "RT-Thread src/kservice.c, rt_assert_handler()",
    says: ["(obj != RT_NULL) assertion failed at function:rt_x, line number:12 "],
    quiet: ["assertion failed at function: none"],
  },
];
