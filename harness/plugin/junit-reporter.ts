/** The vitest reporter behind the plugin's `junit` option. */
import { resolve } from "node:path";
import type {
  Reporter,
  SerializedError,
  TestModule,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from "vitest/node";
import { BuildError } from "../evidence/index.ts";
import { environmentValue, ownLastWords, tell } from "../process/index.ts";
import { junitXml, removeReport, writeReport } from "../reports/index.ts";
import { untoldBuilds } from "./build-reporter.ts";
import { type PlannedFile, type ReportedRun, runReport } from "./run-report.ts";

/** Options of `JunitReporter`. */
export interface JunitReporterOptions {
  /** Path of the XML file; a relative one starts at vitest's root. */
  readonly outputFile: string;
}

/**
 * Writes one JUnit file for all projects of a run, live or with `--merge-reports`.
 *
 * The file of the run before is removed when a run starts. When the process is ended before the
 * run is, by SIGINT, SIGTERM, SIGHUP or `process.exit()`, the file is written on the way out, with
 * what is known by then; after SIGKILL there is no file. In watch mode it holds the files of the
 * last rerun.
 *
 * Attachments are named relative to the workspace of GitLab (`CI_PROJECT_DIR`) or Jenkins
 * (`WORKSPACE`) where that is set, and to vitest's root otherwise.
 *
 * @throws HostError (from `onInit`, `onTestRunStart` and `onTestRunEnd`) if the file cannot be
 *   removed or written; vitest then ends with a failure.
 */
export class JunitReporter implements Reporter {
  /** As it was given. */
  readonly outputFile: string;
  #vitest: Vitest | undefined;
  #planned: readonly PlannedFile[] = [];
  #giveUpLastWords: (() => void) | undefined;
  /** Names of the projects that it is for; all, where none is named. */
  readonly #projects = new Set<string>();

  constructor(options: JunitReporterOptions) {
    this.outputFile = options.outputFile;
  }

  /** Has the report hold the tests of this project; without such a call it holds those of all. */
  ofProject(name: string): void {
    this.#projects.add(name);
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    removeReport(this.#file(vitest));
  }

  /**
   * Writes the report of a run that could not begin, as when the build failed: the error, and no
   * test. Without it the report of the run before would stand for this one.
   */
  reportFailedStart(vitest: Vitest, error: Error): void {
    this.#vitest = vitest;
    const { name, message } = error;
    const unhandledErrors = [{ name, message }];
    this.#write({ modules: [], unhandledErrors, reason: "failed", resultsMissing: false });
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#planned = specifications.map((specification) => ({
      project: specification.project.name,
      file: specification.moduleId,
    }));
    if (this.#vitest !== undefined) removeReport(this.#file(this.#vitest));
    // A watch run that is started again before it ended must not leave a second report.
    this.#giveUpLastWords?.();
    this.#giveUpLastWords = ownLastWords(this.#onExit);
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    this.#giveUpLastWords?.();
    this.#write({ modules, unhandledErrors, reason, resultsMissing: false });
  }

  // vitest exits on a signal without ending the run, so this is the last chance.
  readonly #onExit = (): void => {
    const state = this.#vitest?.state;
    if (state === undefined) return;
    try {
      this.#write({
        modules: state.getTestModules(),
        unhandledErrors: state.getUnhandledErrors() as SerializedError[],
        reason: "interrupted",
        resultsMissing: true,
      });
    } catch (error) {
      tell(`bringup: ${(error as Error).message}`);
    }
  };

  #write(end: Omit<ReportedRun, "root" | "planned">): void {
    const vitest = this.#vitest;
    if (vitest === undefined) return;
    const { root, dangerouslyIgnoreUnhandledErrors } = vitest.config;
    const isOurs = (project: string) => this.#projects.size === 0 || this.#projects.has(project);
    const modules = end.modules.filter(({ project }) => isOurs(project.name));
    const planned = this.#planned.filter(({ project }) => isOurs(project));
    // Of a project that had no part in this run there is nothing to report.
    if (modules.length + planned.length === 0 && this.#planned.length > 0) return;
    const untold = untoldBuilds(vitest, end.modules).filter(({ image }) => image === null);
    const run = runReport({
      ...end,
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

function serialized({ message, name }: Error): SerializedError {
  return { name, message };
}
