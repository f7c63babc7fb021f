/** Newer QEMU makes a shutdown of a debug-exit, and is asked for its exit code for that reason. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Autopsy } from "../../harness/machine/autopsy.ts";
import { registersOf } from "../../harness/machine/board.ts";
import { EndWatch } from "../../harness/machine/end-watch.ts";
import type { MachineExit } from "../../harness/machine/index.ts";
import { startOwned } from "../../harness/process/index.ts";
import { QmpClient } from "../../harness/qmp/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { aarch64Guest, psci } from "./exit-guests.ts";
import { temporaryDirectory, useKernels } from "./machines.ts";

useKernels("power-off");

test.each<readonly [string, "isa-debug-exit" | "semihosting", () => Promise<string[]>]>([
  [
    "x86_64",
    "isa-debug-exit",
    async () => [
      ...["-machine", "microvm", "-kernel", kernelPath("power-off")],
      ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ],
  ],
  [
    "aarch64",
    "semihosting",
    async () => [
      ...["-machine", "virt", "-cpu", "cortex-a57", "-semihosting"],
      ...["-kernel", await aarch64Guest("", psci(0x8400_0008))],
    ],
  ],
])("a power-off on %s with %s, by a QEMU that is taken for a newer one", async (...row) => {
  const [arch, exitDevice, machine] = row;
  const directory = temporaryDirectory();
  const stderrLog = join(directory, "stderr.log");
  const child = startOwned(
    `qemu-system-${arch}`,
    [
      ...["-nodefaults", "-display", "none", "-S", ...(await machine())],
      ...["-action", "shutdown=pause", "-chardev", "socket,id=qmp,fd=3"],
      ...["-mon", "chardev=qmp,mode=control"],
    ],
    { logFile: stderrLog, sockets: 1 },
  );
  onTestFinished(async () => {
    child.kill();
    await child.ended;
  });
  const [descriptor] = child.descriptors;
  if (descriptor === undefined) throw new Error("no descriptor");
  const qmp = await QmpClient.connect(descriptor);
  const registers = registersOf(arch);
  const exit = Promise.withResolvers<MachineExit>();
  const watch = new EndWatch({
    child,
    qmp,
    autopsy: new Autopsy({
      ...{ arch, registers, qmp, accelerator: "tcg", symbols: undefined, builtAtMs: undefined },
      ...{ highestLevel: undefined, hasNmiWatchdog: false },
    }),
    cpuLog: join(directory, "cpu.log"),
    stderrLog,
    accelerator: "tcg",
    exitDevice,
    exitOutcomes: undefined,
    hasRepeatingFirmware: false,
    qemuMajor: 10,
    drain: () => {},
    fatalLine: async () => undefined,
    onEnd: exit.resolve,
  });
  expect(watch.isEnding).toBe(false);
  await qmp.execute("cont");
  expect(await exit.promise).toMatchObject({
    kind: "power-off",
    because: "SHUTDOWN guest-shutdown",
    at: { instructionPointer: expect.stringMatching(/^0x/) },
  });
  expect(await child.ended).toEqual({ exitCode: 0 });
  expect(watch.hasQuitForStatus).toBe(true);
  expect(qmp.events.filter(({ event }) => event === "SHUTDOWN").length).toBeGreaterThanOrEqual(1);
});
