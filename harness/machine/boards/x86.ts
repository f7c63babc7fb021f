/** PCs, and the minimal machine `microvm`. Sources: QEMU, hw/i386/pc.c, pc_piix.c and microvm.c. */
import { type Architecture, type Board, pciDiskBuses } from "./board-facts.ts";

const common: Partial<Board> = {
  memory: "128M",
  diskBus: "ide",
  exitDevice: "isa-debug-exit",
  isa: true,
  needsFirmware: true,
  deviceTree: false,
  kernelForms: [],
  emulator: "x86_64",
};
const pc: Partial<Board> = { ...common, pc: true, pci: true };
const noMachine = {
  serialPorts: 0,
  isa: false,
  exitDevice: undefined,
  emulator: undefined,
} as const;

function boards(cpu: string): Architecture["boards"] {
  return {
    pc: { ...pc, cpu, diskBuses: ["ide", ...pciDiskBuses, "floppy"] },
    q35: { ...pc, cpu, diskBus: "ahci", diskBuses: [...pciDiskBuses, "floppy"] },
    // Newer QEMUs have 32-bit CPUs only for it (hw/i386/isapc.c).
    isapc: { ...pc, cpu: "qemu32", pci: false, diskBuses: ["ide", "floppy"] },
    microvm: {
      ...common,
      keyboard: false,
      cpu,
      serialPorts: 1,
      pci: false,
      diskBus: "virtio",
      virtioPlaces: 24,
      diskBuses: ["virtio", "virtio-mmio", "scsi"],
    },
    none: noMachine,
    "x-remote": noMachine,
  };
}

export const x86Architectures: readonly Architecture[] = [
  { arch: "x86_64", machine: "pc", registers: "x86", common, boards: boards("qemu64") },
  { arch: "i386", machine: "pc", registers: "x86", common, boards: boards("qemu32") },
];
