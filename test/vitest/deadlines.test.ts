import { expect, test } from "vitest";
import {
  keepSuspended,
  remainingMs,
  setDeadlines,
  suspendDeadlines,
} from "../../harness/vitest/deadlines.ts";
import { TestLimit } from "../../harness/vitest/test-limit.ts";

function deadline(limitMs: number) {
  const startTime = performance.now();
  return { startTime, endTime: startTime + limitMs, isCleared: false, clear: cleared };
}
function cleared(this: { isCleared: boolean }): void {
  this.isCleared = true;
}

test("what remains is read from vitest's clock", () => {
  const task = {};
  setDeadlines(task, () => deadline(5_000));
  expect(remainingMs(task)).toBeGreaterThan(4_000);
  expect(remainingMs(task)).toBeLessThanOrEqual(5_000);
});

test("a clock that is suspended stays so, and so does the next", () => {
  const task = {};
  let current = deadline(5_000);
  setDeadlines(task, () => current);
  current = deadline(5_000);
  keepSuspended(task);
  expect(current.isCleared).toBe(false);
  expect(suspendDeadlines(task)).toBe(true);
  expect(current).toMatchObject({ isCleared: true, endTime: Number.POSITIVE_INFINITY });
  current = deadline(5_000);
  keepSuspended(task);
  expect(current).toMatchObject({ isCleared: true, endTime: Number.POSITIVE_INFINITY });
});

test.each<[string, object, () => unknown]>([
  ["no clock", {}, () => undefined],
  ["a clock of another shape", {}, () => ({ startTime: 1, end: 2 })],
  ["the clock of an earlier test", {}, () => ({ ...deadline(5_000), startTime: 0 })],
  ["tests at the same time", { concurrent: true }, () => deadline(5_000)],
])("with %s nothing is known and nothing is claimed", (_what, task, current) => {
  setDeadlines(task, current);
  expect(remainingMs(task)).toBeUndefined();
  expect(suspendDeadlines(task)).toBe(false);
});

test("without our runner a wait is limited by what the test has used", () => {
  const limit = new TestLimit({ timeout: 10_000 });
  expect(remainingMs({})).toBeUndefined();
  expect(suspendDeadlines({})).toBe(false);
  expect(limit.forWait(100)).toMatchObject({ limitMs: 100, name: "timeoutMs" });
  expect(limit.forWait(100).most?.limitMs).toBeGreaterThan(7_000);
  const left = limit.forWait(undefined);
  expect(left.name).toBe("what is left of the test's own limit of 10000 ms");
  expect(left.limitMs).toBeGreaterThan(7_000);
  expect(left.limitMs).toBeLessThanOrEqual(8_000);
});

test("a short limit keeps half for the test, a long one little for the evidence", () => {
  expect(new TestLimit({ timeout: 1_000 }).left().limitMs).toBeLessThanOrEqual(500);
  expect(new TestLimit({ timeout: 60_000 }).left().limitMs).toBeGreaterThan(57_000);
  expect(new TestLimit({ timeout: 60_000 }).forWait(undefined)).toMatchObject({
    limitMs: 30_000,
    name: "the default",
  });
});

test("without a limit, or while debugging, none is made up", () => {
  const none = { limitMs: Number.POSITIVE_INFINITY, name: "none" };
  expect(new TestLimit({ timeout: 0 }).left()).toEqual(none);
  expect(new TestLimit({ timeout: 0 }).forWait(5)).toMatchObject({ limitMs: 5, name: "timeoutMs" });
  const debugged = new TestLimit({ timeout: 5_000 });
  debugged.suspend();
  expect(debugged.forWait(5)).toEqual(none);
});
