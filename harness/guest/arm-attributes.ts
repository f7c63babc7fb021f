/** The build attributes of an Arm ELF file (ABI for the Arm Architecture, addenda, chapter 3). */
import { type AttributeVendor, readBuildAttributes } from "./build-attributes.ts";
import type { Elf } from "./elf.ts";
import type { ByteSource } from "./elf-bytes.ts";

/** Tags of the "aeabi" attributes (section 3.3.5). */
const tag = {
  cpuRawName: 4,
  cpuName: 5,
  cpuArch: 6,
  cpuProfile: 7,
  fpArch: 10,
  hardFpUse: 27,
  compatibility: 32,
  dspExtension: 46,
  mveArch: 48,
} as const;

/** Tags above 32 hold a text where they are odd. */
const vendor: AttributeVendor = {
  name: "aeabi",
  isText: (name) =>
    name === tag.cpuName || name === tag.cpuRawName || (name > 32 && name % 2 === 1),
  compatibility: tag.compatibility,
};

/** What they say; what they do not say is `undefined`. */
export interface ArmAttributes {
  /** "A", "R", "M", or "S" for any of the first two. */
  readonly profile: string | undefined;
  /** Value of Tag_CPU_arch. */
  readonly architecture: number | undefined;
  /** "cortex-m4", or just "7E-M". */
  readonly cpuName: string | undefined;
  /** Value of Tag_FP_arch; 0 is no floating-point unit. */
  readonly floatingPoint: number;
  /** Whether it uses no double precision, where it says that. */
  readonly isSingleOnly: boolean;
  readonly hasDsp: boolean;
  /** Vector instructions of v8.1-M. */
  readonly hasMve: boolean;
}

/**
 * @returns `undefined` where the file has none, or none that can be read.
 * @throws `ElfError` where the file is truncated.
 */
export async function readArmAttributes(
  source: ByteSource,
  elf: Elf,
): Promise<ArmAttributes | undefined> {
  const attributes = await readBuildAttributes(source, elf, vendor);
  if (attributes === undefined) return undefined;
  const { numbers, texts } = attributes;
  const profile = numbers.get(tag.cpuProfile) ?? 0;
  return {
    profile: profile === 0 ? undefined : String.fromCharCode(profile),
    architecture: numbers.get(tag.cpuArch),
    cpuName: texts.get(tag.cpuName),
    floatingPoint: numbers.get(tag.fpArch) ?? 0,
    isSingleOnly: numbers.get(tag.hardFpUse) === 1,
    hasDsp: numbers.get(tag.dspExtension) === 1,
    hasMve: (numbers.get(tag.mveArch) ?? 0) !== 0,
  };
}
