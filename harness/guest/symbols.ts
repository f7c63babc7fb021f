/** Guest address → function, file and line, from the kernel's own symbols. Never throws. */
import { constants, open } from "node:fs/promises";
import { basename } from "node:path";
import { type Elf, loadedSegments, readElf } from "./elf.ts";
import { type ByteSource, ElfError, fileSource } from "./elf-bytes.ts";
import { findNearestSymbol } from "./elf-symbols.ts";
import { isLocalLabel, readableName } from "./symbol-names.ts";
import { askSymbolizer, findSymbolizer, type SymbolFrame } from "./symbolizer.ts";

/** What is known of an address; whatever is missing is unknown, and `note` says why. */
export interface SymbolLocation extends SymbolFrame {
  /** As it was asked for. */
  readonly address: bigint;
  /** Distance from the start of `symbol`; only where there is no line. */
  readonly offset?: bigint;
  /** The functions that the innermost one was inlined into, nearest first. */
  readonly inlinedInto: readonly SymbolFrame[];
  /** Why something is unknown or was guessed, in words. */
  readonly note?: string;
}

/** The symbols of one ELF file. */
export interface Symbols {
  readonly path: string;
  /**
   * Finds function, file and line of an address. With `after` the address is that of the *next*
   * instruction (a return address, or the instruction pointer of a halted CPU), so the place just
   * before it is meant. Never throws; takes at most the time-out given to `openSymbols`.
   */
  locate(address: bigint, options?: { readonly after?: boolean }): Promise<SymbolLocation>;
}

export interface SymbolsOptions {
  /** The tool, or `null` for none; looked for on PATH by default. */
  readonly symbolizer?: string | null;
  /** Limit of one question to the tool. Default 5000 ms. */
  readonly timeoutMs?: number;
}

/**
 * Names addresses by the ELF file at `path`, which need not be the image that was booted: a
 * stripped kernel or a flat binary has its symbols elsewhere. The file is read when it is asked.
 */
export function openSymbols(path: string, options: SymbolsOptions = {}): Symbols {
  return {
    path,
    async locate(address, { after = false } = {}) {
      try {
        return await locate(path, address, after, options);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { address, inlinedInto: [], note: `no symbols from ${basename(path)}: ${reason}` };
      }
    },
  };
}

async function locate(
  path: string,
  address: bigint,
  after: boolean,
  options: SymbolsOptions,
): Promise<SymbolLocation> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new ElfError("it is not a regular file");
    const source = fileSource(handle, stat.size);
    const elf = await readElf(source);
    const place = placeInFile(elf, after && address > 0n ? address - 1n : address);
    if (place === undefined) {
      const note = `the address lies outside ${basename(path)}: firmware, or a stray jump`;
      return { address, inlinedInto: [], note };
    }
    const named = await nameWithTool(path, place.address, options);
    if (named.frames[0]?.symbol !== undefined || named.frames[0]?.line !== undefined) {
      const [innermost, ...inlinedInto] = named.frames;
      const lineless = innermost?.line === undefined ? noLines(path) : undefined;
      const frame = await withFunction(innermost ?? {}, source, elf, place);
      return { address, ...frame, inlinedInto, ...noteOf(place.note, lineless) };
    }
    return {
      address,
      ...(await nameWithTable(source, elf, place)),
      inlinedInto: [],
      ...noteOf(place.note, named.note ?? noLines(path)),
    };
  } finally {
    await handle.close();
  }
}

interface Place {
  /** As the symbols count. */
  readonly address: bigint;
  /** The lowest address of the same segment. */
  readonly lowest: bigint;
  readonly note?: string;
}

/**
 * Where the file puts an address. A kernel that links itself high runs at its physical addresses
 * until it switches paging on, so these are tried too.
 */
function placeInFile(elf: Elf, address: bigint): Place | undefined {
  const segments = loadedSegments(elf);
  if (segments.length === 0) return { address, lowest: 0n };
  for (const { virtualAddress, memorySizeBytes } of segments) {
    if (address >= virtualAddress && address < virtualAddress + memorySizeBytes) {
      return { address, lowest: virtualAddress };
    }
  }
  for (const { virtualAddress, physicalAddress, memorySizeBytes } of segments) {
    if (address >= physicalAddress && address < physicalAddress + memorySizeBytes) {
      return {
        address: address - physicalAddress + virtualAddress,
        lowest: virtualAddress,
        note: "taken as a physical address: the kernel had not switched to its own addresses yet",
      };
    }
  }
  return undefined;
}

async function nameWithTool(
  path: string,
  address: bigint,
  options: SymbolsOptions,
): Promise<{ frames: readonly SymbolFrame[]; note?: string }> {
  const tool = options.symbolizer === undefined ? findSymbolizer() : options.symbolizer;
  if (tool === undefined || tool === null) {
    return { frames: [], note: "no source lines: llvm-symbolizer was not found (install llvm)" };
  }
  const answer = await askSymbolizer(tool, path, address, options.timeoutMs ?? 5000);
  if ("failure" in answer) return { frames: [], note: `no source lines: ${answer.failure}` };
  return { frames: answer.frames.map(withReadableName) };
}

function withReadableName(frame: SymbolFrame): SymbolFrame {
  return frame.symbol === undefined ? frame : { ...frame, symbol: readableName(frame.symbol) };
}

/** The tool takes a label within a function for its name, where there is no DWARF. */
async function withFunction(
  frame: SymbolFrame,
  source: ByteSource,
  elf: Elf,
  place: Place,
): Promise<SymbolFrame> {
  const { symbol, ...rest } = frame;
  if (symbol === undefined || !isLocalLabel(symbol)) return frame;
  const { symbol: name } = await nameWithTable(source, elf, place);
  return name === undefined ? rest : { ...rest, symbol: name };
}

async function nameWithTable(
  source: ByteSource,
  elf: Elf,
  place: Place,
): Promise<{ symbol?: string; offset?: bigint }> {
  const nearest = await findNearestSymbol(source, elf, place.address, place.lowest);
  if (nearest === undefined) return {};
  return { symbol: readableName(nearest.name), offset: place.address - nearest.address };
}

function noLines(path: string): string {
  return `${basename(path)} has no line information here: compile with -g`;
}

function noteOf(...notes: (string | undefined)[]): { note?: string } {
  const known = notes.filter((note) => note !== undefined);
  return known.length === 0 ? {} : { note: known.join("; ") };
}
