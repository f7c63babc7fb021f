import { atHead, type Death } from "./death.ts";

export const xen: readonly Death[] = [
  {
    pattern: atHead(String.raw`Panic on CPU \d`),
    marks: ["panic"],
    source: "xen/drivers/char/console.c, panic()",
    says: ["(XEN) Panic on CPU 0:", "Panic on CPU 12:"],
    quiet: ["the hook Panic on CPU 0 is set"],
    reason: { first: /^(?:\(XEN\) )?[^\s*(]/ },
  },
  {
    pattern: atHead(
      String.raw`(?:Xen (?:BUG|WARN) at \S+:\d|Assertion '.{1,300}' failed at \S+:\d|FATAL TRAP: |FATAL PAGE FAULT)`,
    ),
    marks: ["bug", "assert", "fatal"],
    source: "xen/common/bug.c, xen/arch/x86/traps.c, xen/include/xen/lib.h",
    says: [
      "(XEN) Xen BUG at mm.c:1234",
      "(XEN) Assertion 'page_get_owner(page)' failed at mm.c:1234",
      "(XEN) FATAL TRAP: vec 13, #GP[0000]",
    ],
    quiet: ["Xen BUG reports go to xen-devel", "FATAL TRAPS: 0"],
  },
];
