/**
 * U-Boot in place of a kernel. Which of its files a board starts, and how, differs from board to
 * board, and a flat one tells no architecture: but its version is in it, and mostly an environment
 * that names the board (include/version_string.h and include/env_default.h; how QEMU's boards take
 * it: doc/board/emulation/).
 */
import { SpecError } from "../evidence/index.ts";
import type { ByteSource } from "../guest/index.ts";
import type { DetectedImage } from "./image-types.ts";

const searchedBytes = 16 * 1024 ** 2;
/** RISC-V's `csrr a0, mhartid`, by which a build for M-mode begins (arch/riscv/cpu/start.S). */
const machineModeStart = 0xf140_2573;
/** Bytes of a version, and of the beginning of the environment, that are looked at. */
const shownBytes = 256;

/** What a build of U-Boot says of itself. */
export interface UBoot {
  /** "2023.01". */
  readonly version: string;
  /** Of its environment, where it has one: "arm". */
  readonly arch: string | undefined;
  /** "armv8". */
  readonly cpu: string | undefined;
  /** "qemu-arm". */
  readonly board: string | undefined;
  readonly isForMachineMode: boolean;
}

/** `undefined` where the bytes are none of U-Boot's. */
export async function findUBoot(source: ByteSource): Promise<UBoot | undefined> {
  const bytes = await source.read(0, Math.min(source.sizeBytes, searchedBytes), "the file");
  const textAt = (at: number) => bytes.toString("latin1", at, at + shownBytes);
  for (let at = bytes.indexOf("U-Boot 20"); at !== -1; at = bytes.indexOf("U-Boot 20", at + 1)) {
    const version = /^U-Boot (20\d\d\.\d\d\S*) \([A-Z][a-z]{2} \d\d 20/.exec(textAt(at))?.[1];
    if (version === undefined) continue;
    const environment = textAt(bytes.indexOf("\0arch=") + 1).split("\0");
    const of = (name: string) =>
      environment.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
    const isForMachineMode = bytes.readUInt32LE(0) === machineModeStart;
    return { version, arch: of("arch"), cpu: of("cpu"), board: of("board"), isForMachineMode };
  }
  return undefined;
}

/** What to do with a build. */
interface Advice {
  readonly field: "arch" | "kernel" | "machine";
  readonly words: string;
  /** Machines that it holds for; none where the spec says nothing of board and architecture. */
  readonly machines?: readonly string[];
}

function adviceFor(image: DetectedImage, { arch, board, cpu, isForMachineMode }: UBoot): Advice {
  const elfArch = image.kind === "elf" ? (image.arch ?? "") : "";
  const file = image.kind === "elf" ? "the u-boot.bin of that build" : "it";
  if (arch === "x86" || image.kind === "multiboot-binary" || /86/.test(elfArch)) {
    const words =
      'a PC starts it as its firmware; give the ROM of that build: firmware: "u-boot.rom"';
    return { field: "kernel", words, machines: ["pc", "q35"] };
  }
  if (board === "qemu-arm") {
    const words = `virt starts it as firmware; give ${file} as firmware, with arch: "${armOf(cpu)}"`;
    return { field: "kernel", words, machines: ["virt"] };
  }
  if (board === "rpi" && cpu === "armv8") {
    const words = `it is for a Raspberry Pi; give ${file} with machine: "raspi3b" and deviceTree`;
    return { field: "machine", words };
  }
  if (arch === "riscv" && isForMachineMode) {
    const words = 'it is for RISC-V in M-mode; give it as firmware, with arch: "riscv64"';
    return { field: "kernel", words };
  }
  if (arch === "riscv") {
    return { field: "arch", words: 'it is for RISC-V in S-mode; give arch: "riscv64" with it' };
  }
  if (elfArch.startsWith("mips")) {
    // QEMU swaps the bytes of each word of a little-endian Malta's firmware (hw/mips/malta.c).
    const name = elfArch.endsWith("el") ? "u-boot-swap.bin" : "u-boot.bin";
    const words = `malta starts it as firmware; give firmware: "${name}", arch: "${elfArch}"`;
    return { field: "kernel", words, machines: ["malta"] };
  }
  if (elfArch === "ppc") {
    return {
      field: "machine",
      words: 'the board of QEMU that it is built for is machine: "ppce500"',
    };
  }
  const words =
    "and does not tell for which board; give arch and machine with it, and give it as firmware " +
    "if the board starts it at its reset";
  return { field: "arch", words };
}

function armOf(cpu: string | undefined): string {
  return cpu === "armv8" ? "aarch64" : "arm";
}

/** @throws `SpecError` where the spec leaves open what a board needs, or where it would hang. */
export function checkUBoot(
  image: DetectedImage,
  { arch, machine }: { readonly arch?: string | undefined; readonly machine?: string | undefined },
): void {
  const { uBoot } = image;
  if (uBoot === undefined) return;
  const { field, machines, words } = adviceFor(image, uBoot);
  const isOpen = machine === undefined && (arch === undefined || image.kind === "elf");
  const type = machine?.split(",")[0];
  const isSo = machines !== undefined && (type === undefined || machines.includes(type));
  if (!isOpen && !isSo) return;
  throw new SpecError(field, `${image.path} is U-Boot ${uBoot.version}, ${words}`);
}
