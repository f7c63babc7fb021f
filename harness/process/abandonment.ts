/**
 * Programs that are run for something that nobody waits for any more: they end with it, however
 * deep below it they were started.
 */
import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<AbortSignal>();

/** Does `act`. Once `signal` is aborted, the programs that `runProgram` runs below it are ended. */
export function endingWith<Result>(
  signal: AbortSignal,
  act: () => Promise<Result>,
): Promise<Result> {
  return current.run(signal, act);
}

/** The signal of what is done now, if it has one. */
export function currentSignal(): AbortSignal | undefined {
  return current.getStore();
}
