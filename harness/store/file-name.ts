/**
 * Text that a person wrote → a part of a file name that can still be read. Pure. What a file may be
 * called differs: a name of these can be had on Linux, macOS and Windows, where artifacts end up.
 */
import { createHash } from "node:crypto";

/** Bytes of a file's name on every file system in common use (`NAME_MAX`). */
export const longestFileNameBytes = 255;
const hashDigits = 8;

/** Devices of DOS, which Windows finds under these names with any extension (Naming Files). */
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/i;

/**
 * Letters, digits and marks of all scripts, `.`, `_` and `-` stay; what lies between becomes one
 * `-`. A name begins with neither `.` nor `-`. It is empty where there is nothing to read, and
 * different texts may have one name.
 */
export function readableName(text: string): string {
  // One of the ways to compose a character: file systems differ in which one they keep.
  return text
    .normalize("NFC")
    .replaceAll(/(?:[^\p{L}\p{M}\p{N}._-]|\p{Default_Ignorable_Code_Point})+/gu, "-")
    .replace(/^[.\p{M}-]+/u, "");
}

/** A name that is no device of DOS. */
export function portableName(name: string): string {
  return deviceName.test(name) ? `_${name}` : name;
}

/** The beginning of a name that takes at most so many bytes, in whole characters. */
export function cutName(name: string, mostBytes: number): string {
  let end = 0;
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter("und").segment(name)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > mostBytes) break;
    end += segment.length;
  }
  return name.slice(0, end);
}

/** The same for all names that some file system takes for one: it may ignore case. */
export function foldedName(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase();
}

/** A name of its own for a text whose readable one is taken, or says too little. */
export function hashedName(text: string, mostBytes: number): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, hashDigits);
  const readable = portableName(readableName(text));
  return readable === "" ? hash : `${cutName(readable, mostBytes - hashDigits - 1)}-${hash}`;
}
