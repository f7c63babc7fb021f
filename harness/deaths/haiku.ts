import type { Death } from "./death.ts";

export const haiku: readonly Death[] = [
  {
    pattern: /^(?:PANIC: (?!\d+\s*$)\S|ASSERT FAILED \(\S+:\d+\): )/m,
    marks: ["panic", "assert"],
    source: "src/system/kernel/debug/debug.cpp, headers/private/kernel/debug.h",
    says: ["PANIC: could not mount boot device!", "ASSERT FAILED (vm.cpp:12): page != NULL"],
    quiet: ["PANICS: 0", "PANIC: 0"],
  },
];
