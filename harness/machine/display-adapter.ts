/** The display adapter of a machine. Pure. */
import { SpecError } from "../evidence/index.ts";
import type { Board } from "./board.ts";
import type { DetectedImage } from "./image-types.ts";
import type { MachineSpec } from "./spec.ts";

/** `"std"` is QEMU's VGA adapter, `"virtio"` its paravirtual one, `"ramfb"` a frame in RAM. */
export type DisplayAdapter = "std" | "virtio" | "ramfb";

/**
 * A PC has a VGA adapter, because kernels that are booted by firmware expect one; but not for a
 * Linux bzImage, and not `microvm`, which has no bus for it.
 * @throws `SpecError` where the board has no bus for what the spec asks for.
 */
export function chooseDisplay(
  { display }: MachineSpec,
  image: DetectedImage | undefined,
  facts: Board,
  place: string,
): DisplayAdapter | undefined {
  if (display === "none") return undefined;
  if (display === undefined) return facts.pc && image?.kind !== "bzimage" ? "std" : undefined;
  if (display !== "ramfb" && facts.pci === false) {
    const advice = facts.isa ? 'take "pc" or "q35" as the machine' : "leave it out";
    throw new SpecError("display", `got "${display}", but ${place} has no PCI bus; ${advice}`);
  }
  return display;
}

export function displayArguments(display: DisplayAdapter | undefined, facts: Board): string[] {
  switch (display) {
    case undefined:
      return [];
    case "std":
      return facts.pc ? ["-vga", "std"] : ["-device", "VGA"];
    case "virtio":
      return ["-device", facts.pc ? "virtio-vga" : "virtio-gpu-pci"];
    case "ramfb":
      return ["-device", "ramfb"];
  }
}

/** Whether it has the text mode of a VGA adapter. */
export function hasTextMode(display: DisplayAdapter | undefined, facts: Board): boolean {
  return facts.pc && (display === "std" || display === "virtio");
}
