/** Where a text screen begins, by its picture: without a machine, with a font made up for it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crtStateOf, cursorArea } from "../../harness/screen/crt-controller.ts";
import { findTextStart, fontMemoryBytes } from "../../harness/screen/text-start.ts";
import { isBlankBeyond } from "../../harness/screen/vga-text.ts";

const layout = { columns: 10, rows: 4, startBytes: 0 };
const cells = layout.columns * layout.rows;
const [width, height] = [9 * layout.columns, 16 * layout.rows];
const memoryCells = 512;
const blank = 0x0720;

/** Every character has lines of its own, but for blanks. */
const videoMemory = new Uint8Array(fontMemoryBytes);
for (let code = 0; code < 256; code += 1) {
  const isBlank = [0, 0x20, 0xff].includes(code);
  for (let line = 2; line < 12; line += 1) {
    videoMemory[(code * 32 + line) * 4 + 2] = isBlank ? 0 : code ^ (line * 17);
  }
}
// A block, as a cursor is one.
for (let line = 0; line < 16; line += 1) videoMemory[(0xdb * 32 + line) * 4 + 2] = 0xff;

interface Drawn {
  readonly start: number;
  readonly cursor?: number | undefined;
}

/** Text memory as QEMU draws it. */
function draw(words: Uint16Array, { cursor, start }: Drawn) {
  const pixels = new Uint8Array(width * height * 4);
  const colours = new Uint32Array(pixels.buffer);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const cell = Math.floor(y / 16) * layout.columns + Math.floor(x / 9);
    const word = words[start + cell] as number;
    const bits = videoMemory[((word & 0xff) * 32 + (y % 16)) * 4 + 2] as number;
    const isGlyph = x % 9 < 8 && ((bits >> (7 - (x % 9))) & 1) === 1;
    const isSet = isGlyph || (cell === cursor && y % 16 >= 13);
    colours[at] = 0xff000000 | ((isSet ? (word >> 8) & 15 : word >> 12) * 0x010203);
  }
  return { width, height, pixels };
}

function find(words: Uint16Array, drawn: Drawn, startBytes = 0): number | undefined {
  const memory = new Uint8Array(words.buffer);
  const sight = { picture: draw(words, drawn), layout: { ...layout, startBytes } };
  return findTextStart({ ...sight, memory, videoMemory });
}

function written(texts: Readonly<Record<number, string>>): Uint16Array {
  const words = new Uint16Array(memoryCells).fill(blank);
  for (const [at, text] of Object.entries(texts)) {
    for (const [index, character] of [...text].entries()) {
      words[Number(at) + index] = 0x0700 | character.charCodeAt(0);
    }
  }
  return words;
}
const textAt = (words: Uint16Array, start: number) =>
  Array.from(words.subarray(start, start + cells), (word) =>
    [0, 0xff].includes(word & 0xff) ? 0x20 : word & 0xff,
  );

describe("the start of a text screen", () => {
  test("is one that has the text that is shown, whatever else is in memory, or unknown", () => {
    const word = fc.constantFrom(blank, blank, blank, 0x0741, 0x0742, 0x1e41, 0x7041, 0x07db, 0);
    const memory = fc.array(word, { minLength: memoryCells, maxLength: memoryCells });
    const start = fc.nat(memoryCells - cells);
    fc.assert(
      fc.property(memory, start, fc.option(fc.nat(cells - 1)), (values, at, cursor) => {
        const words = Uint16Array.from(values);
        const found = find(words, { start: at, cursor: cursor ?? undefined });
        if (cursor === null) expect(found).toBeDefined();
        if (found === undefined) return;
        expect(textAt(words, found / 2)).toEqual(textAt(words, at));
      }),
    );
  });

  test("is found with a cursor, and without", () => {
    const words = written({ 0: "first", 200: "second", 231: "> " });
    expect(find(words, { start: 200 })).toBe(400);
    expect(find(words, { start: 200, cursor: 33 })).toBe(400);
    expect(find(words, { start: 0, cursor: 7 })).toBe(0);
    expect(textAt(words, (find(words, { start: 60 }) ?? 0) / 2)).toEqual(textAt(words, 60));
  });

  test("is in doubt where a block may be the cursor", () => {
    const words = written({ 0: "load", 100: "load" });
    const shown = words.slice();
    // What is drawn is in memory no more: two places differ from it by one cell, each by another.
    shown[100] = 0x07db;
    words[100] = blank;
    const picture = draw(shown, { start: 100 });
    expect(find(shown, { start: 100 })).toBe(200);
    const memory = new Uint8Array(words.buffer);
    expect(findTextStart({ picture, layout, memory, videoMemory })).toBeUndefined();
  });

  test("is unknown where nothing fits", () => {
    const words = written({ 0: "old", 100: "older" });
    const picture = draw(written({ 0: "new" }), { start: 0 });
    const memory = new Uint8Array(words.buffer);
    expect(findTextStart({ picture, layout, memory, videoMemory })).toBeUndefined();
    // One colour for all: nobody can read it.
    const dark = { ...picture, pixels: new Uint8Array(width * height * 4).fill(0xff) };
    words.fill(0x0741);
    expect(findTextStart({ picture: dark, layout, memory, videoMemory })).toBeUndefined();
  });

  test("is the noted one where memory holds but one screen", () => {
    const bytes = (words: Uint16Array) => new Uint8Array(words.buffer);
    expect(isBlankBeyond(bytes(written({ 3: "text" })), layout)).toBe(true);
    expect(isBlankBeyond(bytes(written({ 40: "x" })), layout)).toBe(false);
    expect(isBlankBeyond(bytes(written({ 40: "x" })), { ...layout, startBytes: 80 })).toBe(true);
    const twoColours = written({});
    twoColours[100] = 0x1e20;
    expect(isBlankBeyond(bytes(twoColours), layout)).toBe(false);
    twoColours[100] = 0;
    expect(isBlankBeyond(bytes(twoColours), layout)).toBe(true);
  });
});

describe("the registers of the CRT controller", () => {
  const size = { width, height };
  const area = (...values: number[]) => cursorArea(crtStateOf(values), layout, size);

  test.each<[string, number[], object | undefined]>([
    ["in the second row", [13, 14, 1, 0, 1, 11], { left: 9, top: 29, width: 9, height: 2 }],
    ["a block", [0, 31, 0, 0, 0, 0], { left: 0, top: 0, width: 9, height: 16 }],
    ["switched off", [0x2d, 14, 0, 0, 0, 0], undefined],
    ["of no lines", [14, 13, 0, 0, 0, 0], undefined],
    ["below its cell", [20, 21, 0, 0, 0, 0], undefined],
    ["before the screen", [13, 14, 1, 0, 0, 255], undefined],
    ["behind the screen", [13, 14, 0, 0, 0, 40], undefined],
  ])("a cursor: %s", (_, values, expected) => {
    expect(area(...values)).toEqual(expected);
  });
});
