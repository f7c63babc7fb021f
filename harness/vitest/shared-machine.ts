/** A machine that the tests of a file share: the first boots it, and one at a time has it. */
import {
  atCallSite,
  BringupError,
  type CallSite,
  GuestError,
  isDeath,
  type MachineExit,
  type TrackCall,
} from "../evidence/index.ts";
import {
  type BootOptions,
  defaultWaitMs,
  type LimitOfWait,
  type Machine,
  type SpecChanges,
} from "../machine/index.ts";
import type { TestLimit } from "./test-limit.ts";

/** What a test is to a machine that it borrows. */
export interface Borrower {
  /** As messages name it: `"logs in" (boot.test.ts:12)`. */
  readonly test: string;
  readonly limit: TestLimit;
  /** Enters a wait into its account. */
  readonly track: TrackCall;
  /** Boots the machine for all of them. */
  readonly boot: (spec: SpecChanges, options: SharedOptions) => Promise<Machine>;
  /** Called with the machine before the test has it, and before it is prepared. */
  readonly onMachine: (machine: Machine) => void;
  /** Gives an error the place of the test. */
  readonly atTest: (error: Error) => unknown;
}

/** What changes with the test that has the machine. */
export type SharedOptions = Required<Pick<BootOptions, "title" | "limit" | "track">>;

/** What becomes of it, as the test file says. */
export interface SharedPlan {
  readonly spec: SpecChanges;
  readonly prepare: (machine: Machine) => unknown;
  readonly site: CallSite;
}

export class SharedMachine {
  /** "shared machine", unique within the file. */
  readonly name: string;
  readonly #plan: SharedPlan;
  #holder: Borrower | undefined;
  #machine: Machine | undefined;
  #ready: Promise<Machine> | undefined;
  #bootedBy = "";
  /** Why there is none: the first line of an error. */
  #failure: string | undefined;
  /** The test that had it last. */
  #last = "";
  /** The test in which it ended. */
  #endedIn: string | undefined;

  /** The test that may still use it, though its time is over. */
  #abandonedBy: string | undefined;

  constructor(name: string, plan: SharedPlan) {
    this.name = name;
    this.#plan = plan;
  }

  get machine(): Machine | undefined {
    return this.#machine;
  }

  /** The test that booted it. */
  get bootedBy(): string {
    return this.#bootedBy;
  }

  /**
   * Lends it to a test, until that gives it back; boots and prepares it for the first.
   * @throws to the first test what the boot or `prepare` throws, to each later one an error that
   *   says so; `GuestError` where the machine has ended by then, or the guest says that it dies;
   *   `BringupError` while another test has it.
   */
  async lend(borrower: Borrower): Promise<Machine> {
    const holder = this.#holder;
    if (holder !== undefined && holder !== borrower) {
      const advice = `take "concurrent" off the test: one at a time has the ${this.name}`;
      throw borrower.atTest(new BringupError(`${advice}, and now it is ${holder.test}`));
    }
    this.#holder = borrower;
    if (this.#ready === undefined) {
      this.#bootedBy = borrower.test;
      this.#ready = this.#start(borrower);
      return await this.#ready;
    }
    const machine = this.#machine;
    if (machine !== undefined) borrower.onMachine(machine);
    const unfit = (await this.#unfit()) ?? this.#unprepared();
    if (unfit === undefined) return await this.#ready;
    throw borrower.atTest(await (machine?.attachEvidence(unfit) ?? unfit));
  }

  /** The test is over, and has been judged; where it is abandoned, its body may still go on. */
  async giveBack(borrower: Borrower, isAbandoned: boolean): Promise<void> {
    if (this.#holder !== borrower) return;
    this.#holder = undefined;
    if (isAbandoned) this.#abandonedBy ??= borrower.test;
    this.#last = borrower.test;
    if (this.#machine === undefined || (await endingOf(this.#machine)) === undefined) return;
    this.#endedIn ??= borrower.test;
  }

  async #start(borrower: Borrower): Promise<Machine> {
    const { prepare, site, spec } = this.#plan;
    // Until it is ready: a test that ends meanwhile leaves it so for all others.
    this.#failure = "the test was over before";
    const title = () => `the ${this.name}`;
    try {
      const limit: LimitOfWait = (...given) => this.#limit(...given);
      const track: TrackCall = (...given) => this.#holder?.track(...given) ?? given[1];
      const booting = borrower.boot(spec, { title, limit, track });
      const machine = await booting.catch((error) => {
        throw atCallSite(error, site);
      });
      this.#machine = machine;
      borrower.onMachine(machine);
      await prepare(machine);
      if (this.#holder === borrower) this.#failure = undefined;
      return machine;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#failure = message.split("\n", 1)[0] as string;
      throw error;
    }
  }

  /** A wait ends before the limit of the test that has the machine. */
  #limit(...[timeoutMs, , usualMs = defaultWaitMs]: Parameters<LimitOfWait>) {
    const limitMs = timeoutMs ?? usualMs;
    const name = timeoutMs === undefined ? "the default" : "timeoutMs";
    return this.#holder?.limit.forWait(timeoutMs, usualMs) ?? { limitMs, name };
  }

  /** Why what is left of the machine cannot serve a further test. */
  async #unfit(): Promise<Error | undefined> {
    if (this.#machine === undefined) return undefined;
    const ending = await endingOf(this.#machine);
    if (ending !== undefined) {
      const when = this.#endedIn === undefined ? `after ${this.#last}` : `in ${this.#endedIn}`;
      const verb = isDeath(ending) ? "died" : "ended";
      const before = `the ${this.name} ${verb} earlier, ${when}`;
      const advice = "a test that ends its machine had better boot one of its own";
      return new GuestError(advice, ending, { before });
    }
    if (this.#abandonedBy !== undefined) {
      const advice = "a test that vitest's limit has ended goes on in the background";
      const error = `the ${this.name} may still be in use by ${this.#abandonedBy}\n  ${advice}`;
      return new BringupError(error);
    }
    if (!this.#machine.verdict.isPanicExpected) return undefined;
    const advice = "a test that expects a panic had better boot a machine of its own";
    return new BringupError(`the ${this.name} may panic since ${this.#last}\n  ${advice}`);
  }

  #unprepared(): Error | undefined {
    if (this.#failure === undefined) return undefined;
    const earlier = `the ${this.name} did not become ready earlier, in ${this.#bootedBy}`;
    return new BringupError(`${earlier}: ${this.#failure}`);
  }
}

/** How the machine has ended, or the guest has said that it dies, whether expected or not. */
async function endingOf(machine: Machine): Promise<MachineExit | undefined> {
  try {
    await machine.verdict.checkAlive();
  } catch (error) {
    if (error instanceof GuestError && error.exit !== undefined) return error.exit;
    throw error;
  }
  const [message] = machine.panics;
  if (machine.exit !== undefined || message === undefined) return machine.exit;
  return { kind: "panic", message, because: "the guest printed fatal output" };
}
