/** Where CPU 0 was at each reset, by QEMU's own log. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ResetLog } from "../../harness/machine/reset-log.ts";
import { temporaryDirectory } from "./machines.ts";

/** An entry as QEMU 7.2 writes it, without the registers that nobody reads. */
const entry = (pointer: string, base: string, cpu = 0) => `CPU Reset (CPU ${cpu})
EAX=00000000 EBX=00000000 ECX=00000000 EDX=00000000
${pointer} EFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0
ES =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]
CS =0008 ${base} ffffffff 00cf9b00 DPL=0 CS32 [-RA]
DR6=ffff0ff0 DR7=00000400
`;
const making = entry("EIP=00000000", "00000000") + entry("EIP=0000fff0", "ffff0000");

function logOf(text: string): string {
  const path = join(temporaryDirectory(), "cpu.log");
  writeFileSync(path, text);
  return path;
}

test("entries come one by one, without those of the machine's making and of other CPUs", () => {
  const path = logOf(making);
  const log = new ResetLog(path);
  expect(log.next()).toBeUndefined();
  appendFileSync(path, entry("EIP=00101788", "00000000"));
  appendFileSync(path, entry("EIP=00000123", "00000000", 1));
  appendFileSync(path, `Triple fault\n${entry("EIP=000efaad", "00000000")}`);
  appendFileSync(path, entry("EIP=0000fff0", "ffff0000"));
  appendFileSync(path, entry("RIP=ffffffff80001034", "0000000000000000"));
  const entries = [1, 2, 3, 4, 5].map(() => log.next());
  const addresses = entries.map((reset) => reset?.address);
  expect(addresses).toEqual([0x101788n, 0xefaadn, 0xfffffff0n, 0xffffffff80001034n, undefined]);
  expect(entries.map((reset) => reset?.isTripleFault)).toEqual([
    false,
    true,
    false,
    false,
    undefined,
  ]);
  expect(entries[1]?.registers).toContain("EIP=000efaad");
});

test("an entry that is being written is read when it is complete", () => {
  const path = logOf(making);
  const log = new ResetLog(path);
  const text = entry("EIP=00101788", "00000000");
  appendFileSync(path, text.slice(0, 60));
  expect(log.next()).toBeUndefined();
  appendFileSync(path, text.slice(60));
  expect(log.next()?.address).toBe(0x101788n);
});

test("a log that is not there, or is full of other things, tells nothing", () => {
  expect(new ResetLog("/nowhere/cpu.log").next()).toBeUndefined();
  const path = logOf(making);
  const log = new ResetLog(path);
  appendFileSync(path, "x".repeat(2 * 1024 * 1024));
  appendFileSync(path, entry("EIP=00101788", "00000000"));
  expect(log.next()).toBeUndefined();
});
