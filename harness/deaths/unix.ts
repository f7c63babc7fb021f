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
  },
  {
    pattern: atHead(
      String.raw`(?:[Ff]atal trap \d+: |fatal .{1,60} in (?:supervisor|kernel) mode|kernel: .{1,60} trap, code=|BAD TRAP: type=)`,
    ),
    marks: ["trap", "fault", "exception", "fatal"],
    source:
      "FreeBSD sys/amd64/amd64/trap.c; NetBSD and OpenBSD sys/arch/amd64/amd64/trap.c; illumos uts/i86pc/os/trap.c",
  },
];
