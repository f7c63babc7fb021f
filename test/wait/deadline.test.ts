import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { startDeadline } from "../../harness/wait/index.ts";
import { useFakeClock } from "./fake-clock.ts";

test("expires once, unless it was stopped", async () => {
  const stopped = vi.fn();
  startDeadline(0, stopped)();
  await new Promise<void>((resolve) => startDeadline(2, resolve));
  expect(stopped).not.toHaveBeenCalled();
});

test("never expires without an end, or with one beyond the longest timer", () => {
  useFakeClock();
  const expire = vi.fn();
  startDeadline(Number.POSITIVE_INFINITY, expire);
  startDeadline(2 ** 31, expire);
  expect(vi.getTimerCount()).toBe(0);
  startDeadline(2 ** 31 - 1, expire);
  expect(vi.getTimerCount()).toBe(1);
});

test.each([Number.NaN, -1, "5" as unknown as number])("refuses %s", (limitMs) => {
  expect(() => startDeadline(limitMs, () => {})).toThrow(SpecError);
  expect(() => startDeadline(limitMs, () => {})).toThrow(
    `timeoutMs: takes milliseconds, 0 or more, or Infinity; it got ${limitMs}`,
  );
});

test("lets an answer win that arrived while the process was busy past the limit", async () => {
  const directory = mkdtempSync(join(tmpdir(), "deadline-"));
  const server = createServer();
  onTestFinished(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });
  server.listen(join(directory, "socket"));
  await once(server, "listening");
  const near = connect(join(directory, "socket"));
  const [far] = (await once(server, "connection")) as [Socket];
  onTestFinished(() => {
    near.destroy();
  });
  const order: string[] = [];
  near.on("data", () => order.push("answer"));
  await new Promise<void>((resolve) => {
    startDeadline(1, () => {
      order.push("expired");
      resolve();
    });
    far.end("answer");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  });
  expect(order).toEqual(["answer", "expired"]);
});
