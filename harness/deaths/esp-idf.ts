import type { Death } from "./death.ts";

export const espIdf: readonly Death[] = [
  {
    pattern: /^Guru Meditation Error: Core +\d+ panic'ed/m,
    marks: ["panic"],
    source: "components/esp_system/panic.c",
  },
  {
    pattern: /^(?:abort\(\) was called at PC 0x|assert failed: \S)/m,
    marks: ["abort", "assert"],
    source: "components/esp_libc/src/abort.c, components/esp_libc/src/assert.c",
  },
  {
    pattern: /^\*{3}ERROR\*{3} A stack overflow in task /m,
    marks: ["banner"],
    source: "components/freertos/FreeRTOS-Kernel/portable, vApplicationStackOverflowHook()",
  },
];
