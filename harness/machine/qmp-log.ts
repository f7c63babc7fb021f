/** What went over QMP, line by line, on disk before anybody acts on it. */
import { closeSync, openSync, writeSync } from "node:fs";

/** Bytes of one machine's QMP log; `docs/limits.md`. */
const qmpLogLimitBytes = 16 * 1024 * 1024;

/** A log that ends quietly where it cannot be written: the timeline has the events as well. */
export class QmpLogFile {
  readonly #limitBytes: number;
  #file: number | undefined;
  #sizeBytes = 0;

  constructor(path: string, limitBytes: number = qmpLogLimitBytes) {
    this.#limitBytes = limitBytes;
    try {
      this.#file = openSync(path, "w", 0o600);
    } catch {
      this.#file = undefined;
    }
  }

  add(direction: "sent" | "received", line: string): void {
    const entry = `${direction === "sent" ? "->" : "<-"} ${line}\n`;
    const isLast = this.#sizeBytes + entry.length > this.#limitBytes;
    this.#write(isLast ? `the limit of ${this.#limitBytes} bytes is reached\n` : entry);
    if (isLast) this.close();
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }

  #write(text: string): void {
    if (this.#file === undefined) return;
    try {
      this.#sizeBytes += writeSync(this.#file, text);
    } catch {
      this.close();
    }
  }
}

/** An event's data in one line. QMP's integers may be too large for a number: those are bigints. */
export function inWords(data: unknown): string {
  return JSON.stringify(data, (_, value) => (typeof value === "bigint" ? `${value}` : value));
}
