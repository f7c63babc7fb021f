/** Images that nothing can boot, for the table of bad input. */
import { type BringupError, SpecError } from "../../harness/evidence/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { elfSamples, samples } from "./image-samples.ts";

export type ErrorClass = abstract new (...given: never[]) => BringupError;
/** A spec, with files that are there in its directory. */
export type Spec = (directory: string) => unknown;
export type Row = readonly [name: string, spec: Spec, kind: ErrorClass, message: string];

export const hello = kernelPath("hello");

/** What is in the directory that each row is given. */
export const files: Readonly<Record<string, Buffer | string>> = {
  "empty.elf": "",
  "notes.txt": "not a kernel\n",
  "zeros.bin": samples.zeros,
  "data.bin": samples.data,
  "truncated.elf": elfSamples.pvh.subarray(0, 100),
  "kernel.o": elfSamples.object,
  "library.so": elfSamples.library,
  "program.elf": elfSamples.linuxStatic,
  "bare.elf": elfSamples.bare,
  "limine.elf": elfSamples.limine,
  "strange.elf": elfSamples.strange,
  "windows.exe": samples.windows,
  "kernel.gz": samples.gzip,
  uImage: samples.uimage,
  "board.dtb": samples.deviceTree,
  "disk.img": samples.disk,
  "sector.img": samples.bootSector,
  "no-boot.iso": samples.isoWithoutBoot,
  "disk.qcow2": Buffer.concat([Buffer.from("QFI\xfb", "latin1"), Buffer.alloc(600)]),
};

export const badImages: readonly Row[] = [
  ["nothing at all", () => ({}), SpecError, "kernel: is missing: give an image, or firmware"],
  ["no such file", (d) => ({ kernel: `${d}/none.elf` }), SpecError, "none.elf does not exist"],
  ["a directory", (d) => ({ kernel: d }), SpecError, "is a directory"],
  ["an empty file", (d) => ({ kernel: `${d}/empty.elf` }), SpecError, "empty.elf is empty; did"],
  ["a text", (d) => ({ kernel: `${d}/notes.txt` }), SpecError, "no boot image but a text file"],
  ["zeros", (d) => ({ kernel: `${d}/zeros.bin` }), SpecError, "2048 bytes of nothing but zeros"],
  ["data", (d) => ({ kernel: `${d}/data.bin` }), SpecError, "of a format that is not known"],
  ["half an ELF", (d) => ({ kernel: `${d}/truncated.elf` }), SpecError, "is a broken ELF file"],
  ["an object", (d) => ({ kernel: `${d}/kernel.o` }), SpecError, "is an object file, not a kernel"],
  ["a library", (d) => ({ kernel: `${d}/library.so` }), SpecError, "is a shared library"],
  ["a program", (d) => ({ kernel: `${d}/program.elf` }), SpecError, "is a program for Linux"],
  ["no protocol", (d) => ({ kernel: `${d}/bare.elf` }), SpecError, "without a boot protocol"],
  ["an unknown CPU", (d) => ({ kernel: `${d}/strange.elf` }), SpecError, "has no emulator"],
  ["for Windows", (d) => ({ kernel: `${d}/windows.exe` }), SpecError, "is a Windows program"],
  ["compressed", (d) => ({ kernel: `${d}/kernel.gz` }), SpecError, "is gzip-compressed; unpack"],
  ["a uImage", (d) => ({ kernel: `${d}/uImage` }), SpecError, "is a U-Boot uImage"],
  ["a device tree", (d) => ({ kernel: `${d}/board.dtb` }), SpecError, "is a device tree blob"],
  ["a qcow2 disk", (d) => ({ kernel: `${d}/disk.qcow2` }), SpecError, "is a qcow2 disk image"],
  ["an ISO without boot", (d) => ({ kernel: `${d}/no-boot.iso` }), SpecError, "without a boot"],
  [
    "another architecture",
    () => ({ kernel: hello, arch: "aarch64" }),
    SpecError,
    "arch: aarch64 was asked for, but",
  ],
];
