import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QmpError } from "../../harness/evidence/index.ts";
import { encodeRequest, LineReader, parseLine } from "../../harness/qmp/wire.ts";
import { chunksOf } from "./chunks.ts";

function readAll(reader: LineReader, chunks: readonly Uint8Array[]): string[] {
  return chunks.flatMap((chunk) => [...reader.push(Buffer.from(chunk))]);
}

describe("LineReader", () => {
  test("gives the same lines however the bytes are cut", () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => JSON.stringify({ text }));
    fc.assert(
      fc.property(fc.array(line), fc.infiniteStream(fc.nat(7)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\r\n`).join(""));
        const reader = new LineReader(1_000_000);
        const read = readAll(reader, chunksOf(bytes, cuts));
        reader.end();
        expect(read).toEqual(lines);
      }),
      { numRuns: 300 },
    );
  });

  test("leaves blank lines out", () => {
    expect(readAll(new LineReader(100), [Buffer.from("\r\n\n  \n1\n\n")])).toEqual(["1"]);
  });

  test("takes a line of exactly the limit and refuses one more byte", () => {
    expect(readAll(new LineReader(4), [Buffer.from("1234\n"), Buffer.from("5678\n")])).toHaveLength(
      2,
    );
    const reader = new LineReader(4);
    readAll(reader, [Buffer.from("12")]);
    expect(() => readAll(reader, [Buffer.from("345")])).toThrow(
      expect.objectContaining({
        name: "QmpError",
        message: "QEMU sent a message of more than 4 bytes (the limit messageSizeBytes): 12345",
        received: "12345",
      }),
    );
  });

  test("yields the lines before a bad one", () => {
    const lines = new LineReader(10).push(
      Buffer.concat([Buffer.from("1\n\xff", "latin1"), Buffer.from("\n")]),
    );
    expect(lines.next().value).toBe("1");
    expect(() => lines.next()).toThrow("QEMU sent a line that is not UTF-8: \xff");
  });

  test("says what was cut off at the end", () => {
    const reader = new LineReader(100);
    readAll(reader, [Buffer.from('1\n{"ev')]);
    expect(() => reader.end()).toThrow(
      'QEMU closed the QMP connection in the middle of a message: {"ev',
    );
  });
});

describe("parseLine and encodeRequest", () => {
  test("bring any JSON through unchanged", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = encodeRequest({ value });
        expect(text).toBe(JSON.stringify({ value }));
        expect(encodeRequest(parseLine(text) as object)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test("keep every 64-bit integer exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (integer) => {
        const { value } = parseLine(encodeRequest({ value: integer })) as {
          value: number | bigint;
        };
        expect(BigInt(value)).toBe(integer);
        expect(typeof value).toBe(Number.isSafeInteger(Number(integer)) ? "number" : "bigint");
      }),
    );
  });

  test("leave floating-point numbers and digits in strings alone", () => {
    const line = '{"a": 0.1234567890123456789, "b": "12345678901234567890", "c": 1e300}';
    expect(parseLine(line)).toEqual({
      a: 0.12345678901234568,
      b: "12345678901234567890",
      c: 1e300,
    });
  });

  test("refuse what is not JSON, with the line", () => {
    expect(() => parseLine('{"a": \u0007}')).toThrow(
      'QEMU sent a line that is not JSON: {"a": \\u{7}}',
    );
    expect(() => encodeRequest({ size: Number.NaN })).toThrow('"size" is NaN');
  });

  test("cut a long line in the message, but not in the error", () => {
    const line = `{${"x".repeat(1_000)}`;
    try {
      parseLine(line);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(QmpError);
      expect((error as QmpError).message).toMatch(/x… \(701 more characters\)$/);
      expect((error as QmpError).received).toBe(line);
    }
  });
});
