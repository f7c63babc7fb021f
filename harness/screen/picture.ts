/** Pictures of a screen: pixels, PNG, and what QEMU writes. Pure. */
import { createRequire } from "node:module";
import { BringupError } from "../evidence/index.ts";
import { withNote } from "./png-note.ts";

/** Pixels, four bytes each: red, green, blue, opacity. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A picture of the screen, on disk as well. */
export interface Capture extends Picture {
  /** As a PNG file. */
  readonly png: Buffer;
  /** Where that is, among the machine's evidence. */
  readonly path: string;
}

/** Sides of the largest picture that is taken: what QEMU's adapters can show is smaller. */
const longestSide = 16_384;

/** It is CommonJS, and nobody who looks at no picture shall wait for it. */
const load = createRequire(import.meta.url);

/** Reads a portable pixmap in binary (netpbm, ppm(5)): 8 bits a channel, as QEMU writes it. */
export function parsePixmap(bytes: Uint8Array): Picture {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64));
  const match = /^P6\s(\d{1,5})\s(\d{1,5})\s255\s/.exec(head.toString("latin1"));
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const start = match?.[0].length ?? 0;
  const isWhole = bytes.length >= start + width * height * 3;
  if (match === null || width > longestSide || height > longestSide || !isWhole) {
    throw new BringupError(
      "QEMU wrote no picture of the screen: look at stderr.log of the machine",
    );
  }
  const pixels = new Uint8Array(width * height * 4);
  for (let from = start, to = 0; to < pixels.length; from += 3, to += 4) {
    pixels[to] = bytes[from] as number;
    pixels[to + 1] = bytes[from + 1] as number;
    pixels[to + 2] = bytes[from + 2] as number;
    pixels[to + 3] = 0xff;
  }
  return { width, height, pixels };
}

/** The picture as a PNG file. @param note is kept in the file, where nobody sees it. */
export function encodePng({ height, pixels, width }: Picture, note?: string): Buffer {
  const { PNG } = load("pngjs") as typeof import("pngjs");
  const png = new PNG({ width, height });
  png.data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const file = PNG.sync.write(png, { colorType: 2 });
  return note === undefined ? file : withNote(file, note);
}

/** @throws `Error` of the library if the file is no PNG. */
export function decodePng(file: Buffer): Picture {
  const { PNG } = load("pngjs") as typeof import("pngjs");
  const { data, height, width } = PNG.sync.read(file);
  return { width, height, pixels: new Uint8Array(data) };
}

/** A part of a screen, in pixels from its left upper corner. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Whether two pictures are the same, pixel by pixel. */
export function isSamePicture(one: Picture, other: Picture): boolean {
  return (
    one.width === other.width &&
    one.height === other.height &&
    Buffer.compare(one.pixels, other.pixels) === 0
  );
}
