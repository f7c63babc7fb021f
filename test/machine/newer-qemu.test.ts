/** Newer QEMU makes a shutdown of a debug-exit, and is asked for its exit code for that reason. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Autopsy } from "../../harness/machine/autopsy.ts";
import { EndWatch } from "../../harness/machine/end-watch.ts";
import type { MachineExit } from "../../harness/machine/index.ts";
import { startOwned } from "../../harness/process/index.ts";
import { QmpClient } from "../../harness/qmp/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { temporaryDirectory, useKernels } from "./machines.ts";

useKernels("power-off");

test("a power-off, by a QEMU that is taken for a newer one", async () => {
  const directory = temporaryDirectory();
  const stderrLog = join(directory, "stderr.log");
  const child = startOwned(
    "qemu-system-x86_64",
    [
      ...["-nodefaults", "-display", "none", "-machine", "microvm", "-S"],
      ...["-kernel", kernelPath("power-off"), "-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
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
  const exit = Promise.withResolvers<MachineExit>();
  const watch = new EndWatch({
    child,
    qmp,
    autopsy: new Autopsy({ arch: "x86_64", qmp, symbols: undefined, builtAtMs: undefined }),
    cpuLog: join(directory, "cpu.log"),
    stderrLog,
    accelerator: "tcg",
    exitDevice: "isa-debug-exit",
    exitOutcomes: undefined,
    hasRepeatingFirmware: false,
    qemuMajor: 10,
    drain: () => {},
    fatalLine: () => undefined,
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
  expect(qmp.events.filter(({ event }) => event === "SHUTDOWN").length).toBeGreaterThanOrEqual(1);
});
