/** The last words of a QEMU that is gone. */
import { readSync } from "node:fs";
import type { Duplex } from "node:stream";

/**
 * Reads what still lies in the socket under `stream`, and returns it in order.
 *
 * When QEMU exits, its last events may wait unread in the socket. If a write happens first, it
 * fails with EPIPE, and Node then destroys the stream with those events in it. Node calls the
 * write's callback before it does that, and this is for that moment. The descriptor has no public
 * name, so where there is none (Windows, a stream that is not a socket) nothing is read and
 * nothing is worse than before.
 */
export function readLeftovers(stream: Duplex): Buffer[] {
  const { fd } = (stream as { _handle?: { fd?: number } })._handle ?? {};
  const chunks: Buffer[] = [];
  if (fd === undefined || fd < 0) return chunks;
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(65_536);
      const lengthBytes = readSync(fd, chunk);
      if (lengthBytes === 0) return chunks;
      chunks.push(chunk.subarray(0, lengthBytes));
    }
  } catch {
    // EAGAIN or ECONNRESET: there is no more. The failed write is what gets reported.
    return chunks;
  }
}
