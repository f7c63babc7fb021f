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
    pattern: unlessHealthy(`(?:${kernel}|${other})?${panic}(?:ked)?:(?!:)${message}`),
    marks: ["panic"],
    source: "xv6 kernel/printf.c, panic(), and the many kernels that were taught by it",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:${kernel}${panic}|PANIC)(?:[ \t]*[*!#=<>.~-]*[ \t]*$|[ \t]*!|[ \t]-+[ \t]\S)`,
    ),
    marks: ["panic"],
    source: "Haiku src/system/boot/platform/*/debug.cpp; SerenityOS Kernel/Library/Panic.h",
    reason: reasonBelow,
  },
  {
    // Who stars it means it, also in small letters.
    pattern: unlessHealthy("(?<=[*!#=]{2} ?)panic ?[*!#=]{2}"),
    marks: ["panic"],
    source: "kernels of tutorials: starred panics",
    reason: reasonBelow,
  },
  {
    pattern: unlessHealthy(
      String.raw`\[ ?(?:(?:[Kk]ernel|KERNEL) )?(?:[Pp]anic|PANIC|[Ff]atal|FATAL) ?\](?!.{0,20}\b(?:[Mm]odule|handler|hook) )[: ]*(?=\S)${message}`,
    ),
    marks: ["panic", "fatal"],
    source: "the levels of loggers",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:${kernel}|${other})?${panic}(?: ?\([^()"\n]{0,80}\):? \S|, \S| in \S{1,80}:\d)`,
    ),
    marks: ["panic"],
    source: "kernels of tutorials: panics with a place or a reason",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:(?:[Aa] )?(?:[Kk]ernel )?panic (?:has )?occurr?ed(?! (?:0|never)\b)|[Hh]alt(?:ing|ed) (?:due to|because of|after|on) (?:a |an )?(?:early |kernel )?panic)`,
    ),
    marks: ["panic"],
    source: "kernels of tutorials; Theseus kernel/panic_entry/src/lib.rs",
  },
  {
    pattern: unlessHealthy(String.raw`Panic!+(?:[ \t]+\S|[ \t]*$)`),
    marks: ["panic"],
    source: "ToaruOS kernel/arch/x86_64/idt.c, panic()",
  },
  {
    pattern: unlessHealthy(
      String.raw`${kernel}?${panic}(?:ked|KED)?,? (?:(?:on|in|ON|IN) (?:CPU|cpu|core|hart|thread|task) ?#?\d|(?:at|AT|@) (?:PC :|0x|\S+:\d|\S+\.\w{1,4}\b)|(?:due|because|caused|[Oo]ccurr?ed|OCCURRED|encountered)\b)`,
    ),
    marks: ["panic"],
    source: "Pintos, JOS, uCore, HelenOS, DragonOS, Xen, TF-A: see their files",
    reason: reasonBelow,
  },
];
