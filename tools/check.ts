/**
 * Everything that continuous integration runs: `node tools/check.ts [step or test file…]`. Every
 * step runs, also after one failed, so that one run tells all. The last line is
 * "N passed, N failed".
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { addCounts, type Counts, countTests, formatCounts } from "./count-tests.ts";

const root = dirname(import.meta.dirname);
const stepLimitMs = 10 * 60_000;
const testsLimitMs = 60 * 60_000;
/** Between asking a step to end and making it. */
const endingLimitMs = 5_000;

/** A check that is one command: it passes when the command ends with status 0. */
interface Step {
  readonly name: string;
  /** What it finds, for the list of steps. */
  readonly purpose: string;
  readonly command: readonly [string, ...string[]];
}

const steps: readonly Step[] = [
  { name: "kernels", purpose: "the test kernels build", command: ["node", "kernels/build.ts"] },
  {
    name: "package",
    purpose: "the package compiles, once for all tests that use it",
    command: ["node", "test/compiled-package.ts"],
  },
  { name: "format", purpose: "format and lint", command: ["biome", "ci", "."] },
  { name: "types", purpose: "types", command: ["tsc", "--noEmit"] },
  { name: "unused", purpose: "unused code and dependencies", command: ["knip"] },
  {
    name: "imports",
    purpose: "import boundaries",
    command: ["node", "tools/check-imports.ts"],
  },
  { name: "style", purpose: "style", command: ["node", "tools/check-style.ts"] },
];
const testStep = "tests";

interface StepResult {
  readonly step: Step;
  readonly output: string;
  readonly failure: string | undefined;
  readonly durationMs: number;
}

/** Names are steps of the list, or test files, or folders of them: "test/serial". */
async function main(words: readonly string[]): Promise<Counts> {
  const files = words.filter((word) => word.includes("/"));
  const chosenSteps = words.filter((word) => !word.includes("/"));
  const names = files.length > 0 ? [...chosenSteps, testStep] : chosenSteps;
  const known = [...steps.map(({ name }) => name), testStep];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`choose steps among ${known.join(", ")}: there is no ${unknown.join(", ")}`);
    return { passed: 0, failed: unknown.length, skipped: 0 };
  }
  const isChosen = (name: string) => names.length === 0 || names.includes(name);
  const chosen = steps.filter(({ name }) => isChosen(name));
  let counts = await runSteps(chosen);
  if (isChosen(testStep)) counts = addCounts(counts, await runTests(files));
  return counts;
}

/** Runs a few steps at a time and prints each when all before it are done. */
async function runSteps(chosen: readonly Step[]): Promise<Counts> {
  const waiting = [...chosen];
  const results = new Map<Step, PromiseWithResolvers<StepResult>>();
  for (const step of chosen) results.set(step, Promise.withResolvers<StepResult>());
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      results.get(step)?.resolve(await runStep(step));
    }
  };
  const workers = Array.from({ length: availableParallelism() }, work);
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { promise } of results.values()) {
    const result = await promise;
    printResult(result);
    const isPassed = result.failure === undefined;
    counts = addCounts(counts, {
      passed: isPassed ? 1 : 0,
      failed: isPassed ? 0 : 1,
      skipped: 0,
    });
  }
  await Promise.all(workers);
  return counts;
}

async function runStep(step: Step): Promise<StepResult> {
  const startedAtMs = performance.now();
  const [file, ...words] = step.command;
  const result = await execa(file, words, {
    ...commandOptions,
    all: true,
    stdin: "ignore",
    timeout: stepLimitMs,
    env: process.stdout.isTTY ? { FORCE_COLOR: "1" } : {},
  });
  return {
    step,
    output: result.all.trim(),
    failure: result.failed ? result.shortMessage : undefined,
    durationMs: performance.now() - startedAtMs,
  };
}

/** The project's own programs first: `node` is then the one that runs TypeScript. */
const commandOptions = {
  cwd: root,
  preferLocal: true,
  localDir: root,
  reject: false,
  forceKillAfterDelay: endingLimitMs,
} as const;

function printResult({ step, output, failure, durationMs }: StepResult): void {
  const verdict = failure === undefined ? "ok    " : "FAILED";
  console.log(`${verdict} ${step.name} (${step.purpose}), ${seconds(durationMs)}`);
  if (failure === undefined) return;
  if (output !== "") console.log(output);
  console.log(failure);
}

async function runTests(files: readonly string[]): Promise<Counts> {
  const startedAtMs = performance.now();
  const directory = await mkdtemp(join(tmpdir(), "bringup-check-"));
  try {
    const file = join(directory, "vitest.json");
    const reporters = [
      "default",
      "json",
      ...(process.env.GITHUB_ACTIONS ? ["github-actions"] : []),
    ];
    const result = await execa(
      "vitest",
      [
        "run",
        // Node itself reads the configuration, and with it the harness: no bundle is made of them.
        "--configLoader=native",
        ...files,
        ...reporters.map((name) => `--reporter=${name}`),
        `--outputFile.json=${file}`,
      ],
      { ...commandOptions, stdio: ["ignore", "inherit", "inherit"], timeout: testsLimitMs },
    );
    const report = existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : undefined;
    const counts = countTests(report, result.exitCode);
    const verdict = counts.failed === 0 ? "ok    " : "FAILED";
    console.log(`${verdict} ${testStep}, ${seconds(performance.now() - startedAtMs)}`);
    if (result.failed) console.log(result.shortMessage);
    return counts;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

const counts = await main(process.argv.slice(2));
if (counts.failed > 0) process.exitCode = 1;
console.log(formatCounts(counts));
