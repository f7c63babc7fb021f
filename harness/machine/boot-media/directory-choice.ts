/** What a directory of the spec says of the machine that is to boot from it. */
import { SpecError } from "../../evidence/index.ts";
import type { MachineSpec } from "../spec.ts";
import { type SurveyedDirectory, surveyDirectory } from "./directory-disk.ts";

/** A spec with what its directory decides, and what was found in that. */
export interface DirectoryChoice {
  readonly spec: MachineSpec;
  readonly surveyed: SurveyedDirectory | undefined;
}

/**
 * Looks at the directory of a spec, if there is one. Where the machine is to boot from it, the boot
 * files in EFI/BOOT decide that by UEFI, and for which architecture.
 * @throws `SpecError` as `surveyDirectory`; on `firmware` or `arch` where that has to decide.
 */
export async function chooseByDirectory(spec: MachineSpec): Promise<DirectoryChoice> {
  if (spec.directory === undefined) return { spec, surveyed: undefined };
  const surveyed = await surveyDirectory(spec.directory);
  const hasOther = [spec.kernel, spec.disks, spec.cdrom].some((one) => one !== undefined);
  if (hasOther) return { spec, surveyed };
  const { bootable, path } = surveyed;
  const isUefi = spec.firmware === undefined && bootable.length > 0;
  if (spec.firmware === "bios" || (spec.firmware === undefined && !isUefi)) {
    const file = isUefi ? "" : " and has no boot file in EFI/BOOT";
    throw new SpecError(
      "firmware",
      `has to be "uefi" or a file for a machine that boots from ${path}: a directory has no ` +
        `boot sector${file}; or give a kernel beside it`,
    );
  }
  const firmware = spec.firmware ?? "uefi";
  if (spec.arch !== undefined || firmware !== "uefi")
    return { spec: { ...spec, firmware }, surveyed };
  return { spec: { ...spec, firmware, arch: archOf(bootable, path) }, surveyed };
}

function archOf(bootable: readonly string[], path: string): string {
  const [first, ...others] = bootable;
  if (others.length === 0) return first ?? "x86_64";
  throw new SpecError(
    "arch",
    `is missing: ${path} has boot files for ${bootable.join(", ")}; say which one to boot`,
  );
}
