/** Files that do not tell for which computer they are: what a board does with them. */
import { SpecError } from "../evidence/index.ts";
import type { Board, KernelForm } from "./board.ts";
import { type DetectedImage, describeImage } from "./image-types.ts";
import type { MachineSpec } from "./spec.ts";

/** The form of a kernel that only a spec makes one; `undefined` of all other files. */
export function kernelFormOf(image: DetectedImage): KernelForm | undefined {
  if (image.kind === "unknown") return image.looks === "data" ? "flat" : undefined;
  return image.kind === "uimage" || image.kind === "gzip" ? image.kind : undefined;
}

/** @throws `SpecError` on `kernel` where QEMU's `-kernel` would not start such a file. */
export function checkKernelForm(
  spec: MachineSpec,
  image: DetectedImage | undefined,
  facts: Board,
  place: string,
): void {
  const form = image === undefined ? undefined : kernelFormOf(image);
  if (image === undefined || form === undefined || spec.loadAddress !== undefined) return;
  if (facts.kernelForms?.includes(form) !== false) return;
  const what = `${image.path} is a file without a boot header (${describeImage(image)})`;
  const elf = facts.isa ? "an ELF with a PVH note or a Multiboot header" : "an ELF file";
  const other = facts.needsFirmware || form !== "flat" ? "" : ", or say where it goes: loadAddress";
  throw new SpecError(
    "kernel",
    `${what}, which QEMU does not start on ${place}; give ${elf}${other}`,
  );
}
