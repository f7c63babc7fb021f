/**
 * Multiboot headers (Multiboot Specification 0.6.96, 3.1, and 2.0, 3.1), and what QEMU's own loader
 * cannot do with them.
 */
import type { ElfSegment } from "../guest/index.ts";
import type { ElfPart } from "./elf-parts.ts";

const magic1 = 0x1badb002;
const magic2 = 0xe85250d6;
/** QEMU stops 48 bytes before the first 8 KiB end, for the longest header (hw/i386/multiboot.c). */
const end1 = 8192 - 48;
const end2 = 32768;
/** Flag of version 1: addresses are in the header itself. */
const hasAddressesFlag = 0x1_0000;

/** What a Multiboot header says, or `undefined` where there is none. */
export interface MultibootHeader {
  readonly version: 1 | 2;
  /** Version 1 only: the header itself says where to load the file, so it need not be ELF. */
  readonly hasAddresses: boolean;
  /** Where it says that; an end of 0 is where the file ends. */
  readonly loadsAt?: { readonly start: number; readonly end: number };
}

/**
 * Looks for a Multiboot header: version 1 in the first 8 KiB at a multiple of four, version 2 in
 * the first 32 KiB at a multiple of eight.
 */
export function findMultibootHeader(head: Buffer): MultibootHeader | undefined {
  const first = offsets(head, magic1, 4, end1).find((offset) => isSound1(head, offset));
  if (first !== undefined) return { version: 1, ...addressesOf(head, first) };
  const second = offsets(head, magic2, 8, end2).find((offset) => isSound2(head, offset));
  return second === undefined ? undefined : { version: 2, hasAddresses: false };
}

function addressesOf(head: Buffer, at: number): Omit<MultibootHeader, "version"> {
  const hasAddresses = (head.readUInt32LE(at + 4) & hasAddressesFlag) !== 0;
  if (!hasAddresses || at + 28 > head.length) return { hasAddresses };
  const end = head.readUInt32LE(at + 24) || head.readUInt32LE(at + 20);
  return { hasAddresses, loadsAt: { start: head.readUInt32LE(at + 16), end } };
}

/** Where the magic is, up to `end`, at multiples of `step`. */
function offsets(bytes: Buffer, magic: number, step: number, end: number): number[] {
  const found: number[] = [];
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32LE(magic);
  for (let at = bytes.indexOf(wanted); at !== -1 && at < end; at = bytes.indexOf(wanted, at + 1)) {
    if (at % step === 0) found.push(at);
  }
  return found;
}

function isSound1(bytes: Buffer, at: number): boolean {
  return at + 12 <= bytes.length && sumOf(bytes, at, 3) === 0;
}

function isSound2(bytes: Buffer, at: number): boolean {
  return at + 16 <= bytes.length && sumOf(bytes, at, 4) === 0;
}

/** As 32-bit numbers are added. */
function sumOf(bytes: Buffer, at: number, words: number): number {
  let sum = 0;
  for (let index = 0; index < words; index += 1) sum += bytes.readUInt32LE(at + index * 4);
  return sum % 2 ** 32;
}

interface Protocol {
  readonly name: string;
  readonly magic: number;
  readonly words: number;
  readonly step: number;
  readonly end: number;
  readonly reach: string;
  readonly sum: string;
  /** What a boot loader hands over, which is often taken for the header's. */
  readonly answer: number;
}

const protocols: readonly Protocol[] = [
  {
    name: "Multiboot",
    magic: magic1,
    words: 3,
    step: 4,
    end: end1,
    reach: "the first 8 KiB (QEMU: 8144 bytes)",
    sum: "magic, flags and checksum",
    answer: 0x2badb002,
  },
  {
    name: "Multiboot 2",
    magic: magic2,
    words: 4,
    step: 8,
    end: end2,
    reach: "the first 32 KiB",
    sum: "magic, architecture, length and checksum",
    answer: 0x36d76289,
  },
];

/** Bytes of a file that are loaded: those that have an address. */
export type LoadedBytes = Pick<ElfSegment, "offset" | "fileSizeBytes">;

/**
 * What is wrong with what was meant for a header, and what to do, as the end of a sentence about
 * the file; `undefined` where nothing in `bytes` looks like one. To be asked only of a file that
 * cannot be started: the same bytes stand in programs that look for such headers.
 * @param loaded where it has segments. A lone magic behind them is the value of a symbol.
 */
export function nearMissOfMultiboot(
  bytes: Buffer,
  loaded: readonly LoadedBytes[] = [{ offset: 0n, fileSizeBytes: BigInt(bytes.length) }],
): string | undefined {
  for (const nearMiss of [misplaced, wrongSum, wrongMagic, dropped]) {
    for (const protocol of protocols) {
      const found = nearMiss(bytes, protocol, loaded);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const keepSection =
  'give its section the flag "a" (.section .multiboot, "a"), and KEEP it in the linker script';

/** A header with the right sum, where nobody looks for it. */
function misplaced(
  bytes: Buffer,
  protocol: Protocol,
  loaded: readonly LoadedBytes[],
): string | undefined {
  const { end, magic, name, reach, step, words } = protocol;
  const at = offsets(bytes, magic, 1, bytes.length - words * 4 + 1).find(
    (offset) => sumOf(bytes, offset, words) === 0,
  );
  if (at === undefined) return undefined;
  const what = `has its ${name} header at byte ${at}`;
  if (!isIn(loaded, at)) return `${what}, outside of all that is loaded; ${keepSection}`;
  if (at % step !== 0) {
    return `${what}, which is no multiple of ${step}; align it (.align ${step} in its section)`;
  }
  if (at < end) return undefined;
  return (
    `${what}, but loaders look for it in ${reach}; put its section first in the linker ` +
    "script, ahead of the code, and link with -n if the bytes before it are padding"
  );
}

function wrongSum(
  bytes: Buffer,
  protocol: Protocol,
  loaded: readonly LoadedBytes[],
): string | undefined {
  const { end, magic, name, step, sum, words } = protocol;
  const at = offsets(bytes, magic, step, end).find((offset) => isIn(loaded, offset));
  if (at === undefined) return undefined;
  const what = `has the magic of a ${name} header at byte ${at}`;
  if (at + words * 4 > bytes.length) return `${what}, but ends before the header does`;
  const rest = (2 ** 32 - sumOf(bytes, at, words - 1)) % 2 ** 32;
  return (
    `${what}, but ${sum} do not add up to 0; if that is meant to be the header, its checksum ` +
    `has to be 0x${rest.toString(16)}`
  );
}

function wrongMagic(bytes: Buffer, protocol: Protocol): string | undefined {
  const { answer, end, magic, name, step, words } = protocol;
  const at = offsets(bytes, answer, step, end).find(
    (offset) => offset + words * 4 <= bytes.length && sumOf(bytes, offset, words) === 0,
  );
  if (at === undefined) return undefined;
  const hexadecimal = (value: number) => `0x${value.toString(16)}`;
  return (
    `has at byte ${at} a ${name} header that begins with ${hexadecimal(answer)}, which is what ` +
    `a loader hands over; a header begins with ${hexadecimal(magic)}`
  );
}

/** The magic is a symbol's value, and stands nowhere else. */
function dropped(
  bytes: Buffer,
  { magic, name }: Protocol,
  loaded: readonly LoadedBytes[],
): string | undefined {
  const found = offsets(bytes, magic, 1, bytes.length);
  if (found.length === 0 || found.some((offset) => isIn(loaded, offset))) return undefined;
  return (
    `names the magic of a ${name} header, but has none in a loaded segment; was its section ` +
    `dropped? If so, ${keepSection}`
  );
}

function isIn(loaded: readonly LoadedBytes[], at: number): boolean {
  return loaded.some(({ offset, fileSizeBytes }) => at >= offset && at < offset + fileSizeBytes);
}

/**
 * Where QEMU's loader has its own things while it copies the kernel as one piece, gaps and all:
 * the memory map and the information that the kernel is handed (MULTIBOOT_STRUCT_ADDR), and the
 * ROMs, its own code among them (hw/i386/multiboot.c; pc-bios/optionrom/multiboot.S).
 */
const ownRanges = [
  [0x9000n, 0x9558n],
  [0xa_0000n, 0xf_0000n],
] as const;
const pageBytes = 4096n;

/**
 * Whether QEMU's own Multiboot loader would overwrite itself, or what it hands over. Modules count
 * for nothing here: they come behind a kernel, and a kernel that lies low has none in practice.
 */
export function overwritesLoader(start: bigint, end: bigint): boolean {
  const pages = ((end - start + pageBytes - 1n) / pageBytes) * pageBytes;
  // A page with command lines and such follows the kernel.
  const last = start + pages + pageBytes;
  return ownRanges.some(([first, behind]) => start < behind && first < last);
}

/** What a Multiboot kernel takes of memory, from its first byte to its last. */
export function spanOfMultiboot(
  header: MultibootHeader,
  parts: readonly ElfPart[],
  fileBytes: number,
): readonly [bigint, bigint] | undefined {
  if (header.hasAddresses) {
    if (header.loadsAt === undefined) return undefined;
    const { end, start } = header.loadsAt;
    return [BigInt(start), BigInt(end === 0 ? start + fileBytes : end)];
  }
  const [first] = parts;
  if (first === undefined) return undefined;
  let last = first.address;
  for (const { address, memorySizeBytes } of parts) {
    if (address + memorySizeBytes > last) last = address + memorySizeBytes;
  }
  return [first.address, last];
}
