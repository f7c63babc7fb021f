/** Resets by the guest and from outside, where they end the machine and where it goes on. */
import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import { assembleBootSector, assemblePvh } from "./assemble.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels("echo", "idle", "reset", "reset-loop", "triple-fault");

const long = { timeoutMs: 10 * soonMs };

describe("onReset: stop", () => {
  test("a reset from outside is none by the guest: the machine goes on", async () => {
    const vm = await boot("idle");
    for (const _ of [1, 2]) {
      await vm.serial.waitFor("idle", long);
      await vm.reset();
      expect(vm.state).toBe("running");
    }
    await vm.serial.waitFor("idle", long);
    expect(vm.exit).toBeUndefined();
  });

  test("and the guest's own still ends it afterwards", async () => {
    // Waits for a byte from the serial port, and resets through the keyboard controller.
    const kernel = await assembleBootSector(`  mov $up, %si
  call print
1: mov $0x3fd, %dx
  in %dx, %al
  test $1, %al
  jz 1b
  mov $0xfe, %al
  out %al, $0x64
2: jmp 2b
up: .asciz "up"`);
    const vm = await boot({ kernel });
    await vm.serial.waitFor("up", long);
    await vm.reset();
    await vm.serial.waitFor("up", long);
    await vm.serial.write("!");
    await vm.verdict.waitForReset(long);
    expect(vm.exit?.kind).toBe("reset");
  });

  test("and so it does where the guest dies at once, however busy this process is", async () => {
    // The second time it finds its own mark in memory, and faults.
    const kernel = await assemblePvh(`  movl $0x200000, %ebx
  cmpl $0x12345678, (%ebx)
  je 2f
  movl $0x12345678, (%ebx)
  movw $0x3f8, %dx
  movb $'A', %al
  outb %al, %dx
1: jmp 1b
2: lidt none
  int3
none: .word 0
.long 0`);
    for (const _ of [1, 2, 3]) {
      // A PC's firmware would reset by itself.
      const vm = await boot({ kernel, machine: "microvm" });
      await vm.serial.waitFor("A", long);
      const busy = setInterval(() => {
        const untilMs = performance.now() + 60;
        while (performance.now() < untilMs);
      }, 1);
      try {
        await vm.reset();
        expect(await vm.exited).toMatchObject({ kind: "triple-fault" });
      } finally {
        clearInterval(busy);
      }
    }
  });

  test.each([
    ["triple-fault", "lidt none\n  int3"],
    ["reset", "movb $0xfe, %al\n  outb %al, $0x64\n3: jmp 3b"],
  ])("%s: one by the guest that has not printed yet is no loop on a PC", async (kind, death) => {
    // As above, with firmware that resets once more after the button.
    const kernel = await assemblePvh(`  movl $0x200000, %ebx
  cmpl $0x12345678, (%ebx)
  je 2f
  movl $0x12345678, (%ebx)
  movw $0x3f8, %dx
  movb $'A', %al
  outb %al, %dx
1: jmp 1b
2: ${death}
none: .word 0
.long 0`);
    const vm = await boot({ kernel, machine: "pc" });
    await vm.serial.waitFor("A", long);
    await vm.reset();
    const exit = await vm.exited;
    expect(exit).toMatchObject({ kind, because: expect.stringContaining("since vm.reset()") });
    expect(exit.at?.instructionPointer).toMatch(/^0x1010[0-9a-f]{2}$/);
  });

  test("through firmware, as 16-bit code may do it: no triple fault", async () => {
    const vm = await boot({ kernel: await assembleBootSector("  ljmp $0xffff, $0") });
    expect(await vm.exited).toMatchObject({ kind: "reset" });
  });

  test("a triple fault is no reset", async () => {
    const vm = await boot("triple-fault");
    const error = await errorOf(vm.verdict.waitForReset(long), GuestError);
    expect(error.exit?.kind).toBe("triple-fault");
    expect(error.message).toContain("expected the machine to reset");
  });
});

describe("onReset: continue", () => {
  const onReset = "continue";

  test.each(["microvm", "pc"])("resets are followed one by one on %s", async (machine) => {
    const vm = await boot("reset", { onReset, machine });
    for (const _ of Array(4)) await vm.verdict.waitForReset(long);
    expect(vm.exit).toBeUndefined();
    // Firmware that resets as well is not counted.
    const banners = vm.serial.text.split("resetting").length - 1;
    expect(banners).toBeGreaterThanOrEqual(4);
  });

  test("a test that reads what the guest prints follows it, too", async () => {
    const vm = await boot("reset-loop", { onReset });
    for (const _ of Array(12)) await vm.serial.waitFor("Kernel 1.0 starting", long);
    expect(vm.exit).toBeUndefined();
  });

  test.each(["microvm", "pc"])("a loop fails whatever waits on %s", async (machine) => {
    const vm = await boot("reset-loop", { onReset, machine });
    const error = await errorOf(vm.serial.waitFor("login:", long), GuestError);
    expect(error.message).toMatch(/^reset loop \(10 resets, each with the same output\)\n/);
    expect(error.exit).toMatchObject({ kind: "reset-loop", resets: 10 });
    expect(vm.state).toBe("ended");
  });

  test("a loop without a word on a PC", async () => {
    const kernel = await assembleBootSector("  lidt none\n  int3\nnone: .word 0, 0, 0");
    const vm = await boot({ kernel, onReset });
    expect(await vm.exited).toMatchObject({ kind: "reset-loop" });
  });

  test("a loop of triple faults is called so", async () => {
    const vm = await boot("triple-fault", { onReset });
    const exit = await vm.exited;
    expect(exit).toMatchObject({
      kind: "reset-loop",
      because: expect.stringContaining("CPU log says triple fault"),
    });
  });
});
