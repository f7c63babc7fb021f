import type { Death } from "./death.ts";

export const espIdf: readonly Death[] = [
  {
    pattern: /^Guru Meditation Error: Core +\d+ panic'ed/m,
    marks: ["panic"],
    source: "components/esp_system/panic.c",
    says: [
      "Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.",
      "Guru Meditation Error: Core 1 panic'ed (Store access fault)",
    ],
    quiet: ["prints a Guru Meditation Error: when Core 0 panic'ed"],
  },
  {
    pattern: /^(?:abort\(\) was called at PC 0x|assert failed: \S)/m,
    marks: ["abort", "assert"],
    source: "components/esp_libc/src/abort.c, components/esp_libc/src/assert.c",
    says: [
      "abort() was called at PC 0x400d1234 on core 0",
      "assert failed: xQueueSemaphoreTake queue.c:1713 (( pxQueue ))",
    ],
    quiet: ["abort() was called never", "assert failed: "],
  },
  {
    pattern: /^\*{3}ERROR\*{3} A stack overflow in task /m,
    marks: ["banner"],
    source: "components/freertos/FreeRTOS-Kernel/portable, vApplicationStackOverflowHook()",
    says: ["***ERROR*** A stack overflow in task main has been detected."],
    quiet: ["***ERROR*** is what errors begin with"],
  },
];
