import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import { fatalPatterns } from "../../harness/serial/index.ts";
import { errorOf, portOf, print } from "./ports.ts";

/** Panics as systems print them; the comment in the list says which. */
const fatalLines = [
  "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs",
  "kernel panic on CPU 0: out of memory",
  "KERNEL PANIC: heap corrupt",
  "[    3.1] Oops: 0002 [#1] PREEMPT SMP",
  "[    0.5] Oops [#1]",
  "Oops[#1]:",
  "BUG: unable to handle page fault for address: ffffffffdeadbeef",
  "BUG: kernel NULL pointer dereference, address: 0000000000000000",
  "watchdog: BUG: soft lockup - CPU#0 stuck for 26s!",
  "kernel BUG at mm/slub.c:321!",
  "thread 'main' panicked at src/main.rs:12:5:",
  "panic: kerneltrap",
  "lapicid 0: panic: acquire",
  "cpu1: panic: sched locks",
  "ASSERT [DxeCore] MemoryPool.c(441): Head->Signature == 1",
  "ASSERT_EFI_ERROR (Status = Not Found)",
  "ASSERTION FAILED: queue_empty(q)",
  "!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!",
  "Synchronous Exception at 0x00000000BC1D3F10",
  "### ERROR ### Please RESET the board ###",
];

/** Lines of healthy guests that come close. */
const harmlessLines = [
  "Kernel command line: panic=1 oops=panic",
  "kernel_panic_handler installed",
  "KERNEL-PANIC test skipped",
  "Whoops: 3 retries",
  "Oops, wrong key",
  "DEBUG: unable to handle option, using default",
  "BUG: workqueue lockup detector off",
  "kernel BUGs at last count: 0",
  "nobody panicked, at least not here",
  "do not panic: all is well",
  "xpanic: 0",
  "no ASSERT (yet)",
  "ASSERTIONS: enabled",
  "!!!! Exception Type table loaded",
  "Last Synchronous Exception at 0x0: none",
  "## ERRORS: 0",
];

describe("the well-known panics", () => {
  test.each(fatalLines)("fatal: %s", async (line) => {
    const port = portOf();
    const wait = port.waitFor("never");
    print(port, `before\n${line}\r\nafter`);
    const error = await errorOf(wait);
    expect(error).toBeInstanceOf(GuestError);
    expect((error as GuestError).exit).toMatchObject({ kind: "panic", message: line });
    expect(port.unexpectedFatal).toMatchObject({ line, complete: true });
  });

  test.each(harmlessLines)("harmless: %s", (line) => {
    const port = portOf();
    print(port, `before\n${line}\nafter\n`);
    expect(port.firstFatal).toBeUndefined();
  });

  test("each has a line here that only it finds", () => {
    for (const pattern of fatalPatterns) {
      const others = fatalPatterns.filter((other) => other !== pattern);
      const own = fatalLines.filter((line) => pattern.test(line));
      expect(own.some((line) => !others.some((other) => other.test(line)))).toBe(true);
    }
  });
});
