/** A million inputs against the QMP client: how many a second, and whether it took them all. */
import { fuzzWire, wireProperties } from "../../test/qmp/fuzz-wire.ts";

export const qmpFuzzName = "qmp-fuzz";
export const defaultInputs = 1_000_000;

/** As `reports/bench.json` has it. */
export interface FuzzResult {
  readonly name: typeof qmpFuzzName;
  readonly inputs: number;
  /** With it, the same inputs come again. */
  readonly seed: number;
  readonly inputsPerSecond: number;
  /** The first input that the client did not take, with the seed that gives it again. */
  readonly failure?: string;
}

/** Runs `inputs` inputs, in equal parts of each kind, until one fails. */
export async function fuzzQmp(inputs: number, seed: number): Promise<FuzzResult> {
  const kinds = Object.keys(wireProperties) as (keyof typeof wireProperties)[];
  const startMs = performance.now();
  let failure: string | undefined;
  let done = 0;
  for (const [index, kind] of kinds.entries()) {
    const share = Math.ceil((inputs - done) / (kinds.length - index));
    failure = await fuzzWire(kind, share, seed).then(
      () => undefined,
      (error: Error) => `${kind}: ${error.message}`,
    );
    if (failure !== undefined) break;
    done += share;
  }
  const inputsPerSecond = Math.round((done / (performance.now() - startMs)) * 1_000);
  const result = { name: qmpFuzzName, inputs: done, seed, inputsPerSecond } as const;
  return failure === undefined ? result : { ...result, failure };
}

/** One line for the table, and the failure below it. */
export function fuzzLine({ failure, inputs, inputsPerSecond, name, seed }: FuzzResult): string {
  const figures = [
    `${inputs.toLocaleString("en")} inputs`,
    `${inputsPerSecond.toLocaleString("en")} a second`,
    `seed ${seed}`,
  ].join(", ");
  const verdict = failure === undefined ? "ok" : "FAILED";
  const line = `${name.padEnd(22)}  ${figures}  ${verdict}`;
  return failure === undefined ? line : `${line}\n${failure}`;
}
