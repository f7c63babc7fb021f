/** Hypervisors and microkernels: Xen, Jailhouse, Bao, seL4, Fiasco, Genode. */
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

export const jailhouse: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`FATAL: (?:instruction abort|forbidden access|Unhandled|unhandled|unsupported|Unsupported|invalid|Invalid|Jailhouse|IOMMU|\S+ access|.* \(exception class 0x)`,
    ),
    marks: ["fatal"],
    source: "hypervisor/arch/*/",
    says: [
      "FATAL: instruction abort at 0x40000000",
      "FATAL: Jailhouse triggered exception #14",
      "FATAL: unhandled trap (exception class 0x16)",
    ],
    quiet: ["FATAL: 0", "modprobe: FATAL: Module jailhouse not found."],
  },
];

export const bao: readonly Death[] = [
  {
    pattern: atHead(String.raw`BAO ERROR: \S`),
    marks: ["end"],
    source: "src/core/inc/bao.h, ERROR(), which stops the CPU",
    says: ["BAO ERROR: cpu0 internal hypervisor abort - PANIC"],
    quiet: ["BAO ERRORS: 0"],
  },
];

export const seL4: readonly Death[] = [
  {
    pattern: atHead("seL4 (?:called fail at|failed assertion) "),
    marks: ["end", "assert"],
    source: "src/assert.c, _fail(), _assert_fail()",
    says: [
      'seL4 called fail at /src/kernel/x.c:12 in function f, saying "bad"',
      "seL4 failed assertion 'x' at /src/kernel/x.c:12 in function f",
    ],
    quiet: ["seL4 called failing tests again"],
  },
  {
    pattern: atHead(String.raw`KERNEL (?:ABORT|DATA ABORT|PREFETCH ABORT)\b`),
    marks: ["abort"],
    source: "src/arch/riscv/c_traps.c, src/arch/arm/",
    says: ["KERNEL ABORT (exception within s-mode)!", "KERNEL DATA ABORT!"],
    quiet: ["CONFIG_KERNEL ABORT=y"],
  },
];

export const l4: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`(?:Error: )?(?:Assertion failed at \S{1,200}:\d+:|Assertion failed: (?!\d+\s*$)\S|Kernel panic: (?!\d+\s*$|none|disabled)\S)`,
    ),
    marks: ["assert", "panic"],
    source: "Fiasco src/kern/assertion.cpp; Genode repos/base-hw/src/core/kernel/assert.h",
    says: [
      "Assertion failed at src/kern/x.cpp:12:0xf0001234: ptr",
      "Error: Assertion failed: expression",
      "Error: Kernel panic: no vcpu",
    ],
    quiet: ["ok 3 - Assertion failed at x.c:1: is reported", "Assertion failed: 0"],
  },
];
