/** What the build makes: one image for each kernel and target. Data, and one listing of folders. */
import { readdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";

/**
 * What a kernel is built for, which is also the folder of the result:
 * `"x86_64"`: 64-bit ELF with a PVH note; `"i386"`: 32-bit ELF with a Multiboot 1 header;
 * `"bios"`: a boot sector of 512 bytes; the others: an ELF for QEMU's board, at its entry.
 */
export type KernelTarget =
  | "x86_64"
  | "i386"
  | "bios"
  | "aarch64"
  | "arm"
  | "riscv64"
  | "riscv32"
  | "cortex-m"
  | "mips"
  | "ppc64";

/** How to compile and link for one target. Paths are relative to the folder of the kernels. */
export interface TargetDescription {
  readonly name: KernelTarget;
  /** For clang's `--target`. */
  readonly triple: string;
  /** Beyond those of every target. */
  readonly compilerFlags: readonly string[];
  /** The kernels that are built for it; all of them if left out. */
  readonly kernels?: readonly string[];
  /** For the linker's `-m`. */
  readonly emulation: string;
  readonly linkerScript: string;
  /** Folders whose every source file is part of every kernel, most general first. */
  readonly runtime: readonly string[];
  /** File name extension of the kernels' own sources. */
  readonly sourceExtension: ".c" | ".S";
  /** Extension of what is booted: an ELF file, or the bare bytes of one. */
  readonly imageExtension: ".elf" | ".img";
}

/** One file to build. */
export interface Image {
  readonly name: string;
  readonly target: TargetDescription;
  readonly sources: readonly string[];
}

const pvhNote = "runtime/x86_64/pvh-note.S";

/**
 * Kernels that are made of another one, as a 64-bit ELF with another header in place of the PVH
 * note. GRUB loads such files and QEMU refuses them, which is why tests need them.
 */
export const madeOf: Readonly<Record<string, string>> = {
  multiboot64: "hello",
  multiboot2: "modules",
};
const headers: Readonly<Record<string, string>> = {
  multiboot64: "runtime/i386/multiboot-header.S",
  multiboot2: "runtime/multiboot2/header.S",
};
/** Kernels that ask for what only some boards have; the others without a list are for x86. */
const onlyFor: Readonly<Record<string, readonly KernelTarget[]>> = {
  "refuse-unplug": ["ppc64"],
  "virtio-mmio": ["aarch64", "riscv64"],
};

// No vector registers, and no data below the stack pointer.
const x86Flags = ["-mgeneral-regs-only", "-mno-red-zone", ...include("x86")];

/** What every board can do. */
const portable = [
  "dead-halt",
  "dead-spin",
  "echo",
  "exit-code",
  "flood",
  "garbage",
  "hello",
  "idle",
  "page-fault",
  "panic",
  "power-off",
  "prompt",
  "reset",
  "reset-loop",
  "spin",
];
const withTransports = [...portable, "virtio-mmio"];

const elf = { sourceExtension: ".c", imageExtension: ".elf" } as const;

export const targets: readonly TargetDescription[] = [
  {
    name: "x86_64",
    triple: "x86_64-unknown-none-elf",
    compilerFlags: [...x86Flags, ...include("ns16550")],
    emulation: "elf_x86_64",
    linkerScript: "runtime/x86/linker.ld",
    runtime: ["runtime", "runtime/ns16550", "runtime/x86", "runtime/x86_64"],
    ...elf,
  },
  {
    name: "i386",
    triple: "i386-unknown-none-elf",
    compilerFlags: [...x86Flags, ...include("ns16550")],
    emulation: "elf_i386",
    linkerScript: "runtime/x86/linker.ld",
    runtime: ["runtime", "runtime/ns16550", "runtime/x86", "runtime/i386"],
    ...elf,
  },
  {
    name: "bios",
    triple: "i386-unknown-none-elf",
    compilerFlags: x86Flags,
    emulation: "elf_i386",
    linkerScript: "runtime/bios/linker.ld",
    runtime: [],
    sourceExtension: ".S",
    imageExtension: ".img",
  },
  {
    name: "aarch64",
    triple: "aarch64-unknown-none-elf",
    compilerFlags: [
      "-mgeneral-regs-only",
      "-mstrict-align",
      ...include("device-tree", "semihosting"),
    ],
    kernels: withTransports,
    emulation: "aarch64elf",
    linkerScript: "runtime/psci/linker.ld",
    runtime: [...arm("aarch64"), "runtime/device-tree"],
    ...elf,
  },
  {
    name: "arm",
    triple: "armv7a-unknown-none-eabi",
    compilerFlags: [
      ...["-mcpu=cortex-a15", "-mfloat-abi=soft", "-mno-unaligned-access"],
      ...include("device-tree", "semihosting"),
    ],
    kernels: portable,
    emulation: "armelf",
    linkerScript: "runtime/psci/linker.ld",
    runtime: [...arm("arm"), "runtime/device-tree"],
    ...elf,
  },
  riscv("riscv64", ["-march=rv64imac", "-mabi=lp64", "-mcmodel=medany"]),
  riscv("riscv32", ["-march=rv32imac", "-mabi=ilp32"]),
  {
    name: "cortex-m",
    triple: "thumbv7m-unknown-none-eabi",
    compilerFlags: ["-mcpu=cortex-m3", "-mfloat-abi=soft", ...include("semihosting")],
    kernels: portable,
    emulation: "armelf",
    linkerScript: "runtime/cortex-m/linker.ld",
    runtime: ["runtime", "runtime/semihosting", "runtime/cortex-m"],
    ...elf,
  },
  {
    name: "mips",
    triple: "mips-unknown-none-elf",
    compilerFlags: ["-mno-abicalls", "-msoft-float", "-G0", ...include("ns16550")],
    kernels: ["dead-spin", "hello", "reset", "spin"],
    emulation: "elf32btsmip",
    linkerScript: "runtime/mips/linker.ld",
    runtime: ["runtime", "runtime/ns16550", "runtime/mips"],
    ...elf,
  },
  {
    name: "ppc64",
    triple: "powerpc64-unknown-none-elf",
    compilerFlags: ["-mabi=elfv2", "-msoft-float", "-mno-altivec", ...include("ppc64")],
    kernels: ["dead-spin", "hello", "refuse-unplug"],
    emulation: "elf64ppc",
    linkerScript: "runtime/ppc64/linker.ld",
    runtime: ["runtime", "runtime/ppc64"],
    ...elf,
  },
];

function arm(name: string): string[] {
  return ["runtime", "runtime/pl011", "runtime/psci", "runtime/semihosting", `runtime/${name}`];
}

function riscv(name: "riscv64" | "riscv32", compilerFlags: readonly string[]): TargetDescription {
  return {
    name,
    triple: `${name}-unknown-none-elf`,
    compilerFlags: ["-mno-relax", ...compilerFlags, ...include("device-tree", "ns16550", "riscv")],
    kernels: withTransports,
    emulation: name === "riscv64" ? "elf64lriscv" : "elf32lriscv",
    linkerScript: `runtime/${name}/linker.ld`,
    runtime: [
      ...["runtime", "runtime/device-tree", "runtime/ns16550", "runtime/riscv"],
      `runtime/${name}`,
    ],
    ...elf,
  };
}

/** Drivers whose headers others use. */
function include(...folders: readonly string[]): string[] {
  return folders.map((folder) => `-Iruntime/${folder}`);
}

/** Every image that the sources in `directory` make, in a fixed order. */
export async function listImages(directory: string): Promise<Image[]> {
  const images: Image[] = [];
  for (const target of targets) {
    const runtime = await Promise.all(target.runtime.map((folder) => sourcesIn(directory, folder)));
    for (const source of await sourcesIn(directory, "")) {
      if (extname(source) !== target.sourceExtension) continue;
      const name = basename(source, target.sourceExtension);
      if (onlyFor[name]?.includes(target.name) === false) continue;
      if (target.kernels?.includes(name) === false) continue;
      const image = { name, target, sources: [source, ...runtime.flat()] };
      images.push(image);
      if (target.name !== "x86_64") continue;
      for (const [other, source] of Object.entries(madeOf)) {
        if (source === name) images.push(withHeader(other, image));
      }
    }
  }
  return images;
}

function withHeader(name: string, image: Image): Image {
  const header = headers[name];
  const sources = image.sources.map((source) => (source === pvhNote && header ? header : source));
  return { ...image, name, sources };
}

async function sourcesIn(directory: string, folder: string): Promise<string[]> {
  const names = await readdir(join(directory, folder));
  return names
    .filter((name) => name.endsWith(".c") || name.endsWith(".S"))
    .sort()
    .map((name) => join(folder, name));
}
