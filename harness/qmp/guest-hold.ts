/**
 * Looks that the guest must not disturb, nor be disturbed by: it stands still meanwhile. Nobody
 * else sees that: its events are withheld, and the commands of others wait until it is over.
 */
import type { QmpClient } from "./client.ts";
import type { QmpRunState } from "./commands.ts";

/** Milliseconds that QEMU may take to stop a guest, or to let it go on. */
const holdMs = 5_000;

/** Run states in which no processor executes anything until somebody says so. */
const stillStates: ReadonlySet<QmpRunState> = new Set<QmpRunState>([
  ..."debug guest-panicked internal-error io-error paused postmigrate prelaunch".split(" "),
  ..."shutdown watchdog".split(" "),
] as QmpRunState[]);

/** States that a running guest is in after our own `stop`: it may have reset itself meanwhile. */
const ownStates: ReadonlySet<QmpRunState> = new Set<QmpRunState>(["paused", "prelaunch"]);

/** Events after which a guest must not go on, although it was we who had stopped it. */
const endings: ReadonlySet<string> = new Set(["SHUTDOWN", "GUEST_PANICKED"]);

/** One for a machine. */
export class GuestHold {
  readonly #qmp: QmpClient;
  readonly #mayStop: boolean;
  #last: Promise<unknown> = Promise.resolve();

  /** @param mayStop `false` where somebody else stops and continues the guest: a debugger. */
  constructor(qmp: QmpClient, mayStop: boolean) {
    this.#qmp = qmp;
    this.#mayStop = mayStop;
  }

  /** Fulfilled once no look is under way. For whoever may stop the guest or let it run. */
  get over(): Promise<unknown> {
    return this.#last;
  }

  /**
   * Runs `act` while the guest stands still: one that runs is stopped for that, and goes on
   * afterwards; any other is left as it is.
   * @returns `undefined` where it cannot be stopped: it sleeps, or a debugger has it.
   * @throws what `act` throws; `QmpError`, `TimeoutError`, `StateError` of QEMU.
   */
  during<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
    const result = this.#last.then(() => this.#hold(act));
    this.#last = result.catch(() => {});
    return result;
  }

  /** As `during`, and with the guest as it is where it cannot be stopped. @throws as `during`. */
  async duringOrAnyway<Result>(act: () => Promise<Result>): Promise<Result> {
    const held = await this.during(async () => ({ result: await act() }));
    return held === undefined ? await act() : held.result;
  }

  async #hold<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
    const { running, status } = await this.#status();
    if (!running) return stillStates.has(status) ? await act() : undefined;
    if (!this.#mayStop) return undefined;
    let hasEnded = false;
    const unlisten = this.#qmp.onEvent(({ event }) => {
      hasEnded ||= endings.has(event);
    });
    const release = this.#qmp.withhold("STOP");
    const look = await settled(async () => {
      await this.#qmp.execute("stop", {}, { timeoutMs: holdMs });
      const { status } = await this.#status();
      return { isOurs: ownStates.has(status), isStill: stillStates.has(status) };
    });
    // A `stop` without an answer may be carried out still, and then it is ours.
    const { isOurs, isStill } = look.value ?? { isOurs: true, isStill: false };
    const done = isStill ? await settled(act) : { error: look.error };
    unlisten();
    const goesOn = isOurs && !hasEnded;
    const resumed = goesOn ? await settled(() => this.#goOn()) : {};
    // A guest that could not go on has really stopped, and everybody may know.
    release(goesOn && resumed.error === undefined ? "forgotten" : "told");
    // What went wrong first is what there is to say.
    for (const { error } of [done, resumed]) if (error !== undefined) throw error;
    return done.value;
  }

  #status() {
    return this.#qmp.execute("query-status", {}, { timeoutMs: holdMs });
  }

  /** A QEMU that has gone meanwhile has said so to whoever waits for it. */
  async #goOn(): Promise<void> {
    const release = this.#qmp.withhold("RESUME");
    try {
      await this.#qmp.execute("cont", {}, { timeoutMs: holdMs });
    } finally {
      release("forgotten");
    }
  }
}

/** How a step ended, so that the steps after it are taken whatever it was. */
async function settled<Value>(
  step: () => Promise<Value>,
): Promise<{ readonly value?: Value; readonly error?: unknown }> {
  try {
    return { value: await step() };
  } catch (error) {
    return { error: error ?? new Error("a step failed without saying why") };
  }
}
