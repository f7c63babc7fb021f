/** Addresses of flat binaries: 64 bits, as numbers, decimal and hexadecimal. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAddress } from "../../harness/machine/flat-binary.ts";

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
