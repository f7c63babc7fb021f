/** What the build makes: one image for each kernel and target. Data, and one listing of folders. */
import { readdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";

/**
 * What a kernel is built for, which is also the folder of the result:
 * `"x86_64"`: 64-bit ELF with a PVH note; `"i386"`: 32-bit ELF with a Multiboot 1 header;
 * `"bios"`: a boot sector of 512 bytes.
 */
export type KernelTarget = "x86_64" | "i386" | "bios";

/** How to compile and link for one target. Paths are relative to the folder of the kernels. */
export interface TargetDescription {
  readonly name: KernelTarget;
  /** For clang's `--target`. */
  readonly triple: string;
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

export const targets: readonly TargetDescription[] = [
  {
    name: "x86_64",
    triple: "x86_64-unknown-none-elf",
    emulation: "elf_x86_64",
    linkerScript: "runtime/x86/linker.ld",
    runtime: ["runtime", "runtime/x86", "runtime/x86_64"],
    sourceExtension: ".c",
    imageExtension: ".elf",
  },
  {
    name: "i386",
    triple: "i386-unknown-none-elf",
    emulation: "elf_i386",
    linkerScript: "runtime/x86/linker.ld",
    runtime: ["runtime", "runtime/x86", "runtime/i386"],
    sourceExtension: ".c",
    imageExtension: ".elf",
  },
  {
    name: "bios",
    triple: "i386-unknown-none-elf",
    emulation: "elf_i386",
    linkerScript: "runtime/bios/linker.ld",
    runtime: [],
    sourceExtension: ".S",
    imageExtension: ".img",
  },
];

/** Every image that the sources in `directory` make, in a fixed order. */
export async function listImages(directory: string): Promise<Image[]> {
  const images: Image[] = [];
  for (const target of targets) {
    const runtime = await Promise.all(target.runtime.map((folder) => sourcesIn(directory, folder)));
    for (const source of await sourcesIn(directory, "")) {
      if (extname(source) !== target.sourceExtension) continue;
      const name = basename(source, target.sourceExtension);
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
