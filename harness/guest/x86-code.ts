/** How wide the code is that a PC's CPU executes. Pure. */

/**
 * `undefined` where its registers do not tell. Bits 21 and 22 of a descriptor are L and D (Intel
 * SDM volume 3, 3.4.5).
 */
export function codeBitsOf(values: ReadonlyMap<string, bigint>): 16 | 32 | 64 | undefined {
  const flags = values.get("cs.flags");
  if (flags === undefined) return undefined;
  const isLong = ((values.get("efer") ?? 0n) & 0x400n) !== 0n;
  if (isLong && (flags & 0x20_0000n) !== 0n) return 64;
  return (flags & 0x40_0000n) === 0n ? 16 : 32;
}
