/** The output of a port line by line, as it comes. */
import { atCallSite, type CallSite, GuestError, isDeath } from "../evidence/index.ts";
import type { ArrivalTimes } from "./arrival-times.ts";
import { searchFor } from "./pattern-search.ts";
import type { Transcript } from "./transcript.ts";
import { SerialWait } from "./wait.ts";
import type { WaitOptions } from "./wait-options.ts";

/** One line of a port's output. */
export interface SerialLine {
  /** Normalised as the port's text is, and without its line end. */
  readonly text: string;
  /** Milliseconds from the guest's first instruction until the end of the line had arrived. */
  readonly atMs: number;
  /**
   * Characters before `text` that are no longer in memory, because whoever takes the lines was too
   * slow: the log on disk has them. Then `text` may begin in the middle of a line. Mostly 0.
   */
  readonly omitted: number;
}

/** What the lines are taken from. */
export interface LineSource {
  readonly transcript: Transcript;
  readonly times: ArrivalTimes;
  cursor(): number;
  /** Whether the machine has ended, and so nothing more will be printed. */
  hasEnded(): boolean;
  /** Begins a wait, which looks at the text up to `end` before anything else. */
  begin(wait: SerialWait, end: number | undefined): void;
  /** Moves the cursor behind all that has been printed. */
  takeRest(): void;
  /** Gives an error the evidence of the machine. */
  withEvidence(error: Error): Promise<Error>;
}

/** @throws as `SerialOutput.lines` says; errors point to `site`. */
export async function* takeLines(
  source: LineSource,
  options: WaitOptions,
  site: CallSite,
): AsyncGenerator<SerialLine, void, undefined> {
  for (;;) {
    const start = source.cursor();
    let end: number;
    try {
      end = await lineEnd(source, options);
    } catch (error) {
      const isEnd = source.hasEnded() && error instanceof GuestError && error.exit !== undefined;
      const rest = source.cursor();
      if (isEnd && rest < source.transcript.end) {
        source.takeRest();
        // The last line of a guest that has ended will not be ended by it any more.
        yield lineBetween(source, rest, source.cursor(), source.cursor() - 1);
      }
      if (isEnd && error.exit !== undefined && !isDeath(error.exit)) return;
      throw atCallSite(await source.withEvidence(error as Error), site);
    }
    yield lineBetween(source, start, end - 1, end - 1);
  }
}

/** Waits for the end of the line at the cursor; returns the offset behind it. */
async function lineEnd(source: LineSource, options: WaitOptions): Promise<number> {
  const { transcript } = source;
  // No line ends in what is held back, where the cursor may be.
  const start = Math.max(Math.min(source.cursor(), transcript.end), transcript.omitted);
  const aim = { search: searchFor("\n", start), description: () => "to print another line" };
  const wait = new SerialWait([], start, options, { ...aim, movesCursor: true });
  // Whoever is far behind looks at one line each time, and not at all that is unread.
  const newline = transcript.newline(start);
  source.begin(wait, newline === -1 ? undefined : newline + 1);
  await wait.promise;
  return wait.foundEnd;
}

/** The complete lines that are in memory, oldest first. */
export function linesSoFar(source: Pick<LineSource, "transcript" | "times">): SerialLine[] {
  const { transcript } = source;
  const lines: SerialLine[] = [];
  for (let start = 0; ; ) {
    const newline = transcript.newline(start);
    if (newline === -1) return lines;
    lines.push(lineBetween(source, start, newline, newline));
    start = newline + 1;
  }
}

function lineBetween(
  { times, transcript }: Pick<LineSource, "transcript" | "times">,
  start: number,
  end: number,
  lastCharacter: number,
): SerialLine {
  const from = Math.max(start, Math.min(end, transcript.omitted));
  const text = transcript.slice(from, end);
  return { text, atMs: times.at(lastCharacter), omitted: from - start };
}
