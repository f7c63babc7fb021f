/** Owner of the machines of one attempt at one test: boots, judges, disposes and records them. */
import {
  type AttemptRecord,
  atCallSite,
  atPlace,
  type BringupError,
  CallSite,
  formatEvidence,
  StateError,
  type TestRecord,
} from "../evidence/index.ts";
import {
  bootMachine,
  isDebugging,
  type Machine,
  type RunSettings,
  type SpecChanges,
} from "../machine/index.ts";
import { CleanupStack, makeSessionInside, tell, withLimit } from "../process/index.ts";
import { printable } from "../text/index.ts";
import { type Boot, specOf } from "./boot-arguments.ts";
import { checkBuilt } from "./built-images.ts";
import { suspendDeadlines } from "./deadlines.ts";
import { evidenceName, type NamedTask } from "./evidence-name.ts";
import { evidenceStore } from "./evidence-stores.ts";
import { enterIntoLedger, openLedger } from "./ledgers.ts";
import { MatcherLedger } from "./matcher-ledger.ts";
import { noteRunning } from "./running-note.ts";
import { TestLimit } from "./test-limit.ts";

/** Milliseconds that the end of one machine may take. `docs/limits.md`. */
const teardownMs = 10_000;

/** Milliseconds by which a boot that nobody waits for any more ends after its wait. */
const laterMs = 50;

/** What of vitest's task is needed here. */
export interface OwnedTask extends NamedTask {
  readonly timeout: number;
  readonly location?: { readonly line: number; readonly column: number } | undefined;
  readonly meta: { bringup?: TestRecord };
  readonly result?: NamedTask["result"] & {
    readonly state?: string;
    readonly errors?:
      | { message: string; stack?: string | undefined; diff?: string | undefined }[]
      | undefined;
  };
}

export class TestOwner {
  readonly #task: OwnedTask;
  readonly #run: RunSettings;
  readonly #limit: TestLimit;
  readonly #name: string;
  readonly #cleanup = new CleanupStack();
  readonly #ledger = new MatcherLedger();
  /** In the order in which they were asked for; a boot that failed leaves a gap. */
  readonly #slots: (Machine | undefined)[] = [];
  /** Errors of earlier attempts, which this one has nothing to do with. */
  readonly #errorsBefore: number;
  #isFinished = false;
  #forgetNote: (() => void) | undefined;

  constructor(task: OwnedTask, run: RunSettings) {
    this.#task = task;
    this.#run = run;
    this.#limit = new TestLimit(task);
    this.#name = evidenceName(task, run.root);
    this.#errorsBefore = task.result?.errors?.length ?? 0;
    openLedger(task, this.#ledger);
    makeSessionInside(run.session);
  }

  /**
   * Boots a machine that lives as long as the test.
   * @throws what `bootMachine` throws, at the caller's line; `StateError` once the test has ended,
   *   as when its body goes on after a time-out.
   */
  boot(given: Parameters<Boot>): Promise<Machine> {
    const site = new CallSite();
    return this.#ledger.track("boot()", this.#boot(given, site), site);
  }

  async #boot(given: Parameters<Boot>, site: CallSite): Promise<Machine> {
    try {
      const spec = specOf(given);
      if (this.#isFinished)
        throw new StateError("boot()", "a test that has ended", ["a running test"]);
      // Registered before anything is acquired: a test that times out meanwhile leaves nothing.
      const debug = spec.debug === undefined ? this.#run.machine.debug : spec.debug;
      if (debug ?? isDebugging()) this.#suspendLimits();
      const { limitMs, name } = this.#limit.left();
      const booting = this.#start(spec, limitMs + laterMs);
      booting.catch(() => {});
      this.#cleanup.defer("a machine", async () => {
        const machine = await booting.catch(() => undefined);
        await machine?.[Symbol.asyncDispose]();
      });
      return await withLimit(booting, limitMs, "the machine to boot", name);
    } catch (error) {
      throw atCallSite(error, site);
    }
  }

  async #start(spec: SpecChanges, mostBootMs: number): Promise<Machine> {
    const { calibration, evidence, machine: defaults, run } = this.#run;
    const store = evidenceStore(evidence, run);
    this.#forgetNote ??= noteRunning(store, this.#task, this.#name);
    const ordinal = this.#slots.push(undefined);
    const machine = await bootMachine(spec, {
      name: `${this.#name}/${ordinal}`,
      title: () => (this.#slots.length > 1 ? `machine ${ordinal} of the test` : undefined),
      store,
      calibration: calibration ?? undefined,
      defaults,
      check: (whole) => checkBuilt(whole, this.#run),
      limit: (timeoutMs, _, usualMs) => this.#limit.forWait(timeoutMs, usualMs),
      mostBootMs,
    });
    this.#slots[ordinal - 1] = machine;
    enterIntoLedger(machine, this.#ledger);
    return machine;
  }

  /**
   * The end of the test, whatever became of it.
   * @throws what fails a test whose body returned: a matcher or a `boot()` that was not awaited, or
   *   a guest that died in a way that nothing expected. Afterwards no machine of the test is left.
   * @returns why the test is to be skipped, if a guest has skipped it and nothing else fails it.
   */
  async finish(): Promise<string | undefined> {
    this.#isFinished = true;
    const unawaited = this.#ledger.close();
    const errors: unknown[] = [];
    if (this.#task.result?.state === "fail") await this.#explainFailure();
    else errors.push(...(await this.#judge(unawaited)));
    await this.#cleanup.dispose(teardownMs).catch((error) => errors.push(this.#atTest(error)));
    this.#record();
    this.#forgetNote?.();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join("\n\n"));
    return this.#machines.map(({ verdict }) => verdict.skipReason).find((reason) => reason);
  }

  /** What fails a test whose body returned. */
  async #judge(unawaited: Error | undefined): Promise<unknown[]> {
    const errors: unknown[] = unawaited === undefined ? [] : [unawaited];
    for (const machine of this.#machines) {
      await machine.verdict.checkAlive().catch((error) => errors.push(this.#atTest(error)));
    }
    return errors;
  }

  /** No line of the test has raised the error: the test as a whole is the place. */
  #atTest(error: unknown): unknown {
    const { file, location } = this.#task;
    return location === undefined ? error : atPlace(error, { file: file.filepath, ...location });
  }

  /** An error that no machine has raised, vitest's own time-out for one, does not know of any. */
  async #explainFailure(): Promise<void> {
    const errors = this.#task.result?.errors?.slice(this.#errorsBefore) ?? [];
    const deaths: BringupError[] = [];
    for (const machine of this.#machines) {
      await machine.verdict.checkAlive().catch((death: BringupError) => deaths.push(death));
    }
    for (const error of errors.filter(({ message }) => !message.includes("\n  evidence: "))) {
      // An ordinary assertion shows what the guest said, and its difference in colours.
      let message = printable(error.message, { colours: true });
      if (error.diff !== undefined) error.diff = printable(error.diff, { colours: true });
      for (const machine of this.#machines) {
        message += `\n${formatEvidence(await machine.evidence())}`;
      }
      amend(error, message);
    }
    tellOfOthers(errors, deaths);
  }

  get #machines(): readonly Machine[] {
    return this.#slots.filter((machine) => machine !== undefined);
  }

  #suspendLimits(): void {
    this.#limit.suspend();
    const { timeout } = this.#task;
    if (timeout === 0 || suspendDeadlines(this.#task)) return;
    const advice = isDebugging() ? "take the time-out off the test" : "run with BRINGUP_DEBUG=1";
    tell(
      `bringup: vitest's own limit of ${timeout} ms for this test goes on while you debug; ` +
        `${advice} to suspend it too`,
    );
  }

  #record(): void {
    const { meta, result } = this.#task;
    const attempt: AttemptRecord = {
      retry: result?.retryCount ?? 0,
      repeat: result?.repeatCount ?? 0,
      machines: this.#machines.map((machine) => machine.record()),
    };
    if (attempt.machines.length === 0) return;
    meta.bringup = { ...meta.bringup, attempts: [...(meta.bringup?.attempts ?? []), attempt] };
  }
}

type TaskError = NonNullable<NonNullable<OwnedTask["result"]>["errors"]>[number];

/**
 * A guest that nobody waited on has died as well, and may be why the one failed that somebody did
 * wait on: the first error says so, right below its first line, unless an error tells of it anyway.
 */
function tellOfOthers(errors: readonly TaskError[], deaths: readonly BringupError[]): void {
  const [first] = errors;
  const untold = deaths.filter(({ evidence }) => {
    const line = `\n  evidence: ${evidence?.directory}\n`;
    return !errors.some(({ message }) => message.includes(line));
  });
  if (first === undefined || untold.length === 0) return;
  const lines = untold.map(({ evidence, message }) => {
    const how = message.split("\n", 1)[0];
    const which = evidence?.title ?? "the machine";
    return `  ${which} has died, which nothing expected: ${how}; evidence: ${evidence?.directory}`;
  });
  const [head, ...rest] = first.message.split("\n");
  amend(first, [head, ...lines, ...rest].join("\n"));
}

/** Some reporters print the message, and some the stack. */
function amend(error: TaskError, message: string): void {
  const before = error.message;
  error.message = message;
  if (error.stack !== undefined) error.stack = error.stack.replace(before, () => message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
