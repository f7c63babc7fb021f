import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { detectImage } from "../../harness/machine/image.ts";
import {
  architectureOf,
  checkImage,
  type ImageRequest,
} from "../../harness/machine/image-check.ts";
import { buildElf, runQemu, temporaryDirectory } from "../guest/clang.ts";
import { elfSamples, samples } from "./image-samples.ts";

async function detect(bytes: Buffer) {
  const path = join(await temporaryDirectory(), "kernel");
  await writeFile(path, bytes);
  return detectImage(path);
}

async function complaint(bytes: Buffer, request: ImageRequest = {}): Promise<SpecError> {
  const image = await detect(bytes);
  try {
    checkImage(image, request);
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    const { field, message } = error as SpecError;
    return new SpecError(field, message.slice(field.length + 2).replaceAll(image.path, "PATH"));
  }
  throw new Error("nothing was complained about");
}

test.each([
  [
    "object",
    "is an object file, not a kernel; link it first (ld.lld -T linker.ld -o kernel.elf …)",
  ],
  ["library", "is a shared library; link the kernel as an executable (without -shared)"],
  ["core", "is a core dump, not a kernel"],
  [
    "linuxProgram",
    "is a program for Linux, not a kernel; build it freestanding (cc -ffreestanding " +
      "-nostdlib -static, with a linker script of its own)",
  ],
  [
    "hollow",
    "is a 64-bit ELF for aarch64 with nothing to load; check PHDRS and SECTIONS of the " +
      "linker script",
  ],
  ["strange", "is a 64-bit ELF for machine number 999, for which QEMU has no emulator"],
  [
    "multiboot64High",
    "is a 64-bit ELF for x86_64 with a Multiboot 1 header, which Multiboot cannot " +
      "load: a segment is loaded at 0x100000000, above 4 GiB; give the segments low " +
      "physical addresses (AT() in the linker script) and a low entry point",
  ],
  [
    "limine",
    "is a 64-bit ELF for x86_64 for the Limine boot protocol; give the ISO or disk " +
      'image that Limine boots, or its files: bootLoader: { limine: "…" }',
  ],
  [
    "pvhOutside",
    "is a 64-bit ELF for x86_64 whose PVH note no loader can see; make the note's " +
      'section allocated (.section .note.Xen, "a", @note) and keep it in a PT_NOTE ' +
      "segment of the linker script",
  ],
  [
    "bare",
    "is a 64-bit ELF for x86_64 without a boot protocol that QEMU knows; add a PVH " +
      "note, or give a bootable disk or ISO image",
  ],
] as const)("ELF: %s", async (name, expected) => {
  const { message } = await complaint(elfSamples[name]);
  expect(message.split("\n")[0]).toBe(`kernel: PATH ${expected}`);
});

test.each([
  [
    "isoWithoutBoot",
    "is an ISO 9660 image without a boot entry; make it with grub-mkrescue, or with xorriso -b",
  ],
  ["efiByteCode", "is an EFI application for machine 0xebc, for which QEMU has no emulator"],
  ["windows", "is a Windows program; for UEFI link with the subsystem efi_application"],
  ["gzip", "is gzip-compressed; unpack it first (gzip -dc)"],
  ["uimage", "is a U-Boot uImage; give the kernel that it was made from"],
  ["qcow2", 'is a qcow2 disk image, not a kernel; give it as a disk: disks: ["PATH"]'],
  ["deviceTree", "is a device tree blob, not a kernel; give it as deviceTree, next to a kernel"],
  [
    "text",
    'is no boot image but a text file starting "all: kernel.elf"; give the file that the linker wrote',
  ],
  [
    "zeros",
    "is no boot image but 2048 bytes of nothing but zeros; give the file that the linker wrote",
  ],
  [
    "data",
    "is no boot image but 7 bytes of a format that is not known; give the file that " +
      'the linker wrote, or of a flat binary the board: machine: "raspi3b", or arch: "riscv64"',
  ],
] as const)("%s", async (name, expected) => {
  const { message } = await complaint(samples[name]);
  expect(message.split("\n")[0]).toBe(`kernel: PATH ${expected}`);
});

test("what cannot be told apart is followed by what can be given", async () => {
  for (const bytes of [samples.text, samples.gzip, samples.windows]) {
    expect((await complaint(bytes)).message.split("\n")[1]).toBe(
      "  taken are: an ELF kernel (on x86 with a PVH note or a Multiboot header), a Linux kernel " +
        "(bzImage, Image, zImage), a boot sector or raw disk image, an ISO 9660 image, an " +
        "EFI application",
    );
  }
});

test.each([
  ["pvh", "x86_64"],
  ["multiboot32", "i386"],
  ["aarch64", "aarch64"],
  ["mipsBig", "mips"],
] as const)("%s is for %s", async (name, arch) => {
  const image = await detect(elfSamples[name]);
  expect(architectureOf(image)).toBe(arch);
  for (const requested of [undefined, arch])
    expect(() => checkImage(image, { arch: requested })).not.toThrow();
});

test.each([
  ["bzImage", "x86_64"],
  ["bzImage32", "i386"],
  ["bootSector", "i386"],
  ["multibootBinary", "i386"],
  ["arm64Image", "aarch64"],
  ["zImage", "arm"],
  ["efiX86", "x86_64"],
  ["isoBios", undefined],
] as const)("%s is for %s", async (name, arch) => {
  const image = await detect(samples[name]);
  expect(architectureOf(image)).toBe(arch);
  expect(() => checkImage(image, { arch: arch ?? "riscv64" })).not.toThrow();
});

test("another architecture than the requested one; 32-bit x86 runs on both emulators", async () => {
  const wrong = await complaint(elfSamples.aarch64, { arch: "x86_64" });
  expect(wrong.field).toBe("arch");
  expect(wrong.message).toBe(
    "arch: x86_64 was asked for, but PATH is for aarch64 (64-bit ELF for aarch64); " +
      "leave arch out, or give the image that was built for it",
  );
  expect((await complaint(elfSamples.pvh, { arch: "i386" })).field).toBe("arch");
  const image = await detect(elfSamples.multiboot32);
  expect(() => checkImage(image, { arch: "x86_64" })).not.toThrow();
});

test.each([
  ["x86_64-elf", "64-bit", []],
  ["i386-elf", "32-bit", ["-m", "elf_i386"]],
])("the note that the message shows makes a kernel boot: %s", async (target, bits, link) => {
  const kernel = (note: string) =>
    buildElf({
      target,
      file: "kernel.S",
      source: `${note}
        .text
        .code32
        .globl start32
start32: movb $'K', %al
        movw $0x3f8, %dx
        outb %al, %dx
        movw $0xf4, %dx
        outb %al, %dx
        hlt`,
      link: [...link, "--image-base=0x100000", "-Ttext=0x101000", "-e", "start32"],
    });
  const without = await detectImage(await kernel(""));
  expect(() => checkImage(without)).toThrow(`is a ${bits} ELF for`);
  const { message } = await complaint(await readFile(without.path));
  const note = message.slice(message.indexOf(".section"));
  const image = await detectImage(await kernel(note));
  checkImage(image);
  const serial = ["-serial", "stdio", "-monitor", "none"];
  const machine = ["-machine", "microvm", "-accel", "tcg", "-device", "isa-debug-exit,iobase=0xf4"];
  const { stdout, exitCode } = await runQemu("x86_64", [
    ...machine,
    ...serial,
    "-kernel",
    image.path,
  ]);
  expect([stdout, exitCode]).toEqual(["K", ("K".charCodeAt(0) << 1) | 1]);
});

test("a flat binary needs a load address and an architecture, and to be no text", async () => {
  const image = await detect(samples.data);
  expect(() => checkImage(image, { arch: "riscv64", loadAddress: "0x80000000" })).not.toThrow();
  const nameless = await complaint(samples.data, { loadAddress: 0x80000000 });
  expect([nameless.field, nameless.message]).toEqual([
    "arch",
    "arch: is missing: the flat binary PATH does not tell what it is for",
  ]);
  const text = await complaint(samples.text, { arch: "riscv64", loadAddress: 0 });
  expect(text.field).toBe("kernel");
});
