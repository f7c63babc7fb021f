import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { ByteTail } from "../../harness/serial/byte-tail.ts";
import { Transcript } from "../../harness/serial/transcript.ts";
import { patient, runs } from "./ports.ts";

/** Lengths around the sizes at which pieces are joined and blocks are dropped. */
const length = fc.oneof(fc.nat(5), fc.nat(3000), fc.nat(100_000));
const limit = fc.constantFrom(1, 10, 1000, 65_536, 200_000);

/** Text in which every place looks different. */
function numbered(from: number, length: number): string {
  let text = "";
  for (let at = from - (from % 8); at < from + length; at += 8) text += `${at}`.padStart(8, "\n");
  return text.slice(from % 8, (from % 8) + length);
}

describe("Transcript", () => {
  test("keeps the newest text up to its limit, and offsets stay right", patient, () => {
    const looks = fc.option(fc.tuple(fc.double({ min: 0, max: 1 }), fc.nat(5000)));
    const steps = fc.array(fc.tuple(length, looks), { maxLength: 20 });
    fc.assert(
      fc.property(limit, steps, (kept, parts) => {
        const transcript = new Transcript(kept);
        let end = 0;
        for (const [size, look] of parts) {
          transcript.add(numbered(end, size));
          end += size;
          const omitted = Math.max(0, end - kept);
          expect([transcript.end, transcript.omitted]).toEqual([end, omitted]);
          if (look === null) continue;
          const start = Math.floor(look[0] * end);
          const from = Math.max(start, omitted);
          const until = Math.min(end, start + look[1]);
          const wanted = numbered(from, Math.max(0, until - from));
          expect(transcript.slice(start, start + look[1])).toBe(wanted);
        }
        expect(transcript.slice(0)).toBe(numbered(transcript.omitted, end - transcript.omitted));
      }),
      runs(60),
    );
  });

  test("keeps any characters, and finds the ends of lines among them", patient, () => {
    const unit = fc.constantFrom("ASCII\n", "x", "é", "→\n", "😀", "\ud83d", "\u010a");
    const piece = fc
      .tuple(unit, fc.oneof(fc.nat(3), fc.constantFrom(9_000, 32_768, 40_000)))
      .map(([text, count]) => text.repeat(count));
    const steps = fc.array(piece, { maxLength: 8 });
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(limit, steps, place, place, (kept, pieces, from, to) => {
        const transcript = new Transcript(kept);
        let all = "";
        for (const text of pieces) {
          transcript.add(text);
          all += text;
        }
        const omitted = Math.max(0, all.length - kept);
        const start = Math.floor(from * all.length);
        const end = Math.floor(to * all.length);
        expect(transcript.slice(start, end) === all.slice(Math.max(start, omitted), end)).toBe(
          true,
        );
        expect(transcript.newline(start)).toBe(all.indexOf("\n", Math.max(start, omitted)));
      }),
      runs(150),
    );
  });

  test("uses little more memory than its limit, whatever comes", () => {
    const buffers = new Set<Buffer>();
    const allocate = vi.spyOn(Buffer, "allocUnsafeSlow");
    const transcript = new Transcript(1024 * 1024);
    for (let count = 0; count < 400; count += 1) {
      transcript.add("ASCII".repeat(7_000));
      transcript.add("é");
    }
    for (const { value } of allocate.mock.results) buffers.add(value as Buffer);
    allocate.mockRestore();
    const sizeBytes = [...buffers].reduce((sum, { length }) => sum + length, 0);
    // Two bytes a character, and blocks that are not full at both ends.
    expect(sizeBytes).toBeLessThanOrEqual(2 * 1024 * 1024 + 4 * 64 * 1024);
  });

  test("takes characters that come alone", () => {
    const transcript = new Transcript(5000);
    for (const character of numbered(0, 20_000)) transcript.add(character);
    expect(transcript.slice(0)).toBe(numbered(15_000, 5000));
  });

  test("says what it has left out", () => {
    const transcript = new Transcript(10);
    transcript.add("0123456789");
    expect(transcript.toString()).toBe("0123456789");
    transcript.add("ab");
    expect(transcript.toString()).toBe("[2 characters left out: see the log]\n23456789ab");
    expect(transcript.before(12, 0)).toBe("[7 characters left out: see the log]\n789ab");
    expect(transcript.before(12, 9)).toBe("9ab");
  });

  test("gives the last lines without the empty ones at the end", () => {
    const transcript = new Transcript(1000);
    expect(transcript.lastLines(3)).toEqual([]);
    transcript.add("one\ntwo\n\nthree\nfour");
    expect(transcript.lastLines(3)).toEqual(["", "three", "four"]);
    expect(transcript.lastLines(9, 4)).toEqual(["two", "", "three", "four"]);
    transcript.add("\n \n");
    expect(transcript.lastLines(2)).toEqual(["three", "four"]);
  });
});

describe("ByteTail", () => {
  test("keeps the newest bytes up to its limit", patient, () => {
    const byteAt = (at: number) => (at * 7 + (at >> 8)) % 256;
    fc.assert(
      fc.property(limit, fc.array(length, { maxLength: 12 }), (kept, sizes) => {
        const tail = new ByteTail(kept);
        let total = 0;
        for (const size of sizes) {
          const start = total;
          tail.add(Uint8Array.from({ length: size }, (_, index) => byteAt(start + index)));
          total += size;
        }
        const omitted = Math.max(0, total - kept);
        expect(tail.omitted).toBe(omitted);
        const wanted = Uint8Array.from({ length: total - omitted }, (_, i) => byteAt(omitted + i));
        expect(Buffer.compare(tail.toBytes(), wanted)).toBe(0);
      }),
      runs(40),
    );
  });

  test("copies: neither the giver nor the taker can change it", () => {
    const tail = new ByteTail(100);
    const chunk = Uint8Array.of(1, 2, 3);
    tail.add(chunk);
    chunk.fill(9);
    tail.toBytes().fill(8);
    expect(tail.toBytes()).toEqual(Uint8Array.of(1, 2, 3));
  });
});
