/**
 * The one owner of timers. They are those that Node had when this module was imported: a test that
 * fakes `setTimeout` or `performance` for its own code fakes none of the harness's.
 */

/** What Node had at import. Only our own tests put others in their place. */
export const nodeTimers = {
  clearImmediate: globalThis.clearImmediate,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
};

/** The longest delay that Node's timers take, in milliseconds: 2^31 - 1, about 24.8 days. */
export const longestDelayMs = 2 ** 31 - 1;

/** Milliseconds on a clock that only goes forward; nothing but differences mean anything. */
export function monotonicMs(): number {
  return nodeTimers.now();
}

/** A call that is to come; once it has come, or was stopped, stopping does nothing. */
export interface Timer {
  stop(): void;
  /** Lets the process end although the call is to come. */
  unref(): Timer;
}

/**
 * Calls `act` once, `delayMs` milliseconds from now. The event loop reads what has arrived before
 * it calls: Node runs timers before it reads pipes and sockets, and an answer may have lain there
 * while this process was busy or stopped. `Infinity`, and all beyond 24.8 days, never comes.
 */
export function startTimer(delayMs: number, act: () => void): Timer {
  if (delayMs > longestDelayMs) return never;
  let immediate: NodeJS.Immediate | undefined;
  const timeout = nodeTimers.setTimeout(() => {
    immediate = nodeTimers.setImmediate(act);
  }, delayMs);
  const timer: Timer = {
    stop() {
      nodeTimers.clearTimeout(timeout);
      nodeTimers.clearImmediate(immediate);
    },
    unref() {
      timeout.unref();
      return timer;
    },
  };
  return timer;
}

const never: Timer = { stop() {}, unref: () => never };

/** Calls `act` once the event loop has read what has arrived. */
export function afterInput(act: () => void): Timer {
  const immediate = nodeTimers.setImmediate(act);
  const timer: Timer = {
    stop: () => nodeTimers.clearImmediate(immediate),
    unref() {
      immediate.unref();
      return timer;
    },
  };
  return timer;
}

/** Resolves when the event loop has read what has arrived. */
export async function inputRead(): Promise<void> {
  await new Promise<void>((resolve) => nodeTimers.setImmediate(resolve));
}

/** Resolves after `delayMs` milliseconds, with what has arrived read. */
export async function passed(delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => startTimer(delayMs, resolve));
}

/** Calls `act` every `intervalMs` milliseconds, as long as the process lives for other reasons. */
export function repeat(intervalMs: number, act: () => void): void {
  startTimer(intervalMs, () => {
    repeat(intervalMs, act);
    act();
  }).unref();
}
