/** The vitest plugin: configuration, build, calibration and reports, in vitest's main process. */
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin, ViteUserConfig } from "vitest/config";
import type { Reporter, TestProject, Vitest } from "vitest/node";
import { BringupError, SpecError } from "../evidence/index.ts";
import { calibrateHost } from "../host/index.ts";
import { isDebugging, type RunSettings } from "../machine/index.ts";
import { sessionDirectory, sweepSessions } from "../process/index.ts";
import { beginRun, evidenceFolder, newRunName, pruneRuns } from "../store/index.ts";
import { BaselineReporter } from "./baseline-reporter.ts";
import { Builds } from "./build.ts";
import { BuildReporter } from "./build-reporter.ts";
import { JunitReporter } from "./junit-reporter.ts";
import { type BringupOptions, checkOptions } from "./options.ts";
import { defaultHeartbeatMs, ProgressReporter } from "./progress-reporter.ts";
import { RunningTests } from "./running-tests.ts";
import { beginWork } from "./work.ts";

/** Milliseconds for a test and for a hook; a machine's own waits end before. */
const testTimeoutMs = 60_000;
/** What, besides the tests themselves, makes a watch run start again. */
const sources = "**/*.{c,h,cc,cpp,hpp,s,S,asm,inc,rs,zig,ld,lds}";

/**
 * Plugin for `vitest.config.ts`: `plugins: [bringup({ machine: { kernel: "kernel.elf" } })]`.
 * What the configuration says itself about time-outs or the runner stays as it is.
 * @throws `SpecError` for options that cannot be right.
 */
export function bringup(options: BringupOptions = {}): Plugin {
  const checked = checkOptions(options);
  return {
    name: "bringup",
    config: (user) => configuration(user.test ?? {}),
    configureVitest: ({ project, vitest }) => configure(project, vitest, checked),
  };
}

type TestOptions = NonNullable<ViteUserConfig["test"]>;

/** vitest takes a plugin's word before the user's, so only what the user left open is said. */
function configuration(user: TestOptions): ViteUserConfig {
  const timeoutMs = isDebugging() ? 0 : testTimeoutMs;
  const defaults: TestOptions = {
    // A machine dies with the process that booted it, and with a thread sooner than that.
    pool: "forks",
    runner: fileURLToPath(new URL(`../vitest/runner${extname(import.meta.url)}`, import.meta.url)),
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  };
  const open = Object.entries(defaults).filter(([name]) => user[name as "pool"] === undefined);
  return {
    test: {
      ...(Object.fromEntries(open) as TestOptions),
      ...(isDebugging() ? { testTimeout: 0, hookTimeout: 0 } : {}),
      // A guest that died unexpectedly is reported at its test.
      includeTaskLocation: true,
      forceRerunTriggers: ["**/package.json", "**/{vitest,vite}.config.*", sources],
    },
  };
}

/** Everything starts at the project's root: with one project, that is vitest's. */
async function configure(
  project: TestProject,
  vitest: Vitest,
  options: ReturnType<typeof checkOptions>,
): Promise<void> {
  const { root } = project.config;
  addReporter(vitest, BaselineReporter);
  addReporter(vitest, BuildReporter);
  const junit =
    options.junit === undefined ? undefined : addJunit(vitest, resolve(root, options.junit));
  junit?.ofProject(project.name);
  if (vitest.config.mergeReports === undefined) beginReports(vitest);
  try {
    await prepare(project, vitest, options);
  } catch (error) {
    // Where in the harness it was made says nothing to whoever reads the end of the start.
    if (error instanceof BringupError) error.stack = `${error.name}: ${error.message}`;
    junit?.reportFailedStart(vitest, error as Error);
    throw error;
  }
}

async function prepare(
  project: TestProject,
  vitest: Vitest,
  options: ReturnType<typeof checkOptions>,
): Promise<void> {
  if (project.config.pool !== "forks") {
    throw new SpecError(
      "pool",
      `got "${project.config.pool}", takes "forks": leave it out of vitest's configuration, ` +
        "because a machine ends with the thread that booted it",
    );
  }
  if (vitest.config.mergeReports !== undefined) return;
  const { root } = project.config;
  const evidence = evidenceFolder(root);
  addReporter(vitest, ProgressReporter).begin(vitest, options.heartbeatMs ?? defaultHeartbeatMs);
  const run = await runOf(vitest, evidence);
  RunningTests.of(vitest).readNotes(project.name, join(evidence, "runs", run.run, "running"));
  const startedIn = process.cwd();
  const settings = { ...run, evidence, machine: options.machine, root, startedIn };
  const provide = (failedBuilds: RunSettings["failedBuilds"]) =>
    project.provide("bringup", { ...settings, failedBuilds });
  provide([]);
  await Builds.of(vitest).add(options, root, provide);
}

/** One file, even where several projects ask for it. */
function addJunit(vitest: Vitest, outputFile: string): JunitReporter {
  const reporters = vitest.config.reporters as unknown[];
  const known = reporters.find(
    (reporter) => reporter instanceof JunitReporter && reporter.outputFile === outputFile,
  );
  if (known !== undefined) return known as JunitReporter;
  const added = new JunitReporter({ outputFile });
  reporters.push(added);
  return added;
}

/** Also those that the configuration itself asks for. */
function beginReports(vitest: Vitest): void {
  for (const reporter of vitest.config.reporters as unknown[]) {
    if (reporter instanceof JunitReporter) reporter.begin(vitest);
  }
}

/** One of a kind, even where several projects have the plugin. */
function addReporter<Kind extends Reporter>(vitest: Vitest, kind: new () => Kind): Kind {
  const reporters = vitest.config.reporters as unknown[];
  const known = reporters.find((reporter) => reporter instanceof kind);
  if (known !== undefined) return known as Kind;
  const added = new kind();
  reporters.push(added);
  return added;
}

type SharedRun = Pick<RunSettings, "calibration" | "run" | "session">;

const runs = new WeakMap<Vitest, Promise<SharedRun>>();
const folders = new WeakMap<Vitest, Set<string>>();

/**
 * What all projects of one vitest share: measured and swept once, before anything is busy. Each
 * folder for evidence is pruned once, and has the run.
 */
async function runOf(vitest: Vitest, evidence: string): Promise<SharedRun> {
  const known = runs.get(vitest) ?? startRun();
  runs.set(vitest, known);
  const shared = await known;
  const begun = folders.get(vitest) ?? new Set();
  folders.set(vitest, begun);
  if (begun.has(evidence)) return shared;
  begun.add(evidence);
  await pruneRuns(evidence);
  // Where nothing can be written, each test that boots says so, and the others need it not.
  await beginRun(evidence, shared.run).catch(() => {});
  return shared;
}

async function startRun(): Promise<SharedRun> {
  await sweepSessions();
  const work = beginWork("the calibration of the accelerators");
  const calibration = (await calibrateHost()) ?? null;
  work.end();
  const session = await sessionDirectory();
  return { calibration, run: newRunName(), session };
}
