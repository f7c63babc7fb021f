/**
 * The bytes of QMP: one JSON object a line in both directions. QEMU ends its lines with CRLF,
 * writes ASCII, and reads UTF-8 (QEMU documentation, docs/interop/qmp-spec, section "General
 * Definitions").
 */
import { isUtf8 } from "node:buffer";
import { QmpError } from "../evidence/index.ts";
import { excerpt } from "./excerpt.ts";

const LINE_FEED = 0x0a;
/** How much of a message an error carries that is not to be trusted with more. */
const BEGINNING_BYTES = 1_000;

/**
 * Cuts a stream of chunks into lines, wherever the chunks are split, also inside a UTF-8 sequence.
 * It holds at most one unfinished line, and no more than twice the limit of it.
 */
export class LineReader {
  readonly #limitBytes: number;
  /**
   * One buffer that grows, and not the chunks themselves: of a peer that sends single bytes, the
   * objects around those would be a hundred times what the limit says.
   */
  #held = Buffer.alloc(0);
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** What has come of the line that is not finished yet: its beginning, byte for byte. */
  get unfinished(): string {
    return this.#held.toString("latin1", 0, Math.min(this.#heldBytes, BEGINNING_BYTES));
  }

  /**
   * Yields each line that `chunk` completes, without its line end; blank lines are left out. Lines
   * before a bad one are yielded before it throws.
   *
   * @throws QmpError if a line exceeds the limit or is not UTF-8. The reader is of no use then.
   */
  *push(chunk: Buffer): Generator<string, void, undefined> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end === -1) break;
      const line = this.#complete(chunk.subarray(start, end)).trim();
      start = end + 1;
      if (line !== "") yield line;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /**
   * Says that the stream has ended.
   *
   * @throws QmpError if it ended in the middle of a line.
   */
  end(): void {
    const rest = this.#held.toString("utf8", 0, this.#heldBytes);
    if (rest.trim() === "") return;
    throw new QmpError(
      `QEMU closed the QMP connection in the middle of a message: ${excerpt(rest)}`,
      { received: rest },
    );
  }

  #complete(part: Buffer): string {
    if (this.#heldBytes === 0 && part.length <= this.#limitBytes) return decode(part);
    this.#hold(part);
    const bytes = this.#held.subarray(0, this.#heldBytes);
    this.#letGo();
    return decode(bytes);
  }

  #hold(part: Buffer): void {
    const neededBytes = this.#heldBytes + part.length;
    if (neededBytes > this.#limitBytes) this.#refuse(part);
    if (neededBytes > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(neededBytes, 2 * this.#held.length));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    part.copy(this.#held, this.#heldBytes);
    this.#heldBytes = neededBytes;
  }

  #refuse(part: Buffer): never {
    const rest = part.toString("latin1", 0, BEGINNING_BYTES);
    const beginning = `${this.unfinished}${rest}`.slice(0, BEGINNING_BYTES);
    this.#letGo();
    throw new QmpError(
      `QEMU sent a message of more than ${this.#limitBytes} bytes` +
        ` (the limit messageSizeBytes): ${excerpt(beginning)}`,
      { received: beginning },
    );
  }

  #letGo(): void {
    this.#held = Buffer.alloc(0);
    this.#heldBytes = 0;
  }
}

function decode(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const visible = bytes.toString("latin1");
  throw new QmpError(`QEMU sent a line that is not UTF-8: ${excerpt(visible)}`, {
    received: visible,
  });
}

// TypeScript does not know these two yet; V8 has them since version 11.4 (Node 21).
type ReviverWithSource = (key: string, value: unknown, context: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: ReviverWithSource) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/**
 * Parses one line. An integer that a `number` cannot hold exactly (QMP has 64-bit ones) becomes a
 * `bigint`; all others are numbers.
 *
 * @throws QmpError if it is not JSON.
 */
export function parseLine(line: string): unknown {
  try {
    // Looking at each value's source is slow, and needed only where there are 16 digits in a row.
    return /\d{16}/.test(line) ? parseWithSource(line, keepInteger) : JSON.parse(line);
  } catch (error) {
    throw new QmpError(
      `QEMU sent a line that is not JSON: ${excerpt(line)}`,
      { received: line },
      { cause: error },
    );
  }
}

/** One less than what QEMU refuses to parse (`MAX_NESTING` in QEMU's qobject/json-streamer.c). */
const DEEPEST_NESTING = 1_023;

/**
 * Writes a request as JSON, without a line end. A `bigint` becomes an integer.
 *
 * @throws TypeError if it holds what JSON cannot (a cycle, NaN, an infinity), or is nested deeper
 * than QEMU reads: it would answer that with one error for each of the brackets that follow.
 */
export function encodeRequest(request: unknown): string {
  const line = JSON.stringify(request, (key, value: unknown) => {
    if (typeof value === "bigint") return rawJSON(String(value));
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new TypeError(`"${key}" is ${value}, which JSON cannot hold`);
    }
    return value;
  });
  if (line.length > 2 * DEEPEST_NESTING && depthOf(line) > DEEPEST_NESTING) {
    throw new TypeError(`it is nested more than ${DEEPEST_NESTING} deep, which QEMU does not read`);
  }
  return line;
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function keepInteger(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context.source ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
