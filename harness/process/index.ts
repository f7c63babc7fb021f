export { endingWith } from "./abandonment.ts";
export { type Binding, isOnPath } from "./binding.ts";
export { type ChildEnd, type OwnedChild, type StartOptions, startOwned } from "./child.ts";
export { CleanupStack } from "./cleanup-stack.ts";
export { type Environment, environmentValue, userDirectory } from "./environment.ts";
export { type FifoPair, openFifoPair } from "./fifo.ts";
export { firstToPrint } from "./first-to-print.ts";
export { openWithLock } from "./lock.ts";
export { makeFifos } from "./make-fifos.ts";
export { ownDirectory, ownLastWords, type ProcessEnd } from "./owner.ts";
export { openPlainPath, type PlainPath } from "./plain-path.ts";
export {
  createPrivateDirectory,
  type PrivateDirectory,
  prepareSession,
} from "./private-directory.ts";
export { runProgram, runToEnd } from "./run-program.ts";
export { runShell, type ShellResult, shellCommand } from "./run-shell.ts";
export { findOnPath, isExecutable, listOnPath } from "./search-path.ts";
export { makeSessionInside, sessionDirectory } from "./session.ts";
export { sweepSessions } from "./sweep.ts";
export { tell } from "./tell.ts";
