/** The errors: what their messages say, and what they carry through JSON. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AssertionError,
  BringupError,
  GuestError,
  HostError,
  LaunchError,
  QmpError,
  SpecError,
  StateError,
  TimeoutError,
  toPlainData,
} from "../../harness/evidence/index.ts";

const cause = new Error("the first one");
const exit = { kind: "reset", because: "SHUTDOWN guest-reset" } as const;
const finding = { kind: "dead-halt", because: "HLT=1, IF=0" } as const;

const samples: [string, BringupError, string][] = [
  ["BringupError", new BringupError("it broke", { cause }), "it broke"],
  [
    "SpecError",
    new SpecError("disks[0].bus", 'got "isa", takes "virtio"', { cause }),
    'disks[0].bus: got "isa", takes "virtio"',
  ],
  ["HostError", new HostError("no QEMU found", { cause }), "no QEMU found"],
  [
    "HostError",
    new HostError("no QEMU found", { cause, remedy: "apt install qemu-system-x86" }),
    "no QEMU found\n  to mend it: apt install qemu-system-x86",
  ],
  ["LaunchError", new LaunchError("QEMU did not start: no", { cause }), "QEMU did not start: no"],
  ["QmpError", new QmpError("QEMU refused", {}, { cause }), "QEMU refused"],
  [
    "StateError",
    new StateError("pause()", "ended", ["running", "paused"], { cause }),
    "pause() needs the state running or paused, but this is ended",
  ],
  [
    "TimeoutError",
    new TimeoutError("serial0 to print /x/", 50, undefined, undefined, { cause }),
    "timed out after 50 ms (timeoutMs) waiting for serial0 to print /x/",
  ],
  [
    "TimeoutError",
    new TimeoutError("QEMU to start", 50, "bootTimeoutMs", "\n  so far: nothing", { cause }),
    "timed out after 50 ms (bootTimeoutMs) waiting for QEMU to start\n  so far: nothing",
  ],
  [
    "GuestError",
    new GuestError("while waiting for serial0", exit, { cause }),
    "reset\n  while waiting for serial0",
  ],
  [
    "GuestError",
    new GuestError("while waiting for serial0", finding, { cause }),
    "dead halt: every started CPU is halted with interrupts off\n  while waiting for serial0",
  ],
  ["AssertionError", new AssertionError("not so", {}, { cause }), "not so"],
];

test.each(samples)("%s has its name, message and cause", (name, error, message) => {
  expect(error).toBeInstanceOf(BringupError);
  expect(error.name).toBe(name);
  expect(error.message).toBe(message);
  expect(error.cause).toBe(cause);
  expect(String(error.stack)).toContain(`${name}: ${message.split("\n")[0]}`);
  expect(JSON.parse(JSON.stringify(error)).name).toBe(name);
});

test.each([
  [new SpecError("arch", "x"), { field: "arch" }],
  [new HostError("x", { remedy: "y" }), { remedy: "y" }],
  [new QmpError("x", { errorClass: "GenericError" }), { errorClass: "GenericError" }],
  [new StateError("x", "ended", ["running"]), { state: "ended", needed: ["running"] }],
  [new TimeoutError("x", 7), { phase: "x", limitMs: 7 }],
  [new GuestError("x", exit), { exit }],
  [new GuestError("x", finding), { finding }],
  [new AssertionError("x", { actual: 1n, expected: 2n }), { actual: 1n, expected: 2n }],
])("%o carries its fields, and no others", (error, fields) => {
  const { name: _name, sent: _sent, received: _received, ...own } = { ...error } as QmpError;
  expect({ ...own }).toStrictEqual(fields);
});

test.each([
  [new HostError("x"), "remedy"],
  [new QmpError("x", {}), "errorClass"],
  [new AssertionError("x"), "actual"],
  [new AssertionError("x"), "expected"],
])("%o lacks %s where there is none", (error, field) => {
  expect((error as unknown as Record<string, unknown>)[field]).toBeUndefined();
});

describe("what a QmpError carries", () => {
  test("survives JSON, with large integers as their digits", () => {
    const error = new QmpError("QEMU refused", {
      sent: { execute: "memsave", arguments: { val: 0xffff_ffff_ffff_ffffn, size: 4 } },
      received: [{ deep: [{ at: -(2n ** 63n) }] }],
    });
    expect(error.sent).toEqual({
      execute: "memsave",
      arguments: { val: "18446744073709551615", size: 4 },
    });
    const { sent, received } = error;
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ sent, received });
    expect(received).toEqual([{ deep: [{ at: "-9223372036854775808" }] }]);
  });

  test("is a copy, and nothing where there is nothing", () => {
    const sent = { execute: "stop" };
    const error = new QmpError("QEMU refused", { sent });
    sent.execute = "changed later";
    expect(error).toMatchObject({ sent: { execute: "stop" }, received: undefined });
  });
});

describe("plain data", () => {
  test("of any value goes through JSON unchanged", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const plain = toPlainData(value);
        expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
      }),
    );
  });

  test("of JSON is that JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(toPlainData(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    [10n, "10"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [undefined, null],
    [() => {}, null],
    [
      [undefined, Symbol("s")],
      [null, null],
    ],
    // biome-ignore lint/suspicious/noSparseArray: that is the case.
    [[,], [null]],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [new RangeError("far"), { name: "RangeError", message: "far" }],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
  ])("of %o is %o", (value, plain) => {
    expect(toPlainData(value)).toEqual(plain);
  });

  test("of what stands inside itself ends", () => {
    const knot: Record<string, unknown> = { twice: [1n] };
    knot.self = { again: knot };
    knot.same = knot.twice;
    expect(toPlainData(knot)).toEqual({
      twice: ["1"],
      self: { again: "[circular]" },
      same: ["1"],
    });
  });
});
