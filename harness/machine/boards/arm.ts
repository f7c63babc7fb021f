/**
 * Arm: `virt`, Raspberry Pis, and boards with a Cortex-M. Sources: QEMU, hw/arm/virt.c, raspi.c,
 * mps2.c, stellaris.c and their neighbours.
 */
import { type Architecture, allAddressBits, type Board, pciDiskBuses } from "./board-facts.ts";

/** `-kernel` by Linux's convention: behind the start of RAM, in EL2 where there is one, or SVC. */
const common: Partial<Board> = {
  exitDevice: "semihosting",
  keyboard: false,
  kernelForms: ["flat", "uimage"],
};
const common64: Partial<Board> = { ...common, kernelForms: ["flat", "uimage", "gzip"] };

const virt: Partial<Board> = {
  ...common,
  elfAddressBits: allAddressBits,
  memory: "128M",
  flashBytes: 64 * 1024 ** 2,
  serialPorts: 1,
  // One UART of the secure world, or else a second one where there is something to talk to.
  furtherPorts: [
    { ports: 2, option: "secure" },
    { ports: 2, since: "9.1" },
  ],
  vectorTable: false,
  pci: true,
  virtioPlaces: 32,
  diskBuses: [...pciDiskBuses, "virtio-mmio"],
};

/**
 * A Raspberry Pi has a PL011 (`serial0`) and a "mini UART" (`serial1`), and which of them is the
 * console is the kernel's own choice. The board decides CPU, number of CPUs and memory.
 */
const raspberryPi: Partial<Board> = {
  ...common,
  elfAddressBits: allAddressBits,
  fixedCpu: true,
  cpus: undefined,
  vectorTable: false,
  serialPorts: 2,
  console: "first-to-print",
  diskBus: "sd",
  diskBuses: ["sd"],
  pci: false,
};

/** A microcontroller: no disk, no PCI, its own CPU and memory, a kernel without a device tree. */
const microcontroller: Partial<Board> = {
  ...common,
  diskBuses: [],
  pci: false,
  vectorTable: true,
  deviceTree: false,
  kernelForms: ["flat"],
  emulator: "arm",
};

const cortexM: Architecture["boards"] = {
  "mps2-an385": { ...microcontroller, serialPorts: 5 },
  "mps2-an386": { ...microcontroller, serialPorts: 5 },
  "mps2-an500": { ...microcontroller, serialPorts: 5 },
  "mps2-an505": { ...microcontroller, serialPorts: 5 },
  "mps2-an511": { ...microcontroller, serialPorts: 5 },
  // It has two CPUs, and no fewer.
  "mps2-an521": { ...microcontroller, cpus: undefined, serialPorts: 5 },
  "mps3-an547": { ...microcontroller, serialPorts: 6 },
  // Its gamepad takes keys (hw/arm/stellaris.c).
  lm3s6965evb: { ...microcontroller, keyboard: true, serialPorts: 3 },
  lm3s811evb: { ...microcontroller, serialPorts: 2 },
  microbit: { ...microcontroller, fixedCpu: true, serialPorts: 1 },
  netduino2: { ...microcontroller, fixedCpu: true, serialPorts: 6 },
  netduinoplus2: { ...microcontroller, fixedCpu: true, serialPorts: 7 },
  stm32vldiscovery: { ...microcontroller, fixedCpu: true, serialPorts: 3 },
};

const raspberryPi32: Partial<Board> = { ...raspberryPi, emulator: "arm" };
/** Its firmware puts `kernel8.img` where QEMU does. That of a 32-bit one has another place. */
const raspberryPi64: Partial<Board> = { ...raspberryPi, ...common64, flatAt: 0x8_0000n };

const raspberryPis32 = { raspi0: raspberryPi32, raspi1ap: raspberryPi32, raspi2b: raspberryPi32 };
const raspberryPis64 = {
  raspi3b: raspberryPi64,
  raspi3ap: raspberryPi64,
  raspi4b: { ...raspberryPi64, since: "9.0" },
};

export const armArchitectures: readonly Architecture[] = [
  {
    arch: "aarch64",
    machine: "virt",
    registers: "arm",
    common: common64,
    boards: {
      virt: { ...virt, ...common64, cpu: "cortex-a57" },
      // The 64-bit emulator has the boards of the 32-bit one as well.
      ...cortexM,
      ...raspberryPis32,
      ...raspberryPis64,
    },
  },
  {
    arch: "arm",
    machine: "virt",
    registers: "arm",
    common,
    boards: { virt: { ...virt, cpu: "cortex-a15" }, ...cortexM, ...raspberryPis32 },
  },
];
