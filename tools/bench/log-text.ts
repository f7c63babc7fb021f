/** Text as a kernel and its services log it, for the rows that measure volume. Pure. */

/** Ends every transfer: no pattern of the bench matches before it. */
export const lastLine = "\r\nbench ends: 42 tests, 0 failures\r\nall threads have stopped, login: ";

/** What waits, from the first byte to the last. One has no literal, and one spans two lines. */
export const patterns: readonly RegExp[] = [
  /login: $/,
  /(\d+) tests, (\d+) failures?$/m,
  /failures\s+all (\w+) have stopped/,
];

const subsystems = ["pci 0000:00:1f.2", "usb 1-1", "virtio_blk virtio0", "EXT4-fs (vda1)", "clk"];
const statements = [
  "registered new interface driver",
  "[mem 0xfebc0000-0xfebdffff 64bit pref]",
  "mounted filesystem with ordered data mode. Opts: (null)",
  "using ADMA 64-bit, 4 ports, speed 6.0 Gbps",
  "IRQ 11 routed; latency timer set to 64",
];

/**
 * Lines with time stamps and numbers, ended by CR and LF; every eighth has colours, as a service
 * manager prints them, and one in five thousand is not ASCII.
 * @returns exactly `sizeBytes` bytes of UTF-8; the last line may be cut.
 */
export function logText(sizeBytes: number): Uint8Array {
  const bytes = Buffer.alloc(sizeBytes, ".");
  let used = 0;
  for (let number = 0; used < sizeBytes; number += 1) {
    const line = Buffer.from(`${logLine(number)}\r\n`);
    // A character that is cut would be no UTF-8: what is left over stays dots.
    if (used + line.length > sizeBytes) break;
    line.copy(bytes, used);
    used += line.length;
  }
  return bytes;
}

function logLine(number: number): string {
  const subsystem = subsystems[number % subsystems.length];
  const statement = statements[(number * 7) % statements.length];
  if (number % 5000 === 4999) return `[${number / 1000}] Mounting /sys/kernel…`;
  if (number % 8 === 7) {
    return `[\x1b[0;32m  OK  \x1b[0m] Started \x1b[1m${subsystem}\x1b[0m: ${statement}.`;
  }
  return `[${(number / 1000).toFixed(6).padStart(12)}] ${subsystem}: ${statement} (${number})`;
}
