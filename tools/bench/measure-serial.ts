/** What it costs to read a port: log text as fast as a FIFO takes it, and a guest that floods. */
import { execFile, spawn } from "node:child_process";
import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BootOptions, bootMachine } from "../../harness/machine/index.ts";
import { createPrivateDirectory, makeFifos } from "../../harness/process/index.ts";
import { splitCommand } from "./bare-qemu.ts";
import type { Sample } from "./measure.ts";
import type { FloodRow, TransferRow } from "./rows.ts";
import type { Reader, Transfer } from "./serial-transfer.ts";

/** As users get it, compiled: Node's own compiler for TypeScript would take memory meanwhile. */
const program = join(
  import.meta.dirname,
  "../../reports/bench-program/tools/bench/serial-transfer.js",
);
let compiled: Promise<unknown> | undefined;
const limitMs = 120_000;

/** One turn of both, each first in every other turn, and each in a process of its own. */
export async function timeTransfers(row: TransferRow, turn: number): Promise<Sample> {
  const ours = () => transferAlone("harness", row.megabytes);
  const reference = () => transferAlone(row.reference.reader, row.reference.megabytes);
  const [first, second] = turn % 2 === 0 ? [ours, reference] : [reference, ours];
  const both = [await first(), await second()];
  const [mine, other] = (turn % 2 === 0 ? both : both.reverse()) as [Transfer, Transfer];
  return { oursMs: mine.elapsedMs, referenceMs: other.elapsedMs, peakMiB: mine.peakMiB };
}

async function transferAlone(reader: Reader, megabytes: number): Promise<Transfer> {
  const run = promisify(execFile);
  compiled ??= run("tsc", ["-p", import.meta.dirname], { timeout: limitMs });
  await compiled;
  const parameters = [program, reader, `${megabytes}`];
  return JSON.parse((await run(process.execPath, parameters, { timeout: limitMs })).stdout);
}

/** One turn of both, each first in every other turn. */
export async function timeFloods(
  row: FloodRow,
  options: BootOptions,
  turn: number,
): Promise<Sample> {
  if (turn % 2 === 0) {
    const { command, oursMs } = await timeMachine(row, options);
    return { oursMs, referenceMs: await timeBareReader(command, row.lastLine) };
  }
  // What the machine's command is, only a machine knows.
  const { command } = await timeMachine({ ...row, lastLine: "flood 0" }, options);
  const referenceMs = await timeBareReader(command, row.lastLine);
  return { oursMs: (await timeMachine(row, options)).oursMs, referenceMs };
}

async function timeMachine({ lastLine, spec }: FloodRow, options: BootOptions) {
  const startMs = performance.now();
  await using machine = await bootMachine(spec, options);
  const patterns = [/login: $/, /(\d+) tests, (\d+) failures?$/m, `${lastLine}\n`];
  await machine.serial.waitForAny(patterns, { timeoutMs: limitMs });
  return { oursMs: performance.now() - startMs, command: machine.record().reproduce };
}

/** The same QEMU on a FIFO of the same kind, and a script that looks for nothing but the line. */
async function timeBareReader(command: string, lastLine: string): Promise<number> {
  const directory = await createPrivateDirectory("bench");
  const path = join(directory.path, "port");
  await makeFifos([path]);
  const fd = openSync(`${path}.out`, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  const [file = "", ...words] = splitCommand(command);
  const plain = words.map((word) => (word === "mon:stdio" ? `pipe:${path}` : word));
  const startMs = performance.now();
  const child = spawn(file, plain, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  try {
    const read = readUntil(socket, lastLine);
    const early = ended.then(() => {
      throw new Error(`bare QEMU ended before it printed ${lastLine}`);
    });
    await Promise.race([read, early]);
    return performance.now() - startMs;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await ended;
    socket.destroy();
    await directory.remove();
  }
}

function readUntil(socket: Socket, lastLine: string): Promise<void> {
  return new Promise((resolve) => {
    let tail = "";
    socket.on("data", (bytes) => {
      const text = tail + bytes.toString("latin1");
      if (text.includes(`${lastLine}\r`)) resolve();
      tail = text.slice(-lastLine.length);
    });
  });
}
