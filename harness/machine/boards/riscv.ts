/** RISC-V. Sources: QEMU, hw/riscv/virt.c, sifive_u.c, sifive_e.c and spike.c. */
import { type Architecture, allAddressBits, type Board, pciDiskBuses } from "./board-facts.ts";

/** OpenSBI is where RAM begins (QEMU, hw/riscv/boot.c). */
const firmwareAt = 0x8000_0000n;

/** `-kernel` goes behind the firmware, which starts it in S-mode, or without one to its place. */
const common: Partial<Board> = {
  ownFirmware: true,
  elfAddressBits: allAddressBits,
  keyboard: false,
  kernelForms: ["flat", "uimage"],
};

const virt: Partial<Board> = {
  ...common,
  firmwareAt,
  flashBytes: 32 * 1024 ** 2,
  memory: "128M",
  serialPorts: 1,
  pci: true,
  virtioPlaces: 8,
  diskBuses: [...pciDiskBuses, "virtio-mmio"],
  exitDevice: "finisher",
};

const boards = (cpu: string): Architecture["boards"] => ({
  virt: { ...virt, cpu },
  // Has one CPU for monitoring and up to four for the operating system.
  sifive_u: {
    cpus: undefined,
    serialPorts: 2,
    diskBus: "sd",
    diskBuses: ["sd"],
    pci: false,
    firmwareAt,
  },
  // Its CPU begins in flash memory, and QEMU would put such a file into RAM.
  sifive_e: { serialPorts: 2, diskBuses: [], pci: false, deviceTree: false, kernelForms: [] },
  spike: { firmwareAt, serialPorts: 1, diskBuses: [], pci: false },
});

export const riscvArchitectures: readonly Architecture[] = [
  { arch: "riscv64", machine: "virt", registers: "riscv", common, boards: boards("rv64") },
  { arch: "riscv32", machine: "virt", registers: "riscv", common, boards: boards("rv32") },
];
