import { describe, expect, test } from "vitest";
import { GuestError, SpecError } from "../../harness/evidence/index.ts";
import { errorOf, portOf, poweredOff, print, turn } from "./ports.ts";

describe("the end of the machine", () => {
  test("fails all waits at once, and those that come later", async () => {
    const port = portOf();
    const waits = [errorOf(port.waitFor("a")), errorOf(port.waitForAny([/b/, "c"]))];
    port.finish(poweredOff);
    const later = await errorOf(port.waitFor("d"));
    const errors = [...(await Promise.all(waits)), later];
    expect(errors.every((error) => error instanceof GuestError)).toBe(true);
    expect(errors.map(({ message }) => message)).toEqual([
      'power-off\n  while waiting for serial0 to print "a"',
      'power-off\n  while waiting for serial0 to print /b/ or "c"',
      'power-off\n  while waiting for serial0 to print "d"',
    ]);
  });

  test("lets a later wait have what was printed before", async () => {
    const port = portOf();
    print(port, "bye\n");
    port.finish(poweredOff);
    expect((await port.waitFor("bye")).text).toBe("bye");
  });

  test("keeps its first cause", async () => {
    const port = portOf();
    port.finish(poweredOff);
    port.finish(() => new Error("second"));
    expect((await errorOf(port.waitFor("x"))).message).toContain("power-off");
  });

  test("a finding fails the waits of that moment only", async () => {
    const port = portOf();
    const wait = errorOf(port.waitFor("a"));
    port.failWaits(poweredOff);
    expect(await wait).toBeInstanceOf(GuestError);
    const next = port.waitFor("b");
    print(port, "b");
    expect((await next).text).toBe("b");
  });
});

describe("errors", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ["no pattern", () => portOf().waitForAny([]), "pattern: is missing"],
    ["an empty string", () => portOf().waitFor(""), "pattern: is empty"],
    ["any output", () => portOf().waitFor(/a*/), "pattern: /a*/ matches no output at all"],
    ["the wrong type", () => portOf().waitFor(5 as never), "pattern: takes strings and regular"],
    ["failOn", () => portOf().waitFor("a", { failOn: ["b", ""] }), "failOn: is empty"],
    ["one string", () => portOf().waitForAny("ab" as never), "pattern: takes an array"],
    [
      "one string to fail on",
      () => portOf().waitFor("a", { failOn: "b" as never }),
      'failOn: takes an array of patterns, such as ["login: ", /\\$ $/]',
    ],
    [
      "a text for a time",
      () => portOf().waitFor("a", { timeoutMs: "5" as never }),
      "timeoutMs: takes milliseconds from 0 on, not '5'",
    ],
    ["no clock", () => portOf().waitFor("a", { clock: "guest" as never }), 'clock: takes "host"'],
    ["no time", () => portOf().waitFor("a", { timeoutMs: -1 }), "timeoutMs: takes milliseconds"],
    ["not a time", () => portOf().waitFor("a", { timeoutMs: Number.NaN }), "timeoutMs: takes"],
  ])("a wait for %s is refused", async (_, ask, message) => {
    const error = await errorOf(ask());
    expect(error).toBeInstanceOf(SpecError);
    expect(error.message).toContain(message);
  });

  test("get the evidence of the machine, but never give way to it", async () => {
    const attached = portOf({ attachEvidence: async (error) => Object.assign(error, { seen: 1 }) });
    attached.finish(poweredOff);
    expect(await errorOf(attached.waitFor("x"))).toMatchObject({ seen: 1 });

    const secondary = new Error("disk full");
    const broken = portOf({ attachEvidence: () => Promise.reject(secondary) });
    broken.finish(poweredOff);
    const error = await errorOf(broken.waitFor("x"));
    expect(error).toBeInstanceOf(GuestError);
    expect(error.cause).toBe(secondary);
  });

  test("count every wait in and out, whatever becomes of it", async () => {
    let waiting = 0;
    const limit = (timeoutMs: number | undefined) => {
      if (timeoutMs === 77) throw new SpecError("timeoutMs", "is refused by the machine");
      return { limitMs: timeoutMs ?? Number.POSITIVE_INFINITY, name: "timeoutMs" };
    };
    const onWaiting = (change: number) => {
      waiting += change;
    };
    const port = portOf({ limit, onWaiting });
    const found = port.waitFor("a");
    expect(waiting).toBe(1);
    print(port, "a");
    await found;
    await errorOf(port.waitFor("x", { timeoutMs: 77 }));
    await errorOf(port.waitFor("x", { timeoutMs: 1 }));
    await errorOf(port.waitFor(""));
    const ended = errorOf(port.waitFor("b"));
    expect(waiting).toBe(1);
    port.finish(poweredOff);
    await ended;
    await errorOf(port.waitFor("c"));
    expect(waiting).toBe(0);
  });

  test("raise no alarm before they are awaited", async () => {
    const alarms: unknown[] = [];
    const listener = (reason: unknown) => alarms.push(reason);
    process.on("unhandledRejection", listener);
    const port = portOf();
    const waits = [port.waitFor("q"), port.waitForAny(["b"]), port.waitFor("")];
    print(port, "panic: x\n");
    port.finish(poweredOff);
    await turn();
    await turn();
    process.off("unhandledRejection", listener);
    expect(alarms).toEqual([]);
    const outcomes = await Promise.allSettled(waits);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });
});

test("says that an earlier wait has passed the very text, whatever fails the wait", async () => {
  const passed = '\n  serial0 printed that before, and an earlier wait has passed it: "Hello, all"';
  const port = portOf();
  print(port, "Hello, all\n> ");
  await port.waitFor("> ");
  const late = await errorOf(port.waitFor("Hello", { timeoutMs: 2 }));
  expect(late.message).toMatch(new RegExp(`to print "Hello"${passed}$`));
  print(port, "Hallo");
  const near = await errorOf(port.waitFor(/^Hello/, { timeoutMs: 2 }));
  expect(near.message).toContain(`nearest line: "Hallo"${passed}`);
  const waits = [port.waitFor("Hello"), port.waitFor("Hullo")].map(errorOf);
  print(port, "\nKernel panic - not syncing: x\n");
  const [known, unknown] = (await Promise.all(waits)).map(({ message }) => message);
  expect(known).toContain(`to print "Hello"${passed}`);
  expect(unknown).not.toContain("earlier wait");
  const ended = errorOf(port.waitFor("Hello", { failOn: [] }));
  port.failWaits((phase) => new Error(`the machine has ended: ${phase}`));
  expect((await ended).message).toContain(passed);
});
