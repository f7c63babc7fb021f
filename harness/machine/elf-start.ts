/** Where the first instruction of a RISC-V ELF file is, for QEMU does not go by its entry point. */
import { SpecError } from "../evidence/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import { partAt } from "./elf-parts.ts";
import type { DetectedImage, ElfImage } from "./image-types.ts";

/**
 * OpenSBI is told the lowest address of a kernel, and without firmware the CPU begins where that
 * would be (QEMU, hw/riscv/boot.c and virt.c). @throws `SpecError` where no instruction is there:
 * but the file's header, or what is not executable.
 */
export function checkElfStart(
  image: DetectedImage | undefined,
  { facts, firmware }: Pick<ChosenBoard, "facts" | "firmware">,
): void {
  if (image?.kind !== "elf" || !facts.ownFirmware || facts.firmwareAt === undefined) return;
  if (firmware !== "default" && firmware !== "none") return;
  const start = firmware === "none" ? facts.firmwareAt : image.parts[0]?.address;
  if (start === undefined || start === image.entersAt) return;
  const what = wrongStart(image, start);
  if (what === undefined) return;
  const who = firmware === "none" ? "the CPU begins at" : "OpenSBI would start it at";
  const why = firmware === "none" ? "where firmware would be" : "its lowest address";
  throw new SpecError(
    "kernel",
    `${image.path} has its entry point at ${hexadecimal(image.entersAt)}, but ${who} ` +
      `${hexadecimal(start)}, ${why}, and there is ${what}; link with -Wl,-n (ld -n), which ` +
      "loads no headers, or with a linker script that has the entry point first",
  );
}

/** What is there instead of an instruction; `undefined` where that is not sure. */
function wrongStart({ entersAt, parts }: ElfImage, start: bigint): string | undefined {
  const part = partAt(parts, start);
  if (part?.hasHeader === true && part.address === start) return "the header of the ELF file";
  const isCodeElsewhere = partAt(parts, entersAt)?.isCode === true;
  return part?.isCode === false && isCodeElsewhere ? "what is not executable" : undefined;
}

function hexadecimal(address: bigint): string {
  return `0x${address.toString(16)}`;
}
