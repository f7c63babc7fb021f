import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CharacterDecoder,
  checkEncoding,
  encodeText,
} from "../../../harness/serial/characters/index.ts";
import { chunksOf, patient, portOf, runs } from "../ports.ts";

const encodings = [
  ...["utf-8", "utf-16le", "utf-16be", "shift_jis", "euc-jp", "gbk", "gb18030", "big5", "euc-kr"],
  ...["ibm866", "koi8-r", "windows-1252", "windows-874", "iso-8859-2", "macintosh"],
];

function decode(encoding: string, chunks: readonly Uint8Array[]): string {
  const decoder = new CharacterDecoder(encoding);
  return chunks.map((chunk) => decoder.write(chunk)).join("") + decoder.end();
}

describe("the name of an encoding", () => {
  test.each([
    ["sjis", "shift_jis"],
    ["Shift-JIS", "shift_jis"],
    ["latin1", "windows-1252"],
    ["cp866", "ibm866"],
    ["UTF8", "utf-8"],
    ["utf-16", "utf-16le"],
  ])("%s is %s", (name, encoding) => {
    expect(checkEncoding("encoding", name)).toBe(encoding);
  });

  test.each<[unknown, RegExp]>([
    [
      "shift_js",
      /^encoding: got 'shift_js', which is no encoding here; did you mean "shift_jis"\?/,
    ],
    ["utf-9", /did you mean "utf-8"\?/],
    ["cp437", /^encoding: got 'cp437', which is no encoding here.*TextDecoder/],
    ["iso-2022-jp", /escape sequences.*take "euc-jp" or "shift_jis"/],
    [8, /^encoding: takes the name of an encoding, not 8/],
    ["", /no encoding/],
  ])("%s is refused", (name, message) => {
    expect(() => checkEncoding("encoding", name)).toThrow(message);
  });
});

describe.each(encodings)("%s", (encoding) => {
  test("gives the same characters however the bytes are cut, and loses no ASCII", patient, () => {
    const byte = fc.oneof(fc.nat(0xff), fc.integer({ min: 0x20, max: 0x7e }), fc.nat(0x20));
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 40 }),
        fc.infiniteStream(fc.nat(3)),
        (codes, sizes) => {
          const bytes = Uint8Array.from(codes);
          const text = decode(encoding, [bytes]);
          expect(decode(encoding, chunksOf(bytes, sizes))).toBe(text);
        },
      ),
      runs(300),
    );
  });

  test("has bytes for the characters that its bytes mean", () => {
    const all = Array.from({ length: 256 }, (_, code) => code);
    const pairs = all.flatMap((first) =>
      [0x41, 0x81, 0xa1, 0xb0, 0xe9].map((second) => [first, second]),
    );
    const text = pairs.map((pair) => decode(encoding, [Uint8Array.from(pair)])).join("");
    const characters = [
      ...new Set(text.replaceAll("\ufffd", "").toWellFormed().replaceAll("\ufffd", "")),
    ];
    expect(characters.length).toBeGreaterThan(200);
    for (const character of characters) {
      const bytes = encodeText("text", character, encoding);
      expect(decode(encoding, [bytes]), character).toBe(character);
    }
  });
});

test.each([
  ["shift_jis", "テスト ﾃｽﾄ", "836583588367" + "20" + "c3bdc4"],
  ["euc-jp", "日本", "c6fccbdc"],
  ["euc-jp", "丂", "8fb0a1"],
  ["gbk", "€中", "80d6d0"],
  ["gb18030", "😀ﭦ", "9439fc36" + "8430bc34"],
  ["big5", "中", "a4a4"],
  ["euc-kr", "한", "c7d1"],
  ["ibm866", "Я", "9f"],
  ["windows-1252", "€é", "80e9"],
  ["utf-16le", "a😀", "61003dd800de"],
  ["utf-16be", "a", "0061"],
])("%s has %s as the standard has it", (encoding, text, hexadecimal) => {
  expect(Buffer.from(encodeText("text", text, encoding)).toString("hex")).toBe(hexadecimal);
  expect(decode(encoding, [Buffer.from(hexadecimal, "hex")])).toBe(text);
});

test("bad bytes of an encoding take no ASCII along", () => {
  for (const encoding of ["shift_jis", "euc-jp", "gbk", "gb18030", "big5", "euc-kr"]) {
    for (let lead = 0x80; lead <= 0xff; lead += 1) {
      const text = decode(encoding, [Uint8Array.of(lead, 0x20, 0x0a, lead, 0x1b)]);
      expect(text.replace(/[^\x00-\x7f]/g, ""), `${encoding} ${lead}`).toBe(" \n\x1b");
    }
  }
});

test.each([
  ["shift_jis", "é"],
  ["gbk", "😀"],
  ["windows-1252", "日"],
])("%s says that it has no %s", (encoding, character) => {
  expect(() => encodeText("text", `a${character}`, encoding)).toThrow(
    new RegExp(
      `^text: has "${character}" \\(U\\+[\\dA-F]{4,}\\), which ${encoding} has no bytes for`,
      "u",
    ),
  );
});

describe("a port with an encoding", () => {
  test("matches, types, and shows it on its terminal", async () => {
    const sent: Uint8Array[] = [];
    const port = portOf({ encoding: "shift_jis", send: async (bytes) => void sent.push(bytes) });
    const { terminal } = port;
    expect(terminal.text).toBe("");
    port.receive(encodeText("text", "起動しました。\r\nFAILED: ｶﾅ\r\n", "shift_jis"));
    expect(port.text).toBe("起動しました。\nFAILED: ｶﾅ\n");
    expect(terminal.text).toBe("起動しました。\nFAILED: ｶﾅ");
    expect((await port.waitFor(/動(.+)。/)).match?.[1]).toBe("しました");
    await port.writeLine("表示");
    expect(Buffer.concat(sent).toString("hex")).toBe("955c8ea60d");
    await expect(port.write("é")).rejects.toThrow('input: has "é" (U+00E9)');
    await expect(port.type("aé")).rejects.toThrow("text: has");
    await expect(port.command("é", { prompt: "> " })).rejects.toThrow("line: has");
    expect(sent).toHaveLength(1);
  });

  test("speaks UTF-16, as UEFI's text does", () => {
    const port = portOf({ encoding: "utf-16le" });
    for (const byte of Buffer.from("\x1b[1mShell> \x1b[0m日本\r\n", "utf16le")) {
      port.receive(Uint8Array.of(byte));
    }
    expect(port.text).toBe("Shell> 日本\n");
  });
});

describe("bytes that are no UTF-8, on a port that says nothing of them", () => {
  // What hid the words behind it: lead bytes of Shift-JIS and letters of CP437, CP850 and CP866.
  test.each([0x84, 0x85, 0x8d, 0x90, 0x98, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xe0, 0xff])(
    "%i hides nothing in the text or on the terminal",
    (byte) => {
      const port = portOf();
      expect(port.terminal.text).toBe("");
      port.receive(Buffer.concat([Buffer.of(byte), Buffer.from(" test 3: FAILED\r\n1 OK\r\n")]));
      expect(port.text).toMatch(/^\ufffd test 3: FAILED\n1 OK\n$/);
      expect(port.terminal.text).toMatch(/ test 3: FAILED\n1 OK$/);
      port.receive(Buffer.concat([Buffer.of(0xc2, byte), Buffer.from("[2JFAILED\r\n")]));
      expect(port.terminal.text).toContain("FAILED");
    },
  );

  test("nor does a 7-bit string that does not end, however long it is quiet", () => {
    for (const begin of ["\x1bP", "\x1b]", "\x1b]0;", "\x1bX", "\x1b^", "\x1b_"]) {
      const port = portOf();
      expect(port.terminal.text).toBe("");
      port.receive(Buffer.from(`${begin}FAILED\r\nnext `));
      port.settle();
      expect(port.text).toContain("FAILED\nnext ");
      expect(port.terminal.text).toContain("FAILED\nnext");
    }
  });
});

test("pauses change nothing", patient, () => {
  const token = fc.constantFrom(
    ...[
      "a",
      "é",
      "漢",
      "\r\n",
      "\n",
      "\x1b[1;31m",
      "\x1b]0;t\x07",
      "\x1bPq\x1b\\",
      "\x1b",
      "\x1b[",
      "\x9b",
    ],
  );
  const bytes = fc.oneof(
    fc.array(token, { maxLength: 20 }).map((parts) => Buffer.from(parts.join(""))),
    fc.uint8Array({ maxLength: 60 }),
  );
  const chunk = fc.tuple(fc.nat(3), fc.boolean());
  fc.assert(
    fc.property(
      bytes,
      fc.infiniteStream(chunk),
      fc.constantFrom(...encodings),
      (output, cuts, encoding) => {
        const whole = portOf({ encoding });
        whole.receive(output);
        const port = portOf({ encoding });
        for (let from = 0; from < output.length; ) {
          const [size, isPause] = cuts.next().value as [number, boolean];
          port.receive(output.subarray(from, from + Math.max(1, size)));
          from += Math.max(1, size);
          if (isPause) port.settle();
        }
        expect(port.text).toBe(whole.text);
      },
    ),
    runs(500),
  );
});
