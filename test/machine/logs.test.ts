/** Logs have limits, and a disk that is full ends the machine and not the process. */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { wirePort } from "../../harness/machine/port-wiring.ts";
import { QmpLogFile } from "../../harness/machine/qmp-log.ts";
import type { FifoPair } from "../../harness/process/index.ts";
import { temporaryDirectory } from "./machines.ts";

/** A pair that only hands out what a test puts in. */
function pair(): FifoPair & { print(text: string): void } {
  let listen: (bytes: Uint8Array) => void = () => {};
  return {
    onData: (listener) => {
      listen = listener;
    },
    print: (text) => listen(Buffer.from(text)),
    write: async () => {},
    setPaused: () => {},
    drain: () => {},
    close: () => {},
  };
}

const hooks = { send: async () => {}, limit: () => ({ limitMs: 1_000, name: "test" }) };
const planned = { name: "serial0", kind: "serial" } as const;

describe("the log of a port", () => {
  test("takes as much as its limit, and says once that it is full; the port takes all", () => {
    const directory = temporaryDirectory();
    const reasons: string[] = [];
    const fifo = pair();
    const onLogFull = (reason: string) => reasons.push(reason);
    const limits = { logBytes: 1024 ** 2 };
    const wired = wirePort(planned, fifo, { directory, hooks, onLogFull, limits });
    const text = "x".repeat(700_000);
    for (const _ of [1, 2, 3]) fifo.print(text);
    wired.close();
    expect(statSync(join(directory, "serial0.log")).size).toBe(1024 ** 2);
    expect(reasons).toEqual(["the limit of 1 MiB for the log of serial0"]);
    expect(wired.port.bytes.length).toBe(2_100_000);
  });

  test("that cannot be written is full, with the reason", () => {
    const directory = temporaryDirectory();
    const reasons: string[] = [];
    const fifo = pair();
    const free = openSync("/dev/null", "r");
    closeSync(free);
    const onLogFull = (reason: string) => reasons.push(reason);
    const wired = wirePort(planned, fifo, { directory, hooks, onLogFull });
    // The log is the first descriptor that was free; closing it stands for a disk that fails.
    closeSync(free);
    fifo.print("a");
    fifo.print("b");
    const replacement = openSync("/dev/null", "r");
    expect(replacement).toBe(free);
    wired.close();
    expect(reasons).toEqual([
      expect.stringMatching(/^the log of serial0, which cannot be written: EBADF/),
    ]);
    expect(wired.port.text).toBe("ab");
  });
});

describe("the log of QMP", () => {
  test("has a limit, and says so", () => {
    const path = join(temporaryDirectory(), "qmp.log");
    const log = new QmpLogFile(path, 30);
    log.add("sent", "0123456789");
    log.add("received", "0123456789");
    log.add("received", "0123456789");
    log.add("received", "more");
    log.close();
    expect(readFileSync(path, "utf8")).toBe(
      "-> 0123456789\n<- 0123456789\nthe limit of 30 bytes is reached\n",
    );
  });

  test("that cannot be written is none, and disturbs nobody", () => {
    const log = new QmpLogFile(join(temporaryDirectory(), "none", "qmp.log"));
    log.add("sent", "x");
    log.close();
  });
});
