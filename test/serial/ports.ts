/** A serial port without a machine: fed by hand, and never quiet unless a test says so. */
import { GuestError } from "../../harness/evidence/index.ts";
import { SerialPort, type SerialPortHooks } from "../../harness/serial/index.ts";

/** Longer than any test. */
const neverMs = 1_000_000;

export function portOf(
  hooks: Partial<SerialPortHooks> = {},
  limits: { keptCharacters?: number; settlingMs?: number } = {},
): SerialPort {
  return new SerialPort(
    "serial0",
    {
      send: async () => {},
      clockMs: () => 0,
      limit: (timeoutMs) => ({ limitMs: timeoutMs ?? Number.POSITIVE_INFINITY, name: "timeoutMs" }),
      ...hooks,
    },
    { keptCharacters: 1_000_000, settlingMs: neverMs, ...limits },
  );
}

export function print(port: SerialPort, text: string): void {
  port.receive(new TextEncoder().encode(text));
}

/** The end of every machine here. */
export function poweredOff(phase: string): GuestError {
  const exit = { kind: "power-off", because: "the test says so" } as const;
  return new GuestError(`while waiting for ${phase}`, exit);
}

/** One turn of the event loop: everything that has been decided has been told. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The error of a promise that has to fail. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
}

/** Cuts `bytes` into pieces of the sizes in `cuts`, each at least one byte. */
export function chunksOf(bytes: Uint8Array, cuts: Iterable<number>): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const sizes = cuts[Symbol.iterator]();
  for (let from = 0; from < bytes.length; ) {
    const size = Math.max(1, sizes.next().value ?? 1);
    chunks.push(bytes.subarray(from, from + size));
    from += size;
  }
  return chunks;
}

/** For properties: on a busy host fewer runs, and never a time-out. */
export function runs(numRuns: number) {
  return { numRuns, interruptAfterTimeLimit: 3000 };
}

/** For the tests around properties: many times what they take on a busy host. */
export const patient = { timeout: 120_000 };
