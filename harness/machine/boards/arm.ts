/**
 * Arm: `virt`, Raspberry Pis, and boards with a Cortex-M. Sources: QEMU, hw/arm/virt.c, raspi.c,
 * mps2.c, stellaris.c and their neighbours.
 */
import { type Architecture, type Board, pciDiskBuses } from "./board-facts.ts";

const common: Partial<Board> = { exitDevice: "semihosting", keyboard: false };

const virt: Partial<Board> = {
  ...common,
  memory: "128M",
  flashBytes: 64 * 1024 ** 2,
  serialPorts: 1,
  vectorTable: false,
  pci: true,
  diskBuses: pciDiskBuses,
};

/**
 * A Raspberry Pi has a PL011 (`serial0`) and a "mini UART" (`serial1`), and which of them is the
 * console is the kernel's own choice. The board decides CPU, number of CPUs and memory.
 */
const raspberryPi: Partial<Board> = {
  ...common,
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
};

const cortexM: Architecture["boards"] = {
  "mps2-an385": { ...microcontroller, serialPorts: 5 },
  "mps2-an386": { ...microcontroller, serialPorts: 5 },
  "mps2-an500": { ...microcontroller, serialPorts: 5 },
  "mps2-an505": { ...microcontroller, serialPorts: 5 },
  "mps2-an511": { ...microcontroller, serialPorts: 5 },
  // Its gamepad takes keys (hw/arm/stellaris.c).
  lm3s6965evb: { ...microcontroller, keyboard: true, serialPorts: 3 },
  lm3s811evb: { ...microcontroller, serialPorts: 2 },
  microbit: { ...microcontroller, fixedCpu: true, serialPorts: 1 },
  netduino2: { ...microcontroller, fixedCpu: true, serialPorts: 6 },
  netduinoplus2: { ...microcontroller, fixedCpu: true, serialPorts: 7 },
  stm32vldiscovery: { ...microcontroller, fixedCpu: true, serialPorts: 3 },
};

const raspberryPis32 = { raspi0: raspberryPi, raspi1ap: raspberryPi, raspi2b: raspberryPi };
const raspberryPis64 = {
  raspi3ap: raspberryPi,
  raspi3b: raspberryPi,
  raspi4b: { ...raspberryPi, since: "9.0" },
};

/** The board that a program for a Cortex-M is run on where the spec names none. */
export const cortexMBoard = "mps2-an385";

export const armArchitectures: readonly Architecture[] = [
  {
    arch: "aarch64",
    machine: "virt",
    registers: "arm",
    common,
    boards: {
      virt: { ...virt, cpu: "cortex-a57" },
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
