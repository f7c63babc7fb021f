/** What may wake a PC's CPU although it takes no interrupts, from QEMU's monitor. Pure. */

/**
 * Delivery modes that interrupts being off does not hold back (Intel SDM volume 3, 11.5.1 and
 * 11.6.1), by their number.
 */
const unmaskable: Readonly<Record<number, string>> = { 2: "SMI", 4: "NMI", 5: "INIT" };

/**
 * The pin of the local APIC for NMIs. Firmware sets it to NMI on every PC, and nothing of QEMU's
 * drives it but its command `inject-nmi`.
 */
const nmiPin = "LVT1";
/** A performance counter, which TCG has not (QEMU, hw/intc/apic.c, apic_local_deliver). */
const counter = "LVTPC";

/**
 * The first entry of a local APIC's vector table (`info lapic`) by which something could reach a
 * CPU that takes no interrupts. Lines that are none of QEMU's are passed over.
 */
export function wakingVector(lapic: string, accelerator: string): string | undefined {
  for (const [, name, digits] of lapic.matchAll(/^(LVT\w*)\s+0x([0-9a-f]{8})\b/gm)) {
    if (name === nmiPin || (name === counter && accelerator === "tcg")) continue;
    const mode = modeOf(BigInt(`0x${digits}`));
    if (mode !== undefined) return `its local APIC delivers ${name} as ${mode}`;
  }
  return undefined;
}

/** The same of the I/O APIC's pins (`info pic`). */
export function wakingPin(pic: string): string | undefined {
  for (const [, pin, digits] of pic.matchAll(/^\s+pin (\d+)\s+0x([0-9a-f]{16})\b/gm)) {
    const mode = modeOf(BigInt(`0x${digits}`));
    if (mode !== undefined) return `the I/O APIC delivers its pin ${pin} as ${mode}`;
  }
  return undefined;
}

/** Bits 8 to 10 are the delivery mode, bit 16 masks the entry, in either table. */
function modeOf(entry: bigint): string | undefined {
  const isMasked = (entry & 0x1_0000n) !== 0n;
  return isMasked ? undefined : unmaskable[Number((entry >> 8n) & 7n)];
}
