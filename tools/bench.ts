/**
 * `npm run bench -- [name]`: what the harness costs over bare QEMU, and how soon a dead guest is
 * reported. Prints a table and writes `reports/bench.json`. docs/bench.md says what it means.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { BringupError, HostError } from "../harness/evidence/index.ts";
import { calibrateHost } from "../harness/host/index.ts";
import type { BootOptions } from "../harness/machine/index.ts";
import { buildKernels } from "../kernels/build.ts";
import { watchHostLoad } from "./bench/host-load.ts";
import { type BenchResult, measure } from "./bench/measure.ts";
import {
  defaultInputs,
  type FuzzResult,
  fuzzLine,
  fuzzQmp,
  qmpFuzzName,
} from "./bench/qmp-fuzz.ts";
import { type Row, rows } from "./bench/rows.ts";
import { type Outcome, tableHead, tableLine, verdictOf } from "./bench/table.ts";

const root = join(import.meta.dirname, "..");
const fewestRuns = 3;

/** @returns whether every target that could be judged was met. */
async function main(parameters: readonly string[]): Promise<boolean> {
  const { inputs, name, output, runs, seed } = readParameters(parameters);
  const chosen = rows.filter((row) => row.name.includes(name));
  const isFuzzChosen = qmpFuzzName.includes(name);
  if (chosen.length === 0 && !isFuzzChosen) {
    const names = [...rows.map((row) => row.name), qmpFuzzName].join(", ");
    throw new BringupError(`no row's name contains "${name}"; there are ${names}`);
  }
  const outcomes = chosen.length === 0 ? [] : await measureAll(chosen, runs);
  const fuzz = isFuzzChosen ? await fuzzQmp(inputs, seed) : undefined;
  if (fuzz !== undefined) console.log(fuzzLine(fuzz));
  const results = outcomes.flatMap(({ result }) => result ?? []);
  await writeResults(output, fuzz === undefined ? results : [...results, fuzz]);
  const missed = outcomes.filter((outcome) => verdictOf(outcome) === "MISSED").length;
  const count = missed === 0 ? "no target" : missed === 1 ? "1 target" : `${missed} targets`;
  console.log(`\n${count} missed; the figures are in ${relative(process.cwd(), output)}`);
  return missed === 0 && fuzz?.failure === undefined;
}

async function measureAll(chosen: readonly Row[], runs: number): Promise<Outcome[]> {
  await buildKernels();
  const calibration = await calibrateHost();
  console.log(`medians of ${runs} runs, ours and the reference in turn\n\n${tableHead}`);
  const outcomes: Outcome[] = [];
  for (const row of chosen) {
    const outcome = await measureOn(row, runs, { calibration });
    console.log(tableLine(outcome));
    outcomes.push(outcome);
  }
  return outcomes;
}

function readParameters(parameters: readonly string[]) {
  const { positionals, values } = parseArgs({
    args: [...parameters],
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "15" },
      inputs: { type: "string", default: `${defaultInputs}` },
      seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
      output: { type: "string", default: join(root, "reports/bench.json") },
    },
  });
  return {
    name: positionals[0] ?? "",
    output: values.output,
    runs: wholeNumber("runs", values.runs, fewestRuns),
    inputs: wholeNumber("inputs", values.inputs, 1),
    seed: wholeNumber("seed", values.seed, 0),
  };
}

function wholeNumber(option: string, text: string, fewest: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= fewest) return value;
  throw new BringupError(`--${option} takes a whole number from ${fewest} on, but got "${text}"`);
}

/** A host that cannot run a row at all, such as KVM's, has nothing to measure. */
async function measureOn(row: Row, runs: number, options: BootOptions): Promise<Outcome> {
  const load = watchHostLoad();
  try {
    const result = await measure(row, runs, options);
    return { row, result, load: load() };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const [reason] = error.message.split("\n", 1);
    return { row, result: undefined, reason: reason ?? "", load: load() };
  }
}

async function writeResults(
  file: string,
  results: readonly (BenchResult | FuzzResult)[],
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

try {
  if (!(await main(process.argv.slice(2)))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof BringupError ? error.message : error);
  process.exitCode = 1;
}
