/** Which tests run at this moment, since when, and what their guests said last. */

import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { TestCase, Vitest } from "vitest/node";
import { printable } from "../text/index.ts";
import { monotonicMs } from "../wait/index.ts";

/** Bytes of a port's log that are looked at, from its end. */
const tailBytes = 4_096;
/** Lines of a port that a run which was cut short shows. */
const mostLines = 5;
/** Files of a machine's evidence that no guest has written. */
const ownLogs = /^(?:qmp|cpu|stderr|timeline|swtpm\..*|virtiofsd\..*)\.log$/;

export interface RunningTest {
  /** "boot.test.ts > shell > logs in", relative to vitest's root. */
  readonly name: string;
  readonly id: string;
  readonly project: string;
  /** On the clock of `monotonicMs`. */
  readonly startedMs: number;
}

/** The end of what one port has printed. */
export interface LastLines {
  readonly port: string;
  readonly lines: readonly string[];
  /** The port's log. */
  readonly file: string;
}

const all = new WeakMap<Vitest, RunningTests>();

/** Those of one vitest. Reporters tell it of starts and ends; it may be told twice. */
export class RunningTests {
  readonly #running = new Map<string, RunningTest>();
  /** Where tests of a project note what they run: see `noteRunning` in the room vitest. */
  readonly #notes = new Map<string, string>();

  static of(vitest: Vitest): RunningTests {
    const tests = all.get(vitest) ?? new RunningTests();
    all.set(vitest, tests);
    return tests;
  }

  /** The oldest first. */
  get list(): readonly RunningTest[] {
    return [...this.#running.values()];
  }

  get(id: string): RunningTest | undefined {
    return this.#running.get(id);
  }

  /** @param directory of a project's notes. */
  readNotes(project: string, directory: string): void {
    this.#notes.set(project, directory);
  }

  /**
   * vitest hands its reports on in batches that overtake one another where reporters are slow: a
   * test that has a result is over, and its end may have been told.
   */
  start(test: TestCase, root: string): void {
    if (this.#running.has(test.id) || test.result().state !== "pending") return;
    const { fullName, id, module, project } = test;
    const file = relative(root, resolve(project.config.root, module.relativeModuleId));
    const name = `${file.replaceAll("\\", "/")} > ${fullName}`;
    const startedMs = monotonicMs();
    this.#running.set(id, { name, id, project: project.name, startedMs });
  }

  end(test: TestCase): void {
    this.#running.delete(test.id);
  }

  /** The last lines of every port of a test's machines, the newest machine first. */
  lastLines({ id, project }: RunningTest): readonly LastLines[] {
    try {
      const note = readFileSync(join(this.#notes.get(project) ?? "", noteName(id)), "utf8");
      const { directory } = JSON.parse(note) as { directory: string };
      return readdirSync(directory)
        .sort((one, other) => Number(other) - Number(one))
        .flatMap((machine) => portsOf(join(directory, machine)));
    } catch {
      // It has booted nothing, or is over.
      return [];
    }
  }
}

/** Name of the note of a test by vitest's id of it. */
export function noteName(id: string): string {
  return `${id}.json`;
}

function portsOf(directory: string): LastLines[] {
  const logs = readdirSync(directory).filter(
    (name) => name.endsWith(".log") && !ownLogs.test(name),
  );
  return logs.flatMap((name) => {
    const file = join(directory, name);
    const lines = tailOf(file)
      .split("\n")
      .filter((line) => line.trim() !== "");
    if (lines.length === 0) return [];
    const port = name.replace(/\.log$/, "");
    return [{ port, lines: lines.slice(-mostLines).map((line) => printable(line)), file }];
  });
}

function tailOf(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString().replaceAll("\r", "");
  } finally {
    closeSync(descriptor);
  }
}
