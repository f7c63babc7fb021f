/** The user's builds: run before the tests, and again in watch mode. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Vitest } from "vitest/node";
import type { FailedBuild } from "../evidence/index.ts";
import { runShell, shellCommand } from "../process/index.ts";
import { type BuildStep, buildSteps } from "./build-steps.ts";
import { shortPath } from "./failure-report.ts";
import type { BringupOptions } from "./options.ts";
import { beginWork } from "./work.ts";

/** Milliseconds for one command of `build`. `docs/limits.md`. */
const buildLimitMs = 1_800_000;

/** What a project wants built, and who is to know what of it failed. */
interface Order {
  readonly option: NonNullable<BringupOptions["build"]>;
  readonly limitMs: number;
  readonly root: string;
  readonly onBuilt: (failed: readonly FailedBuild[]) => void;
}

const all = new WeakMap<Vitest, Builds>();

/** The builds of all projects of one vitest. What several of them ask for runs once. */
export class Builds {
  readonly #orders: Order[] = [];
  /** Of this round: the first run, or one rerun. */
  readonly #outcomes = new Map<string, Promise<FailedBuild | undefined>>();
  #failed: FailedBuild[] = [];

  static of(vitest: Vitest): Builds {
    const builds = all.get(vitest) ?? new Builds(vitest);
    all.set(vitest, builds);
    return builds;
  }

  private constructor(vitest: Vitest) {
    vitest.onTestsRerun(() => this.#again());
  }

  /** What failed last. */
  get failed(): readonly FailedBuild[] {
    return this.#failed;
  }

  /**
   * Builds what a project wants now, and in watch mode again before every other run.
   * @throws `SpecError` for a path that stands for nothing.
   */
  async add(
    { build, buildTimeoutMs = buildLimitMs }: BringupOptions,
    root: string,
    onBuilt: Order["onBuilt"],
  ): Promise<void> {
    if (build === undefined) return;
    const order = { option: build, limitMs: buildTimeoutMs, root, onBuilt };
    this.#orders.push(order);
    await this.#carryOut(order);
  }

  async #again(): Promise<void> {
    this.#outcomes.clear();
    this.#failed = [];
    for (const order of this.#orders) await this.#carryOut(order);
  }

  /** One after the other: two builds at once may write the same files. */
  async #carryOut({ limitMs, onBuilt, option, root }: Order): Promise<void> {
    const failed: FailedBuild[] = [];
    for (const step of buildSteps(option, root)) {
      const key = JSON.stringify([root, step.key]);
      const isNew = !this.#outcomes.has(key);
      const outcome = this.#outcomes.get(key) ?? carryOut(step, root, limitMs);
      this.#outcomes.set(key, outcome);
      const failure = await outcome;
      if (failure === undefined) continue;
      if (isNew) this.#failed.push(failure);
      failed.push({ ...failure, image: step.image });
    }
    onBuilt(failed);
  }
}

async function carryOut(
  { command, image, parameters }: BuildStep,
  directory: string,
  limitMs: number,
): Promise<FailedBuild | undefined> {
  const startedMs = fileTimeMs();
  const what = image === null ? `: ${command}` : ` of ${shortPath(image, directory)}`;
  const work = beginWork(`the build${what}`);
  const options = { directory, parameters, limitMs, onOutput: work.say };
  const { exitCode, isLate, output, signal } = await runShell(command, options);
  work.end();
  if (exitCode === 0 && !isLate) return undefined;
  const how = isLate
    ? `no end within ${limitMs / 1000} s`
    : signal === undefined
      ? `exit code ${exitCode ?? "none"}`
      : `ended by ${signal}`;
  // What its parameters stand for would be nowhere else.
  const isWhole = image === null || !command.includes("$");
  const typed = isWhole ? command : shellCommand(["sh", "-c", command, ...parameters]);
  return { command: typed, how, output, image, startedMs };
}

/** Now, by the clock that dates files: it is coarser than others, and may be behind them. */
function fileTimeMs(): number {
  const directory = mkdtempSync(join(tmpdir(), "bringup-clock-"));
  try {
    const file = join(directory, "now");
    writeFileSync(file, "");
    return statSync(file).mtimeMs;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
