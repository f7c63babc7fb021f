/** A few lines of the kernel's source around the place where the guest was. */
import { constants, open } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { printable } from "../text/index.ts";

export interface CodeFrameOptions {
  /** Lines to show before and after. Default 2. */
  readonly around?: number;
  /** Where relative names are looked for, in order. Default: the working directory. */
  readonly directories?: readonly string[];
  /** Directory that shown names are relative to. Default: the process's. */
  readonly workingDirectory?: string;
  /** When the kernel was built, in milliseconds since 1970: a source that is newer is not shown. */
  readonly builtAtMs?: number;
}

export interface CodeFrame {
  /** The file as it is shown: relative to the working directory where it lies below it. */
  readonly file: string;
  /** The lines, the place itself marked with ">"; `undefined` where they cannot be shown. */
  readonly text?: string;
  /** Why there is no text. */
  readonly note?: string;
}

/** No source file that a person wrote is larger; generated ones tell nobody anything. */
const fileLimitBytes = 4 * 1024 * 1024;
const lineLimitCharacters = 160;
const tabWidth = 4;

/**
 * Shows the lines around `line` (counted from 1) of `file`, which is named as the debug information
 * names it. Never throws: a file that is missing, too large, shorter than that, or newer than the
 * kernel gives a `note` instead of a `text`.
 */
export async function codeFrame(
  file: string,
  line: number,
  options: CodeFrameOptions = {},
): Promise<CodeFrame> {
  const workingDirectory = options.workingDirectory ?? process.cwd();
  const directories = options.directories ?? [workingDirectory];
  const candidates = isAbsolute(file) ? [file] : directories.map((place) => join(place, file));
  for (const path of candidates) {
    const source = await readSource(path, options.builtAtMs);
    if (source === undefined) continue;
    const shown = shownName(path, workingDirectory);
    if ("note" in source) return { file: shown, note: `${shown} ${source.note}` };
    const text = frameLines(source.text, line, options.around ?? 2);
    return text === undefined
      ? { file: shown, note: `${shown} has no line ${line}` }
      : { file: shown, text };
  }
  const shown = shownName(file, workingDirectory);
  return { file: shown, note: `${shown} could not be read` };
}

async function readSource(
  path: string,
  builtAtMs: number | undefined,
): Promise<{ text: string } | { note: string } | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return undefined;
      if (stat.size > fileLimitBytes) return { note: `is too large to show (${stat.size} bytes)` };
      if (builtAtMs !== undefined && stat.mtimeMs > builtAtMs) {
        return { note: "was changed after the kernel was built, so its lines are not shown" };
      }
      return { text: await handle.readFile("utf8") };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

function frameLines(text: string, line: number, around: number): string | undefined {
  const lines = text.split(/\r\n|\n|\r/);
  if (!Number.isInteger(line) || line < 1 || line > lines.length) return undefined;
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, line + around);
  const width = String(last).length;
  return lines
    .slice(first - 1, last)
    .map((content, index) => {
      const number = first + index;
      const marker = number === line ? ">" : " ";
      return `${marker} ${String(number).padStart(width)} | ${readable(content)}`.trimEnd();
    })
    .join("\n");
}

/** Expands tabs to stops of four columns, and lets no control character reach the terminal. */
function readable(content: string): string {
  let shown = "";
  for (const character of content.slice(0, lineLimitCharacters)) {
    if (character === "\t") shown += " ".repeat(tabWidth - (shown.length % tabWidth));
    else shown += printable(character);
  }
  return content.length > lineLimitCharacters ? `${shown}…` : shown;
}

function shownName(path: string, workingDirectory: string): string {
  if (!isAbsolute(path)) return path;
  const below = relative(workingDirectory, path);
  return below === "" || below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below)
    ? path
    : below;
}
