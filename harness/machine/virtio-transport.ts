/** Virtio devices on PCI, or at places in memory ("virtio-mmio"). Pure. */
import type { Board } from "./board.ts";

/** QEMU's name of a virtio device, for PCI and for other buses ("virtio-net-pci", "…-device"). */
const model = /^((?:virtio|vhost)-[\w-]+)-(pci|device)$/;

/** Whether a board has virtio in memory only. */
export function isVirtioInMemory({ pci, virtioPlaces = 0 }: Board): boolean {
  return pci === false && virtioPlaces > 0;
}

/**
 * The model of a device for the bus where it goes: one for PCI has a twin for virtio-mmio, which is
 * meant where the board has nothing else, or the bus that is named is one.
 */
export function modelOnItsBus(name: string, bus: unknown, facts: Board): string {
  const [, kind, on] = model.exec(name) ?? [];
  const isNamed = typeof bus === "string" && bus.startsWith("virtio-mmio-bus.");
  return on === "pci" && (isNamed || isVirtioInMemory(facts)) ? `${kind}-device` : name;
}

/**
 * What QEMU is told before a machine with such devices. Its virtio-mmio is as Virtio 0.9 had it
 * unless it is told otherwise (QEMU, hw/virtio/virtio-mmio.c, `force-legacy`).
 */
export function virtioArguments(deviceWords: readonly string[]): string[] {
  const isInMemory = deviceWords.some((word) => {
    const [name = ""] = word.split(",");
    return model.exec(name)?.[2] === "device";
  });
  return isInMemory ? ["-global", "virtio-mmio.force-legacy=false"] : [];
}
