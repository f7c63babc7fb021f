/** The vitest reporter behind the plugin's `junit` option. */

import { resolve } from "node:path";
import type {
  Reporter,
  SerializedError,
  TestCase,
  TestModule,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from "vitest/node";
import { BuildError } from "../evidence/index.ts";
import { environmentValue, ownLastWords, type ProcessEnd, tell } from "../process/index.ts";
import { junitXml, removeReport, writeReport } from "../reports/index.ts";
import { monotonicMs, startTimer, type Timer } from "../wait/index.ts";
import { untoldBuilds } from "./build-reporter.ts";
import { type PlannedFile, type ReportedRun, runReport } from "./run-report.ts";
import { RunningTests } from "./running-tests.ts";
import { wordsOfCutWork, wordsOfEnd, workUnderWay } from "./work.ts";

/** Milliseconds until a report is written ahead, at least. `docs/limits.md`. */
const leastAheadMs = 1_000;
/** Times as long as its writing takes that the next one waits. */
const aheadShare = 20;

/** Options of `JunitReporter`. */
export interface JunitReporterOptions {
  /** Path of the XML file; a relative one starts at vitest's root. */
  readonly outputFile: string;
}

/**
 * Writes one JUnit file for all projects of a run, live or with `--merge-reports`.
 *
 * The file of the run before is removed when a run starts, with the plugin before its build. While
 * a run goes on it is written over and over, as that of a run that is cut short: it is there even
 * after SIGKILL, and not green. When
 * SIGINT, SIGTERM, SIGHUP or `process.exit()` ends the process, it is written on the way out. In
 * watch mode it holds the files of the last rerun.
 *
 * Attachments are named relative to the workspace of GitLab (`CI_PROJECT_DIR`) or Jenkins
 * (`WORKSPACE`) where that is set, and to vitest's root otherwise.
 *
 * @throws HostError (from `begin`, `onInit`, `onTestRunStart`, `onTestRunEnd`) if the file cannot
 *   be removed or written; vitest then ends with a failure.
 */
export class JunitReporter implements Reporter {
  /** As it was given. */
  readonly outputFile: string;
  #vitest: Vitest | undefined;
  #planned: readonly PlannedFile[] = [];
  #giveUpLastWords: (() => void) | undefined;
  #ahead: Timer | undefined;
  #writingMs = 0;
  /** Between `begin` and the start of the tests: builds and calibration. */
  #isPreparing = false;
  /** Names of the projects that it is for; all, where none is named. */
  readonly #projects = new Set<string>();

  constructor(options: JunitReporterOptions) {
    this.outputFile = options.outputFile;
  }

  /** Has the report hold the tests of this project; without such a call it holds those of all. */
  ofProject(name: string): void {
    this.#projects.add(name);
  }

  /** Begins with what comes before the tests, so that no older report stands for it. */
  begin(vitest: Vitest): void {
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    this.#vitest = vitest;
    removeReport(this.#file(vitest));
    this.#giveUpLastWords = ownLastWords((end) => {
      // Without an error, what ends here was to list tests, and not to run any.
      if (end.isInGoodOrder) removeReport(this.#file(vitest));
      else this.#writeCutShort(end);
    });
    this.#writeAhead();
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    if (!this.#isPreparing) removeReport(this.#file(vitest));
  }

  /**
   * Writes the report of a run that could not begin, as when the build failed: the error, and no
   * test. Without it the report of the run before would stand for this one.
   */
  reportFailedStart(vitest: Vitest, error: Error): void {
    this.#vitest = vitest;
    this.#stop();
    this.#write({ modules: [], unhandledErrors: [serialized(error)], reason: "failed" });
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#planned = specifications.map((specification) => ({
      project: specification.project.name,
      file: specification.moduleId,
    }));
    if (this.#vitest !== undefined) removeReport(this.#file(this.#vitest));
    // A watch run that is started again before it ended must not leave a second report.
    this.#stop();
    this.#giveUpLastWords = ownLastWords((end) => this.#writeCutShort(end));
    this.#writeCutShort({ signal: undefined, atMs: monotonicMs() });
  }

  #stop(): void {
    this.#isPreparing = false;
    this.#ahead?.stop();
    this.#ahead = undefined;
    this.#giveUpLastWords?.();
    this.#giveUpLastWords = undefined;
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    this.#stop();
    this.#write({ modules, unhandledErrors, reason });
  }

  onTestCaseReady(test: TestCase): void {
    if (this.#vitest === undefined) return;
    RunningTests.of(this.#vitest).start(test, this.#vitest.config.root);
    this.#writeAhead();
  }

  onTestCaseResult(test: TestCase): void {
    if (this.#vitest !== undefined) RunningTests.of(this.#vitest).end(test);
    this.#writeAhead();
  }

  /**
   * Writes what is known now, soon: SIGKILL leaves no time for last words. A long report is written
   * the more seldom, so that this never takes much of the run's time.
   */
  #writeAhead(): void {
    if (this.#giveUpLastWords === undefined || this.#ahead !== undefined) return;
    const waitMs = Math.max(leastAheadMs, this.#writingMs * aheadShare);
    this.#ahead = startTimer(waitMs, () => {
      this.#ahead = undefined;
      const startedMs = monotonicMs();
      this.#writeCutShort({ signal: undefined, atMs: startedMs });
      this.#writingMs = monotonicMs() - startedMs;
      // Builds tell of nothing in between.
      if (this.#isPreparing) this.#writeAhead();
    }).unref();
  }

  // vitest exits on a signal without ending the run, so this is the last chance.
  #writeCutShort(end: Pick<ProcessEnd, "atMs" | "signal">): void {
    if (this.#vitest === undefined) return;
    const { state } = this.#vitest;
    const running = RunningTests.of(this.#vitest);
    try {
      this.#write({
        modules: state.getTestModules(),
        unhandledErrors: [
          ...(this.#isPreparing ? [cutShortWork(end)] : []),
          ...(state.getUnhandledErrors() as SerializedError[]),
        ],
        reason: "interrupted",
        cutShort: { ...end, running },
      });
    } catch (error) {
      tell(`bringup: ${(error as Error).message}`);
    }
  }

  #write(end: Omit<ReportedRun, "root" | "planned">): void {
    const vitest = this.#vitest;
    if (vitest === undefined) return;
    const { root, dangerouslyIgnoreUnhandledErrors } = vitest.config;
    const isOurs = (project: string) => this.#projects.size === 0 || this.#projects.has(project);
    const modules = end.modules.filter(({ project }) => isOurs(project.name));
    const others = end.modules.filter(({ project }) => !isOurs(project.name));
    const planned = this.#planned.filter(({ project }) => isOurs(project));
    // Of a project that had no part in this run there is nothing to report.
    if (modules.length + planned.length === 0 && this.#planned.length > 0) return;
    const untold = untoldBuilds(vitest, end.modules).filter(({ image }) => image === null);
    const run = runReport({
      ...end,
      reason: isByOthers(modules, others, planned) ? "passed" : end.reason,
      root,
      modules,
      planned,
      unhandledErrors: [
        ...untold.map((build) => serialized(new BuildError(build))),
        // The run passes in spite of errors that the user chose to ignore, and so must its report.
        ...(dangerouslyIgnoreUnhandledErrors ? [] : end.unhandledErrors),
      ],
    });
    const attachmentRoot =
      environmentValue("CI_PROJECT_DIR") ?? environmentValue("WORKSPACE") ?? root;
    writeReport(this.#file(vitest), junitXml(run, { attachmentRoot }));
  }

  #file(vitest: Vitest): string {
    return resolve(vitest.config.root, this.outputFile);
  }
}

/** Whether a run did not pass by other projects alone: all of ours is there, and has passed. */
function isByOthers(
  ours: readonly TestModule[],
  others: readonly TestModule[],
  planned: readonly PlannedFile[],
): boolean {
  const isGreen = (module: TestModule) =>
    ["passed", "skipped"].includes(module.state()) &&
    [...module.children.allTests()].every((test) => test.result().state !== "pending");
  const isLoaded = ({ file, project }: PlannedFile) =>
    ours.some((module) => module.moduleId === file && module.project.name === project);
  return ours.every(isGreen) && planned.every(isLoaded) && !others.every(isGreen);
}

/** What was done before any test, or was to be. */
function cutShortWork(end: Pick<ProcessEnd, "atMs" | "signal">): SerializedError {
  const [work] = workUnderWay();
  const message =
    work === undefined ? `${wordsOfEnd(end)} before any test had begun` : wordsOfCutWork(end, work);
  return { name: "CutShort", message };
}

function serialized({ message, name }: Error): SerializedError {
  return { name, message };
}
