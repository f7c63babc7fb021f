/** Where CPU 0 was at each reset, from QEMU's CPU log (`-d cpu_reset`). TCG only. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Bytes that are read at once: a reset takes a few thousand, and other items of `-d` much more. */
const readLimitBytes = 1024 * 1024;

/**
 * QEMU logs every reset of a CPU with the registers that it had, and the machine's making besides;
 * so from a machine on that has not run yet, entries and RESET events come in pairs.
 */
export class ResetLog {
  readonly #path: string;
  #readBytes = 0;
  #rest = "";
  #entries: (bigint | undefined)[] = [];
  #isLost = false;

  /** @param path of the log of a machine that has not executed anything yet. */
  constructor(path: string) {
    this.#path = path;
    this.#readNew();
    // The last entry is complete: nothing is being reset.
    this.#take(this.#rest);
    this.#rest = "";
    this.#entries = [];
  }

  /** Linear address of the instruction pointer at the next reset, if it is known. */
  next(): bigint | undefined {
    if (this.#entries.length === 0) this.#readNew();
    return this.#entries.shift();
  }

  #readNew(): void {
    if (this.#isLost) return;
    const text = this.#rest + this.#readText();
    // An entry is complete with its first segments, which follow the instruction pointer.
    const parts = text.split(/(?=^CPU Reset \(CPU \d+\)$)/m);
    this.#rest = parts.pop() ?? "";
    for (const part of parts) this.#take(part);
    if (/^CS =.*$\n/m.test(this.#rest)) {
      this.#take(this.#rest);
      this.#rest = "";
    }
  }

  #take(entry: string): void {
    if (!/^CPU Reset \(CPU 0\)$/m.test(entry)) return;
    const pointer = /^[ER]IP=([0-9a-f]+)/m.exec(entry)?.[1];
    const base = /^CS =[0-9a-f]+ ([0-9a-f]+)/m.exec(entry)?.[1];
    const isKnown = pointer !== undefined && base !== undefined;
    this.#entries.push(isKnown ? BigInt(`0x${base}`) + BigInt(`0x${pointer}`) : undefined);
  }

  #readText(): string {
    let file: number | undefined;
    try {
      file = openSync(this.#path, "r");
      const newBytes = fstatSync(file).size - this.#readBytes;
      // Whoever logs that much has to do without.
      this.#isLost = newBytes > readLimitBytes;
      if (this.#isLost) return "";
      const buffer = Buffer.alloc(Math.max(0, newBytes));
      const length = readSync(file, buffer, 0, buffer.length, this.#readBytes);
      this.#readBytes += length;
      return buffer.toString("latin1", 0, length);
    } catch {
      this.#isLost = true;
      return "";
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}
