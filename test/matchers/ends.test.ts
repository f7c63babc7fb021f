/** `toExit`, `toPowerOff`, `toReset` and `toPanic` on real guests. */
import { expect, GuestError, SpecError, test } from "bringup";
import { kernelPath } from "../../kernels/build.ts";

test("toExit takes any end, a part of it, or an expression for its message", async ({ boot }) => {
  const coded = await boot(kernelPath("exit-code"), { commandLine: "exit=5" });
  await expect(coded).toExit();
  await expect(coded).toExit({ kind: "debug-exit" });
  await expect(coded).toExit({ status: 5 });
  await expect(coded).toExit({ kind: "debug-exit", status: 5 });
  await expect(expect(coded).toExit({ kind: "debug-exit", status: 6 })).rejects.toThrow(
    /^debug-exit with status 5( at .*)?\n {2}expected the machine to end as {"kind":"debug-exit","status":6}/,
  );
  const panicked = await boot(kernelPath("panic"));
  await expect(panicked).toExit({ kind: "panic", message: /no \w+ found$/ });
  await expect(expect(panicked).toExit({ kind: "panic", message: /another/ })).rejects.toThrow(
    GuestError,
  );
});

test("toExit fails at once for another end, and at its limit for none", async ({ boot }) => {
  const off = await boot(kernelPath("power-off"));
  await expect(expect(off).toExit({ kind: "triple-fault" })).rejects.toThrow(
    /^power-off at .*\n {2}expected the machine to end as {"kind":"triple-fault"}/,
  );
  const spinning = await boot(kernelPath("spin"));
  await expect(expect(spinning).toExit({}, { timeoutMs: 100 })).rejects.toThrow(
    "timed out after 100 ms (timeoutMs) waiting for the machine to end\n",
  );
});

test("toExit refuses an end that there cannot be, also under .not", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"));
  const refused: [unknown, string][] = [
    [{ outcome: "passed" }, 'outcome: got "passed", takes one of pass, fail, skip'],
    [{ kind: "poweroff" }, 'kind: got "poweroff", takes one of debug-exit, power-off, reset, '],
    [{ code: 7 }, "code: is no field of an exit; the fields are kind, because, status, "],
    ["reset", 'expected: got "reset", takes an object such as { kind: "power-off" }'],
  ];
  for (const [expected, message] of refused) {
    const failure = await expect(vm)
      .not.toExit(expected as object, { forMs: 1 })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SpecError);
    expect((failure as SpecError).message).toContain(message);
  }
});

test("an end that toExit has accepted fails the test no more", async ({ boot }) => {
  const vm = await boot(kernelPath("triple-fault"));
  await expect(vm).toExit({ kind: "triple-fault" });
  await expect(vm).not.toBeRunning();
});

test("toPowerOff", async ({ boot }) => {
  const off = await boot(kernelPath("power-off"));
  await expect(off).toPowerOff();
  await expect(expect(off).not.toPowerOff({ forMs: 10 })).rejects.toThrow(
    "expected the machine not to power off, but it did",
  );
  const reset = await boot(kernelPath("reset"));
  await expect(expect(reset).toPowerOff()).rejects.toThrow(
    /^reset at .*\n {2}expected the machine to power off/,
  );
  await expect(reset).toReset();
});

test("toReset takes the end that onReset makes of it", async ({ boot }) => {
  const vm = await boot(kernelPath("reset"));
  await expect(vm).toReset();
  await expect(expect(vm).not.toReset({ forMs: 10 })).rejects.toThrow(
    "expected the machine not to reset, but it did",
  );
  const off = await boot(kernelPath("power-off"));
  await expect(expect(off).toReset()).rejects.toThrow(
    /^power-off at .*\n {2}expected the machine to reset/,
  );
});

test("toReset takes the next reset of a machine that goes on", async ({ boot }) => {
  const vm = await boot(kernelPath("reset"), { onReset: "continue" });
  await expect(vm).toReset();
  await expect(vm).toReset();
  await expect(vm).toReset();
  expect(vm.qmp.events.filter(({ event }) => event === "RESET").length).toBeGreaterThan(2);
  // Resets that nobody follows would be a loop.
  await vm.pause();
});

test("toReset waits for a reset of a machine that goes on", async ({ boot }) => {
  const spinning = await boot(kernelPath("spin"), { onReset: "continue" });
  await expect(spinning).not.toReset({ forMs: 100 });
  await expect(expect(spinning).toReset({ timeoutMs: 50 })).rejects.toThrow(
    /^timed out after 50 ms/,
  );
});

test("toPanic accepts the guest's own words, whichever and whenever", async ({ boot }) => {
  const vm = await boot(kernelPath("panic"));
  await expect(vm).toPanic();
  await expect(vm).toPanic("no init");
  await expect(vm).toPanic(/no \w+ found/g);
  await expect(vm).toPanic({ timeoutMs: 100 } as unknown as string);
  await expect(expect(vm).not.toPanic({ forMs: 10 })).rejects.toThrow(
    "expected the machine not to panic, but it did",
  );
});

test("toPanic takes a panic that reads as a clean end", async ({ boot }) => {
  const vm = await boot(kernelPath("panic-reset"));
  await expect(vm).toPanic();
  await expect(expect(vm).toReset()).rejects.toThrow(/^panic: /);
});

test("toPanic fails for another end and for another panic", async ({ boot }) => {
  const off = await boot(kernelPath("power-off"));
  await expect(expect(off).toPanic()).rejects.toThrow(
    /^power-off at .*\n {2}expected the machine to panic/,
  );
  const vm = await boot(kernelPath("panic"));
  await expect(expect(vm).toPanic("another")).rejects.toThrow(/^panic: .*no init found/);
});

test("not: must hold for a stated time, in which the guest lives", async ({ boot }) => {
  const spinning = await boot(kernelPath("spin"));
  await expect(spinning).not.toPowerOff({ forMs: 50 });
  await expect(spinning).not.toPanic({ forMs: 50 });
  await expect(spinning).not.toExit({ kind: "panic" }, { forMs: 50 });
  const off = await boot(kernelPath("power-off"));
  await expect(expect(off).not.toPanic({ forMs: 5000 })).rejects.toThrow(/^power-off/);
});

test("not: without a time it says what is missing", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"));
  const assertion = expect(vm).not as unknown as Record<string, () => Promise<void>>;
  for (const name of ["toExit", "toPowerOff", "toReset", "toPanic"]) {
    await expect(assertion[name]?.(), name).rejects.toThrow(
      "forMs: is missing: say for how long it must not happen, such as { forMs: 500 }",
    );
  }
  const plain = expect(vm) as unknown as Record<string, (options: object) => Promise<void>>;
  await expect(plain.toPowerOff?.({ forMs: 5 })).rejects.toThrow("forMs: belongs to .not");
});

test("they are for machines", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"));
  const assertion = expect(vm.serial) as unknown as Record<string, () => unknown>;
  for (const name of ["toExit", "toPowerOff", "toReset", "toPanic", "toBeRunning", "toBePaused"]) {
    expect(() => assertion[name]?.(), name).toThrow(
      `write expect(vm).${name}(...): it takes a Machine, as boot() gives, and got the serial port serial0`,
    );
  }
});
