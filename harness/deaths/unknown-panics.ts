/**
 * Rules for the panics of kernels that nobody here has seen. They look at the head of a line,
 * behind what logs put before it, and want more than the word itself: a reason, a place, or an
 * exclamation mark.
 */
import { type Death, message, type Reason, unlessHealthy } from "./death.ts";

const kernel = String.raw`(?:(?:[\w.-]{1,30}(?: [\w.-]{1,30})?: ?)?(?:(?:[Ff]atal|[Ee]arly|[Gg]uest|[A-Z][\w.-]{1,20}) )?(?:[Kk]ernel|KERNEL)[ _-])`;
const panic = "(?:[Pp]anic|PANIC)";
/** Whose panic it is, where it is not the kernel's. */
const other = `(?:(?:[Ss]ystem|SYSTEM|OS|[Gg]uest|GUEST|[Bb]oot|BOOT|[Hh]ypervisor|HYPERVISOR|[Ff]irmware|FIRMWARE|[Mm]onitor|MONITOR|Rust|VM|[Ii]nit|Early|EARLY):? )`;

/** The line below a headline that has no reason of its own. */
const reasonBelow: Reason = {
  asked: /(?:anic|PANIC|anicked|ccurr?ed|CPU ?#?\d+|:)[ \t.:!*#=<>~-]*$/,
  first: /^[ \t]*[^\s*#=!|>$-].*\w{2}/,
};

export const unknownPanics: readonly Death[] = [
  {
    pattern: unlessHealthy(`(?:${kernel}|${other})?${panic}(?:ked)?:${message}`),
    marks: ["panic"],
    source: "xv6 kernel/printf.c, panic(), and the many kernels that were taught by it",
    says: [
      "PANIC: out of memory",
      "Panic: heap corrupted",
      "[ERROR] PANIC: no memory map",
      "kernel panic: page fault",
      "Kernel Panic: page fault",
      "vm: KERNEL PANIC: heap corrupt",
      "page allocator: kernel panic: no frames",
      "*** PANIC: double free",
      "12:30:01.123 ERROR: panic: x is null",
      "main.c:42: PANIC: unreachable",
      "E (123) kernel: panic: x is null",
      "HYPERVISOR PANIC: stage 2 fault",
      "boot: panic: no kernel",
      "Kernel panicked: no init",
    ],
    quiet: [
      "panic: on_oops=0",
      "panic: 0",
      "panic: disabled",
      "panic: triggers a panic on purpose",
      "usage: panic: halts the machine",
      "do not panic: all is well",
      "xpanic: 0",
      "ok 12 - kernel panic: recovers",
      "    not ok 3 kernel panic: does not return",
      "# kernel panic: the hook is called",
      "* panic: the command that halts",
      "test kernel panic: reports the place ... ok",
      'echo "panic: x"',
      "panic: ",
    ],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:${kernel}${panic}|PANIC)(?:[ \t]*[*!#=<>.~-]*[ \t]*$|[ \t]*!|[ \t]-+[ \t]\S)`,
    ),
    marks: ["panic"],
    source: "Haiku src/system/boot/platform/*/debug.cpp; SerenityOS Kernel/Library/Panic.h",
    says: [
      "*** KERNEL PANIC ***",
      "KERNEL PANIC!",
      "KERNEL PANIC! :^(",
      "[#0 init(1:1)]: KERNEL PANIC! :^(",
      "Kernel Panic!! stack overflow",
      "Kernel Panic - page fault",
      "*** PANIC ***",
      "PANIC!!! Hard Fault!:",
      "=== PANIC ===",
    ],
    quiet: [
      "Kernel panic handler installed",
      "[    0.000] Kernel panic handler installed",
      "kernel panic test ... ok",
      "KERNEL-PANIC test skipped",
      "panic",
      "Panic",
      "kernel_panic_handler installed",
      "PANIC button: ok",
    ],
    reason: reasonBelow,
  },
  {
    // Who stars it means it, also in small letters.
    pattern: unlessHealthy("(?<=[*!#=]{2} ?)panic ?[*!#=]{2}"),
    marks: ["panic"],
    source: "kernels of tutorials",
    says: ["*** panic ***", "!!panic!! out of memory"],
    quiet: ["panic", "# panic", "* panic *"],
    reason: reasonBelow,
  },
  {
    pattern: unlessHealthy(
      String.raw`\[ ?(?:(?:[Kk]ernel|KERNEL) )?(?:[Pp]anic|PANIC|[Ff]atal|FATAL) ?\](?!.{0,20}\b(?:[Mm]odule|handler|hook) )[: ]*(?=\S)${message}`,
    ),
    marks: ["panic", "fatal"],
    source: "the levels of loggers",
    says: ["[PANIC] at src/main.rs:12", "[ PANIC ] double fault", "[  1.2] [FATAL] no memory"],
    quiet: ["[PANIC]", "[panic] enabled", "[fatal] handler installed"],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:${kernel}|${other})?${panic}(?: ?\([^()"\n]{0,80}\):? \S|, \S| in \S{1,80}:\d)`,
    ),
    marks: ["panic"],
    source: "kernels of tutorials",
    says: [
      "panic(): out of memory",
      "panic (kmain.c:42): bad magic",
      "KERNEL PANIC (cpu 0): oh no",
      "kernel panic, no init",
      "PANIC in main.c:12: x is null",
    ],
    quiet: ['panic("bad magic");', "panic(msg);", "help, panic, halt", "panic (optional)"],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:(?:[Aa] )?(?:[Kk]ernel )?panic (?:has )?occurr?ed(?! (?:0|never)\b)|[Hh]alt(?:ing|ed) (?:due to|because of|after|on) (?:a |an )?(?:early |kernel )?panic)`,
    ),
    marks: ["panic"],
    source: "kernels of tutorials; Theseus kernel/panic_entry/src/lib.rs",
    says: ["A kernel panic has occurred", "A panic occurred: x", "Halting due to panic"],
    quiet: ["halting on a panic: off", "when a panic has occurred, see the log"],
  },
  {
    pattern: unlessHealthy(String.raw`Panic!+(?:[ \t]+\S|[ \t]*$)`),
    marks: ["panic"],
    source: "ToaruOS kernel/arch/x86_64/idt.c, panic()",
    says: ["Panic! Kernel", "Panic! Double fault pid=1 (init) at 0xffff8000"],
    quiet: ['panic!("unreachable")', "Panic!() is a macro", "Don't Panic! It is fine"],
  },
  {
    pattern: unlessHealthy(
      String.raw`${kernel}?${panic}(?:ked|KED)?,? (?:(?:on|in|ON|IN) (?:CPU|cpu|core|hart|thread|task) ?#?\d|(?:at|AT|@) (?:PC :|0x|\S+:\d|\S+\.\w{1,4}\b)|(?:due|because|caused|[Oo]ccurr?ed|OCCURRED|encountered)\b)`,
    ),
    marks: ["panic"],
    source: "Pintos, JOS, uCore, HelenOS, DragonOS, Xen, TF-A: see their files",
    says: ["kernel panic on CPU 0: out of memory", "[PANIC] Kernel panicked at main.zig:12"],
    quiet: [
      "the hook Panic on CPU 0 is set",
      "the last boot panicked at noon",
      "nobody panicked, at least not here",
      "panic on_oops:1: off",
      "panic on oops is enabled",
      "sysctl: reboot 5 seconds after a kernel panic",
      "kdump: saves the log on kernel panic",
      "Kernel panic on oops: disabled",
    ],
    reason: reasonBelow,
  },
];
