/** `toBeRunning`, `toBePaused`, `toHaveQmpState` and `toEmitEvent` on real guests. */
import { AssertionError, expect, test } from "bringup";
import { kernelPath } from "../../kernels/build.ts";

test("a state is looked at once", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"));
  await expect(vm).toBeRunning();
  await expect(vm).not.toBePaused();
  await vm.pause();
  await expect(vm).toBePaused();
  await expect(vm).toHaveQmpState("paused");
  await expect(vm).not.toHaveQmpState("running");
  const failure = await expect(vm, "after the pause")
    .toBeRunning()
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AssertionError);
  expect(failure).toMatchObject({
    actual: "paused",
    expected: "running",
    message: expect.stringMatching(
      /^after the pause: expected the machine's QMP run state to be "running", but it is "paused"\n/,
    ),
    evidence: { machine: expect.stringMatching(/^paused, at /) },
  });
  await expect(expect(vm).not.toBePaused()).rejects.toThrow(
    "expected the machine's QMP run state not to be paused, but it is",
  );
});

test("a machine that has ended has the state of its body, or none", async ({ boot }) => {
  const off = await boot(kernelPath("power-off"), { exitDevice: false });
  await expect(off).toPowerOff();
  await expect(off).toHaveQmpState("shutdown");
  await expect(off).not.toBeRunning();
  const coded = await boot(kernelPath("exit-code"), { commandLine: "exit=1" });
  await expect(coded).toExit({ kind: "debug-exit" });
  await expect(coded).not.toBeRunning();
  await expect(expect(coded).toBeRunning()).rejects.toThrow('but it is "gone"');
});

test("an event counts since the start, or since a mark", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"));
  await vm.pause();
  await expect(vm).toEmitEvent("STOP");
  await expect(vm.qmp).toEmitEvent("STOP");
  const since = vm.qmp.mark();
  await expect(vm).not.toEmitEvent("STOP", { since, forMs: 50 });
  await expect(expect(vm).toEmitEvent("STOP", { since, timeoutMs: 50 })).rejects.toThrow(
    /^timed out after 50 ms \(timeoutMs\) waiting for QMP event STOP/,
  );
  const awaited = expect(vm).toEmitEvent("RESUME", { since });
  await vm.resume();
  await awaited;
  await expect(expect(vm).not.toEmitEvent("STOP", { forMs: 50 })).rejects.toThrow(
    "expected QEMU not to emit the QMP event STOP, but it did",
  );
});

test("an event is told from others by its data", async ({ boot }) => {
  const vm = await boot(kernelPath("power-off"));
  await expect(vm).toPowerOff();
  await expect(vm).toEmitEvent("SHUTDOWN", { where: { guest: true, reason: "guest-shutdown" } });
  await expect(vm).toEmitEvent("SHUTDOWN", { where: ({ data }) => data.guest });
  const where = { reason: "guest-reset" } as const;
  await expect(expect(vm).toEmitEvent("SHUTDOWN", { where })).rejects.toThrow(
    /^power-off at .*\n {2}while waiting for QMP event SHUTDOWN/,
  );
  await expect(
    expect(vm).not.toEmitEvent("SHUTDOWN", { where: { guest: true }, forMs: 50 }),
  ).rejects.toThrow('not to emit the QMP event SHUTDOWN with {"guest":true}, but it did');
});

test("a part of an event's data is enough, and a failure shows what came", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"));
  await vm.reset();
  await vm.pause();
  const seen = vm.qmp.events.map(({ event }) => event);
  expect(seen).toEqual(expect.arrayContaining(["RESUME", "RESET", "STOP"]));
  await expect(vm).toEmitEvent("RESET", { where: {} });
  await expect(vm).toEmitEvent("RESET", { where: { reason: "host-qmp-system-reset" } });
  await expect(
    expect(vm).toEmitEvent("RESET", { where: { reason: "guest-reset" }, timeoutMs: 50 }),
  ).rejects.toThrow(/\n {4}RESET \{"guest":false,"reason":"host-qmp-system-reset"\}\n/);
  const where = () => {
    throw new Error("not my event");
  };
  await expect(expect(vm).toEmitEvent("RESET", { where })).rejects.toThrow(
    "its function threw: not my event",
  );
});

test("an event must not come, or not with this data, for a time", async ({ boot }) => {
  // A PC's firmware follows a reset by others of its own.
  const vm = await boot(kernelPath("echo"), { machine: "microvm" });
  await expect(vm.serial).toPrint("> ");
  const since = vm.qmp.mark();
  // It comes, but with other data.
  const other = { where: { guest: true }, since, forMs: 500 };
  const holds = expect(vm).not.toEmitEvent("RESET", other);
  await vm.reset();
  await expect(vm).toEmitEvent("RESET", { since });
  await holds;
  // It comes meanwhile.
  const broken = expect(expect(vm).not.toEmitEvent("STOP", { since, forMs: 20_000 })).rejects;
  await vm.pause();
  await broken.toThrow("expected QEMU not to emit the QMP event STOP, but it did");
  await vm.resume();
  // The guest ends before the time is over, which proves nothing.
  const unproven = expect(expect(vm).not.toEmitEvent("WATCHDOG", { forMs: 20_000 })).rejects;
  await expect(vm.serial).toPrint("> ");
  await vm.serial.writeLine("quit");
  await unproven.toThrow(/^power-off at .*\n {2}while waiting for QMP event WATCHDOG/);
  await expect(vm).toPowerOff();
});

test("an event is for machines and their QMP clients", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"));
  const emit = (actual: unknown) => () =>
    (expect(actual) as unknown as { toEmitEvent: (name: string) => unknown }).toEmitEvent("STOP");
  expect(emit(vm.serial)).toThrow(
    "write expect(vm).toEmitEvent(...): it takes a Machine or QmpClient, as boot() gives, and got",
  );
  expect(emit(null)).toThrow("and got null");
});
