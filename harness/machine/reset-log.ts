/** Where CPU 0 was at each reset, from QEMU's CPU log (`-d cpu_reset`). TCG only. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Bytes that are read at once: a reset takes a few thousand, and other items of `-d` much more. */
const readLimitBytes = 1024 * 1024;

/** CPU 0 as it was when it was reset. */
export interface ResetEntry {
  /** Linear address of the instruction pointer. */
  readonly address: bigint;
  /** Whether it had given up. */
  readonly isTripleFault: boolean;
  /** Its registers in QEMU's words. */
  readonly registers: string;
}

/**
 * QEMU logs every reset of a CPU with the registers that it had, and the machine's making besides;
 * so from a machine on that has not run yet, entries and RESET events come in pairs.
 */
export class ResetLog {
  readonly #path: string;
  #readBytes = 0;
  #rest = "";
  #entries: (ResetEntry | undefined)[] = [];
  #hasFaulted = false;
  #isLost = false;

  /** @param path of the log of a machine that has not executed anything yet. */
  constructor(path: string) {
    this.#path = path;
    this.#readNew();
    // The last entry is complete: nothing is being reset.
    this.#take(this.#rest);
    this.#rest = "";
    this.#entries = [];
    this.#hasFaulted = false;
  }

  /** The next reset, if it is known. */
  next(): ResetEntry | undefined {
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
    if (/^CPU Reset \(CPU 0\)$/m.test(entry)) {
      this.#entries.push(entryOf(entry, this.#hasFaulted));
      this.#hasFaulted = false;
    }
    // That a CPU gives up stands before the reset which follows.
    this.#hasFaulted ||= /^Triple fault$/m.test(entry);
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

function entryOf(registers: string, isTripleFault: boolean): ResetEntry | undefined {
  const pointer = /^[ER]IP=([0-9a-f]+)/m.exec(registers)?.[1];
  const base = /^CS =[0-9a-f]+ ([0-9a-f]+)/m.exec(registers)?.[1];
  if (pointer === undefined || base === undefined) return undefined;
  return { address: BigInt(`0x${base}`) + BigInt(`0x${pointer}`), isTripleFault, registers };
}
