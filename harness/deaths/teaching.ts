/** Kernels that courses write: Pintos, JOS, uCore, rCore, zCore. */
import { anyReason, atHead, type Death } from "./death.ts";

export const teaching: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`[Kk]ernel (?:PANIC|panic) (?:recursion )?(?:on CPU \d+ )?at \S{1,200}:\d+`,
    ),
    marks: ["panic"],
    source: "Pintos src/lib/kernel/debug.c; JOS kern/init.c; uCore kern/debug/panic.c",
    says: [
      "Kernel PANIC at ../../threads/thread.c:123 in foo(): assertion failed.",
      "Kernel PANIC recursion at ../../threads/thread.c:123 in foo().",
      "kernel panic on CPU 0 at kern/x.c:12: bad",
      "kernel panic at kern/x.c:12:",
    ],
    quiet: ["kernel panic at boot is rare", "# kernel panic at x.c:12 is expected"],
    reason: { first: /^\s+\S/ },
  },
  {
    pattern: atHead(String.raw`Panicked(?: at \S{1,300}:\d|: (?!\d+\s*$|none)\S)`),
    marks: ["panic"],
    source: "rCore-Tutorial-v3 os/src/lang_items.rs, panic()",
    says: [
      "[kernel] Panicked at src/main.rs:35 it broke",
      "[ERROR] [kernel] Panicked at src/main.rs:35 it broke",
      "Panicked at src/main.rs:42, it broke",
      "Panicked: it broke",
      "[kernel] Panicked: it broke",
    ],
    quiet: ["Panicked: 0", "Panicked at noon", "tests that Panicked: none"],
  },
  {
    pattern: atHead(String.raw`panic cpu=\d`),
    marks: ["panic"],
    source: "zCore zCore/src/lang.rs, panic()",
    says: ["panic cpu=0"],
    quiet: ["panic cpu hotplug: off"],
    reason: anyReason,
  },
];
