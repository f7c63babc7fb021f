/**
 * Encodings in which a character beyond ASCII takes two bytes, and seldom more. What the pairs mean
 * is asked of `TextDecoder`, all at once. Where characters begin and end is decided here: Node's
 * own decoder throws at some bytes that come in pieces (euc-jp, gb18030).
 */
import type { Encoding } from "./encodings.ts";

export const badBytes = "\ufffd";

const newline = 0x0a;
/** First bytes of pairs, and second ones (Encoding Standard, 10 to 14). */
const leads = [0x81, 0xfe] as const;
const trails = [0x40, 0xfe] as const;

/** The characters of an encoding, by their bytes. */
export interface PairTable {
  readonly encoding: Encoding;
  /** Characters of one byte beyond ASCII. */
  readonly singles: ReadonlyMap<number, string>;
  /** Characters of two bytes; the first byte is the higher one. */
  readonly pairs: ReadonlyMap<number, string>;
}

const tables = new Map<Encoding, PairTable>();

export function pairTable(encoding: Encoding): PairTable {
  const known = tables.get(encoding);
  if (known !== undefined) return known;
  const singles = meanings(encoding, range(0x80, 0xff), (code) => [code]);
  const codes = pairCodes((lead) => !singles.has(lead));
  const pairs = meanings(encoding, codes, (code) => [code >> 8, code & 0xff]);
  const table = { encoding, singles, pairs };
  tables.set(encoding, table);
  return table;
}

/** What each of `codes` means, where it means anything: one after another, a line for each. */
export function meanings(
  encoding: Encoding,
  codes: readonly number[],
  bytesOf: (code: number) => readonly number[],
): Map<number, string> {
  const bytes = Uint8Array.from(codes.flatMap((code) => [...bytesOf(code), newline]));
  const lines = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes).split("\n");
  const found = new Map<number, string>();
  for (const [index, code] of codes.entries()) {
    const characters = lines[index] ?? badBytes;
    if (characters !== "" && !characters.includes(badBytes)) found.set(code, characters);
  }
  return found;
}

/**
 * Bytes of the character that begins at `at` and is no pair: three in euc-jp (JIS X 0212), four in
 * gb18030. `undefined`: there is no such character; `"unfinished"`: not all of it is there.
 */
export function longLength(
  { encoding }: PairTable,
  bytes: Uint8Array,
  at: number,
): number | "unfinished" | undefined {
  const shape = longShapes[encoding];
  if (shape === undefined) return undefined;
  for (const [index, [least, most]] of shape.entries()) {
    const byte = bytes[at + index];
    if (byte === undefined) return "unfinished";
    if (byte < least || byte > most) return undefined;
  }
  return shape.length;
}

type Range = readonly [least: number, most: number];

const gb18030: readonly Range[] = [leads, [0x30, 0x39], leads, [0x30, 0x39]];
/** By encoding: the bytes of such a character (Encoding Standard, 10.2.1 and 12.1.1). */
const longShapes: Readonly<Record<Encoding, readonly Range[]>> = {
  "euc-jp": [
    [0x8f, 0x8f],
    [0xa1, 0xfe],
    [0xa1, 0xfe],
  ],
  gb18030,
  // The same decoder by the standard; only an encoder would tell them apart.
  gbk: gb18030,
};

export function range(least: number, most: number): number[] {
  return Array.from({ length: most - least + 1 }, (_, index) => least + index);
}

function pairCodes(isLead: (byte: number) => boolean): number[] {
  const seconds = range(...trails).filter((trail) => trail !== 0x7f);
  return range(...leads)
    .filter(isLead)
    .flatMap((lead) => seconds.map((trail) => (lead << 8) | trail));
}
