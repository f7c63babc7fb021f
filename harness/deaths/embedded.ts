/**
 * Real-time systems: Zephyr, NuttX, RTEMS, RIOT, RT-Thread, ESP-IDF, Mbed OS, FreeRTOS and
 * Phoenix-RTOS.
 */
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

export const rtems: readonly Death[] = [
  {
    pattern: /^\*{3} (?:FATAL|EXIT STATUS NOT ZERO) \*{3}/m,
    marks: ["banner"],
    source: "bsps/shared/start/bspfatal-default.c, bsp_fatal_extension()",
    says: ["*** FATAL ***", "*** EXIT STATUS NOT ZERO ***"],
    quiet: ["[ RTEMS shutdown ]", "*** TEST SUITE FATAL ***", "*** END OF TEST HELLO ***"],
    reason: { first: /^(?:fatal|exit) source: /, further: /^(?:fatal|exit) code: / },
  },
];

export const riot: readonly Death[] = [
  {
    pattern: /^\*{3} RIOT kernel panic/m,
    marks: ["banner"],
    source: "core/lib/panic.c, core_panic()",
    says: ["*** RIOT kernel panic:", "*** RIOT kernel panic (6): HARD FAULT HANDLER"],
    quiet: ["*** RIOT is ready"],
    reason: { first: /^[A-Z]/ },
  },
  {
    pattern: /^FAILED ASSERTION\./m,
    marks: ["assert"],
    source: "core/lib/assert.c",
    says: ["FAILED ASSERTION."],
    quiet: ["FAILED ASSERTIONS: 0"],
  },
];

export const rtThread: readonly Death[] = [
  {
    pattern: /^\(.{1,200}\) assertion failed at function:\w/m,
    marks: ["assert"],
    source: "RT-Thread src/kservice.c, rt_assert_handler()",
    says: ["(obj != RT_NULL) assertion failed at function:rt_x, line number:12 "],
    quiet: ["assertion failed at function: none"],
  },
];

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

export const mbedOs: readonly Death[] = [
  {
    pattern: /^\+\+ MbedOS (?:Fault Handler|Error Info) \+\+/m,
    marks: ["fault", "end"],
    source: "platform/source/TARGET_CORTEX_M/mbed_fault_handler.c, platform/source/mbed_error.c",
    says: ["++ MbedOS Fault Handler ++", "++ MbedOS Error Info ++"],
    quiet: ["the MbedOS Fault Handler is set"],
    reason: { first: /^(?:FaultType|Error Status): / },
  },
];

export const phoenix: readonly Death[] = [
  {
    pattern: /^Exception #\d+: \S/m,
    marks: ["exception"],
    source: "Phoenix-RTOS hal/ia32/exceptions.c, hal/aarch64/exceptions.c",
    says: ["Exception #14: Page Fault", "Exception #13: General Protection"],
    quiet: ["Exceptions: 0", "Exception #14 is a page fault"],
  },
];
