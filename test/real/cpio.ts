/** An initial RAM disk: files in the "newc" format of cpio (Linux, buffer-format.rst). */

/** A file, a directory (without content) or a symbolic link (mode 0o120777, its target). */
export interface CpioEntry {
  readonly path: string;
  /** File type and permissions, as in stat(2). */
  readonly mode: number;
  readonly content?: Uint8Array | string;
}

const magic = "070701";
const trailer = { path: "TRAILER!!!", mode: 0 };

/** The archive; directories have to come before what is in them. */
export function makeCpio(entries: readonly CpioEntry[]): Buffer {
  return Buffer.concat([...entries, trailer].map(encode));
}

function encode({ content = "", mode, path }: CpioEntry, index: number): Buffer {
  const bytes = Buffer.from(content as string);
  const name = Buffer.from(`${path}\0`);
  const fields = [index + 1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
  const head = magic + fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  return Buffer.concat([padded(Buffer.concat([Buffer.from(head), name])), padded(bytes)]);
}

/** Everything begins at a multiple of four. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
