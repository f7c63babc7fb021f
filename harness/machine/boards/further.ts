/**
 * Architectures that need no more than a row. Sources: QEMU's hw/ folder of each, and what its
 * boards do with `-serial` (7.2).
 */
import { type Architecture, allAddressBits, type Board, pciDiskBuses } from "./board-facts.ts";

const further = {
  registers: "program counter",
  common: { deviceTree: false },
} as const satisfies Partial<Architecture>;

/** The Malta board, with two 16550 UARTs on its Super I/O chip and one of its own. */
const malta = (arch: string, cpu: string): Architecture => ({
  arch,
  machine: "malta",
  ...further,
  boards: {
    malta: {
      cpu,
      memory: "128M",
      serialPorts: 3,
      diskBus: "ide",
      pci: true,
      kernelForms: [],
      // KSEG0, and XKPHYS as far as it is RAM (target/mips/addr.c).
      elfAddressBits: 0x1fff_ffffn,
    },
  },
});

/** An emulator whose default board is all that is known. */
const plain = (arch: string, machine: string, board: Partial<Board> = {}): Architecture => ({
  arch,
  machine,
  ...further,
  boards: { [machine]: board },
});

/** The workstation B160L; QEMU up to 8.1 knew no other PA-RISC (hw/hppa/machine.c). */
const b160l: Partial<Board> = {
  memory: "512M",
  serialPorts: 2,
  diskBus: "scsi",
  pci: true,
  kernelForms: [],
};

export const furtherArchitectures: readonly Architecture[] = [
  plain("ppc64", "pseries", {
    cpu: "power9",
    memory: "512M",
    diskBus: "scsi",
    pci: true,
    kernelForms: [],
  }),
  plain("ppc", "g3beige", {
    cpu: "750",
    memory: "128M",
    serialPorts: 2,
    diskBus: "ide",
    pci: true,
    kernelForms: ["flat"],
  }),
  // Not where a Linux image has its mark, such a file begins by the PSW at its start.
  plain("s390x", "s390-ccw-virtio", {
    cpu: "qemu",
    memory: "128M",
    serialPorts: 2,
    kernelForms: ["flat"],
    elfAddressBits: allAddressBits,
  }),
  malta("mips", "24Kf"),
  malta("mipsel", "24Kf"),
  malta("mips64", "MIPS64R2-generic"),
  malta("mips64el", "MIPS64R2-generic"),
  plain("loongarch64", "virt", {
    memory: "1G",
    serialPorts: 1,
    furtherPorts: [{ ports: 4, since: "9.2" }],
    pci: true,
    // The windows of its direct mapping (hw/loongarch/virt.c).
    elfAddressBits: 2n ** 48n - 1n,
    kernelForms: [],
  }),
  plain("m68k", "virt", {
    cpu: "m68040",
    memory: "128M",
    serialPorts: 1,
    pci: false,
    kernelForms: [],
    elfAddressBits: allAddressBits,
    virtioPlaces: 128,
    diskBuses: ["virtio", "virtio-mmio", "scsi"],
  }),
  {
    arch: "hppa",
    machine: "hppa",
    ...further,
    boards: {
      hppa: { ...b160l, laterName: "B160L" },
      B160L: { ...b160l, since: "8.2" },
    },
  },
  plain("alpha", "clipper", {
    cpu: "ev67",
    memory: "128M",
    serialPorts: 2,
    pci: true,
    kernelForms: [],
  }),
  plain("sh4", "r2d", { serialPorts: 3, diskBus: "ide", pci: true, kernelForms: ["flat"] }),
  {
    arch: "or1k",
    machine: "or1k-sim",
    ...further,
    boards: {
      "or1k-sim": {
        serialPorts: 4,
        pci: false,
        diskBuses: [],
        kernelForms: ["flat", "uimage"],
        elfAddressBits: allAddressBits,
      },
      virt: {
        serialPorts: 1,
        kernelForms: ["flat", "uimage"],
        elfAddressBits: allAddressBits,
        pci: true,
        virtioPlaces: 8,
        diskBuses: [...pciDiskBuses, "virtio-mmio"],
      },
    },
  },
  plain("xtensa", "sim", { serialPorts: 1, pci: false, diskBuses: [], kernelForms: [] }),
  plain("microblaze", "petalogix-s3adsp1800", {
    fixedCpu: true,
    serialPorts: 1,
    pci: false,
    diskBuses: [],
    kernelForms: ["flat", "uimage"],
  }),
  plain("avr", "arduino-uno", {
    fixedCpu: true,
    serialPorts: 1,
    pci: false,
    diskBuses: [],
    kernelForms: [],
  }),
];
