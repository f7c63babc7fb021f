/** Characters → bytes. Node encodes UTF-8 only: for the rest the decoder is read backwards. */
import { SpecError } from "../../evidence/index.ts";
import { type Encoding, kindOf } from "./encodings.ts";
import { meanings, pairTable, range } from "./pair-table.ts";

/** Pointers of gb18030's four bytes that lie in the first plane (Encoding Standard, 10.2.1). */
const gb18030FirstPlane = 39_419;
/** The pointer of U+10000. */
const gb18030Astral = 189_000;
/** Pairs below this lead byte are additions that other makers of Big5 do not know. */
const big5Lead = 0xa1;

type ByteTable = ReadonlyMap<string, readonly number[]>;

const tables = new Map<Encoding, ByteTable>();

/**
 * @param field what the text is, for the error.
 * @throws `SpecError` for a character that the encoding does not have. Nothing is encoded then.
 */
export function encodeText(field: string, text: string, encoding: Encoding): Uint8Array {
  const kind = kindOf(encoding);
  if (kind === "utf-8") return new TextEncoder().encode(text);
  if (kind === "utf-16") {
    const bytes = Buffer.from(text.toWellFormed(), "utf16le");
    return encoding === "utf-16le" ? bytes : bytes.swap16();
  }
  const bytes: number[] = [];
  for (const character of text) bytes.push(...bytesOf(field, character, encoding));
  return Uint8Array.from(bytes);
}

function bytesOf(field: string, character: string, encoding: Encoding): readonly number[] {
  const point = character.codePointAt(0) as number;
  if (point < 0x80) return [point];
  const bytes = byteTable(encoding).get(character);
  if (bytes !== undefined) return bytes;
  if (encoding === "gb18030" && point > 0xffff) {
    return gb18030Bytes(gb18030Astral + point - 0x10000);
  }
  const name = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  const message = `has ${JSON.stringify(character)} (${name}), which ${encoding} has no bytes for`;
  throw new SpecError(field, `${message}: send bytes, or name another encoding for the port`);
}

function byteTable(encoding: Encoding): ByteTable {
  const known = tables.get(encoding);
  if (known !== undefined) return known;
  const table = new Map<string, readonly number[]>();
  // The first way to write a character is the usual one.
  for (const [character, bytes] of ways(encoding)) {
    if (!table.has(character)) table.set(character, bytes);
  }
  tables.set(encoding, table);
  return table;
}

function* ways(encoding: Encoding): Generator<[character: string, bytes: readonly number[]]> {
  if (kindOf(encoding) === "single-byte") {
    const singles = meanings(encoding, range(0x80, 0xff), (code) => [code]);
    for (const [code, character] of singles) yield [character, [code]];
    return;
  }
  const { pairs, singles } = pairTable(encoding);
  for (const [code, character] of singles) yield [character, [code]];
  const inPairs = [...pairs].map(([code, character]) => {
    return [character, [code >> 8, code & 0xff]] as [string, number[]];
  });
  const isLate = ([, [lead = 0]]: [string, number[]]) => encoding === "big5" && lead < big5Lead;
  yield* inPairs.filter((way) => !isLate(way));
  yield* inPairs.filter(isLate);
  const longer = longWays(encoding);
  for (const [code, character] of meanings(encoding, longer.codes, longer.bytesOf)) {
    yield [character, longer.bytesOf(code)];
  }
}

function longWays(encoding: Encoding) {
  if (encoding === "gb18030") return { codes: range(0, gb18030FirstPlane), bytesOf: gb18030Bytes };
  const rows = range(0xa1, 0xfe);
  const codes = rows.flatMap((row) => rows.map((cell) => (row << 8) | cell));
  const bytesOf = (code: number) => [0x8f, code >> 8, code & 0xff];
  return { codes: encoding === "euc-jp" ? codes : [], bytesOf };
}

function gb18030Bytes(pointer: number): number[] {
  const digit = (step: number, most: number) => Math.floor(pointer / step) % most;
  return [
    0x81 + digit(12_600, 126),
    0x30 + digit(1_260, 10),
    0x81 + digit(10, 126),
    0x30 + digit(1, 10),
  ];
}
