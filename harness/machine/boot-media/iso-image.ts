/** ISO 9660 images that a BIOS, UEFI firmware or both boot, by xorriso. */
import { runProgram } from "../../process/index.ts";
import { findTool } from "./image-tools.ts";

/** Milliseconds for an image, which may be of some gigabytes. `docs/limits.md`. */
const isoLimitMs = 60_000;

export interface IsoFile {
  /** Path inside the image, without a slash before it. */
  readonly name: string;
  /** The file on this computer. */
  readonly file: string;
}

export interface IsoContent {
  readonly files: readonly IsoFile[];
  /** The one of `files` that a BIOS loads and runs, without emulating a disk. */
  readonly biosEntry?: string;
  /** The one of `files` that is the FAT image with the UEFI boot file. */
  readonly uefiEntry?: string;
}

/**
 * Makes the image. Names are kept as they are (Rock Ridge), and boot entries are of El Torito.
 * @throws `HostError` without xorriso, or with its words.
 */
export async function makeIso(content: IsoContent, image: string): Promise<void> {
  const xorriso = findTool({
    names: ["xorriso"],
    requirements: ["xorriso"],
    purpose: "it makes the ISO image that the boot loader is started from",
  });
  const { biosEntry, uefiEntry } = content;
  // Four sectors are what every BIOS loads; the table tells the boot loader where the rest is.
  const bios = ["-b", biosEntry ?? "", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"];
  const uefi = ["-e", uefiEntry ?? "", "-no-emul-boot"];
  const separator = biosEntry !== undefined && uefiEntry !== undefined;
  await runProgram(
    xorriso,
    [
      ...["-as", "mkisofs", "-quiet", "-R", "-iso-level", "3", "-o", image],
      ...(biosEntry === undefined ? [] : bios),
      ...(separator ? ["-eltorito-alt-boot"] : []),
      ...(uefiEntry === undefined ? [] : uefi),
      "-graft-points",
      ...content.files.map(({ name, file }) => `${escaped(name)}=${escaped(file)}`),
    ],
    { limitMs: isoLimitMs },
  );
}

/** A graft point's two halves are parted by the first equals sign (xorrisofs(1), -graft-points). */
function escaped(path: string): string {
  return path.replaceAll(/[\\=]/g, "\\$&");
}
