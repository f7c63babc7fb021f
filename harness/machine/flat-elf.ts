/**
 * An ELF file as the flat file that the board's own firmware would start. QEMU itself starts ELF
 * files for a Raspberry Pi on every CPU and in EL3 (hw/arm/boot.c), where no firmware leaves them.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileSource, loadedSegments, readElf } from "../guest/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { DetectedImage } from "./image-types.ts";

/**
 * Where the firmware's flat file lies, if that is made of this one: it lies and begins where that
 * does. `firmware: "none"` asks for what QEMU does.
 */
export function flatStartOf(
  image: DetectedImage,
  { facts: { flatAt }, firmware }: ChosenBoard,
): bigint | undefined {
  if (image.kind !== "elf" || firmware !== "default") return undefined;
  return image.entersAt === flatAt && image.parts[0]?.address === flatAt ? flatAt : undefined;
}

/**
 * Writes what `objcopy -O binary` would write of the ELF file at `path`, by physical addresses.
 * @param base the lowest of them.
 */
export async function convertToFlat(path: string, base: bigint, outputPath: string): Promise<void> {
  await using file = await open(path);
  const segments = loadedSegments(await readElf(fileSource(file, (await file.stat()).size)));
  await writeFile(outputPath, "");
  for (const { fileSizeBytes, offset, physicalAddress } of segments) {
    if (fileSizeBytes === 0n) continue;
    const end = Number(offset + fileSizeBytes) - 1;
    const start = Number(physicalAddress - base);
    await pipeline(
      createReadStream(path, { start: Number(offset), end }),
      createWriteStream(outputPath, { flags: "r+", start }),
    );
  }
}
