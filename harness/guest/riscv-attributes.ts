/** The build attributes of a RISC-V ELF file (RISC-V ABIs Specification, "Attributes"). */
import { type AttributeVendor, readBuildAttributes } from "./build-attributes.ts";
import type { Elf } from "./elf.ts";
import type { ByteSource } from "./elf-bytes.ts";

/** Tag_RISCV_arch. */
const architectureTag = 5;

const vendor: AttributeVendor = { name: "riscv", isText: (name) => name % 2 === 1 };

/**
 * @returns the extensions that the program was built for ("rv64i2p1_m2p0"), or `undefined` where it
 *   does not say.
 * @throws `ElfError` where the file is truncated.
 */
export async function readRiscvArchitecture(
  source: ByteSource,
  elf: Elf,
): Promise<string | undefined> {
  return (await readBuildAttributes(source, elf, vendor))?.texts.get(architectureTag);
}
