/** Bytes → characters. The characters do not depend on how the bytes were cut into chunks. */
import { TextDecoder } from "node:util";
import { type Encoding, type EncodingKind, kindOf } from "./encodings.ts";
import { badBytes, longLength, type PairTable, pairTable } from "./pair-table.ts";
import { unfinishedLength } from "./utf8.ts";

/** Incremental decoder. What is no text in the encoding becomes U+FFFD. */
export class CharacterDecoder {
  readonly kind: EncodingKind;
  readonly #decoder: TextDecoder;
  readonly #pairs: PairTable | undefined;
  /** The beginning of a character. */
  #unfinished: Uint8Array = new Uint8Array();

  constructor(encoding: Encoding) {
    this.kind = kindOf(encoding);
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true });
    if (this.kind === "multi-byte") this.#pairs = pairTable(encoding);
  }

  /** Whether bytes of ASCII that come now are characters of ASCII. */
  get isBetween(): boolean {
    return this.#unfinished.length === 0 && this.kind !== "utf-16";
  }

  /** The characters that `bytes` complete; the beginning of one more is held back. */
  write(bytes: Uint8Array): string {
    const isWhole = this.#unfinished.length === 0;
    const all = isWhole ? bytes : Buffer.concat([this.#unfinished, bytes]);
    if (this.#pairs !== undefined) return this.#writePairs(all, this.#pairs, false);
    const length = all.length - this.#unfinishedLength(all);
    this.#keep(all, length);
    return this.#decoder.decode(all.subarray(0, length));
  }

  /** No more bytes come: what is held back is no character. */
  end(): string {
    const rest = this.#unfinished;
    this.#unfinished = new Uint8Array();
    if (this.#pairs !== undefined) return this.#writePairs(rest, this.#pairs, true);
    return this.#decoder.decode(rest);
  }

  #unfinishedLength(bytes: Uint8Array): number {
    if (this.kind === "utf-8") return unfinishedLength(bytes);
    if (this.kind === "single-byte") return 0;
    const odd = bytes.length % 2;
    const high = bytes.length - odd - (this.#decoder.encoding === "utf-16le" ? 1 : 2);
    // The first half of a surrogate pair (Unicode, 3.8) waits for the second.
    return odd + (((bytes[high] ?? 0) & 0xfc) === 0xd8 ? 2 : 0);
  }

  #writePairs(bytes: Uint8Array, table: PairTable, isEnd: boolean): string {
    let text = "";
    let at = 0;
    while (at < bytes.length) {
      const first = bytes[at] as number;
      if (first < 0x80) {
        const from = at;
        while (at < bytes.length && (bytes[at] as number) < 0x80) at += 1;
        text += Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from).toString("latin1");
        continue;
      }
      const [character, length] = this.#characterAt(bytes, at, table);
      if (length === 0 && !isEnd) break;
      text += character;
      at += length || 1;
    }
    this.#keep(bytes, at);
    return text;
  }

  /** Bad bytes never take ASCII along. @returns a length of 0 where more has to come first. */
  #characterAt(
    bytes: Uint8Array,
    at: number,
    table: PairTable,
  ): [character: string, length: number] {
    const [first, second] = [bytes[at] as number, bytes[at + 1]];
    const single = table.singles.get(first);
    if (single !== undefined) return [single, 1];
    const long = longLength(table, bytes, at);
    if (long === "unfinished" || second === undefined) return [badBytes, 0];
    if (long !== undefined) return [this.#decoder.decode(bytes.subarray(at, at + long)), long];
    const pair = table.pairs.get((first << 8) | second);
    if (pair !== undefined) return [pair, 2];
    return [badBytes, second < 0x80 ? 1 : 2];
  }

  /** A copy, because the bytes are only lent. */
  #keep(bytes: Uint8Array, from: number): void {
    this.#unfinished = Uint8Array.from(bytes.subarray(from));
  }
}
