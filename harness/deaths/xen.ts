import { atHead, type Death } from "./death.ts";

export const xen: readonly Death[] = [
  {
    pattern: atHead(String.raw`Panic on CPU \d`),
    marks: ["panic"],
    source: "xen/drivers/char/console.c, panic()",
    reason: { first: /^(?:\(XEN\) )?[^\s*(]/ },
  },
  {
    pattern: atHead(
      String.raw`(?:Xen (?:BUG|WARN) at \S+:\d|Assertion '.{1,300}' failed at \S+:\d|FATAL TRAP: |FATAL PAGE FAULT)`,
    ),
    marks: ["bug", "assert", "fatal"],
    source: "xen/common/bug.c, xen/arch/x86/traps.c, xen/include/xen/lib.h",
  },
];
