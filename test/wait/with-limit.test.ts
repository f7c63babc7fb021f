import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TimeoutError } from "../../harness/evidence/index.ts";
import { makeFifos, openFifoPair } from "../../harness/process/index.ts";
import { withLimit } from "../../harness/wait/index.ts";
import { temporaryDirectory } from "../process/owner-process.ts";
import { useFakeClock } from "./fake-clock.ts";

const limitMs = 5_000;

describe("a wait with a limit", () => {
  test("gives what was waited for, and leaves no timer", async () => {
    useFakeClock();
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
    useFakeClock();
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
