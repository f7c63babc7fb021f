/**
 * A note inside a PNG file, which every reader of pictures passes over: international text with a
 * keyword of ours (W3C, Portable Network Graphics, 11.3.3.4). Pure.
 */
import { crc32 } from "node:zlib";

const keyword = "bringup";
/** Signature, and the chunk with the size, which has to be the first. */
const headBytes = 8 + 25;
/** Of a chunk, around its data: length and type before it, a checksum after it. */
const lengthBytes = 4;
const frameBytes = 12;

/** The file with that note in it. @param png a whole PNG file without one. */
export function withNote(png: Buffer, note: string): Buffer {
  // After the keyword: not compressed, in no language, and the keyword in no other one.
  const data = Buffer.from(`iTXt${keyword}\0\0\0\0\0${note}`);
  const chunk = Buffer.alloc(data.length + 2 * lengthBytes);
  chunk.writeUInt32BE(data.length - lengthBytes);
  data.copy(chunk, lengthBytes);
  chunk.writeUInt32BE(crc32(data), lengthBytes + data.length);
  return Buffer.concat([png.subarray(0, headBytes), chunk, png.subarray(headBytes)]);
}

/** The note in a file, or `undefined` where it has none, or is no PNG file. */
export function noteOf(png: Buffer): string | undefined {
  const start = `iTXt${keyword}\0\0\0\0\0`;
  for (let at = headBytes; at + frameBytes <= png.length; ) {
    const end = at + frameBytes + png.readUInt32BE(at);
    const body = png.subarray(at + lengthBytes, end - lengthBytes);
    const known = body.subarray(0, start.length).toString("latin1");
    if (known === start && end <= png.length) return body.subarray(start.length).toString("utf8");
    at = end;
  }
  return undefined;
}
