/** Owner of the machines of one attempt at one test: boots, judges, disposes and records them. */

import { relative } from "node:path";
import {
  type AttemptRecord,
  atCallSite,
  atPlace,
  CallSite,
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
import { CleanupStack, makeSessionInside, tell } from "../process/index.ts";
import { withLimit } from "../wait/index.ts";
import { type Boot, specOf } from "./boot-arguments.ts";
import { checkBuilt } from "./built-images.ts";
import { suspendDeadlines } from "./deadlines.ts";
import { evidenceName, type NamedTask } from "./evidence-name.ts";
import { evidenceStore } from "./evidence-stores.ts";
import { explainFailure, type TaskError } from "./explain-failure.ts";
import { enterIntoLedger, openLedger } from "./ledgers.ts";
import { MatcherLedger } from "./matcher-ledger.ts";
import { noteRunning } from "./running-note.ts";
import type { Borrower, SharedMachine, SharedOptions } from "./shared-machine.ts";
import { TestLimit } from "./test-limit.ts";

/** Milliseconds that the end of one machine may take. `docs/limits.md`. */
export const teardownMs = 10_000;

/** Milliseconds by which a boot that nobody waits for any more ends after its wait. */
const laterMs = 50;

/** What of vitest's task is needed here. */
export interface OwnedTask extends NamedTask {
  readonly file: { readonly filepath: string; readonly id: string };
  /** Whether `test.each` has made it. */
  readonly each?: boolean | undefined;
  readonly timeout: number;
  readonly location?: { readonly line: number; readonly column: number } | undefined;
  readonly meta: { bringup?: TestRecord };
  readonly result?: NamedTask["result"] & {
    readonly state?: string;
    readonly errors?: TaskError[] | undefined;
  };
}

/** What of a boot differs between a machine of the test and one of the file. */
interface Launch extends SharedOptions {
  /** Of the evidence, below that of the run. */
  readonly folder: string;
  readonly ordinal?: number;
  readonly cleanup: CleanupStack;
  readonly onMachine?: (machine: Machine) => void;
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
  readonly #loans = new Map<SharedMachine, Borrower>();
  readonly #endOfFile: CleanupStack;
  /** Errors of earlier attempts, which this one has nothing to do with. */
  readonly #errorsBefore: number;
  #isFinished = false;
  #forgetNote: (() => void) | undefined;

  /** @param endOfFile owner of what stays for the other tests of the file. */
  constructor(task: OwnedTask, run: RunSettings, endOfFile: CleanupStack) {
    this.#task = task;
    this.#endOfFile = endOfFile;
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
      const ordinal = this.#slots.push(undefined);
      const title = () => (this.#slots.length > 1 ? `machine ${ordinal} of the test` : undefined);
      return await this.#launch(spec, {
        folder: this.#name,
        ordinal,
        title,
        limit: (timeoutMs, _, usualMs) => this.#limit.forWait(timeoutMs, usualMs),
        track: this.#ledger.track,
        cleanup: this.#cleanup,
        onMachine: (machine) => {
          this.#slots[ordinal - 1] = machine;
          enterIntoLedger(machine, this.#ledger);
        },
      });
    } catch (error) {
      throw atCallSite(error, site);
    }
  }

  /**
   * Borrows the machine that tests of a file share, until this one is over; the first boots it.
   * @throws as `SharedMachine.lend`.
   */
  async borrow(shared: SharedMachine): Promise<Machine> {
    const { file, id, name, location } = this.#task;
    const place = `${relative(this.#run.root, file.filepath)}:${location?.line ?? id}`;
    const borrower: Borrower = this.#loans.get(shared) ?? {
      test: `"${name}" (${place})`,
      limit: this.#limit,
      track: this.#ledger.track,
      atTest: (error) => this.#atTest(error),
      boot: (spec, options) => {
        const folder = evidenceName({ name: shared.name, id: file.id, file }, this.#run.root);
        return this.#launch(spec, { ...options, folder, cleanup: this.#endOfFile });
      },
      onMachine: (machine) => enterIntoLedger(machine, this.#ledger),
    };
    this.#loans.set(shared, borrower);
    return await shared.lend(borrower);
  }

  /** Boots a machine within what is left of the test's limit. */
  async #launch(spec: SpecChanges, launch: Launch): Promise<Machine> {
    const debug = spec.debug === undefined ? this.#run.machine.debug : spec.debug;
    if (debug ?? isDebugging()) this.#suspendLimits();
    const { limitMs, name } = this.#limit.left();
    const { calibration, evidence, machine: defaults, run } = this.#run;
    const store = evidenceStore(evidence, run);
    this.#forgetNote ??= noteRunning(store, this.#task, launch.folder);
    const booting = bootMachine(spec, {
      name: `${launch.folder}/${launch.ordinal ?? 1}`,
      title: launch.title,
      limit: launch.limit,
      track: launch.track,
      store,
      calibration: calibration ?? undefined,
      defaults,
      check: (whole) => checkBuilt(whole, this.#run),
      mostBootMs: limitMs + laterMs,
    });
    const taken = booting.then((machine) => {
      launch.onMachine?.(machine);
      return machine;
    });
    taken.catch(() => {});
    // Registered in the same breath: a test that times out meanwhile leaves nothing.
    launch.cleanup.defer("a machine", async () => {
      const machine = await taken.catch(() => undefined);
      await machine?.[Symbol.asyncDispose]();
    });
    return await withLimit(taken, limitMs, "the machine to boot", name);
  }

  /**
   * The end of the test, whatever became of it.
   * @param isAbandoned whether vitest's limit has ended it, and its body may go on.
   * @throws what fails a test whose body returned: a matcher or a `boot()` that was not awaited, or
   *   a guest that died in a way that nothing expected. Afterwards no machine of the test is left.
   * @returns why the test is to be skipped, if a guest has skipped it and nothing else fails it.
   */
  async finish(isAbandoned: boolean): Promise<string | undefined> {
    this.#isFinished = true;
    const unawaited = this.#ledger.close();
    const errors: unknown[] = [];
    if (this.#task.result?.state === "fail") {
      const own = this.#task.result.errors?.slice(this.#errorsBefore) ?? [];
      await explainFailure(own, this.#machines, this.#task.each === true);
    } else errors.push(...(await this.#judge(unawaited)));
    await this.#cleanup.dispose(teardownMs).catch((error) => errors.push(this.#atTest(error)));
    this.#record();
    for (const [shared, borrower] of this.#loans) await shared.giveBack(borrower, isAbandoned);
    this.#forgetNote?.();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) {
      const words = errors.map((error) => (error instanceof Error ? error.message : String(error)));
      throw new AggregateError(errors, words.join("\n\n"));
    }
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

  /** The test's own, and those that it has borrowed. */
  get #machines(): readonly Machine[] {
    const borrowed = [...this.#loans.keys()].map(({ machine }) => machine);
    return [...this.#slots, ...borrowed].filter((machine) => machine !== undefined);
  }

  #suspendLimits(): void {
    this.#limit.suspend();
    const { timeout } = this.#task;
    if (timeout === 0 || suspendDeadlines(this.#task)) return;
    const advice = isDebugging() ? "take the time-out off the test" : "run with BRINGUP_DEBUG=1";
    const limit = `vitest's own limit of ${timeout} ms for this test`;
    tell(`bringup: ${limit} goes on while you debug; ${advice} to suspend it too`);
  }

  #record(): void {
    const { meta, result } = this.#task;
    const own = this.#slots.flatMap((machine) => machine?.record() ?? []);
    const lent = [...this.#loans.keys()].flatMap(({ bootedBy: sharedSince, machine }) =>
      machine === undefined ? [] : { ...machine.record(), sharedSince },
    );
    const attempt: AttemptRecord = {
      retry: result?.retryCount ?? 0,
      repeat: result?.repeatCount ?? 0,
      machines: [...own, ...lent],
    };
    if (attempt.machines.length === 0) return;
    meta.bringup = { ...meta.bringup, attempts: [...(meta.bringup?.attempts ?? []), attempt] };
  }
}
