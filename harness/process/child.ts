/** Starts a program that cannot outlive this process, however this process ends. */

import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { execa, type Options } from "execa";
import { HostError } from "../evidence/index.ts";
import { startTimer, type Timer } from "../wait/index.ts";
import { type Binding, type BoundCommand, bind, defaultBinding } from "./binding.ts";
import { environmentValue } from "./environment.ts";
import { ownProgram } from "./owner.ts";
import { findProgram } from "./search-path.ts";

/** How a child ended: exactly one of the three is set. */
export interface ChildEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
  /** Why it could not be started at all, in the system's words. */
  readonly spawnError?: Error;
}

/** A running program that this process owns. */
export interface OwnedChild {
  readonly pid: number | undefined;
  /**
   * The other ends of descriptors 3, 4, …: socket pairs, readable and writable, destroyed where
   * the program could not be started. What the program writes waits until somebody listens; an
   * error of theirs that nobody listens for is dropped.
   */
  readonly descriptors: readonly Duplex[];
  /**
   * Resolves, never rejects, when the program has ended and all that it wrote to its descriptors
   * has been read. What nobody has listened for by then is lost.
   */
  readonly ended: Promise<ChildEnd>;
  /** SIGKILL. Nothing to wait for but `ended`. Does nothing once it has ended. */
  kill(): void;
}

/** What a program is started with. */
export interface StartOptions {
  /** Takes stdout and stderr, appended; made with mode 0600. */
  readonly logFile: string;
  /** FIFO that takes standard output, which goes to the log otherwise. */
  readonly outputFifo?: string | undefined;
  /** How many socket pairs it gets, from descriptor 3 on. */
  readonly sockets: number;
  /** Descriptors of this process that it gets after those. */
  readonly inherit?: readonly number[];
  /**
   * The whole environment; by default this process's. The shell on the way may add `PWD`, and
   * some shells `SHLVL`, `OLDPWD` and `_`.
   */
  readonly environment?: NodeJS.ProcessEnv;
  readonly binding?: Binding;
}

/**
 * Milliseconds after its end for which the program's descriptors are read: something that it has
 * started may hold them open for ever.
 */
const leftoversMs = 500;

/**
 * Starts `file` with stdin closed.
 * @param file a path, or a name to be found in the `PATH` of its environment.
 * @throws `HostError` if `logFile` cannot be written, if the asked binding is missing here, or if
 *   this process has lost the parent that forked it; `SpecError` for too many descriptors (see
 *   `bind`). Nothing was started then. A program that cannot be started does not throw: it has
 *   `ended` with a `spawnError`.
 */
export function startOwned(
  file: string,
  commandArguments: readonly string[],
  options: StartOptions,
): OwnedChild {
  const { environment = process.env, inherit = [], sockets } = options;
  const program = findProgram(file, environmentValue("PATH", environment));
  const descriptors = sockets + inherit.length;
  const binding = options.binding ?? defaultBinding();
  const command = bind(binding, program ?? file, commandArguments, descriptors);
  let launched: Launched | undefined;
  const disown = ownProgram(() => kill(launched?.child));
  let log: number | undefined;
  let output: number | undefined;
  try {
    log = openLog(options.logFile);
    if (program === undefined) throw new Error(`${file}: not found, or no executable file`);
    const further = command.guardDescriptor === undefined ? [] : ["pipe" as const];
    const pairs = Array.from({ length: sockets }, () => "pipe" as const);
    // Opened for both, so that it waits for no reader.
    if (options.outputFifo !== undefined) output = openSync(options.outputFifo, "r+");
    const stdio = ["ignore", output ?? log, log, ...pairs, ...inherit, ...further];
    launched = launch(command, environment, stdio);
    return watch(launched, command, sockets, disown);
  } catch (error) {
    disown();
    if (error instanceof HostError) throw error;
    return notStarted(error as Error, sockets);
  } finally {
    for (const file of [log, output]) if (file !== undefined) closeSync(file);
  }
}

interface Launched {
  readonly child: ChildProcess;
  /** Resolves with the reason if the program cannot be started, and may never resolve else. */
  readonly failure: Promise<Error | undefined>;
}

/**
 * execa starts the program; how it goes on the events of the child tell. execa's own result waits
 * for all that holds the descriptors open, and may never come.
 */
function launch(
  { commandArguments, file }: BoundCommand,
  env: NodeJS.ProcessEnv,
  stdio: readonly (string | number)[],
): Launched {
  const started = execa(file, commandArguments, {
    ...{ buffer: false, cleanup: false, env, extendEnv: false, reject: false },
    // The types of execa know descriptors up to 9 only.
    stdio: stdio as NonNullable<Options["stdio"]>,
  } as Options);
  const child = started.nodeChildProcess;
  for (const stream of child.stdio ?? []) if (stream !== null) keepForListener(stream as Duplex);
  const failure = started.then(({ cause }) =>
    child.pid === undefined ? (cause as Error) : undefined,
  );
  return { child, failure };
}

/** execa would read, and drop, what comes from a descriptor that nobody listens to yet. */
function keepForListener(stream: Duplex): void {
  stream.pause();
  stream.on("newListener", (name) => {
    if (name === "data") queueMicrotask(() => stream.resume());
  });
}

/** Without a process id, the signal would go to this whole process group (kill(2), pid 0). */
function kill(child: ChildProcess | undefined): void {
  if (child?.pid !== undefined) child.kill("SIGKILL");
}

function openLog(path: string): number {
  try {
    return openSync(path, "a", 0o600);
  } catch (error) {
    throw new HostError(`cannot write the log file ${path}: ${(error as Error).message}`, {
      cause: error,
      remedy: `make ${dirname(path)} a directory that you may write`,
    });
  }
}

function watch(
  { child, failure }: Launched,
  command: BoundCommand,
  sockets: number,
  disown: () => void,
): OwnedChild {
  // Without descriptors to spare Node makes no streams, and says so in an event.
  const streams = (child.stdio ?? []) as unknown as (Duplex | null)[];
  const guard = command.guardDescriptor === undefined ? undefined : streams.at(-1);
  const descriptors = Array.from({ length: sockets }, (_, index) => streams[3 + index] ?? closed());
  // The program may end, or never start, with bytes on the way to it. `ended` tells of that.
  for (const stream of [...descriptors, guard]) stream?.on("error", () => {});
  const ended = new Promise<ChildEnd>((resolve) => {
    let end: ChildEnd = {};
    let leftovers: Timer | undefined;
    void failure.then((spawnError) => {
      if (spawnError === undefined) return;
      for (const stream of [...descriptors, guard]) stream?.destroy();
      resolve({ spawnError });
    });
    child.on("exit", (exitCode, signal) => {
      end = signal === null ? { exitCode: exitCode ?? 0 } : { signal };
      guard?.end("done\n");
      leftovers = startTimer(leftoversMs, () => {
        for (const stream of [...descriptors, guard]) stream?.destroy();
      });
    });
    child.on("close", () => {
      leftovers?.stop();
      resolve(end);
    });
  });
  void ended.then(disown);
  return { pid: child.pid, descriptors, ended, kill: () => kill(child) };
}

function notStarted(spawnError: Error, sockets: number): OwnedChild {
  const descriptors = Array.from({ length: sockets }, closed);
  return { pid: undefined, descriptors, ended: Promise.resolve({ spawnError }), kill: () => {} };
}

function closed(): Duplex {
  return new Socket().destroy();
}
