/** Address → source line, by `llvm-symbolizer`, which knows every guest's DWARF from one binary. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createPrivateDirectory,
  environmentValue,
  findOnPath,
  listOnPath,
  startOwned,
} from "../process/index.ts";
import { startTimer } from "../wait/index.ts";

/** One function at an address; several where the compiler inlined one into another. */
export interface SymbolFrame {
  readonly symbol?: string;
  /** As the debug information names it, joined with its compilation directory. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
}

/** What the tool said: frames (innermost first, perhaps none), or why there is no answer. */
export type SymbolizerAnswer =
  | { readonly frames: readonly SymbolFrame[] }
  | { readonly failure: string };

/** The first version whose output we read is 14: `--output-style=JSON` came with LLVM 13. */
const oldestVersion = 14;

const found = new Map<string, string | undefined>();

/**
 * Finds `llvm-symbolizer`, or else the newest `llvm-symbolizer-NN` (14 or newer), on `searchPath`
 * (default: the environment's PATH). The answer is kept for the life of the process.
 */
export function findSymbolizer(searchPath = environmentValue("PATH") ?? ""): string | undefined {
  if (!found.has(searchPath)) found.set(searchPath, search(searchPath));
  return found.get(searchPath);
}

function search(searchPath: string): string | undefined {
  const plain = findOnPath("llvm-symbolizer", searchPath);
  if (plain !== undefined) return plain;
  const version = (path: string) => Number(/\d+$/.exec(path)?.[0]);
  return listOnPath(/^llvm-symbolizer-\d{1,3}$/, searchPath)
    .filter((path) => version(path) >= oldestVersion)
    .sort((one, other) => version(other) - version(one))[0];
}

/** An answer has a few hundred bytes. */
const answerLimitBytes = 1024 * 1024;

/**
 * Asks the tool about one address of one object file. Never throws: one that fails, hangs
 * (`timeoutMs`) or prints something else is a `failure` in words. Leaves no process and no file.
 */
export async function askSymbolizer(
  tool: string,
  object: string,
  address: bigint,
  timeoutMs: number,
): Promise<SymbolizerAnswer> {
  const question = ["--output-style=JSON", `--obj=${object}`, `0x${address.toString(16)}`];
  try {
    const directory = await createPrivateDirectory("symbolizer");
    try {
      return await runSymbolizer(tool, question, join(directory.path, "answer"), timeoutMs);
    } finally {
      await directory.remove();
    }
  } catch (error) {
    return { failure: `llvm-symbolizer failed: ${error instanceof Error ? error.message : error}` };
  }
}

async function runSymbolizer(
  tool: string,
  question: readonly string[],
  logFile: string,
  timeoutMs: number,
): Promise<SymbolizerAnswer> {
  // Without this variable some builds ask servers on the network for debug information.
  const environment = { ...process.env, DEBUGINFOD_URLS: "" };
  const child = startOwned(tool, question, { logFile, sockets: 0, environment });
  let isLate = false;
  const timer = startTimer(timeoutMs, () => {
    isLate = true;
    child.kill();
  });
  const end = await child.ended;
  timer.stop();
  if (isLate) return { failure: `llvm-symbolizer did not answer within ${timeoutMs} ms` };
  const printed = (await readFile(logFile)).toString("utf8", 0, answerLimitBytes);
  if (end.exitCode === 0) return parseAnswer(printed);
  const how = end.spawnError?.message ?? `ended with ${end.signal ?? `exit code ${end.exitCode}`}`;
  return { failure: `llvm-symbolizer failed: ${printed.trim().split("\n")[0] || how}` };
}

interface RawAnswer {
  readonly Error?: { readonly Message?: unknown };
  readonly Symbol?: unknown;
}

/**
 * Reads the tool's JSON: one object for an address, in an array since version 14. Warnings may
 * stand on lines of their own around it.
 */
export function parseAnswer(text: string): SymbolizerAnswer {
  const line = text.split("\n").find((candidate) => /^\s*[[{]/.test(candidate));
  let parsed: unknown;
  try {
    parsed = JSON.parse(line ?? "");
  } catch {
    const start = JSON.stringify(text.trim().slice(0, 60));
    return { failure: `llvm-symbolizer printed something other than JSON: ${start}` };
  }
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (typeof first !== "object" || first === null) {
    return { failure: "llvm-symbolizer gave an empty answer" };
  }
  const answer: RawAnswer = first;
  if (answer.Error !== undefined) {
    return { failure: `llvm-symbolizer: ${String(answer.Error?.Message ?? "no reason given")}` };
  }
  const frames = Array.isArray(answer.Symbol) ? answer.Symbol : [];
  return { frames: frames.map(readFrame).filter((frame) => Object.keys(frame).length > 0) };
}

/** The tool writes "" and 0 for what it does not know. */
function readFrame(raw: unknown): SymbolFrame {
  const fields = (typeof raw === "object" && raw !== null ? raw : {}) as Record<string, unknown>;
  const { FunctionName: symbol, FileName: file, Line: line, Column: column } = fields;
  return {
    ...(typeof symbol === "string" && symbol !== "" ? { symbol } : {}),
    ...(typeof file === "string" && file !== "" ? { file } : {}),
    ...(typeof line === "number" && line > 0 ? { line } : {}),
    ...(typeof column === "number" && column > 0 ? { column } : {}),
  };
}
