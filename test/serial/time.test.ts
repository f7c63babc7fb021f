import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TimeoutError } from "../../harness/evidence/index.ts";
import { type FifoPair, makeFifos, openFifoPair } from "../../harness/process/index.ts";
import { QuietTimer } from "../../harness/serial/quiet-timer.ts";
import { nodeTimers } from "../../harness/wait/timers.ts";
import { type FakeClock, useFakeClock } from "../wait/fake-clock.ts";
import { errorOf, patient, portOf, poweredOff, print } from "./ports.ts";

describe("the limit of a wait", () => {
  test("names limit, port, pattern and the nearest line", async () => {
    const port = portOf();
    print(port, "Booting\nlogin as: \nmore\n");
    const error = await errorOf(port.waitFor(/login: $/, { timeoutMs: 2 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "serial0 to print /login: $/", limitMs: 2 });
    expect(error.message).toBe(
      "timed out after 2 ms (timeoutMs) waiting for serial0 to print /login: $/\n" +
        '  nearest line: "login as: "',
    );
  });

  test("says when the nearest line had been passed already", async () => {
    const port = portOf();
    print(port, "ready\nprompt> ");
    await port.waitFor("prompt> ");
    const error = await errorOf(port.waitFor("reade", { timeoutMs: 2 }));
    expect(error.message).toContain('nearest line: "ready", but it came before this wait began');
  });

  test("shows only the beginning of a long line, and none where none is near", async () => {
    const port = portOf();
    print(port, `${"ready ".repeat(1000)}\n`);
    const long = await errorOf(port.waitFor("ready! ".repeat(20), { timeoutMs: 1 }));
    expect(long.message.split("\n")[1]?.length).toBeLessThan(250);
    expect((await errorOf(port.waitFor("xyz", { timeoutMs: 1 }))).message).not.toContain("nearest");
  });

  test("counts a match that could still grow, and fatal output that is half printed", async () => {
    const port = portOf();
    const wait = port.waitFor(/PID (\d+)/, { timeoutMs: 5 });
    print(port, "PID 12");
    expect((await wait).match?.[1]).toBe("12");
    const lost = errorOf(port.waitFor("x", { timeoutMs: 5 }));
    print(port, "\npanic: half");
    expect((await lost).message).toContain("panic: panic: half\n");
  });

  test("of one wait leaves the others, and half a character, alone", async () => {
    const port = portOf();
    const other = port.waitFor(/PID (\d+€?)/);
    print(port, "PID 12");
    port.receive(Uint8Array.of(0xe2, 0x82));
    await errorOf(port.waitFor("x", { timeoutMs: 2 }));
    port.receive(Uint8Array.of(0xac, 0x0a));
    expect((await other).text).toBe("PID 12€");
  });

  test("can be longer than a timer of Node runs, and none at all", async () => {
    const port = portOf();
    const waits = [
      port.waitFor("a", { timeoutMs: 2 ** 40 }),
      port.waitFor("a", { timeoutMs: Number.POSITIVE_INFINITY }),
    ];
    await errorOf(port.waitFor("x", { timeoutMs: 5 }));
    print(port, "a");
    expect((await Promise.all(waits)).map(({ text }) => text)).toEqual(["a", "a"]);
  });
});

describe("with the event loop held up and output in the FIFO", patient, () => {
  let directory: string;
  let fifo: FifoPair;
  let guest: number;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "bringup-serial-"));
    const path = join(directory, "port");
    await makeFifos([path]);
    fifo = openFifoPair(path);
    guest = openSync(`${path}.out`, constants.O_WRONLY);
  }, patient.timeout);

  afterEach(() => {
    fifo.close();
    closeSync(guest);
    rmSync(directory, { recursive: true });
  });

  function holdUp(forMs: number): void {
    const untilMs = performance.now() + forMs;
    while (performance.now() < untilMs);
  }

  test("a late limit reads what is there before it fails the wait", async () => {
    const port = portOf();
    fifo.onData((bytes) => port.receive(bytes));
    const wait = port.waitFor(/login: $/, { timeoutMs: 20 });
    writeSync(guest, "login: ");
    holdUp(100);
    expect((await wait).text).toBe("login: ");
  });

  test("a line that has not been read is not quiet", async () => {
    const port = portOf({}, { settlingMs: 20 });
    const wait = port.waitFor(/PID (\d+)/);
    let count = 0;
    fifo.onData((bytes) => {
      port.receive(bytes);
      count += 1;
      if (count > 3) return;
      writeSync(guest, `${count}`);
      holdUp(100);
    });
    writeSync(guest, "PID 9");
    expect((await wait).match?.[1]).toBe("9123");
    expect(port.end).toBe(8);
  });
});

test("quiet is told by the next turn of the event loop, not by the next event", async () => {
  const { setImmediate: real } = nodeTimers;
  const keepsTurning: boolean[] = [];
  vi.spyOn(nodeTimers, "setImmediate").mockImplementation(((callback: () => void) => {
    const immediate = real(callback);
    queueMicrotask(() => keepsTurning.push(immediate.hasRef()));
    return immediate;
  }) as typeof setImmediate);
  await new Promise<void>((resolve) => new QuietTimer(1, resolve).restart());
  vi.restoreAllMocks();
  expect(keepsTurning).toContain(true);
  expect(keepsTurning).not.toContain(false);
});

describe("the settling time", () => {
  let clock: FakeClock;

  beforeEach(() => {
    clock = useFakeClock();
  });

  const pass = (forMs: number, lateMs = 0) => clock.pass(forMs, lateMs);

  function quietTimer() {
    const onQuiet = vi.fn();
    return { timer: new QuietTimer(20, onQuiet), onQuiet };
  }

  test("is counted from the last activity, and quiet is told once", () => {
    const { timer, onQuiet } = quietTimer();
    expect(timer.isQuiet).toBe(true);
    for (let count = 0; count < 10; count += 1) {
      timer.restart();
      pass(15);
    }
    expect(timer.lastActivityMs).toBe(1135);
    pass(4);
    expect(onQuiet).not.toHaveBeenCalled();
    expect(timer.isQuiet).toBe(false);
    pass(2);
    expect(onQuiet).toHaveBeenCalledTimes(1);
    expect(timer.isQuiet).toBe(true);
    pass(1000);
    expect(onQuiet).toHaveBeenCalledTimes(1);
  });

  test("is given again where the timer is late, but not for ever", () => {
    const { timer, onQuiet } = quietTimer();
    timer.restart();
    for (let round = 0; round < 14; round += 1) {
      pass(20, 15);
      expect(onQuiet).not.toHaveBeenCalled();
    }
    pass(20, 15);
    pass(1);
    expect(onQuiet).toHaveBeenCalledTimes(1);
  });

  test("is given again once at least, however late the timer is", () => {
    const { timer, onQuiet } = quietTimer();
    for (const burst of [1, 2]) {
      timer.restart();
      pass(20, 60_000);
      pass(19);
      expect(onQuiet).toHaveBeenCalledTimes(burst - 1);
      pass(2);
      expect(onQuiet).toHaveBeenCalledTimes(burst);
    }
  });

  test("begins anew for what the last turn of the event loop reads", () => {
    const { timer, onQuiet } = quietTimer();
    timer.restart();
    clock.nowMs += 20;
    vi.advanceTimersByTime(20);
    clock.turn();
    timer.restart();
    pass(19);
    expect(onQuiet).not.toHaveBeenCalled();
    pass(2);
    expect(onQuiet).toHaveBeenCalledTimes(1);
  });

  test("is over when the timer is stopped, and begins again with activity", () => {
    const { timer, onQuiet } = quietTimer();
    timer.restart();
    timer.stop();
    expect(timer.isQuiet).toBe(true);
    pass(100);
    expect(onQuiet).not.toHaveBeenCalled();
    timer.restart();
    pass(20);
    pass(1);
    expect(onQuiet).toHaveBeenCalledTimes(1);
  });

  test("costs no timer for each chunk", () => {
    const timer = new QuietTimer(20, () => {});
    timer.restart();
    const before = vi.getTimerCount();
    for (let count = 0; count < 1000; count += 1) timer.restart();
    expect(vi.getTimerCount()).toBe(before);
  });

  test("settles a port: once it is quiet, a match that could still grow counts at once", async () => {
    const port = portOf({}, { settlingMs: 20 });
    const early = port.waitFor(/PID (\d+)/);
    print(port, "PID 12");
    pass(20);
    pass(1);
    expect((await early).match?.[1]).toBe("12");
    print(port, " login: ");
    pass(20);
    pass(1);
    expect((await port.waitFor(/login: $/)).text).toBe("login: ");
    port.finish(poweredOff);
  });
});
