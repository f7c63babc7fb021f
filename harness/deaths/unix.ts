/** xv6, the BSDs, Plan 9 and their relatives, of all of which `panic: ` is the word. */
import { atHead, type Death, message } from "./death.ts";

export const unix: readonly Death[] = [
  {
    // A tab or nothing may stand behind the colon, and heads that only these have before it.
    pattern: atHead(
      String.raw`(?:thread \d+(?: \(\S+\))? |\w+\(\d+\): |CPU\[\d+\]: )?panic:(?=[ \t]\S)${message}`,
    ),
    marks: ["panic"],
    source:
      "xv6 kernel/printf.c; FreeBSD, NetBSD and OpenBSD sys/kern/; 9front sys/src/9/port/devcons.c; MINIX minix/lib/libsys/panic.c; Fiasco src/kern/mips/cpu-mips.cpp; Zig lib/std/debug.zig",
    says: [
      "panic: kerneltrap",
      "panic: uvm_fault",
      "panic: vm_fault_lookup: fault on nofault entry, addr: 0xfffffe0000000000",
      "[   1.0000000] panic: kernel diagnostic assertion failed",
      "lapicid 0: panic: acquire",
      "cpu1: panic: sched locks",
      "vm(8): panic: no memory",
      "CPU[0]: panic: exception",
      "panic: index out of bounds",
      "thread 1 panic: reached unreachable code",
    ],
    quiet: ["panic: on_oops=0", "thread 1 panic handler: set", "xpanic: 0", "panic: 0"],
  },
  {
    pattern: atHead(
      String.raw`(?:[Ff]atal trap \d+: |fatal .{1,60} in (?:supervisor|kernel) mode|kernel: .{1,60} trap, code=|BAD TRAP: type=)`,
    ),
    marks: ["trap", "fault", "exception", "fatal"],
    source:
      "FreeBSD sys/amd64/amd64/trap.c; NetBSD and OpenBSD sys/arch/amd64/amd64/trap.c; illumos uts/i86pc/os/trap.c",
    says: [
      "Fatal trap 12: page fault while in kernel mode",
      "fatal page fault in supervisor mode",
      "kernel: page fault trap, code=0",
      'BAD TRAP: type=e (#pf Page fault) rp=fffffe0000 addr=0 occurred in module "unix"',
    ],
    quiet: ["BAD TRAP: none", "the trap table is at 0x1000", "fatal: not a git repository"],
  },
];
