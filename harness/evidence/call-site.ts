/** Where in the user's code something was asked for, so that its failure points there. */
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Takes note of a call that must be awaited: gives back its promise, which notices that it is. */
export type TrackCall = <Result>(call: string, result: Promise<Result>) => Promise<Result>;

/** Frames that are looked at: the harness and the test runner come before the user's. */
const framesLimit = 50;
const harnessFolder = `${dirname(dirname(fileURLToPath(import.meta.url)))}/`;
/** The harness as paths have it and as URLs do: frames of a stack come as either. */
const harness = [harnessFolder, pathToFileURL(harnessFolder).href];

/** A place in the user's code. The text of the stack is made only when an error needs it. */
export class CallSite {
  readonly #captured: { stack?: string } = {};

  /** Remembers who has called, and who called them. */
  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = framesLimit;
    Error.captureStackTrace(this.#captured, CallSite);
    Error.stackTraceLimit = limit;
  }

  /** Lines of a stack ("    at file:///a.ts:1:2") from the user's innermost frame on. */
  get frames(): readonly string[] {
    const frames = (this.#captured.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    const first = frames.findIndex((frame) => !isInternal(frame));
    return first === -1 ? [] : frames.slice(first);
  }
}

/**
 * Gives an error that was made elsewhere, in a timer or on an answer from QEMU, the caller's
 * stack. Where no frame of the user's is known the error stays as it is.
 * @returns the same error.
 */
export function atCallSite<Thrown>(error: Thrown, site: CallSite): Thrown {
  return withFrames(error, site.frames);
}

/**
 * Does what a user's call asks for: its errors have the stack of that call.
 * @param complete gives an error what belongs to it, such as the machine's evidence.
 * @throws what `act` throws, as `complete` returns it.
 */
export async function atCaller<Result>(
  act: () => Promise<Result>,
  complete?: (error: Error) => Promise<Error>,
): Promise<Result> {
  const site = new CallSite();
  try {
    return await act();
  } catch (error) {
    throw atCallSite(complete === undefined ? error : await complete(error as Error), site);
  }
}

/** As `atCallSite`, for a place that is known by name, such as the test itself. */
export function atPlace<Thrown>(
  error: Thrown,
  place: { readonly file: string; readonly line: number; readonly column: number },
): Thrown {
  return withFrames(error, [`    at ${place.file}:${place.line}:${place.column}`]);
}

/** These tell of a mistake in the program, not of the world around it. */
const mistakes = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * Takes the harness's frames out of the stack of a cause: where it opened a file that is missing
 * says nothing to whoever named the file. A mistake of the harness's own keeps its frames.
 */
export function withoutOwnFrames(cause: unknown): void {
  if (!(cause instanceof Error) || mistakes.some((one) => cause instanceof one)) return;
  const lines = (cause.stack ?? "").split("\n");
  const kept = lines.filter((line) => !/^\s+at /.test(line) || !isInternal(line));
  // A frozen error stays as it is: a second error must not hide the first.
  if (kept.length < lines.length) Reflect.set(cause, "stack", kept.join("\n"));
}

function withFrames<Thrown>(error: Thrown, frames: readonly string[]): Thrown {
  if (error instanceof Error && frames.length > 0) {
    error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
  }
  return error;
}

function isInternal(frame: string): boolean {
  return (
    harness.some((place) => frame.includes(place)) ||
    /\((?:native|<anonymous>)\)$|\bnode:internal\/|\/node_modules\/(?:vitest|vite|chai|@vitest)\//.test(
      frame,
    )
  );
}
