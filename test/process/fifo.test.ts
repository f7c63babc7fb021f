/** FIFO pairs: nothing lost, nothing pending for ever. */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { HostError, StateError } from "../../harness/evidence/index.ts";
import { type FifoPair, makeFifos, openFifoPair, startOwned } from "../../harness/process/index.ts";
import { withLimit } from "../../harness/wait/index.ts";
import { temporaryDirectory } from "./owner-process.ts";

const capacityBytes = 65_536;
const limitMs = 5_000;

describe("an open pair", () => {
  let path: string;
  let pair: FifoPair;
  /** Ends of the guest's side, as QEMU opens them. */
  let guest: { output: number; input: number };
  let received: Buffer[];
  let more: () => void;

  beforeEach(async () => {
    path = join(temporaryDirectory(), "serial0");
    await makeFifos([path]);
    pair = openFifoPair(path);
    const flags = constants.O_RDWR | constants.O_NONBLOCK;
    guest = { output: openSync(`${path}.out`, flags), input: openSync(`${path}.in`, flags) };
    received = [];
    more = () => {};
    return () => {
      pair.close();
      closeSync(guest.output);
      closeSync(guest.input);
    };
  });

  const listen = () =>
    pair.onData((bytes) => {
      received.push(Buffer.from(bytes));
      more();
    });
  const text = () => Buffer.concat(received).toString();
  const until = (isEnough: () => boolean) =>
    withLimit(
      new Promise<void>((resolve) => {
        more = () => isEnough() && resolve();
        more();
      }),
      limitMs,
      "the guest's output",
    );
  /** Takes everything that is in the FIFO, as the guest. */
  const take = (): number => {
    try {
      return readSync(guest.input, Buffer.alloc(capacityBytes));
    } catch {
      return 0;
    }
  };

  test("passes on what the guest prints, also before anybody listens", async () => {
    writeSync(guest.output, "early ");
    listen();
    await until(() => text() === "early ");
    writeSync(guest.output, "late");
    await until(() => text() === "early late");
  });

  test("uses the same memory again: a reader makes no garbage", async () => {
    const buffers = new Set<ArrayBufferLike>();
    let length = 0;
    pair.onData((bytes) => {
      buffers.add(bytes.buffer);
      length += bytes.length;
      more();
    });
    for (const count of [1, 2, 3]) {
      writeSync(guest.output, "x".repeat(capacityBytes));
      await until(() => length === count * capacityBytes);
    }
    expect(buffers.size).toBe(1);
  });

  test("has one listener", () => {
    listen();
    expect(listen).toThrow(StateError);
  });

  test("gives input to the guest", async () => {
    await pair.write(Buffer.from("root\n"));
    expect(take()).toBe(5);
  });

  test("a write larger than the FIFO resolves when it is taken, and not before", async () => {
    let isTaken = false;
    const sizeBytes = 3 * capacityBytes;
    const write = pair.write(Buffer.alloc(sizeBytes)).then(() => {
      isTaken = true;
    });
    const behind = pair.write(Buffer.from("x"));
    let takenBytes = 0;
    const read = () => {
      takenBytes += take();
      if (takenBytes <= sizeBytes - capacityBytes - 1) expect(isTaken).toBe(false);
      if (takenBytes <= sizeBytes) setImmediate(read);
    };
    read();
    await withLimit(Promise.all([write, behind]), limitMs, "the writes");
    expect(takenBytes + take()).toBe(sizeBytes + 1);
  });

  test.each(["close", "drain"] as const)("%s() rejects what nobody takes", async (end) => {
    const writes = [1, 2, 3].map(() => pair.write(Buffer.alloc(capacityBytes)));
    const settled = Promise.allSettled(writes);
    await withLimit(writes[0] as Promise<void>, limitMs, "the first write");
    pair[end]();
    const [first, ...others] = await withLimit(settled, limitMs, "the writes");
    expect(first?.status).toBe("fulfilled");
    const state = end === "close" ? "closed" : "drained";
    const error = new StateError(`write() on the FIFOs ${path}`, state, ["open"]);
    expect(others).toEqual(others.map(() => ({ status: "rejected", reason: error })));
    await expect(pair.write(Buffer.from("x"))).rejects.toThrow(error);
  });

  test("drain() gives what is on its way, in order and before it returns", () => {
    listen();
    writeSync(guest.output, "never lost");
    pair.drain();
    expect(text()).toBe("never lost");
    writeSync(guest.output, " again");
    pair.drain();
    expect(text()).toBe("never lost again");
  });

  test("drain() gives what a paused pair has left in the FIFO", async () => {
    listen();
    writeSync(guest.output, "0");
    await until(() => text() === "0");
    pair.setPaused(true);
    const rest = "1".repeat(capacityBytes);
    writeSync(guest.output, rest);
    for (let round = 0; round < 20; round += 1) await new Promise(setImmediate);
    expect(text()).toBe("0");
    pair.drain();
    expect(text()).toBe(`0${rest}`);
  });

  test("drain() without a listener, or after close(), does nothing", () => {
    writeSync(guest.output, "unheard");
    pair.drain();
    pair.close();
    pair.drain();
  });

  test("a paused pair passes nothing on until it is resumed", async () => {
    listen();
    pair.setPaused(true);
    writeSync(guest.output, "held");
    for (let round = 0; round < 20; round += 1) await new Promise(setImmediate);
    expect(text()).toBe("");
    pair.setPaused(false);
    await until(() => text() === "held");
  });

  test("close() twice is once, and frees both descriptors", async () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    pair.close();
    pair.close();
    await expect.poll(open, { timeout: limitMs, interval: 5 }).toBe(before - 2);
  });

  test("50,001 bytes, each written alone, survive a reader that stands still", async () => {
    listen();
    const sizeBytes = 50_001;
    const script = `
      const fs = require("node:fs");
      const output = fs.openSync(process.argv[1], "r+");
      const bytes = Buffer.alloc(1);
      for (let index = 0; index < ${sizeBytes}; index += 1) {
        bytes[0] = index % 251;
        fs.writeSync(output, bytes);
      }`;
    const child = startOwned(process.execPath, ["-e", script, `${path}.out`], {
      logFile: "/dev/null",
      sockets: 0,
    });
    const end = performance.now() + 300;
    while (performance.now() < end);
    expect(await child.ended).toEqual({ exitCode: 0 });
    pair.drain();
    const all = Buffer.concat(received);
    expect(all.length).toBe(sizeBytes);
    expect(all.every((byte, index) => byte === index % 251)).toBe(true);
  });
});

describe("opening a pair", () => {
  test.each([
    ["that is missing", ".out", undefined, "ENOENT: no such file or directory"],
    ["that is a file", ".out", "text", "it is no FIFO"],
    ["whose other half is missing", ".in", undefined, "ENOENT: no such file or directory"],
  ])("%s says so, and leaves nothing open", async (_what, end, content, words) => {
    const path = join(temporaryDirectory(), "serial0");
    await makeFifos([path]);
    execFileSync("rm", [`${path}${end}`]);
    if (content !== undefined) writeFileSync(`${path}${end}`, content);
    const before = readdirSync("/proc/self/fd").length;
    const opening = () => openFifoPair(path);
    expect(opening).toThrow(HostError);
    expect(opening).toThrow(`cannot open the FIFO ${path}${end}: ${words}`);
    expect(readdirSync("/proc/self/fd")).toHaveLength(before);
  });

  test("does not keep a process from ending", async () => {
    const directory = temporaryDirectory();
    const room = join(import.meta.dirname, "../../harness/process/index.ts");
    const script = `
      const { makeFifos, openFifoPair } = await import(${JSON.stringify(room)});
      await makeFifos([${JSON.stringify(join(directory, "serial"))}]);
      openFifoPair(${JSON.stringify(join(directory, "serial"))}).onData(() => {});`;
    const child = startOwned(process.execPath, ["--input-type=module", "-e", script], {
      logFile: join(directory, "log"),
      sockets: 0,
    });
    onTestFinished(() => child.kill());
    expect(await withLimit(child.ended, limitMs, "the script to end")).toEqual({ exitCode: 0 });
  });
});
