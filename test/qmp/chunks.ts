/** Cuts bytes into chunks whose sizes a generator chooses; empty chunks are among them. */
export function chunksOf(bytes: Uint8Array, sizes: Iterator<number>): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + (sizes.next().value as number);
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}
