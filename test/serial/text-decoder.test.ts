import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TextDecoderOfSerial } from "../../harness/serial/text-decoder.ts";
import { printable, sequence } from "./decoder-inputs.ts";
import { chunksOf, patient, runs } from "./ports.ts";

function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoderOfSerial();
  return chunks.map((chunk) => decoder.write(chunk)).join("") + decoder.end();
}

/** What is no whole sequence, by the grammar of ECMA-48, 5.4 and 5.6, and without limits. */
function withoutSequences(output: string): string {
  const grammar = [
    "\\[[0-?]*[ -/]*[@-~]",
    "\\](?:R|P[\\da-fA-F]{7})",
    "\\]\\d+(?:;[\\b\\t -~\\x80-\\xff]*)?(?:\\x07|\\x1b\\\\)",
    "[PX^_][\\b\\t -~\\x80-\\xff]*\\x1b\\\\",
    "[ -/]*[0-OQ-WYZ\\\\`-~]",
    "[ -/]+[0-~]",
  ];
  return output
    .replaceAll(/[\0\x7f]/g, "")
    .replace(new RegExp(`\x1b(?:${grammar.join("|")})`, "g"), "");
}

const bytesOf = (output: string | readonly number[]) =>
  typeof output === "string" ? Buffer.from(output) : Uint8Array.from(output);

describe("TextDecoderOfSerial", () => {
  test.each<[string, string | readonly number[], string]>([
    ["line feed", "a\nb", "a\nb"],
    ["return and line feed", "a\r\nb\r\n\r\nc", "a\nb\n\nc"],
    ["two returns and line feed", "a\r\r\nb", "a\nb"],
    ["line feed and return", "a\n\rb\n\r\n\rc", "a\nb\n\nc"],
    ["bare return", "10%\r20%\r\r30%", "10%\n20%\n30%"],
    ["return at the very beginning", "\rGRUB\r\n", "GRUB\n"],
    ["blank line at the very beginning", "\r\na", "\na"],
    ["vertical tab and form feed", "a\vb\fc", "a\nb\nc"],
    ["tab", "a\tb", "a\tb"],
    ["backspace", "ab\b \bc", "ab c"],
    ["NUL and DEL", "a\0b\x7fc", "abc"],
    ["NUL between return and line feed", "a\r\0\nb", "a\nb"],
    ["escape between return and line feed", "a\r\x1b[0m\nb", "a\nb"],
    ["bell", "a\x07b", "ab"],
    ["colours", "\x1b[1;31mred\x1b[0m", "red"],
    ["private parameters", "\x1b[=3hx\x1b[?7ly", "xy"],
    ["NUL inside a sequence", "\x1b\0[\x003\x001mx", "x"],
    ["character set", "\x1b(B\x1b)0x", "x"],
    ["operating system command, BEL", "\x1b]0;title\x07x", "x"],
    ["operating system command, ST", "\x1b]0;title\x1b\\x", "x"],
    ["device control string", "\x1bPq#0~~\x1b\\x", "x"],
    ["8-bit controls in UTF-8", "\u009b31mx\u009d0;t\u009cy\u0085z", "31mx0;tyz"],
    ["8-bit CSI as a single byte", [0x61, 0x9b, 0x33, 0x31, 0x6d, 0x62], "a\ufffd31mb"],
    ["8-bit OSC and ST as single bytes", [0x61, 0x9d, 0x30, 0x9c, 0x62], "a\ufffd0\ufffdb"],
    ["8-bit DCS and ESC \\", [0x90, 0x71, 0x1b, 0x5c, 0x62], "\ufffdqb"],
    ["8-bit CSI within a sequence", [0x1b, 0x5b, 0x31, 0x9b, 0x6d, 0x62], "[1\ufffdmb"],
    ["other 8-bit controls as single bytes", [0x84, 0x85, 0x8d], "\ufffd".repeat(3)],
    ["bytes of 8-bit controls inside characters", "⛛ 𐐛 ě", "⛛ 𐐛 ě"],
    ["bad UTF-8", [0x61, 0xff, 0xc3, 0x28, 0x62], "a\ufffd\ufffd(b"],
    ["unfinished UTF-8 at the end", [0x61, 0xe2, 0x82], "a\ufffd"],
    ["byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
    ["unfinished sequence", "a\x1b[12", "a[12"],
    ["cancelled sequence", "a\x1b[12\x18b", "a[12b"],
    ["sequence within a sequence", "a\x1b[12\x1b[0mb", "a[12b"],
    ["sequence that a line end cuts off", "a\x1b[0;3\r\n[ 1.2] b", "a[0;3\n[ 1.2] b"],
    ["parameters behind intermediates", "a\x1b[1 2mb", "a[1 2mb"],
    ["sequence before an accent", "a\x1bé", "aé"],
    ["control string that never ends", "a\x1b]0;title\nb", "a]0;title\nb"],
    ["control string that another sequence cuts off", "a\x1bPtext\x1b[0mb", "aPtextb"],
    ["cancelled control string", "a\x1b]0;text\x18b", "a]0;textb"],
    ["command without a number", "a\x1b]FAILED\x07b", "a]FAILEDb"],
    ["command without its semicolon", "a\x1b]0 FAILED\x07b", "a]0 FAILEDb"],
    ["command without text", "a\x1b]104\x07b", "ab"],
    ["device control string with a BEL", "a\x1bPFAILED\x07b\x1b\\", "aPFAILEDb"],
    ["start of string at the end of the line", "a\x1bXFAILED\r\nb", "aXFAILED\nb"],
    ["Linux's palette", "\x1b]R\x1b]P0123456x", "x"],
    ["no palette of Linux's", "\x1b]Panic: x", "]Panic: x"],
    ["escape at the end", "a\x1b", "a"],
  ])("%s", (_, output, text) => {
    expect(decode([bytesOf(output)])).toBe(text);
    expect(decode(chunksOf(bytesOf(output), []))).toBe(text);
  });

  test("takes no sequence or string for longer than it believes in it", () => {
    expect(decode([Buffer.from(`\x1b[${"1".repeat(5000)}m`)])).toBe(`[${"1".repeat(5000)}m`);
    expect(decode([Buffer.from(`\x1b]${"x".repeat(5000)}\x07`)])).toBe(`]${"x".repeat(5000)}`);
    const decoder = new TextDecoderOfSerial();
    expect(decoder.write(Buffer.from(`\x1b]${"x".repeat(5000)}`)).length).toBeGreaterThan(4000);
  });

  test("holds back what is unfinished, and shows what it would be", () => {
    const decoder = new TextDecoderOfSerial();
    expect(decoder.write(Uint8Array.of(0x61, 0xe2, 0x82))).toBe("a");
    expect(decoder.held).toBe("");
    expect(decoder.write(Uint8Array.of(0xac))).toBe("€");
    expect(decoder.write(Buffer.from("\x1b[1"))).toBe("");
    expect(decoder.held).toBe("[1");
    expect(decoder.write(Buffer.from("m\x1b[0m"))).toBe("");
    expect(decoder.held).toBe("");
    expect(decoder.write(Buffer.from("\x1bXlogin: "))).toBe("");
    expect(decoder.held).toBe("Xlogin: ");
    expect(decoder.end()).toBe("Xlogin: ");
    expect(decoder.held).toBe("");
  });

  test("escape sequences around every character do not disturb the text", patient, () => {
    const parts = fc.array(fc.tuple(sequence, printable), { maxLength: 12 });
    const cuts = fc.infiniteStream(fc.nat(5));
    fc.assert(
      fc.property(parts, cuts, (pairs, sizes) => {
        const plain = decode([Buffer.from(pairs.map(([, text]) => text).join(""))]);
        const dressed = pairs.map(([dress, text]) => [...text].map((c) => dress + c + dress));
        const bytes = Buffer.from(dressed.flat().join(""));
        expect(decode([bytes])).toBe(plain);
        expect(decode(chunksOf(bytes, sizes))).toBe(plain);
      }),
      runs(500),
    );
  });

  test(
    "nothing is lost of text without escape sequences but its control characters",
    patient,
    () => {
      const point = fc.oneof(
        fc.nat(0x7f),
        fc.nat(0xd7ff),
        fc.integer({ min: 0xe000, max: 0x10ffff }),
      );
      const text = fc.array(point).map((points) => String.fromCodePoint(...points));
      fc.assert(
        fc.property(text, (output) => {
          const plain = output.replace(/[\x1b\x80-\x9f]/gu, "");
          const visible = (some: string) => some.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, "");
          const decoded = decode([Buffer.from(plain)]);
          expect(visible(decoded)).toBe(visible(Buffer.from(plain).toString()));
        }),
        runs(150),
      );
    },
  );

  test("nothing printable is lost but in whole sequences with 7-bit introducers", patient, () => {
    const graphic = fc.integer({ min: 0x20, max: 0x7e });
    const any = fc.oneof(
      graphic,
      fc.nat(0xff),
      fc.constantFrom(0x1b, 0x5b, 0x5d, 0x50, 0x9b, 0x0a),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 80 }), (codes) => {
        const bytes = Uint8Array.from(codes);
        const visible = (text: string) => text.replace(/[^\x21-\x7e]/g, "");
        const all = Buffer.from(bytes).toString("latin1");
        expect(visible(decode([bytes]))).toBe(visible(withoutSequences(all)));
      }),
      runs(2000),
    );
  });

  test("well-formed UTF-8 is never taken for controls", patient, () => {
    const text = fc.string({
      unit: fc
        .integer({ min: 0xa0, max: 0x10ffff })
        .filter((point) => point < 0xd800 || point > 0xdfff)
        .map((point) => String.fromCodePoint(point)),
    });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.nat(3)), (output, sizes) => {
        expect(decode(chunksOf(Buffer.from(output), sizes))).toBe(output);
        // Among bad bytes too: what is looked at more closely then is the same.
        const bytes = Buffer.concat([Buffer.of(0xff), Buffer.from(output), Buffer.of(0xff)]);
        expect(decode(chunksOf(bytes, sizes))).toBe(`\ufffd${output}\ufffd`);
      }),
      runs(300),
    );
  });

  test(
    "any bytes give the same text in any chunks, and at most one character a byte",
    patient,
    () => {
      const someBytes = fc.uint8Array({ maxLength: 200 });
      const control = fc.constantFrom(
        ...[0x1b, 0x5b, 0x5d, 0x5c, 0x0d, 0x0a, 0x6d, 0x9b, 0x9c, 0x9d, 0xc2, 0xe0, 0xf0, 0x9f],
      );
      const bytes = fc.oneof(someBytes, fc.array(control, { maxLength: 60 }).map(bytesOf));
      fc.assert(
        fc.property(bytes, fc.infiniteStream(fc.nat(7)), (output, sizes) => {
          const text = decode([output]);
          expect(decode(chunksOf(output, sizes))).toBe(text);
          expect(text.length).toBeLessThanOrEqual(output.length);
          expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
        }),
        runs(1000),
      );
    },
  );

  test("a large chunk gives what its bytes give one by one", patient, () => {
    const usual = fc.constantFrom(
      "a line",
      "[ 0.1] x: y",
      "\r\n",
      "\r\n",
      "\n",
      "\x1b[0;32m",
      "\t",
    );
    const rare = fc.oneof(
      sequence,
      fc.constantFrom("\r", "\0", "\b", "\x7f", "\x1b", "\x1b[", "\x1b[1", "\x1b]0;a", "\x9b", "é"),
      fc.constantFrom(
        `\x1b[${"1".repeat(61)}m`,
        `\x1b[${"1".repeat(62)}m`,
        `\x1b[${"1".repeat(63)}m`,
      ),
    );
    const part = fc.oneof({ weight: 40, arbitrary: usual }, { weight: 1, arbitrary: rare });
    const output = fc.array(part, { maxLength: 400, size: "max" });
    const sizes = fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 20 });
    fc.assert(
      fc.property(output, sizes, (parts, cuts) => {
        const bytes = Buffer.from(parts.join(""));
        const single = decode(chunksOf(bytes, []));
        expect(decode(chunksOf(bytes, [...cuts, bytes.length]))).toBe(single);
        expect(decode([bytes])).toBe(single);
      }),
      runs(300),
    );
  });
});
