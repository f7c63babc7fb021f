import type { Death } from "./death.ts";

export const rtThread: readonly Death[] = [
  {
    pattern: /^\(.{1,200}\) assertion failed at function:\w/m,
    marks: ["assert"],
    source: "RT-Thread src/kservice.c, rt_assert_handler()",
  },
];
