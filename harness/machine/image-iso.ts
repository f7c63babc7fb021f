/** ISO 9660 images and what their El Torito catalogue can boot (ECMA-119; El Torito 1.0). */
import type { ByteSource } from "../guest/index.ts";
import { hasAt } from "./image-formats.ts";
import type { IsoImage } from "./image-types.ts";
import { bootFilesAt } from "./image-uefi.ts";

const sectorBytes = 2048;
const firstDescriptor = 16;
/** Volume descriptors looked at; images have three or four. */
const descriptorsLimit = 16;
/** One sector of catalogue has 64 entries; images have two or three. */
const catalogueBytes = sectorBytes;

/** `true` where a primary volume descriptor is in its place, whatever lies before it. */
export function isIso(head: Buffer): boolean {
  const start = firstDescriptor * sectorBytes;
  return hasAt(head, start + 1, "CD001") && head[start + 6] === 1;
}

/** Reads label and boot entries. A catalogue that is nonsense or missing is no boot entry. */
export async function readIso(
  source: ByteSource,
  head: Buffer,
): Promise<Pick<IsoImage, "elTorito" | "label" | "architectures">> {
  const start = firstDescriptor * sectorBytes;
  const label = head.toString("latin1", start + 40, start + 72).trim();
  const { uefiSector, ...elTorito } = await readBootEntries(source, findCatalogue(head));
  const facts = { label: label === "" ? undefined : label, elTorito };
  if (uefiSector === undefined) return facts;
  return { ...facts, architectures: await bootFilesAt(source, uefiSector * sectorBytes) };
}

/** The sector of the boot catalogue, from the boot record among the volume descriptors. */
function findCatalogue(head: Buffer): number | undefined {
  for (let index = 1; index < descriptorsLimit; index++) {
    const start = (firstDescriptor + index) * sectorBytes;
    if (!hasAt(head, start + 1, "CD001")) return undefined;
    const isBootRecord = head[start] === 0 && hasAt(head, start + 7, "EL TORITO SPECIFICATION");
    if (isBootRecord && start + 0x4b <= head.length) return head.readUInt32LE(start + 0x47);
  }
  return undefined;
}

async function readBootEntries(
  source: ByteSource,
  sector: number | undefined,
): Promise<IsoImage["elTorito"] & { uefiSector?: number }> {
  const found: { bios: boolean; uefi: boolean; uefiSector?: number } = { bios: false, uefi: false };
  const offset = (sector ?? 0) * sectorBytes;
  if (sector === undefined || offset + catalogueBytes > source.sizeBytes) return found;
  const catalogue = await source.read(offset, catalogueBytes, "the boot catalogue");
  // The validation entry starts with 01 and ends with 55 AA.
  if (catalogue[0] !== 1 || catalogue[30] !== 0x55 || catalogue[31] !== 0xaa) return found;
  let platform = catalogue[1];
  for (let place = 32; place + 32 <= catalogueBytes; place += 32) {
    const indicator = catalogue[place];
    // 90 and 91 are headers of a section: the platform of the entries behind them.
    if (indicator === 0x90 || indicator === 0x91) platform = catalogue[place + 1];
    else if (indicator === 0x88 && platform !== 0xef) found.bios = true;
    else if (indicator === 0x88) {
      found.uefi = true;
      found.uefiSector ??= catalogue.readUInt32LE(place + 8);
    } else if (indicator === 0x00 && platform !== undefined && place > 32) break;
  }
  return found;
}
