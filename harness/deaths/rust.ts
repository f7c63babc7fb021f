/** Rust's own panics, with std and without: what `PanicInfo` shows, on every version. */
import { atHead, type Death } from "./death.ts";

export const rust: readonly Death[] = [
  {
    pattern: /panicked at (?:'|\S{1,300}\.rs:\d)/m,
    marks: ["panic"],
    source: "Rust library/core/src/panic/panic_info.rs; Tock kernel/src/debug.rs",
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
  },
  {
    pattern: atHead("Uncaught panic:"),
    marks: ["panic"],
    source: "Asterinas kernel/core/src/thread/oops.rs, panic_handler()",
    reason: { first: /^\s+\S/, further: /^\s+at \S+:\d/ },
  },
];
