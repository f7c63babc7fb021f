/** Rules for the faults and failed assertions of kernels that nobody here has seen. */
import { type Death, message, unlessHealthy } from "./death.ts";

export const unknownFaults: readonly Death[] = [
  {
    pattern: unlessHealthy(
      String.raw`(?:(?:KERNEL|SYSTEM) (?:ERROR|CRASH|BUG|FAULT|OOPS|DEATH|ABORT)|Kernel (?:[Cc]rash|[Bb]ug|[Ff]ault|[Oo]ops)|(?:[Ff]atal|FATAL) (?:[Kk]ernel|[Ss]ystem) [Ee]rror|[Ss]ystem [Hh]alted)(?:[:!]${message}|!+[ \t]*$| at \S+:\d)`,
    ),
    marks: ["bug", "fault", "oops", "abort", "fatal", "halt", "end"],
    source: "kernels of tutorials",
    says: [
      "KERNEL ERROR: page fault",
      "KERNEL BUG at mm.c:12",
      "Kernel Oops: null pointer",
      "Fatal kernel error: page fault",
      "System halted: out of memory",
    ],
    quiet: ["reboot: System halted", "System halted.", "KERNEL ERRORS: 0", "Kernel bug: none"],
  },
  {
    pattern: unlessHealthy(String.raw`BUG(?:!| at) \S{1,200}:\d`),
    marks: ["bug"],
    source: "kernels of tutorials",
    says: ["BUG at kernel/mm.c:12", "BUG! kernel/mm.c:12"],
    quiet: ["BUG! is a macro", "BUGS at last count: 0"],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:FATAL|Fatal)(?: (?:ERROR|[Ee]rror|EXCEPTION|[Ee]xception|TRAP|[Tt]rap|FAULT|[Ff]ault))?(?: \d+)?[:!]${message}(?! (?:[Mm]odule|Could not load|[Ff]ailed to load module) )`,
    ),
    marks: ["fatal"],
    source:
      "kernels of tutorials; Swift stdlib/public/core/AssertCommon.swift; TF-M exception_info.c",
    says: [
      "FATAL: no init found",
      "FATAL ERROR: out of memory",
      "[0.5] FATAL: kernel stack overflow",
      "Fatal error: Index out of range: file main.swift, line 4",
      "FATAL EXCEPTION: page fault",
    ],
    quiet: [
      "FATAL: Module scsi_wait_scan not found.",
      "modprobe: FATAL: Module dummy not found in directory /lib/modules/6.1.0",
      "FATAL: 0",
      "Fatal errors: 0",
      "FATAL error handler installed",
      "non-fatal: retrying",
    ],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:[A-Z#]\w* )?(?:UNHANDLED|[Uu]nhandled|UNEXPECTED|Unexpected|UNCAUGHT|Uncaught|FATAL|Fatal|KERNEL|Kernel|UNRECOVERABLE|Unrecoverable|CPU) (?:\w+ )?(?:EXCEPTION|[Ee]xception|FAULT|[Ff]ault|ABORT|[Aa]bort|TRAP|[Tt]rap|[Pp]age [Ff]ault|PAGE FAULT)\b(?![^\n]*(?:\bhandle[rd]?\b|handling|\btable\b|\b(?:user|process|task|application|app)\b[^\n]*\bkilled|\bkilled (?:it|process|task)\b))(?:[ \t]*[:!(#\[,](?!\s*(?:0|none|never|on|off|ok|enabled|disabled)\b\s*$)(?=.*\S)|[ \t]+(?:at|in|from|on|with|while|code|type|number|cause|vector|0x|\d)|[.!]*[ \t]*$)`,
    ),
    marks: ["handle", "exception", "fault", "abort", "trap"],
    source: "kernels of tutorials; U-Boot arch/riscv/lib/interrupts.c; TF-A crash_reporting.S",
    says: [
      "Unhandled exception: Illegal instruction",
      "Unhandled exception 14 at 0x100042",
      "UNHANDLED EXCEPTION: #GP",
      "Kernel page fault at 0xdeadbeef",
      "FATAL EXCEPTION in kernel mode",
      "Unexpected trap: scause 0xd",
      "unhandled trap: scause=0xd stval=0x0",
      "CPU Exception 13 (General Protection Fault) at 0x1000",
      "CPU exception: page fault",
      "Unhandled Exception in EL3.",
    ],
    quiet: [
      "catches an Unhandled exception: never",
      "Unhandled exception handler installed",
      "Kernel trap table at 0x1000",
      "Unhandled page fault in user process 5, killed",
      "Unhandled exceptions: 0",
      "Kernel exception handling: on",
    ],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:(?:DOUBLE|TRIPLE|Double|Triple) (?:FAULT|[Ff]ault)|PAGE FAULT(?= at|!|:)|Page [Ff]ault(?=!)|(?:HARD|BUS|USAGE|MPU|Hard|Bus|Usage|MemManage) ?(?:FAULT|[Ff]ault)|(?:[Dd]ata|[Pp]refetch|[Ii]nstruction|[Aa]lignment|Synchronous|Asynchronous) (?:[Aa]bort|[Ee]xception|[Ff]ault)(?= at| from|:|!)|(?:GENERAL PROTECTION|General [Pp]rotection) (?:FAULT|[Ff]ault|EXCEPTION|[Ee]xception)|(?:EXCEPTION|Exception): (?!BREAKPOINT|Breakpoint|DEBUG|Debug|none|0\b)[A-Z#])(?:\b|(?<=[A-Z#]))(?!.*\b(?:handler|stack|installed|gate|IST)\b)(?:[ \t]*[:!(#\[,.]|[ \t]+(?:at|in|on|error|code|0x)\b|[\w *-]*$)`,
    ),
    marks: ["fault", "exception", "abort"],
    source: "kernels of tutorials (OSDev, blog_os); Zephyr arch/arm/core/cortex_m/fault.c",
    says: [
      "DOUBLE FAULT!",
      "Double fault at 0x100000",
      "General Protection Fault, error 0x10",
      "EXCEPTION: PAGE FAULT",
      "PAGE FAULT at 0xdeadbeef",
      "Page fault! ( present read-only ) at 0xa0000000",
      "***** HARD FAULT *****",
      "***** BUS FAULT *****",
      "Data abort at 0x1000",
      "Synchronous exception at EL1: ESR 0x96000045",
      "EXCEPTION: DOUBLE FAULT",
    ],
    quiet: [
      "EXCEPTION: BREAKPOINT",
      "Double fault handler installed",
      "Double fault stack at 0xffff8000",
      "page fault at 0x1000: mapped",
      "Hard fault handler: set",
      "Exception: none",
    ],
  },
  {
    pattern: unlessHealthy(
      String.raw`.{0,200}(?:[Ee]xception|EXCEPTION|[Ee]rror|ERROR|[Ff]ault|FAULT|[Ff]atal|FATAL|[Pp]anic|PANIC|[Aa]bort|ABORT|overflow|smash\w*|BUG)\b.{0,80}\b(?:[Ss]ystem|SYSTEM|[Kk]ernel|KERNEL|CPU)(?: is)? (?:[Hh]alted|HALTED)`,
    ),
    marks: ["halt"],
    source:
      "Bran's Kernel Development tutorial, isrs.c; HelenOS kernel/arch/amd64/src/boot/multiboot.S",
    says: [
      "Stack overflow detected! Kernel halted.",
      "Division By Zero Exception. System Halted!",
      "Error: Extended CPUID not supported -- CPU is not 64-bit. System halted.",
    ],
    quiet: ["reboot: System halted", "The system is halted", "System halted."],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:\S{1,80}:\d+:? )?(?:\(\w{1,60}\) )?(?:\S{1,80}: ){0,2}(?:(?:[Kk]ernel|KERNEL) )?(?:ASSERTION|[Aa]ssertion|ASSERT|[Aa]ssert)(?: [^:\n]{0,200}?| ?\(.{0,200}?\))? (?:FAILED|[Ff]ailed|FAIL|FAILURE|[Ff]ailure)(?:[:!,;.]${message}|[!.]+[ \t]*$|[ \t]+(?:at|in|on|@|\(|\[|'|"|\`|0x|file)|[ \t]*\(|[ \t]*\[|[ \t]*$)`,
    ),
    marks: ["assert"],
    source: "assert() of newlib, musl, glibc, the BSDs, and of kernels",
    says: [
      "Assertion failed: ptr != NULL, file heap.c, line 12",
      'assertion "ptr" failed: file "heap.c", line 12, function: f',
      "Assertion failed: ptr (heap.c: f: 12)",
      "kernel: heap.c:12: f: Assertion `ptr' failed.",
      "kernel/heap.c:12 (f) Assertion failed: ptr",
      "ASSERTION FAILED: queue_empty(q)",
      "ASSERT(ptr != NULL) failed at heap.c:12",
      "Assertion failure: ptr",
      "up_assert: Assertion failed at file:foo.c line: 12 task: init",
      "Assertion failed!",
    ],
    quiet: [
      "ASSERTION FAILURES: 0",
      "ASSERT: 12 passed, 0 failed",
      "Assertion failed: 0",
      "ASSERTIONS: enabled",
      "ok 3 - assertion failed: reports the place",
      "ASSERT macros are compiled in",
      "ASSERT (expression): checks an expression",
    ],
  },
  {
    pattern: unlessHealthy(
      String.raw`ASSERT(?:ION)?(?:!|:) (?:[\w./-]+:\d|[\w./-]+\.\w{1,4}\b|[Ff]ile |[Ll]ine \d)`,
    ),
    marks: ["assert"],
    source: "TF-A lib/libc/assert.c, common/aarch64/debug.S; FreeRTOS demos' vAssertCalled()",
    says: [
      "ASSERT: lib/heap.c:12",
      "ASSERT: File lib/heap.c Line 12",
      "ASSERT! Line 12, file main.c",
      "[INFO] ASSERT: File heap.c",
    ],
    quiet: ["ASSERT: 12 passed, 0 failed", "no ASSERT (yet)", "ASSERT! is a macro"],
  },
];
