/** Machine type, CPU, memory and firmware, by image and spec alone. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { chooseBoard } from "../../harness/machine/choose-board.ts";
import type { MachineSpec } from "../../harness/machine/spec.ts";
import { type ImageName, imageOf } from "./planned.ts";

type Row = readonly [
  image: ImageName | undefined,
  spec: MachineSpec,
  words: string, // arch, machine, CPU, memory, firmware
  features?: string,
];

const rows: readonly Row[] = [
  ["pvh", {}, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["pvh", { machine: "microvm" }, "x86_64 microvm qemu64 128M qboot", "exit virtio"],
  ["pvh", { disks: ["a.img"] }, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["pvh", { cdrom: "a.iso" }, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["pvh", { serialPorts: ["a", "b"] }, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["pvh", { firmware: "bios" }, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["pvh", { debugConsole: true }, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["pvh", { display: "none" }, "x86_64 pc qemu64 128M default", "exit ide"],
  ["pvh", { exitDevice: false }, "x86_64 pc qemu64 128M default", "vga ide"],
  ["pvh", { cpu: "max", memory: "1G" }, "x86_64 pc max 1G default", "vga exit ide"],
  ["multiboot", {}, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["multiboot", { arch: "i386" }, "i386 pc qemu32 128M default", "vga exit ide"],
  ["multiboot", { machine: "q35" }, "x86_64 q35 qemu64 128M default", "vga exit ahci"],
  [
    "multiboot",
    { machine: "pc-q35-7.2" },
    "x86_64 pc-q35-7.2 qemu64 128M default",
    "vga exit ahci",
  ],
  ["multiboot64", {}, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["multiboot2", {}, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["multiboot2", { firmware: "uefi" }, "x86_64 q35 qemu64 256M uefi", "vga exit ahci"],
  ["pvh", { directory: "files" }, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["uefi-disk", {}, "x86_64 q35 qemu64 256M uefi", "vga exit ahci"],
  ["uefi-disk", { arch: "aarch64" }, "aarch64 virt cortex-a57 256M uefi", "virtio"],
  ["bzimage", {}, "x86_64 pc qemu64 128M default", "exit ide"],
  ["boot-sector", {}, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["iso-bios", {}, "x86_64 pc qemu64 128M default", "vga exit ide"],
  ["iso-uefi", { arch: "x86_64" }, "x86_64 pc qemu64 256M uefi", "vga exit ide"],
  ["efi-x86_64", {}, "x86_64 q35 qemu64 256M uefi", "vga exit ahci"],
  ["efi-aarch64", {}, "aarch64 virt cortex-a57 256M uefi", "virtio"],
  ["entry-aarch64", {}, "aarch64 virt cortex-a57 128M default", "virtio"],
  [
    "entry-aarch64",
    { exitDevice: true },
    "aarch64 virt cortex-a57 128M default",
    "semihosting virtio",
  ],
  ["entry-aarch64", { machine: "virt-7.2" }, "aarch64 virt-7.2 cortex-a57 128M default", "virtio"],
  ["entry-aarch64", { machine: "raspi3b" }, "aarch64 raspi3b - - default", "sd"],
  ["raspberry-pi", {}, "aarch64 raspi3b - - default", "sd"],
  ["raspberry-pi", { machine: "virt" }, "aarch64 virt cortex-a57 128M default", "virtio"],
  ["riscv64-vector", {}, "riscv64 virt rv64,v=true 128M default", "finisher virtio"],
  ["riscv64-wide", {}, "riscv64 virt rv64,v=true,vlen=512 128M default", "finisher virtio"],
  ["riscv64-wide", { cpu: "max" }, "riscv64 virt max 128M default", "finisher virtio"],
  ["riscv64-zve", {}, "riscv64 virt rv64 128M default", "finisher virtio"],
  ["arm-v7", {}, "arm virt cortex-a15 128M default", "virtio"],
  ["arm-v8", {}, "arm virt max 128M default", "virtio"],
  ["arm-r", { machine: "virt" }, "arm virt cortex-a15 128M default", "virtio"],
  ["cortex-m", {}, "arm mps2-an385 - - default", "virtio"],
  ["cortex-m", { machine: "lm3s6965evb" }, "arm lm3s6965evb - - default", "virtio"],
  ["vector-table", { arch: "arm" }, "arm mps2-an385 - - default", "virtio"],
  ["flat", { arch: "aarch64", loadAddress: 0 }, "aarch64 virt cortex-a57 128M none", "virtio"],
  ["flat", { arch: "aarch64" }, "aarch64 virt cortex-a57 128M default", "virtio"],
  ["flat", { arch: "riscv64" }, "riscv64 virt rv64 128M default", "finisher virtio"],
  ["flat", { machine: "raspi3b" }, "aarch64 raspi3b - - default", "sd"],
  [
    "flat",
    { arch: "riscv64", loadAddress: 0, firmware: "bios" },
    "riscv64 virt rv64 128M default",
    "finisher virtio",
  ],
  [undefined, { arch: "mips" }, "mips malta 24Kf 128M default", "ide"],
  [undefined, { arch: "ppc64" }, "ppc64 pseries power9 512M default", "scsi"],
  ["entry-riscv64", {}, "riscv64 virt rv64 128M default", "finisher virtio"],
  ["riscv64-machine-mode", {}, "riscv64 virt rv64 128M none", "finisher virtio"],
  ["entry-riscv64", { firmware: "none" }, "riscv64 virt rv64 128M none", "finisher virtio"],
  ["entry-riscv64", { machine: "sifive_u" }, "riscv64 sifive_u - - default", "sd"],
  [
    "entry-riscv64",
    { exitDevice: "semihosting" },
    "riscv64 virt rv64 128M default",
    "semihosting virtio",
  ],
  [
    "entry-aarch64",
    { machine: "virt,gic-version=3" },
    "aarch64 virt,gic-version=3 cortex-a57 128M default",
    "virtio",
  ],
  [undefined, { firmware: "uefi" }, "x86_64 q35 qemu64 256M uefi", "vga exit ahci"],
  [
    undefined,
    { firmware: "fw.bin", arch: "riscv64" },
    "riscv64 virt rv64 128M fw.bin",
    "finisher virtio",
  ],
  [undefined, { disks: ["a.img"] }, "x86_64 pc qemu64 128M default", "vga exit ide"],
  [undefined, { arch: "riscv64" }, "riscv64 virt rv64 128M default", "finisher virtio"],
];

test.for(rows)("$0 with $1: $2", ([image, spec, words, features]) => {
  const board = chooseBoard(spec, image === undefined ? undefined : imageOf(image));
  const { arch, cpu, firmware, machine, memory } = board;
  expect([arch, machine, cpu ?? "-", memory ?? "-", firmware].join(" ")).toBe(words);
  const { display, exit, facts } = board;
  const exits = { "isa-debug-exit": "exit", finisher: "finisher", semihosting: "semihosting" };
  const shown = display === "std" ? "vga" : (display ?? "");
  expect([shown, exit && exits[exit.device], facts.diskBus].filter(Boolean).join(" ")).toBe(
    features,
  );
});

test("a program for a Cortex-R says that virt has none", () => {
  expect(() => chooseBoard({}, imageOf("arm-r"))).toThrow(
    "machine: is missing: /kernels/kernel.elf was built for a Cortex-R (Tag_CPU_arch_profile is R), " +
      'which "virt" has not; QEMU 9.0',
  );
});

test("a board without a row has as many CPUs as QEMU gives it", () => {
  expect(chooseBoard({ arch: "arm", machine: "orangepi-pc" }, undefined).cpus).toBeUndefined();
  expect(chooseBoard({ arch: "arm", machine: "virt-7.2" }, undefined).cpus).toBe(1);
});

test("a program for a Cortex-M runs on boards that are not in the table", () => {
  const board = chooseBoard({ machine: "mps2-an521" }, imageOf("cortex-m"));
  expect(board.machineType).toBe("mps2-an521");
});

test("the accelerator changes nothing", () => {
  const specs = (["auto", "kvm", "tcg", "hvf"] as const).map((accelerator) => ({ accelerator }));
  const boards = specs.map((spec) => chooseBoard(spec, imageOf("pvh")));
  expect(new Set(boards.map((board) => JSON.stringify(board))).size).toBe(1);
});

describe("refused", () => {
  test.each<[ImageName | undefined, MachineSpec, string]>([
    [undefined, {}, "kernel: is missing: give an image, or firmware, disks or arch"],
    [undefined, { machine: "q35" }, "kernel: is missing: give an image, or firmware, disks or"],
    [undefined, { machine: "virt", disks: ["a"] }, "arch: is missing: virt is a board of aarch64,"],
    [
      "flat",
      { arch: "x86_64" },
      "which QEMU does not start on pc of x86_64; give an ELF with a PVH",
    ],
    ["flat", {}, "arch: is missing: this image does not tell for which computer it is"],
    ["iso-uefi", {}, "arch: is missing: the EFI system partition has not one boot file that"],
    [
      undefined,
      { arch: "tricore" },
      "machine: is missing: say which board of tricore to use, or correct arch",
    ],
    [
      undefined,
      { arch: "ppc64", exitDevice: true },
      "exitDevice: no exit device fits: isa-debug-exit needs an ISA bus, which pseries has not",
    ],
    ["pvh", { deviceTree: "a.dtb" }, "deviceTree: is not possible: pc of x86_64 gives its kernel"],
    [
      "entry-aarch64",
      { exitDevice: { port: 0x501 } },
      "which needs an ISA bus, which virt has not; exitDevice: true is semihosting, by which a guest",
    ],
    [
      "entry-riscv64",
      { exitDevice: { port: 0x501 } },
      "which virt has not; leave exitDevice out: the board has the sifive_test device",
    ],
    [
      undefined,
      { arch: "s390x", machine: "s390-ccw-virtio", exitDevice: true },
      "exitDevice: no exit device fits: isa-debug-exit needs an ISA bus, which s390-ccw-virtio has",
    ],
    ["pvh", { exitDevice: "semihosting" }, 'got "semihosting", which is for Arm and RISC-V'],
    ["entry-aarch64", { debugConsole: true }, "debugConsole: is not possible on virt of aarch64"],
    [
      "entry-aarch64",
      { machine: "raspi3b", cpu: "cortex-a72" },
      'cpu: got "cortex-a72", but raspi3b of aarch64 has its own; leave it out',
    ],
    [
      "cortex-m",
      { machine: "virt" },
      'machine: got "virt", but the kernel is for a Cortex-M, which virt of arm has not; leave it',
    ],
    ["pvh", { firmware: "none" }, 'firmware: got "none", but pc of x86_64 starts nothing without'],
    ["pvh", { firmware: "uefi" }, "which QEMU starts without it; leave firmware out"],
    ["multiboot", { firmware: "uefi" }, 'leave firmware out, or have GRUB start it: bootLoader: "'],
    ["entry-aarch64", { firmware: "uefi" }, 'firmware: got "uefi", but '],
    ["iso-uefi", { arch: "x86_64", firmware: "bios" }, "which only UEFI firmware starts; leave"],
    ["efi-x86_64", { firmware: "bios" }, 'firmware: got "bios", but '],
    ["iso-uefi", { arch: "aarch64", firmware: "none" }, 'firmware: got "none", but '],
  ])("%s with %o", (image, spec, message) => {
    const choose = () => chooseBoard(spec, image === undefined ? undefined : imageOf(image));
    expect(choose).toThrow(SpecError);
    expect(choose).toThrow(message);
  });
});
