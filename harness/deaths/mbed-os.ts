import type { Death } from "./death.ts";

export const mbedOs: readonly Death[] = [
  {
    pattern: /^\+\+ MbedOS (?:Fault Handler|Error Info) \+\+/m,
    marks: ["fault", "end"],
    source: "platform/source/TARGET_CORTEX_M/mbed_fault_handler.c, platform/source/mbed_error.c",
    reason: { first: /^(?:FaultType|Error Status): / },
  },
];
