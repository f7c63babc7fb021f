/** The encodings that a guest's text can have, by the names that `TextDecoder` knows. */
import { inspect } from "node:util";
import { SpecError } from "../../evidence/index.ts";
import { nearestName } from "../../qmp/index.ts";

/** The names of the Encoding Standard (4.2, "Names and labels") whose meaning is fixed. */
const names = [
  ...["utf-8", "utf-16le", "utf-16be", "ibm866", "koi8-r", "koi8-u", "macintosh"],
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
  ...[1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258].map((page) => `windows-${page}`),
  ...["windows-874", "x-mac-cyrillic"],
  ...["shift_jis", "euc-jp", "gbk", "gb18030", "big5", "euc-kr"],
  // Labels that people know better than the name behind them.
  ...["latin1", "iso-8859-1", "ascii", "sjis", "cp866", "cp1251", "cp1252"],
] as const;

/** Those whose characters may take several bytes, and have ASCII in one byte. */
const multiByte = ["shift_jis", "euc-jp", "gbk", "gb18030", "big5", "euc-kr"];

/** How the bytes of an encoding become characters. */
export type EncodingKind = "utf-8" | "utf-16" | "multi-byte" | "single-byte";

/** A checked name: as `TextDecoder` spells it. */
export type Encoding = string;

/**
 * @param field that named the encoding, for the error.
 * @returns the encoding's own name: "shift_jis" for "sjis".
 * @throws `SpecError` for what is no encoding, with the name that was probably meant.
 */
export function checkEncoding(field: string, value: unknown): Encoding {
  if (typeof value !== "string") {
    throw new SpecError(field, `takes the name of an encoding, not ${inspect(value)}`);
  }
  const name = decoderName(value);
  if (name === undefined) {
    const plain = new Map(names.map((known) => [plainly(known), known]));
    const nearest = plain.get(nearestName(plainly(value), [...plain.keys()]) ?? "");
    const meant = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
    const takes = 'it takes a name that TextDecoder knows, such as "shift_jis" or "windows-1252"';
    throw new SpecError(
      field,
      `got ${inspect(value)}, which is no encoding here${meant} (${takes})`,
    );
  }
  if (name === "iso-2022-jp") {
    const why = "its characters begin with escape sequences, which no terminal would tell apart";
    throw new SpecError(field, `cannot be ${inspect(value)}: ${why}; take "euc-jp" or "shift_jis"`);
  }
  return name;
}

/** Without what people leave out or put in. */
function plainly(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, "");
}

function decoderName(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

export function kindOf(encoding: Encoding): EncodingKind {
  if (encoding === "utf-8") return "utf-8";
  if (encoding.startsWith("utf-16")) return "utf-16";
  return multiByte.includes(encoding) ? "multi-byte" : "single-byte";
}
