import fc from "fast-check";
import { expect, test } from "vitest";
import { isOrdinary } from "../../harness/serial/ordinary-bytes.ts";
import { runs } from "./ports.ts";

test("finds any byte that is rare, wherever it stands", () => {
  for (let byte = 0; byte < 256; byte += 1) {
    const isUsual = (byte >= 0x20 && byte < 0x7f) || [0x09, 0x0a, 0x0d, 0x1b].includes(byte);
    for (let at = 0; at < 8; at += 1) {
      const bytes = Buffer.from("login: $");
      bytes[at] = byte;
      expect(isOrdinary(bytes), `${byte} at ${at}`).toBe(isUsual);
    }
  }
});

test("whatever stands around it, and however the bytes lie in memory", () => {
  const byte = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
    fc.nat(255),
  );
  const output = fc.array(byte, { maxLength: 40 });
  fc.assert(
    fc.property(output, fc.nat(5), (values, offset) => {
      const bytes = Uint8Array.from([...Array<number>(offset).fill(0), ...values]).subarray(offset);
      const usual = values.every(
        (value) => (value >= 0x20 && value < 0x7f) || [9, 10, 13, 27].includes(value),
      );
      expect(isOrdinary(bytes)).toBe(usual);
    }),
    runs(1000),
  );
});
