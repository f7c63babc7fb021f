/** Signs of life where nobody sees a terminal, and the last words of a run that is cut short. */

import type { Reporter, TestCase, Vitest } from "vitest/node";
import { ownLastWords, type ProcessEnd, tell } from "../process/index.ts";
import { monotonicMs, repeat } from "../wait/index.ts";
import { type RunningTest, RunningTests } from "./running-tests.ts";
import { lastWordsOf, wordsOfCutWork, wordsOfEnd, workUnderWay } from "./work.ts";

/** Milliseconds between two signs of life. `docs/limits.md`. */
export const defaultHeartbeatMs = 30_000;
/** Tests that one sign of life names. */
const mostNamed = 5;

export class ProgressReporter implements Reporter {
  #vitest: Vitest | undefined;
  #giveUpLastWords: (() => void) | undefined;

  /**
   * Begins with the builds, before any test. On a terminal vitest itself shows what runs.
   * @param heartbeatMs `Infinity` for none.
   */
  begin(vitest: Vitest, heartbeatMs: number): void {
    if (this.#vitest !== undefined) return;
    this.#vitest = vitest;
    this.#giveUpLastWords = ownLastWords((end) => this.#sayWhatRan(end));
    if (process.stdout.isTTY || heartbeatMs === Number.POSITIVE_INFINITY) return;
    repeat(heartbeatMs, () => this.#beat(heartbeatMs));
  }

  onTestRunStart(): void {
    this.#giveUpLastWords?.();
    this.#giveUpLastWords = ownLastWords((end) => this.#sayWhatRan(end));
  }

  onTestCaseReady(test: TestCase): void {
    if (this.#vitest === undefined) return;
    RunningTests.of(this.#vitest).start(test, this.#vitest.config.root);
  }

  onTestCaseResult(test: TestCase): void {
    if (this.#vitest !== undefined) RunningTests.of(this.#vitest).end(test);
  }

  onTestRunEnd(): void {
    this.#giveUpLastWords?.();
    this.#giveUpLastWords = undefined;
  }

  /** What has run through a whole interval; what is quicker needs no word. */
  #beat(intervalMs: number): void {
    if (this.#vitest === undefined) return;
    const tests = RunningTests.of(this.#vitest);
    const isLong = ({ startedMs }: { startedMs: number }) =>
      monotonicMs() - startedMs >= intervalMs * 0.9;
    const named = tests.list.filter(isLong);
    const lines = [
      ...workUnderWay()
        .filter(isLong)
        .map((work) => sign(work.what, work.startedMs, work.lastLine)),
      ...named
        .slice(0, mostNamed)
        .map((test) => sign(test.name, test.startedMs, lastLine(tests, test))),
      ...(named.length > mostNamed ? [`${named.length - mostNamed} more tests`] : []),
    ];
    for (const line of lines) tell(`bringup: ${line}`);
  }

  #sayWhatRan(end: ProcessEnd): void {
    if (this.#vitest === undefined) return;
    for (const work of workUnderWay()) {
      tell(`bringup: ${wordsOfCutWork(end, work)}`);
    }
    const tests = RunningTests.of(this.#vitest);
    for (const test of tests.list) {
      tell(`bringup: ${wordsOfEnd(end, { what: test.name, startedMs: test.startedMs })}`);
      for (const { file, lines, port } of tests.lastLines(test)) {
        tell(`  ${port} last said (all of it: ${file}):`);
        for (const line of lines) tell(`    ${line}`);
      }
    }
  }
}

/** "boot.test.ts > logs in: still running, for 60 s; serial0: Booting". */
function sign(what: string, startedMs: number, last: string): string {
  const seconds = Math.round((monotonicMs() - startedMs) / 1000);
  return `${what}: still running, for ${seconds} s; ${lastWordsOf(last)}`;
}

function lastLine(tests: RunningTests, test: RunningTest): string {
  const [port] = tests.lastLines(test);
  return port === undefined ? "" : `${port.port}: ${port.lines.at(-1)}`;
}
