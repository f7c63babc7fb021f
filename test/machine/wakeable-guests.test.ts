/** What halts or jumps in place with interrupts off, and whether that is the end of it. */
import { describe, expect, test } from "vitest";
import { GuestError, TimeoutError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { assembleBootSector, assemblePvh } from "./assemble.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";
import { nmiGuest, nmiSources, waits } from "./nmi-guests.ts";

useKernels("dead-spin", "spin");

const long = { timeoutMs: 10 * soonMs };

/** Nothing is found while a wait lasts that is longer than several looks. */
async function staysUnjudged(vm: Machine): Promise<void> {
  const wait = vm.serial.waitFor("more", { timeoutMs: 1_500 });
  const error = await errorOf(wait, TimeoutError);
  expect(error.evidence?.machine).toMatch(/^running/);
  expect(vm.findings).toEqual([]);
}

describe("a guest that NMIs wake", () => {
  test.each([
    ["the 8254 through LINT0", "halt"],
    ["the 8254 through the I/O APIC", "halt"],
    ["the local APIC's timer", "jump in place"],
  ] as const)("by %s: %s", async (source, wait) => {
    // An NMI comes back to the jump, which its handler leaves only at last.
    const kernel = await nmiGuest(nmiSources[source], waits[wait]);
    const vm = await boot({ kernel, machine: "pc" });
    await vm.serial.waitFor("woken", long);
    await staysUnjudged(vm);
  });
});

describe("a jump in place", () => {
  const spinning =
    /^dead halt: every started CPU jumps in place, or is halted, with interrupts off at /;

  test.each([
    ["x86_64", {}],
    ["aarch64", {}],
    ["arm", {}],
    ["riscv64", {}],
    ["mips", {}],
    ["x86_64", { machine: "pc", cpus: 2 }],
  ] as const)("on %s %o", async (arch, spec) => {
    const vm = await boot({ kernel: kernelPath("dead-spin", arch), ...spec });
    const error = await errorOf(vm.serial.waitFor("more", long), GuestError);
    expect(error.message).toMatch(spinning);
    expect(error.finding).toMatchObject({ kind: "dead-halt", spins: true });
    expect(error.finding?.at?.symbol).toBe("kernel_main");
    expect(vm.state).toBe("running");
  });

  test("in real mode", async () => {
    const vm = await boot({ disks: [await assembleBootSector("  cli\n2: pause\n  jmp 2b")] });
    expect((await errorOf(vm.exited, GuestError)).message).toMatch(spinning);
  });
});

describe("alive, as far as can be proved", () => {
  test("a guest that looks at something, counts, or takes interrupts", async () => {
    const bodies = [
      "  cli\n1: cmpb $0, 0x200000\n  je 1b",
      "  cli\n  mov $0x64, %dx\n1: in %dx, %al\n  jmp 1b",
      "  cli\n1: mov $-1, %ecx\n2: dec %ecx\n  jnz 2b\n  jmp 1b",
      "  mov $0xff, %al\n  out %al, $0x21\n  out %al, $0xa1\n  sti\n  jmp .",
    ];
    const kernels = await Promise.all(bodies.map((body) => assemblePvh(body)));
    const machine = "microvm";
    await Promise.all(
      kernels.map(async (kernel) => await staysUnjudged(await boot({ kernel, machine }))),
    );
  });

  test("a jump in place where something is not known, or may come", async () => {
    const specs = [
      // QEMU does not show whether the second one is off.
      { kernel: kernelPath("dead-spin", "aarch64"), cpus: 2 },
      // QEMU does not show PRIMASK.
      { kernel: kernelPath("dead-spin", "cortex-m") },
      { machine: "pc", qemuArguments: ["-watchdog-action", "inject-nmi"] },
    ];
    await Promise.all(
      specs.map(async (spec) => {
        const kernel = kernelPath("dead-spin");
        await staysUnjudged(await boot({ kernel, ...spec }));
      }),
    );
  });

  test("one CPU that works is enough", async () => {
    await staysUnjudged(await boot("spin", { machine: "pc", cpus: 2 }));
  });
});
