import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArrivalTimes } from "../../harness/serial/arrival-times.ts";
import { portOf, print, runs } from "./ports.ts";

describe("ArrivalTimes", () => {
  test("knows when each character arrived, to the millisecond", () => {
    const parts = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(3)), { minLength: 1 });
    fc.assert(
      fc.property(parts, (pieces) => {
        const times = new ArrivalTimes(1000);
        const wanted: number[] = [];
        let nowMs = 0;
        for (const [length, afterMs] of pieces) {
          nowMs += afterMs;
          for (let count = 0; count < length; count += 1) wanted.push(nowMs);
          times.add(wanted.length, nowMs, 0);
        }
        expect(wanted.map((_, offset) => times.at(offset))).toEqual(wanted);
      }),
      runs(200),
    );
  });

  test("beyond its limit knows fewer moments of what is kept, and never one that is too early", () => {
    const times = new ArrivalTimes(8);
    for (let moment = 0; moment < 1000; moment += 1) times.add(moment + 1, moment, 0);
    const known = Array.from({ length: 1000 }, (_, offset) => times.at(offset));
    expect(new Set(known).size).toBeLessThanOrEqual(8);
    for (const [offset, moment] of known.entries()) expect(moment).toBeGreaterThanOrEqual(offset);
    expect(known.at(-1)).toBe(999);
    expect(known).toEqual([...known].sort((one, other) => one - other));
  });

  test("gives up first what belongs to text that is gone", () => {
    const times = new ArrivalTimes(8);
    for (let moment = 0; moment < 1000; moment += 1) {
      times.add(moment + 1, moment, Math.max(0, moment - 2));
    }
    expect([997, 998, 999].map((offset) => times.at(offset))).toEqual([997, 998, 999]);
  });

  test("of nothing is zero", () => {
    expect(new ArrivalTimes().at(0)).toBe(0);
  });
});

test("matches and lines have the time at which their last character arrived", async () => {
  let nowMs = 0;
  const port = portOf({ clockMs: () => nowMs });
  nowMs = 10.4;
  print(port, "login");
  nowMs = 20.6;
  print(port, ": one\ntw");
  nowMs = 30;
  print(port, "o\nthree");
  expect((await port.waitFor("login")).atMs).toBe(10);
  expect((await port.waitFor(/: \w+/)).atMs).toBe(21);
  expect(port.printedLines).toEqual([
    { text: "login: one", atMs: 21, omitted: 0 },
    { text: "two", atMs: 30, omitted: 0 },
  ]);
  const lines = port.lines();
  expect((await lines.next()).value).toEqual({ text: "", atMs: 21, omitted: 0 });
  expect((await lines.next()).value).toEqual({ text: "two", atMs: 30, omitted: 0 });
});
