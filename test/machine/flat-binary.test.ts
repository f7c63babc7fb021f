/** Addresses of flat binaries: 64 bits, as numbers, decimal and hexadecimal. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAddress } from "../../harness/machine/flat-binary.ts";
import { isCovered } from "../../harness/machine/memory-place.ts";

const most = 2n ** 64n - 1n;

test("an address is what its text says", () => {
  const says = fc.property(fc.bigInt({ min: 0n, max: most }), (address) => {
    expect(parseAddress(`${address}`)).toBe(address);
    expect(parseAddress(`0x${address.toString(16)}`)).toBe(address);
    expect(parseAddress(address)).toBe(address);
  });
  fc.assert(says);
});

test("nothing beyond 64 bits, or below 0, is taken for another address", () => {
  const refuses = fc.property(fc.bigInt({ min: 1n, max: 2n ** 80n }), (beyond) => {
    for (const none of [most + beyond, -beyond]) {
      expect(parseAddress(none)).toBeUndefined();
      expect(parseAddress(`${none}`)).toBeUndefined();
      expect(parseAddress(Number(none))).toBeUndefined();
    }
  });
  fc.assert(refuses);
});

test.each([Number.NaN, 0.5, "", "0x", "12ab", " 1", "1\n", null, true, {}])(
  "%j is none",
  (given) => {
    expect(parseAddress(given)).toBeUndefined();
  },
);

test("bytes are in memory when each of their addresses is", () => {
  const gaps = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 9 })));
  const part = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 20 }));
  const agrees = fc.property(gaps, part, (memory, [start, sizeBytes]) => {
    let next = 0n;
    const ranges = memory.map(([gap, size]) => {
      const startAddress = next + BigInt(gap);
      next = startAddress + BigInt(size);
      return { startAddress, endAddress: next - 1n };
    });
    const addresses = Array.from({ length: sizeBytes }, (_, index) => BigInt(start + index));
    const areAll = addresses.every((address) =>
      ranges.some((range) => range.startAddress <= address && address <= range.endAddress),
    );
    const end = BigInt(start + sizeBytes - 1);
    expect(isCovered(BigInt(start), end, ranges)).toBe(areAll);
  });
  fc.assert(agrees);
});
