/** What must be undone, and waits that end. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { StateError, TimeoutError } from "../../harness/evidence/index.ts";
import { CleanupStack, makeFifos, openFifoPair, withLimit } from "../../harness/process/index.ts";
import { temporaryDirectory } from "./owner-process.ts";

const limitMs = 5_000;

describe("a stack", () => {
  test("undoes everything once, newest first, one after the other", async () => {
    const stack = new CleanupStack();
    const seen: string[] = [];
    for (const name of ["first", "second", "third"]) {
      stack.defer(name, async () => {
        seen.push(`${name} begins`);
        await new Promise(setImmediate);
        seen.push(`${name} ends`);
      });
    }
    await Promise.all([stack.dispose(limitMs), stack.dispose(limitMs)]);
    await stack.dispose(limitMs);
    const names = ["third", "second", "first"];
    expect(seen).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test("undoes also what is registered while it does", async () => {
    const stack = new CleanupStack();
    const seen: string[] = [];
    stack.defer("outer", () => {
      seen.push("outer");
      stack.defer("inner", () => void seen.push("inner"));
    });
    stack.defer("newest", () => void seen.push("newest"));
    await stack.dispose(limitMs);
    expect(seen).toEqual(["newest", "outer", "inner"]);
  });

  test("undoes at once what comes too late, and refuses it", async () => {
    const stack = new CleanupStack();
    await stack.dispose(limitMs);
    const undo = vi.fn(() => Promise.reject(new Error("not heard of")));
    expect(() => stack.defer("a late machine", undo)).toThrow(
      new StateError("registering the clean-up of a late machine", "disposed", ["open"]),
    );
    expect(undo).toHaveBeenCalledOnce();
  });

  test.each([
    ["throws", () => failWith("broken")],
    ["rejects", async () => failWith("broken")],
  ])("goes on when one %s, and raises that error as it is", async (_how, undo) => {
    const stack = new CleanupStack();
    const last = vi.fn();
    stack.defer("last", last);
    stack.defer("bad", undo);
    await expect(stack.dispose(limitMs)).rejects.toThrow(/^broken$/);
    expect(last).toHaveBeenCalledOnce();
    await expect(stack.dispose(limitMs)).rejects.toThrow(/^broken$/);
  });

  test("raises several errors together, and names whose they are", async () => {
    const stack = new CleanupStack();
    stack.defer("the disk", () => failWith("busy"));
    stack.defer("QEMU", () => Promise.reject("just words"));
    const failure = await stack.dispose(limitMs).catch((error) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure.message).toBe("2 clean-ups failed: QEMU: just words; the disk: busy");
    expect(failure.errors).toEqual(["just words", new Error("busy")]);
  });

  test("does not wait for ever, and names what hung", async () => {
    const stack = new CleanupStack();
    const last = vi.fn();
    stack.defer("last", last);
    stack.defer("the machine", () => new Promise(() => {}));
    await expect(stack.dispose(10)).rejects.toThrow(
      new TimeoutError("the clean-up of the machine", 10),
    );
    expect(last).toHaveBeenCalledOnce();
  });
});

describe("a wait with a limit", () => {
  afterEach(() => void vi.useRealTimers());

  test("gives what was waited for, and leaves no timer", async () => {
    vi.useFakeTimers();
    expect(await withLimit(Promise.resolve(7), limitMs, "seven")).toBe(7);
    await expect(withLimit(Promise.reject(new Error("no")), limitMs, "it")).rejects.toThrow("no");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends with the phase and the name of the limit", async () => {
    const waiting = withLimit(new Promise(() => {}), 10, "QEMU to start", "bootTimeoutMs");
    const failure = await waiting.catch((error) => error);
    expect(failure).toBeInstanceOf(TimeoutError);
    expect(failure).toMatchObject({
      message: "timed out after 10 ms (bootTimeoutMs) waiting for QEMU to start",
      phase: "QEMU to start",
      limitMs: 10,
    });
  });

  test("without an end has none, and neither has one beyond the longest timer", async () => {
    vi.useFakeTimers();
    const seen = vi.fn();
    withLimit(new Promise(() => {}), Number.POSITIVE_INFINITY, "nothing").catch(seen);
    withLimit(new Promise(() => {}), 2 ** 40, "much later").catch(seen);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen).not.toHaveBeenCalled();
  });

  test("counts what has happened in time although this process was busy", async () => {
    const path = join(temporaryDirectory(), "serial");
    await makeFifos([path]);
    const pair = openFifoPair(path);
    onTestFinished(() => pair.close());
    const printed = new Promise((resolve) => pair.onData(resolve));
    const waiting = withLimit(printed, 20, "the guest to print");
    writeFileSync(`${path}.out`, "in time");
    // The word of the guest is there, the limit passes, and only then does this process look.
    const end = performance.now() + 60;
    while (performance.now() < end);
    expect(String(await waiting)).toBe("in time");
  });

  test("swallows what comes after the limit", async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(withLimit(promise, 1, "it")).rejects.toThrow(TimeoutError);
    reject(new Error("nobody is to hear of this"));
    // An unhandled rejection would fail the run.
    await new Promise(setImmediate);
  });
});

function failWith(message: string): never {
  throw new Error(message);
}
