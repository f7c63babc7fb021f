/** What the tables of deaths find on a port, and what they leave alone. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Death, deaths, fatalPatterns, marksIn } from "../../harness/deaths/index.ts";
import { GuestError } from "../../harness/evidence/index.ts";
import { errorOf, portOf, print } from "../serial/ports.ts";

/** Panics of systems that no row has as its own; the heads are those of their logs. */
const fatalLines = [
  "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs",
  "kernel panic on CPU 0: out of memory",
  "*** KERNEL PANIC ***",
  "vm: KERNEL PANIC: heap corrupt",
  "[    3.1] Oops: 0002 [#1] PREEMPT SMP",
  "[    0.5] Oops [#1]",
  "Oops[#1]:",
  "Oops: Kernel access of bad area, sig: 11 [#1]",
  "[    2.0] Internal error: synchronous external abort: 0000000096000210 [#1] PREEMPT SMP",
  "[    2.0] invalid opcode: 0000 [#1] SMP PTI",
  "general protection fault, probably for non-canonical address 0xdead: 0000 [#1] PREEMPT",
  "kernel stack overflow (double-fault): 0000 [#1] SMP",
  "[    4.1] Unable to handle kernel paging request at virtual address ffff800012345678",
  "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000",
  "BUG: unable to handle page fault for address: ffffffffdeadbeef",
  "localhost kernel: BUG: kernel NULL pointer dereference, address: 0000000000000000",
  "[   28.0][   T12] watchdog: BUG: soft lockup - CPU#0 stuck for 26s!",
  "[    5.0] BUG: TASK stack guard page was hit at ffffc90000013ff8",
  "[    6.0] BUG: KASAN: slab-out-of-bounds in kmalloc_oob_right+0x157/0x19a",
  "BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580",
  "[    7.1][    C0] BUG: scheduling while atomic: swapper/0/1/0x00000002",
  "kernel BUG at mm/slub.c:321!",
  "thread 'main' panicked at src/main.rs:12:5:",
  "panicked at 'explicit panic', kernel/src/lib.rs:7:9",
  "panicked at 'assertion failed: `(left == right)`",
  "panic: kerneltrap",
  "GRUB has not booted the kernel",
  "(XEN) Panic on CPU 0:",
  "Panic on CPU 12:",
  "panic ../kern/bootstrap.c:181: bootstrap_create: No bootstrap code loaded with the kernel!",
  "PANIC: limine: could not find kernel",
  "[   1.0000000] panic: kernel diagnostic assertion failed",
  "lapicid 0: panic: acquire",
  "cpu1: panic: sched locks",
  "thread 1 panic: reached unreachable code",
  "ASSERT [DxeCore] MemoryPool.c(441): Head->Signature == 1",
  "ASSERT /edk2/MdeModulePkg/Core/Dxe/Mem/Pool.c(441): ((BOOLEAN)(0==1))",
  "ASSERT_EFI_ERROR (Status = Not Found)",
  "ASSERTION FAILED: queue_empty(q)",
  "ASSERTION FAIL [thread->base.pended_on] @ kernel/sched.c:595",
  "ASSERT(ptr != NULL) failed at heap.c:12",
  "ASSERT: heap.c:12: ptr",
  "!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!",
  "!!!! RISCV64 Exception Type - 000000000000000F(EXCEPT_RISCV_STORE_ACCESS_PAGE_FAULT) !!!!",
  "Synchronous Exception at 0x00000000BC1D3F10",
  "Data Abort Exception PC at 0x5F7D21C4  CPSR 0x60000033",
  "### ERROR ### Please RESET the board ###",
  '"Synchronous Abort" handler, esr 0x96000045, far 0x0',
  "Unhandled exception: Illegal instruction",
  "Unhandled Exception in EL3.",
  "sbi_trap_error: hart0: trap handler failed (error -2)",
  "E: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0",
];

/** Lines of healthy guests that come close. */
const harmlessLines = [
  "the hook Panic on CPU 0 is set",
  "panic on_oops:1: off",
  "Kernel command line: panic=1 oops=panic panic_on_warn=1",
  "kernel_panic_handler installed",
  "KERNEL-PANIC test skipped",
  "kdump: saves the log on kernel panic",
  "sysctl: reboot 5 seconds after a kernel panic",
  "Whoops: 3 retries",
  "Oops, wrong key",
  "Oops: try again",
  "fixed a fault in the error handler [#12]",
  "Internal error: none since boot",
  "we were unable to handle kernel images",
  "DEBUG: unable to handle option, using default",
  "report a BUG: https://bugs.example.org",
  "debug: BUG: 0 found",
  "kernel BUGs at last count: 0",
  "kernel BUG at the last count",
  "nobody panicked, at least not here",
  "the last boot panicked at noon",
  "do not panic: all is well",
  "xpanic: 0",
  "usage: panic: halts the machine",
  "no ASSERT (yet)",
  "ASSERT (expression): checks an expression",
  "ASSERT macros are compiled in",
  "ASSERTIONS: enabled",
  "!!!! Exception Type table loaded",
  "Last Synchronous Exception at 0x0: none",
  "## ERRORS: 0",
  "handlers: Synchronous Abort, Error",
  "catches an Unhandled exception: never",
  "ZEPHYR FATAL ERROR handler installed",
];

/** What guests print that a row is for, and what comes close. */
interface Lines {
  readonly says: readonly string[];
  readonly quiet: readonly string[];
}

/** A file for each of the tables, named as that; its keys are the sources of the rows. */
const folder = "fixtures/deaths";
const systems = readdirSync(folder).map((file): [string, Readonly<Record<string, Lines>>] => [
  file.replace(".json", ""),
  JSON.parse(readFileSync(`${folder}/${file}`, "utf8")),
]);
const linesOf = new Map(systems.flatMap(([, lines]) => Object.entries(lines)));

describe("the tables", () => {
  test.each(systems)("%s has a row for each source, and no other", async (system, lines) => {
    const tables: Record<string, readonly Death[]> = await import(
      `../../harness/deaths/${system}.ts`
    );
    const sources = Object.values(tables).flatMap((rows) => rows.map(({ source }) => source));
    expect(Object.keys(lines).sort()).toEqual(sources.sort());
  });

  test.each(deaths)("$source", ({ marks, pattern, source }) => {
    const { quiet, says } = linesOf.get(source) ?? { quiet: [], says: [] };
    expect(source).not.toBe("");
    expect(says.length).toBeGreaterThan(0);
    expect(quiet.length).toBeGreaterThan(0);
    for (const line of says) {
      expect(line).toMatch(pattern);
      expect(marks, line).toEqual(expect.arrayContaining([expect.toBeOneOf(marksIn(line))]));
      const port = portOf();
      print(port, `before\n${line}\n\nafter\n`);
      expect(port.unexpectedFatal?.line, line).toBe(line);
    }
    for (const line of quiet) {
      const port = portOf();
      print(port, `before\n${line}\nafter\n`);
      expect(port.firstFatal?.line, line).toBeUndefined();
      expect(fatalPatterns.filter((other) => other.test(line))).toEqual([]);
    }
  });

  test.each(fatalLines)("fatal: %s", async (line) => {
    const port = portOf();
    const wait = port.waitFor("never");
    print(port, `before\n${line}\r\n\nafter`);
    const error = await errorOf(wait);
    expect(error).toBeInstanceOf(GuestError);
    expect((error as GuestError).exit).toMatchObject({ kind: "panic", message: line.trim() });
    expect(port.unexpectedFatal).toMatchObject({ line, complete: true });
  });

  test.each(harmlessLines)("harmless: %s", (line) => {
    const port = portOf();
    print(port, `before\n${line}\nafter\n`);
    expect(port.firstFatal).toBeUndefined();
  });
});
