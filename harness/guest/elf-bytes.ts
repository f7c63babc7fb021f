/** Bounded reading of a file or a buffer, for the parsers of binary formats. */
import type { FileHandle } from "node:fs/promises";
import { BringupError } from "../evidence/index.ts";

/** An ELF file that is truncated, or says what cannot be. The file is closed, nothing is kept. */
export class ElfError extends BringupError {}

/** Something with a size that can be read at any place. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * Reads exactly `lengthBytes` at `offsetBytes`. `what` names the part for the message. Throws
   * `ElfError` when the source ends before; nothing is allocated then.
   */
  read(offsetBytes: bigint | number, lengthBytes: number, what: string): Promise<Buffer>;
}

/** A `ByteSource` over bytes in memory. */
export function bufferSource(buffer: Buffer): ByteSource {
  return {
    sizeBytes: buffer.length,
    async read(offsetBytes, lengthBytes, what) {
      const start = startWithin(buffer.length, offsetBytes, lengthBytes, what);
      return buffer.subarray(start, start + lengthBytes);
    },
  };
}

/** A `ByteSource` over an open file of a known size; the caller closes the handle. */
export function fileSource(handle: FileHandle, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    async read(offsetBytes, lengthBytes, what) {
      const start = startWithin(sizeBytes, offsetBytes, lengthBytes, what);
      const buffer = Buffer.alloc(lengthBytes);
      let filledBytes = 0;
      while (filledBytes < lengthBytes) {
        const { bytesRead } = await handle.read(
          buffer,
          filledBytes,
          lengthBytes - filledBytes,
          start + filledBytes,
        );
        if (bytesRead === 0)
          throw new ElfError(`${what} is missing: the file shrank while it was read`);
        filledBytes += bytesRead;
      }
      return buffer;
    },
  };
}

/** The limit of one read, so that no claim of a header decides how much is allocated. */
const readLimitBytes = 64 * 1024 * 1024;

function startWithin(
  sizeBytes: number,
  offsetBytes: bigint | number,
  lengthBytes: number,
  what: string,
): number {
  const end = BigInt(offsetBytes) + BigInt(lengthBytes);
  if (end > BigInt(sizeBytes)) {
    throw new ElfError(`${what} should end at byte ${end}, but the file ends at byte ${sizeBytes}`);
  }
  if (lengthBytes > readLimitBytes) {
    throw new ElfError(
      `${what} has ${lengthBytes} bytes, more than the limit of ${readLimitBytes}`,
    );
  }
  return Number(offsetBytes);
}

/** Reads the fields of one structure in the file's own byte order and word size. */
export class FieldReader {
  readonly #buffer: Buffer;
  readonly #little: boolean;
  readonly #wide: boolean;

  constructor(buffer: Buffer, format: { bits: 32 | 64; endian: "little" | "big" }) {
    this.#buffer = buffer;
    this.#little = format.endian === "little";
    this.#wide = format.bits === 64;
  }

  half(offset: number): number {
    return this.#little ? this.#buffer.readUInt16LE(offset) : this.#buffer.readUInt16BE(offset);
  }

  word(offset: number): number {
    return this.#little ? this.#buffer.readUInt32LE(offset) : this.#buffer.readUInt32BE(offset);
  }

  /** A field that is as wide as an address, at the first offset in 32-bit files. */
  native(offset32: number, offset64: number): bigint {
    if (!this.#wide) return BigInt(this.word(offset32));
    return this.#little
      ? this.#buffer.readBigUInt64LE(offset64)
      : this.#buffer.readBigUInt64BE(offset64);
  }

  /** A 32-bit field whose place depends on the class of the file. */
  wordAt(offset32: number, offset64: number): number {
    return this.word(this.#wide ? offset64 : offset32);
  }

  /** A 16-bit field whose place depends on the class of the file. */
  halfAt(offset32: number, offset64: number): number {
    return this.half(this.#wide ? offset64 : offset32);
  }
}
