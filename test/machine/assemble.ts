/** Guests for one test, in a few lines of assembly. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { temporaryDirectory } from "./machines.ts";

/** Assembles a boot sector, run at 0000:7c00 in 16-bit real mode, padded to `sizeBytes`. */
export async function assembleBootSector(body: string, sizeBytes = 512): Promise<string> {
  const source = `.code16
.globl _start
_start: ljmp $0, $begin
# Tools write into the room up to here: a file system's parameters, a boot information table.
.org 64
begin: xor %ax, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  mov $_start, %sp
${body}
# Prints the text at SI, up to a zero byte.
print: lodsb
  test %al, %al
  jz 1f
  mov $0x3f8, %dx
  out %al, %dx
  jmp print
1: ret
.org 510
.byte 0x55, 0xaa
.org ${sizeBytes}
`;
  const link = ["-m", "elf_i386", "--image-base=0", "-Ttext=0x7c00", "--oformat=binary"];
  return await assemble("boot.img", source, "i386-unknown-none-elf", link);
}

/** Assembles a 32-bit kernel, entered through its PVH note in protected mode without paging. */
export async function assemblePvh(body: string): Promise<string> {
  const source = `.section .note.Xen, "a", @note
.align 4
.long 4, 4, 18
.asciz "Xen"
.long _start
.text
.globl _start
_start:
${body}
`;
  const link = ["-m", "elf_i386", "--image-base=0x100000", "-Ttext=0x101000"];
  return await assemble("kernel.elf", source, "i386-unknown-none-elf", link);
}

/** Assembles a 32-bit kernel with a Multiboot 2 header that has a tag; it only halts. */
export async function assembleMultiboot2(tag: string): Promise<string> {
  const source = `.section .multiboot, "a"
.balign 8
header: .long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + (header_end - header))
${tag}
.short 0, 0
.long 8
header_end:
.text
.globl _start
_start: hlt
`;
  const link = ["-m", "elf_i386", "--image-base=0x100000", "-Ttext=0x101000"];
  return await assemble("kernel.elf", source, "i386-unknown-none-elf", link);
}

/** Assembles an ELF kernel for the RISC-V board `virt`, run where firmware would be. */
export async function assembleRiscv(
  body: string,
  { format = "elf", address = 0x80000000 }: { format?: "elf" | "flat"; address?: number } = {},
): Promise<string> {
  const source = `.globl _start\n_start:\n${body}\n1: wfi\n  j 1b\n`;
  const flat = format === "flat" ? ["--oformat=binary"] : [];
  // QEMU starts a payload of firmware at its lowest address: there shall be no header before it.
  const link = ["--image-base=0", "--omagic", `-Ttext=0x${address.toString(16)}`, ...flat];
  return await assemble("kernel.elf", source, "riscv64-unknown-none-elf", link);
}

/** What further guests are assembled and linked for. */
const triples: Readonly<Record<string, string>> = {
  aarch64: "aarch64-unknown-none-elf",
  arm: "armv7a-unknown-none-eabi",
  "cortex-m": "thumbv7m-unknown-none-eabi",
  mips: "mips-unknown-none-elf",
  "arm-v8": "armv8a-none-eabi",
  riscv32: "riscv32-unknown-none-elf",
  riscv64: "riscv64-unknown-none-elf",
};

/** Assembles an ELF kernel for an Arm at an address; a Cortex-M's starts with its vectors. */
export async function assembleArm(
  arch: "aarch64" | "arm" | "cortex-m",
  body: string,
  address: number,
): Promise<string> {
  return await assembleAt(arch, body, address, "kernel.elf", []);
}

/** Assembles a flat binary, which begins at an address. */
export async function assembleFlat(arch: string, body: string, address: number): Promise<string> {
  return await assembleAt(arch, body, address, "kernel.bin", ["--oformat=binary"]);
}

async function assembleAt(
  arch: string,
  body: string,
  address: number,
  name: string,
  format: readonly string[],
): Promise<string> {
  const syntax = arch === "cortex-m" ? ".syntax unified\n.thumb\n" : "";
  const source = `${syntax}.globl _start\n_start:\n${body}`;
  // Without a page for the file's own headers, which would be loaded as well.
  const link = ["--image-base=0", "-N", `-Ttext=0x${address.toString(16)}`, ...format];
  return await assemble(name, source, triples[arch] as string, link);
}

/** Assembles an ELF kernel and links it with nothing but flags of one's own. */
export async function assembleLinked(
  arch: "aarch64" | "arm-v8" | "mips" | "riscv64",
  body: string,
  flags: readonly string[],
): Promise<string> {
  const source = `.globl _start\n_start:\n${body}`;
  return await assemble("kernel.elf", source, triples[arch] as string, flags);
}

/** Assembles an S-mode kernel for the RISC-V board `virt`, which OpenSBI starts. */
export async function assembleSbiPayload(body: string): Promise<string> {
  const source = `.globl _start\n_start:\n${body}\n1: wfi\n  j 1b\n`;
  return await assemble("kernel.elf", source, "riscv64-unknown-none-elf", [
    "-Ttext=0x80200000",
    "--omagic",
  ]);
}

/** Assembles an ELF kernel for the Arm board `virt`. */
export async function assembleForVirt(arch: "aarch64" | "arm", body: string): Promise<string> {
  const source = `.globl _start\n_start:\n${body}\n1: wfi\n  b 1b\n`;
  const target = arch === "arm" ? "armv7a-none-eabi" : "aarch64-none-elf";
  return await assemble("kernel.elf", source, target, [
    "--image-base=0",
    "-Ttext=0x40100000",
    "--omagic",
  ]);
}

/** Assembles flat firmware for the 64-bit Arm board `virt`, which prints a text on its UART. */
export async function assembleArmFirmware(text: string): Promise<string> {
  const source = `.globl _start
_start: adr x0, text
  mov x1, #0x09000000
2: ldrb w2, [x0], #1
  cbz w2, 1f
  str w2, [x1]
  b 2b
1: wfi
  b 1b
text: .asciz "${text}\\n"
`;
  const link = ["--image-base=0", "-Ttext=0", "--oformat=binary"];
  return await assemble("firmware.bin", source, "aarch64-unknown-none-elf", link);
}

async function assemble(
  name: string,
  source: string,
  target: string,
  link: readonly string[],
): Promise<string> {
  const directory = temporaryDirectory();
  const [file, object, output] = ["guest.S", "guest.o", name].map((part) => join(directory, part));
  await writeFile(file as string, source);
  await execa(...assemblerOf(target, file as string, object as string));
  await execa("ld.lld", [...link, "-o", output as string, object as string]);
  return output as string;
}

/** LLVM's own assembler takes a quarter of the time that clang takes to start it. */
function assemblerOf(target: string, file: string, object: string): [string, string[]] {
  if (/^(?:i386|x86_64)/.test(target)) {
    return ["llvm-mc", [`--triple=${target}`, "--filetype=obj", file, "-o", object]];
  }
  const relax = target.startsWith("riscv") ? ["-mno-relax"] : [];
  return ["clang", [`--target=${target}`, ...relax, "-c", file, "-o", object]];
}
