import fc from "fast-check";
import { expect, test } from "vitest";
import { OrdinaryBytes } from "../../harness/serial/ordinary-bytes.ts";
import { runs } from "./ports.ts";

const ordinary = new OrdinaryBytes();

/** The text, and the bytes behind what is ordinary. */
function copied(bytes: Uint8Array): [text: string, rest: string] {
  const { read, written } = ordinary.copy(bytes);
  const rest = Buffer.from(bytes.subarray(read)).toString("latin1");
  return [ordinary.text.toString("latin1", 0, written), rest];
}

test("ends before any byte that is rare, wherever it stands", () => {
  for (let byte = 0; byte < 256; byte += 1) {
    const isUsual = (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a;
    for (let at = 0; at < 8; at += 1) {
      const bytes = Buffer.from("login: $");
      bytes[at] = byte;
      const text = bytes.toString("latin1");
      const wanted = isUsual ? [text, ""] : [text.slice(0, at), text.slice(at)];
      expect(copied(bytes), `${byte} at ${at}`).toEqual(wanted);
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
      const sequences = /\x1b\[(?=.{0,62}[@-~])[0-?]*[ -/]*[@-~]/g;
      const plain = output
        .replace(sequences, (found) => (found.length <= 64 ? "" : found))
        .replaceAll("\r\n", "\n");
      const end = plain.indexOf("\x1b");
      const [text, rest] = copied(bytes);
      expect(text).toBe(end === -1 ? plain : plain.slice(0, end));
      expect(rest.slice(0, 1)).toBe(end === -1 ? "" : "\x1b");
    }),
    runs(1000),
  );
});

test.each([
  "a\r",
  "a\rb",
  "a\r\r\n",
  "a\x1b",
  "a\x1b[",
  "a\x1b[1;",
  "a\x1b]0;a\x1b\\",
  "a\x1b[1\nm",
])("%j is more than ordinary", (output) => {
  expect(copied(Buffer.from(output))).toEqual(["a", output.slice(1)]);
});
