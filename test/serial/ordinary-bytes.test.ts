import fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseOrdinary } from "../../harness/serial/ordinary-bytes.ts";
import { runs } from "./ports.ts";

function normalise(bytes: Uint8Array): string | undefined {
  const text = Buffer.alloc(bytes.length);
  const length = normaliseOrdinary(bytes, text);
  return length === -1 ? undefined : text.toString("latin1", 0, length);
}

test("finds any byte that is rare, wherever it stands", () => {
  for (let byte = 0; byte < 256; byte += 1) {
    const isUsual = (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a;
    for (let at = 0; at < 8; at += 1) {
      const bytes = Buffer.from("login: $");
      bytes[at] = byte;
      const wanted = isUsual ? bytes.toString("latin1") : undefined;
      expect(normalise(bytes), `${byte} at ${at}`).toBe(wanted);
    }
  }
});

test("leaves out whole sequences and the returns of line ends, however the bytes lie", () => {
  const part = fc.oneof(
    fc.stringMatching(/^[ -~\t\n]{0,9}$/),
    fc.constantFrom("\r\n", "\x1b[m", "\x1b[0;1;32m", "\x1b[?25l", "\x1b[2 q", "\x1b[H"),
    fc.integer({ min: 60, max: 63 }).map((count) => `\x1b[${"1".repeat(count)}m`),
  );
  fc.assert(
    fc.property(fc.array(part), fc.nat(5), (parts, offset) => {
      const output = parts.join("");
      const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(output)]).subarray(offset);
      const sequences = /\x1b\[[ -?]{0,62}[@-~]/g;
      const plain = output.replace(sequences, "").replaceAll("\r\n", "\n");
      expect(normalise(bytes)).toBe(plain.includes("\x1b") ? undefined : plain);
    }),
    runs(1000),
  );
});

test.each(["a\r", "a\rb", "a\r\r\n", "a\x1b", "a\x1b[", "a\x1b[1;", "\x1b]0;a\x1b\\", "\x1b[1\nm"])(
  "%j is more than ordinary",
  (output) => {
    expect(normalise(Buffer.from(output))).toBeUndefined();
  },
);
