/** A build of the user's that failed, and the error of a test that would boot what it makes. */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { BringupError } from "./errors.ts";

/** Plain data: it travels from the main process to the tests. */
export interface FailedBuild {
  /** As it can be typed in the project's root. */
  readonly command: string;
  /** "exit code 2", "ended by SIGSEGV", "no end within 1800 s". */
  readonly how: string;
  /** What it printed, stdout and stderr as they came, without what goes beyond its limit. */
  readonly output: string;
  /** Absolute path of the one image that it makes; `null` for a build of all. */
  readonly image: string | null;
  /** When it began, in milliseconds since the epoch, by the clock that dates files. */
  readonly startedMs: number;
}

/** Lines of a build that an error shows: from just before the first complaint on, and the last. */
const shownLines = 30;
const shownBefore = 3;
const shownLast = 10;
/** What compilers, linkers and make call a failure. */
const complaint = /\b(?:fatal )?error\b|undefined (?:reference|symbol)|\*\*\* |not found|cannot /i;

/** A build failed, and what it was to make was not booted: it is missing, or may be stale. */
export class BuildError extends BringupError {
  /** What the build printed. */
  declare readonly output: string;
  declare readonly command: string;

  /** @param file absolute path of what was to be booted; none where nothing was. */
  constructor(build: FailedBuild, file?: string) {
    const lines = build.output.trimEnd().split("\n");
    const first = lines.find((line) => complaint.test(line)) ?? lines.at(-1) ?? "";
    const words = first.trim() === "" ? "it printed nothing" : first.trim();
    const unbooted = file === undefined ? "" : `\n  not booted: ${shown(file)}, ${stateOf(file)}`;
    const output = excerpt(lines).map((line) => `\n  | ${line}`);
    super(
      `build failed (${build.how}): ${words}${unbooted}\n  build: ${build.command}${output.join("")}`,
    );
    // vitest prints what an error carries beside its message: once is enough.
    Object.defineProperty(this, "output", { value: build.output, enumerable: false });
    Object.defineProperty(this, "command", { value: build.command, enumerable: false });
  }
}

/** The file that a `BuildError` says it did not boot. */
export function unbootedFile(message: string): string | undefined {
  return /^.*\n {2}not booted: (.*), which (?:was not built|may be older)/.exec(message)?.[1];
}

function stateOf(file: string): string {
  return existsSync(file) ? "which may be older than its sources" : "which was not built";
}

function shown(file: string): string {
  const below = relative(process.cwd(), file);
  return below === "" || below.startsWith("..") ? file : below;
}

function excerpt(lines: readonly string[]): readonly string[] {
  if (lines.length <= shownLines + shownLast) return lines;
  const complained = lines.findIndex((line) => complaint.test(line));
  const begin = Math.max(0, Math.min(complained, lines.length - shownLines) - shownBefore);
  const head = lines.slice(begin, begin + shownLines);
  const rest = lines.length - begin - shownLines;
  const tail = rest <= shownLast ? lines.slice(begin + shownLines) : lines.slice(-shownLast);
  return [
    ...(begin === 0 ? [] : [`… ${begin} lines before this left out`]),
    ...head,
    ...(rest <= shownLast ? [] : [`… ${rest - shownLast} lines left out`]),
    ...tail,
  ];
}
