/** `toPrint` and its negations, on real guests. */
import { expect, SpecError, TimeoutError, test } from "bringup";
import { kernelPath } from "../../kernels/build.ts";

test("moves the cursor behind its match, and only on success", async ({ boot }) => {
  const vm = await boot(kernelPath("echo"));
  await expect(vm.serial).toPrint("> ");
  await vm.serial.writeLine("one two one");
  await expect(vm.serial).toPrint(/you said: one/);
  const { cursor } = vm.serial;
  await expect(expect(vm.serial).toPrint("one two", { timeoutMs: 50 })).rejects.toThrow(
    TimeoutError,
  );
  expect(vm.serial.cursor).toBe(cursor);
  await expect(vm.serial).toPrint(" two one");
  expect(vm.serial.cursor).toBeGreaterThan(cursor);
  // The prompt after the answer is behind the cursor; the one before it is not seen again.
  await expect(vm.serial).toPrint("> ");
  await expect(vm.serial).not.toPrint("> ", { forMs: 100 });
});

test("names what it waited for, how long, and the nearest line", async ({ boot }) => {
  const vm = await boot(kernelPath("prompt"));
  const failure = await expect(vm.serial)
    .toPrint("logon: ", { timeoutMs: 1000 })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TimeoutError);
  expect(failure).toMatchObject({
    phase: 'serial0 to print "logon: "',
    limitMs: 1000,
    message: expect.stringMatching(
      /^timed out after 1000 ms \(timeoutMs\) waiting for serial0 to print "logon: "\n {2}nearest line: "login: "\n/,
    ),
    evidence: { serial: [{ port: "serial0", lines: ["login: "] }] },
  });
});

test("begins with the message of the assertion", async ({ boot }) => {
  const vm = await boot(kernelPath("power-off"));
  await expect(expect(vm.serial, "the greeting").toPrint("Hello")).rejects.toThrow(
    /^the greeting: power-off at .*\n {2}while waiting for serial0 to print "Hello"/,
  );
  await expect(expect(vm.serial, "the ending").not.toPrint("off", { forMs: 1 })).rejects.toThrow(
    'the ending: expected serial0 not to print "off", but it did',
  );
});

test("fails on output that its own failOn names", async ({ boot }) => {
  const vm = await boot(kernelPath("echo"));
  await expect(vm.serial).toPrint("> ");
  await vm.serial.writeLine("disk on fire");
  await expect(
    expect(vm.serial).toPrint("ready", { failOn: [/disk on \w+/] }),
  ).rejects.toMatchObject({ name: "GuestError", exit: { kind: "panic" } });
});

test("not, for a time: the guest prints something else", async ({ boot }) => {
  const vm = await boot(kernelPath("hello"));
  await expect(vm.serial).toPrint("Hello");
  await expect(vm.serial).not.toPrint("Goodbye", { forMs: 100 });
  await vm.pause();
  await expect(expect(vm.serial).not.toPrint("Goodbye", { forMs: 1 })).rejects.toThrow(
    "not.toPrint({ forMs }) needs the state running, but this is paused",
  );
  await vm.resume();
});

test("not, for a time: an end before that proves nothing", async ({ boot }) => {
  const vm = await boot(kernelPath("power-off"));
  await expect(expect(vm.serial).not.toPrint("Goodbye", { forMs: 5000 })).rejects.toThrow(
    /^power-off/,
  );
});

test("not, until later output", async ({ boot }) => {
  const vm = await boot(kernelPath("echo"));
  await expect(vm.serial).not.toPrint("you said", { until: "> " });
  await vm.serial.writeLine("abc");
  await expect(expect(vm.serial).not.toPrint(/you \w+/, { until: "abc\n> " })).rejects.toThrow(
    'expected serial0 not to print /you \\w+/, but it printed "you said"',
  );
  await expect(
    expect(vm.serial).not.toPrint("error", { until: "never", timeoutMs: 50 }),
  ).rejects.toThrow(/^timed out after 50 ms .* to print "error" or "never"/);
});

test("not, until the exit", async ({ boot }) => {
  const vm = await boot(kernelPath("power-off"));
  await expect(vm.serial).not.toPrint("error", { until: "exit" });
  await expect(expect(vm.serial).not.toPrint("off", { until: "exit" })).rejects.toThrow(
    'expected serial0 not to print "off", but it printed "off"',
  );
});

test("not, until the exit: a death is no such end", async ({ boot }) => {
  const vm = await boot(kernelPath("triple-fault"));
  await expect(expect(vm.serial).not.toPrint("error", { until: "exit" })).rejects.toThrow(
    /^triple fault/,
  );
  await expect(vm).toExit({ kind: "triple-fault" });
});

test("takes its options where they mean something", async ({ boot }) => {
  const vm = await boot(kernelPath("hello"));
  // What the compiler refuses, and a test in JavaScript may still write.
  type AnyCase = { toPrint: (...given: unknown[]) => Promise<void> };
  const plain = (...given: unknown[]) =>
    (expect(vm.serial) as unknown as AnyCase).toPrint(...given);
  const negated = (...given: unknown[]) =>
    (expect(vm.serial).not as unknown as AnyCase).toPrint(...given);
  await expect(negated("x")).rejects.toThrow(
    'until: is missing: not.toPrint needs a moment, { until: /later output/ }, { until: "exit" } or { forMs }',
  );
  const both = { forMs: 5, until: "exit" };
  await expect(negated("x", both)).rejects.toThrow("until: and forMs exclude each other");
  await expect(negated("x", { forMs: -1 })).rejects.toThrow("forMs: got -1, takes");
  await expect(plain("Hello", { forMs: 5 })).rejects.toThrow("forMs: belongs to .not");
  await expect(plain("Hello", { until: "x" })).rejects.toThrow("until: belongs to .not");
  await expect(plain("")).rejects.toThrow(SpecError);
});

test("is for ports, and says so at once", async ({ boot }) => {
  const vm = await boot(kernelPath("hello"));
  const print = (actual: unknown) => () =>
    (expect(actual) as unknown as { toPrint: (pattern: string) => unknown }).toPrint("x");
  const advice =
    "write expect(vm.serial).toPrint(...): it takes a SerialPort, as boot() gives, and got ";
  expect(print(5)).toThrow(new TypeError(`${advice}5`));
  expect(print("text")).toThrow(new TypeError(`${advice}"text"`));
  const missing = "undefined: put await before boot(), or debugConsole: true in its spec";
  expect(print(undefined)).toThrow(new TypeError(advice + missing));
  expect(print(vm.debugConsole)).toThrow(new TypeError(advice + missing));
  const pending = boot(kernelPath("hello"));
  const { serial } = pending as unknown as { serial: undefined };
  const early = new TypeError(`${advice}undefined: put await before boot()`);
  expect(print(serial)).toThrow(early);
  await pending;
  expect(print(serial)).toThrow(new TypeError(advice + missing));
  expect(print({})).toThrow(new TypeError(`${advice}an object of Object`));
  expect(print(vm)).toThrow(new TypeError(`${advice}the Machine itself`));
  expect(print(Promise.resolve(vm))).toThrow(
    new TypeError(`${advice}a promise: put await before boot()`),
  );
});
