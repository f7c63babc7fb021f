/**
 * A note on disk of each test that has booted something and is not over: the main process reads in
 * it where the test's guests print, and it stays where a run was killed.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EvidenceStore } from "../machine/index.ts";

/** Directory of the notes, in that of the run. */
const notesDirectory = "running";

export interface RunningTask {
  readonly id: string;
  readonly name: string;
  readonly fullTestName?: string;
  readonly file: { readonly filepath: string };
}

/**
 * Written before the first machine is asked for.
 * @param name of the evidence of the test.
 * @returns what takes the note away, at the end of the test.
 * @throws `HostError` if it cannot be written: then no evidence could be.
 */
export function noteRunning(store: EvidenceStore, task: RunningTask, name: string): () => void {
  const file = join(store.machineDirectory(notesDirectory), `${task.id}.json`);
  const note = {
    test: `${task.file.filepath} > ${task.fullTestName ?? task.name}`,
    startedAt: new Date().toISOString(),
    directory: join(store.runDirectory, name),
  };
  writeFileSync(file, `${JSON.stringify(note, null, 2)}\n`);
  return () => rmSync(file, { force: true });
}
