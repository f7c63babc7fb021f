/** Rust's own panics, with std and without: what `PanicInfo` shows, on every version. */
import { atHead, type Death } from "./death.ts";

export const rust: readonly Death[] = [
  {
    pattern: /panicked at (?:'|\S{1,300}\.rs:\d)/m,
    marks: ["panic"],
    source: "Rust library/core/src/panic/panic_info.rs; Tock kernel/src/debug.rs",
    says: [
      "thread 'main' panicked at src/main.rs:12:5:",
      "thread 'main' (1234) panicked at src/main.rs:12:5:",
      "panicked at 'explicit panic', kernel/src/lib.rs:7:9",
      "panicked at 'assertion failed: `(left == right)`",
      "KERNEL PANIC: panicked at src/main.rs:3:1:",
      "[    0.120] ERROR kernel: panicked at /rustc/abc/library/core/src/option.rs:9:5:",
    ],
    quiet: ["the last boot panicked at noon", "nobody panicked, at least not here"],
    // Since Rust 1.73 the message stands below; assert_eq! adds what it has compared.
    reason: {
      asked: /\.rs:\d+(?::\d+)?:?\s*$/,
      first: /^(?!\s*(?:stack backtrace|note: ))\s*\S/,
      further: /^\s+(?:left|right): /,
    },
  },
  {
    pattern: atHead(
      String.raw`(?:fatal runtime error: \S|thread .{1,80} panicked while processing panic|thread caused non-unwinding panic|panic in a destructor during cleanup)`,
    ),
    marks: ["fatal", "panic", "sanitizer"],
    source: "Rust library/std/src/rt.rs, library/std/src/panicking.rs",
    says: [
      "fatal runtime error: stack overflow, aborting",
      "thread 'main' panicked while processing panic. aborting.",
      "thread caused non-unwinding panic. aborting.",
    ],
    quiet: ["non-fatal runtime error: retried"],
  },
  {
    pattern: atHead("Uncaught panic:"),
    marks: ["panic"],
    source: "Asterinas kernel/core/src/thread/oops.rs, panic_handler()",
    says: ["Uncaught panic:", "ERROR: Uncaught panic:"],
    quiet: ["the Uncaught panic: prefix", "Uncaught panics: 0"],
    reason: { first: /^\s+\S/, further: /^\s+at \S+:\d/ },
  },
];
