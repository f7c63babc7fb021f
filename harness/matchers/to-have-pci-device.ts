import { AssertionError, SpecError } from "../evidence/index.ts";
import type { Machine } from "../machine/index.ts";
import { hexadecimal, type PciDevice } from "../qmp/index.ts";
import { type MatcherCall, type MatcherResult, met, notMet } from "./outcome.ts";

/** Numbers of four hexadecimal digits. */
const codes = ["vendorId", "deviceId", "subsystemVendorId", "subsystemId", "classCode"] as const;
const texts = ["address", "id", "behind"] as const;

/** What is known of the device: one of these at least, and all that are given must fit. */
export type ExpectedPciDevice = Partial<
  Pick<PciDevice, (typeof codes)[number] | (typeof texts)[number]>
>;

/**
 * The machine has a PCI device as described, now, on any bus that has a number.
 * @throws `SpecError` for a description that no device could ever fit: under `.not` it would hold.
 */
export async function toHavePciDevice(
  call: MatcherCall,
  machine: Machine,
  expected: ExpectedPciDevice,
): Promise<MatcherResult> {
  const wanted = Object.entries(expected).filter(([, value]) => value !== undefined);
  if (wanted.length === 0) {
    throw new SpecError("expected", "say which PCI device, such as { vendorId: 0x8086 }");
  }
  for (const [name, value] of wanted) checkMember(name, value);
  const devices = await machine.qmp.query.pciDevices();
  const found = devices.find((device) => {
    const members: Readonly<Record<string, unknown>> = { ...device };
    return wanted.every(([name, value]) => members[name] === value);
  });
  const described = wanted.map(([name, value]) => `${name}: ${showMember(name, value)}`);
  const verb = `to have a PCI device with { ${described.join(", ")} }`;
  const expectation = { subject: "the machine", verb };
  if (found !== undefined) return met(call, expectation, `but there is ${summary(found)}`);
  if (call.isNot) return notMet(expectation);
  const there = devices.map(summary);
  const list = there.length === 0 ? " none" : `:\n    ${there.join("\n    ")}`;
  const message = `expected the machine ${verb}, but it has${list}`;
  throw new AssertionError(message, { actual: there, expected: { ...expected } });
}

function checkMember(name: string, value: unknown): void {
  if (!isCode(name) && !texts.some((one) => one === name)) {
    const known = [...codes, ...texts].join(", ");
    throw new SpecError(name, `is nothing that a PCI device is known by; it has ${known}`);
  }
  if (isCode(name) ? typeof value === "number" : typeof value === "string") return;
  const takes = isCode(name) ? "a number, such as 0x8086" : 'a text, such as "00:1f.2"';
  throw new SpecError(name, `got ${JSON.stringify(value)}, takes ${takes}`);
}

function isCode(name: string): boolean {
  return codes.some((code) => code === name);
}

function showMember(name: string, value: unknown): string {
  if (typeof value !== "number" || !isCode(name)) return JSON.stringify(value);
  return `0x${hexadecimal(value, 4)}`;
}

/** As `lspci -nn` writes it, nearly: "01:03.0 Ethernet controller [0200]: 8086:100e". */
function summary({ address, classCode, description, deviceId, vendorId }: PciDevice): string {
  const kind = `${description ?? "Device"} [${hexadecimal(classCode, 4)}]`;
  return `${address} ${kind}: ${hexadecimal(vendorId, 4)}:${hexadecimal(deviceId, 4)}`;
}
