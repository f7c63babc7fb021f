/**
 * Makes FIFOs. Node cannot, and starting mkfifo(1) takes longer than all else before QEMU's start:
 * so one call makes a stock of them, and those that follow only give them their names.
 */
import { linkSync, mkdirSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../evidence/index.ts";
import { runBriefly } from "./brief-program.ts";
import { sessionDirectory } from "./session.ts";

/** Pairs that are made at once: one more costs microseconds. */
const stockPairs = 16;

/** Paths of pairs that exist and that nobody has asked for yet. */
const stock: string[] = [];
let made = 0;

/**
 * Makes `PATH.in` and `PATH.out` for every path, mode 0600.
 * @throws `HostError` if mkfifo(1) is missing or fails, for example because one exists already.
 *   Those before it may exist then.
 */
export async function makeFifos(paths: readonly string[]): Promise<void> {
  const missing = paths.filter((path) => !takeFromStock(path));
  if (missing.length > 0) await makeAndStock(missing);
}

/** Makes the stock ahead of time, if there is none. @throws `HostError`. */
export async function stockFifos(): Promise<void> {
  if (stock.length === 0) await makeAndStock([]);
}

/** Links and not renames: a FIFO that is there already is somebody's. */
function takeFromStock(path: string): boolean {
  const spare = stock.pop();
  if (spare === undefined) return false;
  const taken: string[] = [];
  try {
    for (const end of [".in", ".out"]) {
      linkSync(`${spare}${end}`, `${path}${end}`);
      taken.push(`${path}${end}`);
    }
    for (const end of [".in", ".out"]) unlinkSync(`${spare}${end}`);
    return true;
  } catch {
    // On another file system, or the stock is gone: mkfifo(1) will do, or say what is wrong.
    for (const file of taken) rmSync(file, { force: true });
    return false;
  }
}

async function makeAndStock(paths: readonly string[]): Promise<void> {
  const directory = join(await sessionDirectory(), "fifos");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const spares = Array.from({ length: stockPairs }, () => join(directory, `${made++}`));
  const files = [...paths, ...spares].flatMap((path) => [`${path}.in`, `${path}.out`]);
  const mkfifo = await runBriefly("mkfifo", ["-m", "600", ...files]);
  if (mkfifo.exitCode === 0) {
    stock.push(...spares);
    return;
  }
  const words = mkfifo.isMissing ? "mkfifo(1) is missing" : mkfifo.words;
  throw new HostError(`cannot make the FIFOs of the serial ports: ${words}`, {
    remedy: mkfifo.isMissing ? "install coreutils" : undefined,
  });
}
