/** Text memory, key tables and pictures, without a machine. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BringupError } from "../../harness/evidence/index.ts";
import { comparePictures, decodePng, encodePng, type Picture } from "../../harness/screen/index.ts";
import { keyNamed, keyStrokeOf } from "../../harness/screen/keyboard-layouts.ts";
import { parsePixmap } from "../../harness/screen/picture.ts";
import { readTextScreen, textLayoutOf } from "../../harness/screen/vga-text.ts";

const noBiosData = new Uint8Array(256);

function biosData(columns: number, rows: number, startBytes = 0): Uint8Array {
  const data = new Uint8Array(256);
  const view = new DataView(data.buffer);
  view.setUint16(0x4a, columns, true);
  view.setUint8(0x84, rows - 1);
  view.setUint16(0x4e, startBytes, true);
  return data;
}

describe("text memory", () => {
  test.each<[string, Uint8Array, object | undefined]>([
    ["720x400", noBiosData, { columns: 80, rows: 25, startBytes: 0 }],
    ["720x400", biosData(80, 50), { columns: 80, rows: 50, startBytes: 0 }],
    ["720x400", biosData(80, 25, 4000), { columns: 80, rows: 25, startBytes: 4000 }],
    ["720x400", biosData(80, 25, 0xfff0), { columns: 80, rows: 25, startBytes: 0 }],
    ["720x400", biosData(17, 99), { columns: 80, rows: 25, startBytes: 0 }],
    ["360x400", noBiosData, { columns: 40, rows: 25, startBytes: 0 }],
    ["1024x768", biosData(80, 25), undefined],
    ["320x200", biosData(80, 25), undefined],
  ])("%s", (size, data, layout) => {
    const [width = 0, height = 0] = size.split("x").map(Number);
    expect(textLayoutOf({ width, height }, data)).toEqual(layout);
  });

  test("has a character for every code, and colours as they are set", () => {
    const memory = Uint8Array.from({ length: 512 }, (_, at) => (at % 2 === 0 ? at / 2 : 0x9e));
    const { cells, rows } = readTextScreen(memory, { columns: 16, rows: 16, startBytes: 0 });
    expect(rows.join("")).toHaveLength(256);
    expect(new Set(rows.join("")).size).toBeGreaterThanOrEqual(254);
    expect([rows[0], rows[4], rows[14]]).toEqual([
      " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼",
      "@ABCDEFGHIJKLMNO",
      "αßΓπΣσµτΦΘΩδ∞φε∩",
    ]);
    expect(cells[0]?.[0]).toEqual({ character: " ", foreground: 14, background: 1, blink: true });
  });
});

describe("keys", () => {
  test("every printable ASCII character can be typed on both layouts, by one stroke each", () => {
    for (const layout of ["us", "jp"] as const) {
      const strokes = Array.from({ length: 95 }, (_, index) =>
        keyStrokeOf(String.fromCharCode(32 + index), layout),
      );
      expect(strokes).not.toContain(undefined);
      expect(new Set(strokes.map((stroke) => JSON.stringify(stroke))).size).toBe(95);
    }
  });

  test.each([
    ["us", '"', { key: "apostrophe", shift: true }],
    ["jp", '"', { key: "2", shift: true }],
    ["jp", "_", { key: "ro", shift: true }],
    ["jp", "¥", { key: "yen", shift: false }],
    ["us", "¥", undefined],
    ["us", "\n", { key: "ret", shift: false }],
  ] as const)("%s %j", (layout, character, stroke) => {
    expect(keyStrokeOf(character, layout)).toEqual(stroke);
  });

  test("have the names that people use", () => {
    const names = ["Enter", "Control", "del", "PageUp", "f12", "A", "win", "nothing"];
    expect(names.map(keyNamed)).toEqual([
      ...["ret", "ctrl", "delete", "pgup", "f12", "a", "meta_l", undefined],
    ]);
  });
});

describe("pictures", () => {
  const picture = (width: number, height: number, value: number): Picture => {
    const pixels = new Uint8Array(width * height * 4).fill(value);
    for (let at = 3; at < pixels.length; at += 4) pixels[at] = 0xff;
    return { width, height, pixels };
  };

  test("survive PNG, and come from QEMU's pixmaps", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.nat(255)),
        (width, height, values) => {
          const bytes = Uint8Array.from({ length: width * height * 3 }, () => values.next().value);
          const head = Buffer.from(`P6\n${width} ${height}\n255\n`);
          const parsed = parsePixmap(Buffer.concat([head, bytes]));
          expect(decodePng(encodePng(parsed))).toEqual(parsed);
          expect(Buffer.from(parsed.pixels.filter((_, at) => at % 4 !== 3))).toEqual(
            Buffer.from(bytes),
          );
        },
      ),
    );
  });

  test.each(["", "P6\n2 2\n255\nabc", "P5\n1 1\n255\na", "P6\n99999 1\n255\n"])(
    "%j is none",
    (text) => {
      expect(() => parsePixmap(Buffer.from(text))).toThrow(BringupError);
    },
  );

  test("are alike, differ by so many pixels, or have another size", () => {
    const [black, white] = [picture(4, 4, 0), picture(4, 4, 255)];
    expect(comparePictures(black, black)).toMatchObject({ isAlike: true });
    expect(comparePictures(black, white)).toMatchObject({
      isAlike: false,
      seen: "16 of 16 pixels differ",
    });
    const mask = [{ left: -1, top: 0, width: 3, height: 99 }];
    expect(comparePictures(black, white, { mask, maxDifferentPixels: 7 })).toMatchObject({
      isAlike: false,
      seen: "8 of 16 pixels differ, and 7 may",
    });
    expect(comparePictures(black, white, { mask, maxDifferentPixels: 8 }).isAlike).toBe(true);
    expect(comparePictures(black, picture(4, 5, 0)).seen).toBe(
      "the screen is 4 × 5 pixels, and the baseline 4 × 4",
    );
  });
});
