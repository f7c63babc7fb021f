/** The same kernels on every architecture: found out from the file, and ended as what they are. */
import { describe, expect, test, vi } from "vitest";
import { GuestError, TimeoutError } from "../../harness/evidence/index.ts";
import { openSymbols } from "../../harness/guest/index.ts";
import type { MachineSpec } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import type { KernelTarget } from "../../kernels/targets.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels("dead-halt", "echo", "exit-code", "hello", "page-fault", "panic", "power-off", "reset");
vi.setConfig({ testTimeout: 80_000 });

const soon = { timeoutMs: soonMs };
/** The program counter stands behind the instruction, where the next line's code begins. */
const wfiLine = /^ +> \d+ \| .*\\twfi"\);$/m;

interface Row {
  readonly target: KernelTarget;
  readonly protocol: string;
  /** Machine type that is chosen. */
  readonly machine: string;
  readonly fault: RegExp;
}

const rows: readonly Row[] = [
  {
    target: "aarch64",
    protocol: "ELF",
    machine: "virt",
    fault: /vector 37, error code 0x96000045\n {2}FAR_EL1 = 0x80000000\n {2}ELR_EL1 = 0x4\w+\n/,
  },
  {
    target: "arm",
    protocol: "ELF",
    machine: "virt",
    fault: /vector 4, error code 0x805\n {2}DFAR = 0x80000000\n {2}PC = 0x4\w+\n/,
  },
  {
    target: "riscv64",
    protocol: "SBI",
    machine: "virt",
    fault: /vector 15, error code 0x0\n {2}stval = 0xc0000000\n {2}sepc = 0x8\w+\n/,
  },
  {
    target: "riscv32",
    protocol: "ELF",
    machine: "virt",
    fault: /vector 7, error code 0x0\n {2}mtval = 0x8000000\n {2}mepc = 0x8\w+\n/,
  },
  {
    target: "cortex-m",
    protocol: "vector table",
    machine: "mps2-an385",
    fault: /vector 5, error code 0x8200\n {2}BFAR = 0x70000000\n {2}PC = 0x\w+\n/,
  },
];

describe.each(rows)("$target", ({ fault, machine, protocol, target }) => {
  const start = (name: string, spec: MachineSpec = {}) =>
    boot({ kernel: kernelPath(name, target), exitDevice: true, accelerator: "tcg", ...spec });

  test("says hello, edits lines, and is switched off", async () => {
    const hello = await start("hello");
    await hello.serial.waitFor(`Hello from ${target} (${protocol})\n`, soon);
    expect(hello.record().machineType).toBe(machine);
    const echo = await start("echo");
    await echo.serial.waitFor("> ", soon);
    await echo.serial.writeLine("hi");
    await echo.serial.waitFor("you said: hi\n", soon);
    await echo.serial.writeLine("quit");
    expect(await echo.exited).toMatchObject({ kind: "power-off" });
  });

  test("ends with a code, a power-off, or a reset", async () => {
    const code = await start("exit-code", { commandLine: "quiet exit=49" });
    expect(await code.exited).toMatchObject({ kind: "debug-exit", status: 49 });
    expect((await (await start("power-off")).exited).kind).toBe("power-off");
    expect((await (await start("reset")).exited).kind).toBe("reset");
    const again = await start("reset", { onReset: "continue" });
    for (let times = 0; times < 3; times += 1) await again.serial.waitFor("resetting\n", soon);
    for (let times = 0; times < 2; times += 1) await again.verdict.waitForReset(soon);
  });

  test("a panic fails what waits at once, and a fault says what it was", async () => {
    const panic = await start("panic");
    const error = await errorOf(panic.serial.waitFor("never", soon), GuestError);
    expect(error.exit).toMatchObject({ kind: "panic", message: "Kernel panic: no init found" });
    const faulted = await start("page-fault", { failOn: [] });
    await faulted.serial.waitFor(fault, soon);
    expect(faulted.serial.text).not.toContain("not reached");
    // What the handler says leads to the line that faulted.
    const register = /(?:ELR_EL1|PC|.epc) = 0x(\w+)/.exec(faulted.serial.text)?.[1];
    const symbols = openSymbols(kernelPath("page-fault", target));
    expect(await symbols.locate(BigInt(`0x${register}`))).toMatchObject({
      symbol: "touch_unmapped_page",
      file: expect.stringMatching(/\/page-fault\.c$/),
    });
  });

  test("a halted one is called idle and not dead, and where it stands is said", async () => {
    const halted = await start("dead-halt");
    if (target === "riscv64") await halted.serial.waitFor(/Boot HART MEDELEG.*\n/, soon);
    const error = await errorOf(halted.serial.waitFor("x", { timeoutMs: 1_000 }), TimeoutError);
    expect(halted.findings).toEqual([]);
    expect(error.message).toMatch(
      /machine: running, idle, at .*\/machine\.c:\d+ in halt_forever \(0x/,
    );
    expect(error.message).toMatch(wfiLine);
  });
});

test.each(["aarch64", "arm", "riscv64"] as const)(
  "with a second CPU of %s, which may be at work, none is called idle",
  async (target) => {
    const halted = await boot({ kernel: kernelPath("dead-halt", target), cpus: 2 });
    if (target === "riscv64") await halted.serial.waitFor(/Boot HART MEDELEG.*\n/, soon);
    const error = await errorOf(halted.serial.waitFor("x", { timeoutMs: 500 }), TimeoutError);
    expect(error.message).toMatch(/machine: running, at .*\/machine\.c:\d+ in halt_forever \(0x/);
    expect(error.message).toMatch(wfiLine);
  },
);

test.each(["aarch64", "arm"] as const)("where %s was switched off is the call", async (target) => {
  const vm = await boot({ kernel: kernelPath("power-off", target), cpus: 2 });
  const codeFrame = expect.stringMatching(/^> \d+ \| .*hvc #0/m);
  expect(await vm.exited).toMatchObject({ kind: "power-off", at: { codeFrame } });
});

/** Where semihosting is off, its instruction is an exception: no kernel may die of it silently. */
test.each(["aarch64", "arm", "cortex-m"] as const)("%s without an exit device", async (target) => {
  const vm = await boot({ kernel: kernelPath("exit-code", target) });
  await vm.serial.waitFor("exit_with: QEMU runs this machine without semihosting\n", soon);
});

test("MIPS says hello, and resets", async () => {
  const hello = await boot({ kernel: kernelPath("hello", "mips") });
  await hello.serial.waitFor("Hello from mips (YAMON)\n", soon);
  expect(hello.record()).toMatchObject({ arch: "mips", machineType: "malta" });
  const error = await errorOf(hello.serial.waitFor("x", { timeoutMs: 500 }), TimeoutError);
  expect(error.message).toMatch(/running, idle, at .*\/machine\.c:\d+ in halt_forever \(0x801/);
  expect(error.message).toMatch(/^ +> \d+ \| .*\\twait"\);$/m);
  const reset = await boot({ kernel: kernelPath("reset", "mips") });
  expect(await reset.exited).toMatchObject({ kind: "reset" });
});

test("64-bit PowerPC says hello, behind its firmware", async () => {
  // Its other firmware, SLOF, takes ten seconds to come here.
  const machine = "pseries,x-vof=on";
  const hello = await boot({ kernel: kernelPath("hello", "ppc64"), machine });
  await hello.serial.waitFor("Hello from ppc64 (Open Firmware)\n", soon);
  expect(hello.record()).toMatchObject({ arch: "ppc64", machineType: machine });
  // It jumps in place with interrupts off, which the code and the MSR show.
  const error = await errorOf(hello.serial.waitFor("x", { timeoutMs: soonMs }), GuestError);
  expect(error.message).toMatch(/^dead halt: .* at .*\/machine\.c:\d+ in halt_forever \(0x40/);
});
