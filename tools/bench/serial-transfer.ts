/**
 * One transfer through a FIFO, in a process of its own so that its memory can be told. Parameters:
 * the reader, and the number of megabytes. Prints a `Transfer` as JSON.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { constants, openSync, readFileSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { wirePort } from "../../harness/machine/index.ts";
import { createPrivateDirectory, makeFifos, openFifoPair } from "../../harness/process/index.ts";
import { lastLine, logText, patterns } from "./log-text.ts";

/** `harness`: all that a machine's port does. `bare`: counts bytes, as any script would. */
export type Reader = "harness" | "bare";

/** What one transfer took. */
export interface Transfer {
  readonly elapsedMs: number;
  /** The most memory that was resident at once, in MiB: that of Node itself included. */
  readonly peakMiB: number;
}

const megabyte = 1_000_000;
const limitMs = 120_000;

async function transfer(reader: Reader, megabytes: number): Promise<Transfer> {
  const directory = await createPrivateDirectory("bench");
  try {
    const path = join(directory.path, "port");
    await makeFifos([path]);
    const [text, end] = [join(directory.path, "text"), join(directory.path, "end")];
    writeFileSync(text, logText(megabyte));
    writeFileSync(end, lastLine);
    const files = [...Array<string>(megabytes).fill(text), end];
    const sizeBytes = megabytes * megabyte + Buffer.byteLength(lastLine);
    const done = reader === "bare" ? readBare(path, sizeBytes) : readAsPort(path, directory.path);
    const startMs = performance.now();
    const writer = spawn("cat", files, {
      stdio: ["ignore", openSync(`${path}.out`, constants.O_WRONLY), "inherit"],
    });
    await within(done, writer);
    const elapsedMs = performance.now() - startMs;
    return { elapsedMs, peakMiB: peakMiB() };
  } finally {
    await directory.remove();
  }
}

/** Waits as three tests would; the log goes to disk, and fatal output is looked for. */
async function readAsPort(path: string, directory: string): Promise<void> {
  const fifo = openFifoPair(path);
  const hooks = {
    send: async () => {},
    limit: () => ({ limitMs: Number.POSITIVE_INFINITY, name: "none" }),
  };
  const onLogFull = (reason: string) => {
    throw new Error(reason);
  };
  const planned = { name: "serial0", kind: "serial" } as const;
  const wired = wirePort(planned, fifo, { directory, hooks, onLogFull });
  await Promise.all(patterns.map((pattern) => wired.port.waitFor(pattern)));
  wired.close();
}

function readBare(path: string, sizeBytes: number): Promise<void> {
  const fd = openSync(`${path}.out`, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  return new Promise((resolve) => {
    let received = 0;
    socket.on("data", (bytes) => {
      received += bytes.length;
      if (received < sizeBytes) return;
      socket.destroy();
      resolve();
    });
  });
}

/**
 * The most memory that was resident since this program began (proc(5), VmHWM). What getrusage(2)
 * tells begins with whoever started it, and serves where there is no /proc.
 */
function peakMiB(): number {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/** What is never read to its end ends here, and the writer with it. */
async function within(done: Promise<void>, writer: ChildProcess): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no end after ${limitMs} ms`)), limitMs);
  try {
    await Promise.race([done, promise]);
  } finally {
    clearTimeout(timer);
    writer.kill();
  }
}

const [reader, megabytes] = process.argv.slice(2) as [Reader, string];
console.log(JSON.stringify(await transfer(reader, Number(megabytes))));
