/** The symbol table of an ELF file: enough to name an address without any tool. */

import type { Elf } from "./elf.ts";
import { type ByteSource, ElfError, FieldReader } from "./elf-bytes.ts";
import { isLocalLabel } from "./symbol-names.ts";

/** The symbol that an address belongs to. */
export interface NearestSymbol {
  readonly name: string;
  readonly address: bigint;
}

interface Section {
  readonly type: number;
  readonly offset: bigint;
  readonly sizeBytes: bigint;
  readonly link: number;
}

interface Candidate {
  readonly address: bigint;
  readonly nameOffset: number;
  /** 3: a function, 2: a global label, 1: data, 0: a local label. */
  readonly rank: number;
  readonly contains: boolean;
}

/** The symbol that is looked for: it is not below `lowest`. */
interface Sought {
  readonly address: bigint;
  readonly lowest: bigint;
}

const sectionType = { symbols: 2, dynamicSymbols: 11 } as const;
/** Entries of the symbol table read at a time. */
const symbolsPerRead = 16_384;
/** The Linux kernel has some 200,000 symbols. */
const symbolsLimit = 4_000_000;
const nameLimitBytes = 4096;
/** Names of the Linux kernel take some 10 MB. */
const namesLimitBytes = 256 * 1024 * 1024;

/**
 * Finds the function that contains `address`, or else the nearest symbol before it that is not
 * below `lowest` (so that a jump into nowhere is not blamed on the last function). `undefined`
 * where the file has no symbols. Throws `ElfError` where the table is nonsense.
 */
export async function findNearestSymbol(
  source: ByteSource,
  elf: Elf,
  address: bigint,
  lowest: bigint,
): Promise<NearestSymbol | undefined> {
  const sections = await readSections(source, elf);
  const table =
    sections.find((section) => section.type === sectionType.symbols) ??
    sections.find((section) => section.type === sectionType.dynamicSymbols);
  const names = table && sections[table.link];
  if (table === undefined || names === undefined) return undefined;
  const entryBytes = elf.bits === 64 ? 24 : 16;
  const count = Number(table.sizeBytes / BigInt(entryBytes));
  if (count > symbolsLimit) {
    throw new ElfError(`the file has ${count} symbols, more than the limit of ${symbolsLimit}`);
  }
  const nameAt = await readNames(source, names);
  let best: Candidate | undefined;
  for (let first = 0; first < count; first += symbolsPerRead) {
    const length = Math.min(symbolsPerRead, count - first);
    const offset = table.offset + BigInt(first * entryBytes);
    const bytes = await source.read(offset, length * entryBytes, "the symbol table");
    for (let index = 0; index < length; index++) {
      const entry = bytes.subarray(index * entryBytes, (index + 1) * entryBytes);
      const next = decode(elf, entry, { address, lowest });
      const candidate = better(best, next);
      if (candidate !== best && !isLocalLabel(nameAt(candidate), candidate?.rank === 3)) {
        best = candidate;
      }
    }
  }
  if (best === undefined) return undefined;
  return { name: nameAt(best), address: best.address };
}

/** `e_machine` of 32-bit Arm. */
const armMachine = 40;

function decode(elf: Elf, entry: Buffer, { address, lowest }: Sought): Candidate | undefined {
  const fields = new FieldReader(entry, elf);
  const information = entry[elf.bits === 64 ? 4 : 12] ?? 0;
  const section = fields.halfAt(14, 6);
  const type = information & 0xf;
  // Undefined and absolute symbols name no place; sections, files and thread-local data neither.
  if (section === 0 || section >= 0xff00 || type > 2) return undefined;
  const isFunction = type === 2;
  let value = fields.native(4, 8);
  // The lowest bit of a function's address says "Thumb" on Arm.
  if (isFunction && elf.machine === armMachine) value &= ~1n;
  if (value > address || value < lowest) return undefined;
  const sizeBytes = fields.native(8, 16);
  const isGlobal = information >> 4 !== 0;
  return {
    address: value,
    nameOffset: fields.word(0),
    rank: isFunction ? 3 : type === 1 ? 1 : isGlobal ? 2 : 0,
    contains: isFunction && address < value + sizeBytes,
  };
}

function better(best: Candidate | undefined, next: Candidate | undefined): Candidate | undefined {
  if (next === undefined || next.nameOffset === 0) return best;
  if (best === undefined) return next;
  if (best.contains !== next.contains) return best.contains ? best : next;
  // Functions and global labels compete by distance; what is left counts only without them.
  const [bestClass, nextClass] = [Math.min(best.rank, 2), Math.min(next.rank, 2)];
  if (bestClass !== nextClass) return bestClass > nextClass ? best : next;
  if (best.address !== next.address) return best.address > next.address ? best : next;
  return best.rank >= next.rank ? best : next;
}

async function readSections(source: ByteSource, elf: Elf): Promise<Section[]> {
  const { offset, count, entrySizeBytes } = elf.sectionTable;
  if (count === 0 || offset === 0n) return [];
  const expectedBytes = elf.bits === 64 ? 64 : 40;
  if (entrySizeBytes !== expectedBytes) {
    throw new ElfError(`a section header has ${entrySizeBytes} bytes instead of ${expectedBytes}`);
  }
  const bytes = await source.read(offset, count * expectedBytes, "the table of sections");
  return Array.from({ length: count }, (_, index) => {
    const fields = new FieldReader(bytes.subarray(index * expectedBytes), elf);
    return {
      type: fields.word(4),
      offset: fields.native(16, 24),
      sizeBytes: fields.native(20, 32),
      link: fields.wordAt(24, 40),
    };
  });
}

async function readNames(
  source: ByteSource,
  { offset, sizeBytes }: Section,
): Promise<(symbol: Candidate | undefined) => string> {
  if (sizeBytes > namesLimitBytes) {
    const limit = `more than the limit of ${namesLimitBytes}`;
    throw new ElfError(`the names of the symbols take ${sizeBytes} bytes, ${limit}`);
  }
  const names = await source.read(offset, Number(sizeBytes), "the names of the symbols");
  return (symbol) => {
    const start = symbol?.nameOffset ?? 0;
    if (start >= names.length) {
      throw new ElfError("the name of a symbol lies outside the table of names");
    }
    const end = names.indexOf(0, start);
    const last = Math.min(end === -1 ? names.length : end, start + nameLimitBytes);
    return names.toString("utf8", start, last);
  };
}
