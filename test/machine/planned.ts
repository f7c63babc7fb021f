/** Images as they are detected, and plans as they are made of them, without any file or QEMU. */
import { type ChosenBoard, chooseBoard } from "../../harness/machine/choose-board.ts";
import type { MachinePlan } from "../../harness/machine/command-line.ts";
import { planRtc } from "../../harness/machine/devices/rtc.ts";
import type { DetectedImage, ElfImage } from "../../harness/machine/image-types.ts";
import { hasDebugConsole, portNames } from "../../harness/machine/port-specs.ts";
import { sortArguments } from "../../harness/machine/qemu-arguments.ts";
import type { MachineSpec } from "../../harness/machine/spec.ts";

const elf: ElfImage = {
  kind: "elf",
  path: "/kernels/kernel.elf",
  sizeBytes: 4096,
  bits: 64,
  endian: "little",
  elfMachine: 62,
  arch: "x86_64",
  entry: 0x100000n,
  entersAt: 0x100000n,
  parts: [],
  isCortexM: false,
  pvh: false,
  multiboot: null,
  bootable: "entry",
  obstacle: null,
};
const firmwareInRam = {
  address: 0x80000000n,
  virtualAddress: 0x80000000n,
  fileSizeBytes: 4096n,
  memorySizeBytes: 4096n,
  isCode: true,
  isWritten: false,
  hasHeader: false,
  isDispensable: false,
};
const arm = {
  profile: "A",
  architecture: 10,
  cpuName: undefined,
  floatingPoint: 0,
  isSingleOnly: false,
  hasDsp: false,
  hasMve: false,
};
const file = (path: string) => ({ path, sizeBytes: 512 });
const iso = { kind: "iso9660", ...file("/kernels/system.iso"), label: undefined } as const;
const efi = { kind: "efi-application", ...file("/kernels/app.efi"), peMachine: 0x8664 } as const;

const images = {
  pvh: { ...elf, pvh: true, bootable: "pvh" },
  multiboot: { ...elf, bits: 32, elfMachine: 3, arch: "i386", multiboot: 1, bootable: "multiboot" },
  multiboot64: { ...elf, multiboot: 1, bootable: "multiboot-as-elf32" },
  multiboot2: { ...elf, multiboot: 2, bootable: "multiboot2" },
  "entry-aarch64": { ...elf, elfMachine: 183, arch: "aarch64" },
  "raspberry-pi": {
    ...elf,
    elfMachine: 183,
    arch: "aarch64",
    entersAt: 0x80000n,
    parts: [{ ...firmwareInRam, address: 0x80000n, virtualAddress: 0x80000n }],
  },
  "entry-riscv64": { ...elf, elfMachine: 243, arch: "riscv64" },
  "riscv64-machine-mode": { ...elf, elfMachine: 243, arch: "riscv64", parts: [firmwareInRam] },
  "riscv64-vector": { ...elf, arch: "riscv64", riscvArchitecture: "rv64i2p0_m2p0_v1p0_zvl128b1p0" },
  "riscv64-wide": {
    ...elf,
    arch: "riscv64",
    riscvArchitecture: "rv64i2p0_v1p0_zvl128b1p0_zvl512b1p0",
  },
  "riscv64-zve": { ...elf, arch: "riscv64", riscvArchitecture: "rv64i2p0_zve32x1p0_svinval1p0" },
  "arm-v7": { ...elf, arch: "arm", arm: { ...arm, architecture: 10 } },
  "arm-v8": { ...elf, arch: "arm", arm: { ...arm, architecture: 14 } },
  "arm-r": { ...elf, arch: "arm", arm: { ...arm, architecture: 10, profile: "R" } },
  "cortex-m": { ...elf, bits: 32, elfMachine: 40, arch: "arm", isCortexM: true },
  "vector-table": {
    kind: "unknown",
    ...file("/kernels/flat.bin"),
    looks: "data",
    isVectorTable: true,
  },
  bzimage: {
    kind: "bzimage",
    ...file("/kernels/bzImage"),
    version: "6.1.0",
    protocol: "2.15",
    is64Bit: true,
  },
  "boot-sector": {
    kind: "boot-sector",
    ...file("/kernels/boot.img"),
    partitions: "none",
    floppy: false,
    fat: false,
  },
  "uefi-disk": {
    kind: "boot-sector",
    ...file("/kernels/disk.img"),
    partitions: "gpt",
    floppy: false,
    fat: false,
    uefiOnly: ["i386", "x86_64"],
  },
  "iso-bios": { ...iso, elTorito: { bios: true, uefi: false } },
  "iso-uefi": { ...iso, elTorito: { bios: false, uefi: true } },
  "efi-x86_64": { ...efi, arch: "x86_64" },
  "efi-aarch64": { ...efi, arch: "aarch64", peMachine: 0xaa64 },
  flat: { kind: "unknown", ...file("/kernels/flat.bin"), looks: "data" },
} satisfies Record<string, DetectedImage>;

export type ImageName = keyof typeof images;

export function imageOf(name: ImageName): DetectedImage {
  return images[name];
}

/** The board of a spec and an image. */
export function boardFor(spec: MachineSpec, image: ImageName | undefined): ChosenBoard {
  return chooseBoard(spec, image === undefined ? undefined : images[image]);
}

/** A plan with the board that the spec and the image come to, and otherwise plain. */
export function planFor(
  spec: MachineSpec,
  image: ImageName | undefined,
  rest: Partial<MachinePlan> = {},
): MachinePlan {
  const board = boardFor(spec, image);
  const names = spec.serialPorts ?? ["serial0"];
  const debugConsole = { name: "debug-console", kind: "debug-console" } as const;
  const semihosting = { name: "semihosting", kind: "semihosting" } as const;
  return {
    qemu: `/usr/bin/qemu-system-${board.arch}`,
    board,
    accelerator: "tcg",
    clock: spec.clock ?? "host",
    startsAt: planRtc(spec.devices),
    deviceTree: spec.deviceTree,
    flatBinary: undefined,
    kernel: undefined,
    initrd: spec.initrd,
    commandLine: spec.commandLine,
    media: { disks: [], cdrom: undefined, cdromFirst: false },
    devices: [],
    firmware: { kind: "default" },
    efiStarter: undefined,
    ports: [
      ...portNames(names).map((name) => ({ name, kind: "serial" }) as const),
      ...(hasDebugConsole(spec) ? [debugConsole] : []),
      ...(board.exit?.device === "semihosting" ? [semihosting] : []),
    ],
    onReset: spec.onReset ?? "stop",
    exitOutcomes: spec.exitOutcomes,
    debug: spec.debug ?? false,
    sandbox: true,
    extra: sortArguments(spec.qemuArguments ?? [], { clock: spec.clock }),
    ...rest,
  };
}
