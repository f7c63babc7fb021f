import { expect, test } from "vitest";
import { wakingPin, wakingVector } from "../../harness/guest/index.ts";

/** As QEMU 7.2 prints it, after a PC's firmware. */
function lapic(changed: Readonly<Record<string, string>>): string {
  const vectors: Readonly<Record<string, string>> = {
    LVT0: "00008700",
    LVT1: "00008400",
    LVTPC: "00010000",
    LVTERR: "00010000",
    LVTTHMR: "00010000",
    LVTT: "00010000",
    ...changed,
  };
  const lines = Object.entries(vectors).map(
    ([name, digits]) => `${name}\t 0x${digits} active-hi edge                Fixed  (vec 0)`,
  );
  return `dumping local APIC state for CPU 0 \n\n${lines.join("\n")}\nSPIV\t 0x000001ff APIC enabled\n`;
}

test.each<[Readonly<Record<string, string>>, string, string | undefined]>([
  [{}, "tcg", undefined],
  [{ LVT0: "00000400" }, "tcg", "its local APIC delivers LVT0 as NMI"],
  [{ LVT0: "00010400" }, "tcg", undefined],
  [{ LVTT: "00020400" }, "tcg", "its local APIC delivers LVTT as NMI"],
  [{ LVTT: "00020020" }, "tcg", undefined],
  [{ LVTTHMR: "00000200" }, "tcg", "its local APIC delivers LVTTHMR as SMI"],
  [{ LVTPC: "00000400" }, "tcg", undefined],
  [{ LVTPC: "00000400" }, "kvm", "its local APIC delivers LVTPC as NMI"],
])("local APIC: %o under %s", (changed, accelerator, source) => {
  expect(wakingVector(lapic(changed), accelerator)).toBe(source);
});

test("a CPU without one, and an answer that is missing", () => {
  expect(wakingVector("No local APIC\n", "tcg")).toBeUndefined();
  expect(wakingVector("", "tcg")).toBeUndefined();
});

const line = (pin: number, entry: string) =>
  `  pin ${`${pin}`.padEnd(2)} 0x${entry} dest=0 vec=0   active-hi edge  masked fixed  physical\n`;

test.each([
  ["0000000000010000", undefined],
  ["0000000000000030", undefined],
  ["0000000000000400", "the I/O APIC delivers its pin 12 as NMI"],
  ["0f00000000000500", "the I/O APIC delivers its pin 12 as INIT"],
  ["0000000000010400", undefined],
])("I/O APIC: %s", (entry, source) => {
  const pins = line(2, "0000000000010400") + line(12, entry);
  const text = `ioapic0: ver=0x20 id=0x00 sel=0x00\n${pins}  IRR      (none)\npic1: irr=00 imr=8e\n`;
  expect(wakingPin(text)).toBe(source);
});
