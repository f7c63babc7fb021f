/** What an ELF file is to QEMU's `-kernel`: a kernel, and entered how, or why not. */
import {
  type ByteSource,
  type Elf,
  ElfError,
  loadedSegments,
  readElf,
  readNotes,
  segmentType,
} from "../guest/index.ts";
import { isMips64, readElfCpu } from "./elf-cpu.ts";
import { type ElfPart, partsOf } from "./elf-parts.ts";
import { findNearMiss } from "./image-elf-near-miss.ts";
import { elf32Obstacle, physicalEntry } from "./image-elf32.ts";
import {
  findMultibootHeader,
  type MultibootHeader,
  overwritesLoader,
  spanOfMultiboot,
} from "./image-multiboot.ts";
import type { ElfImage, ElfLoading, ElfObstacle } from "./image-types.ts";

/** Names by `e_machine` (the registry of the System V ABI), where QEMU has an emulator. */
const elfMachines: Readonly<Record<number, string | Partial<Record<string, string>>>> = {
  2: "sparc",
  3: "i386",
  4: "m68k",
  8: { "32little": "mipsel", "32big": "mips", "64little": "mips64el", "64big": "mips64" },
  15: "hppa",
  18: "sparc",
  20: "ppc",
  21: "ppc64",
  22: { "32big": "s390x", "64big": "s390x" },
  40: "arm",
  42: { "32little": "sh4", "32big": "sh4eb" },
  43: "sparc64",
  44: "tricore",
  62: "x86_64",
  76: "cris",
  83: "avr",
  92: "or1k",
  94: { "32little": "xtensa", "32big": "xtensaeb" },
  113: "nios2",
  173: "rx",
  183: "aarch64",
  189: { "32little": "microblazeel", "32big": "microblaze" },
  243: { "32little": "riscv32", "64little": "riscv64" },
  258: { "32little": "loongarch64", "64little": "loongarch64" },
  36902: "alpha",
};

const mipsMachine = 8;
const x86Machines = { i386: 3, x86_64: 62 } as const;
const elfType = { relocatable: 1, shared: 3, core: 4 } as const;

/** Everything of an `ElfImage` that its content decides. */
type ElfFacts = Omit<ElfImage, "path" | "sizeBytes">;

/**
 * Reads and judges an ELF file of which `head` is the start. Throws `ElfError` where it is
 * truncated (also where it ends before a segment that it would load) or nonsense.
 */
export async function readElfImage(source: ByteSource, head: Buffer): Promise<ElfFacts> {
  const elf = await readElf(source);
  checkComplete(elf, source.sizeBytes);
  const notes = await readNotes(source, elf);
  const pvhNote = notes.find((note) => note.name === "Xen" && note.type === 18);
  const pvh = pvhNote !== undefined;
  const multiboot = findMultibootHeader(head);
  const hosted = notes.some(isLinuxNote) || (await namesLinuxLoader(source, elf));
  const parts = partsOf(elf);
  const judged = judge(elf, { pvh, pvhAlignment: pvhNote?.alignment, multiboot, hosted });
  const verdict =
    judged.obstacle === "no-boot-protocol"
      ? { ...judged, ...(await findNearMiss(source, elf)) }
      : byGrubIfLow(judged, multiboot, parts, source.sizeBytes);
  return {
    kind: "elf",
    bits: elf.bits,
    endian: elf.endian,
    elfMachine: elf.machine,
    arch: architectureOf(elf),
    entry: elf.entry,
    entersAt: physicalEntry(elf),
    parts,
    ...(await readElfCpu(source, elf)),
    pvh,
    multiboot: multiboot?.version ?? null,
    bootable: verdict.bootable,
    obstacle: verdict.obstacle,
    ...(verdict.detail === undefined ? {} : { detail: verdict.detail }),
  };
}

function architectureOf(elf: Elf): string | undefined {
  const names = elfMachines[elf.machine];
  if (typeof names !== "object") return names;
  const bits = elf.machine === mipsMachine && isMips64(elf) ? 64 : elf.bits;
  return names[`${bits}${elf.endian}`];
}

function checkComplete(elf: Elf, sizeBytes: number): void {
  for (const { offset, fileSizeBytes } of loadedSegments(elf)) {
    const end = offset + fileSizeBytes;
    if (end > BigInt(sizeBytes)) {
      throw new ElfError(
        `a segment should end at byte ${end}, but the file ends at byte ${sizeBytes}`,
      );
    }
  }
}

interface Verdict {
  readonly bootable: ElfLoading | null;
  readonly obstacle: ElfObstacle | null;
  readonly detail?: string;
}

interface Clues {
  readonly pvh: boolean;
  /** Of the segment with its PVH note. */
  readonly pvhAlignment: bigint | undefined;
  readonly multiboot: MultibootHeader | undefined;
  /** Carries marks of a program for Linux. */
  readonly hosted: boolean;
}

function judge(elf: Elf, clues: Clues): Verdict {
  if (elf.type === elfType.relocatable) return refused("relocatable");
  if (elf.type === elfType.core) return refused("core-dump");
  const isX86 = elf.machine === x86Machines.i386 || elf.machine === x86Machines.x86_64;
  const isHollow = loadedSegments(elf).length === 0;
  if (isX86 && (clues.pvh || clues.multiboot !== undefined)) {
    const isLoaded = !isHollow || clues.multiboot?.hasAddresses === true;
    return isLoaded ? judgeX86(elf, clues) : refused("no-segments");
  }
  if (clues.hosted) return refused("linux-program");
  // A position-independent kernel has the same type as a library, but an entry point.
  if (elf.type === elfType.shared && elf.entry === 0n) return refused("shared-library");
  if (isHollow) return refused("no-segments");
  return isX86 ? judgeX86(elf, clues) : { bootable: "entry", obstacle: null };
}

/**
 * QEMU looks for Multiboot 1 before PVH, and refuses x86-64 files there unless the header has the
 * addresses itself (QEMU 7.2, hw/i386/multiboot.c and x86.c).
 */
function judgeX86(elf: Elf, { pvh, pvhAlignment, multiboot }: Clues): Verdict {
  if (multiboot?.version === 1) {
    if (multiboot.hasAddresses || elf.machine === x86Machines.i386) {
      return { bootable: "multiboot", obstacle: null };
    }
    const detail = elf32Obstacle(elf);
    if (detail !== undefined) return { ...refused("elf32-impossible"), detail };
    return { bootable: "multiboot-as-elf32", obstacle: null };
  }
  // QEMU looks for the address at a multiple of that, wherever it really is (hw/i386/x86.c).
  if (pvh && ![1n, 2n, 4n].includes(pvhAlignment ?? 0n)) {
    return { ...refused("pvh-note-misread"), detail: `${pvhAlignment}` };
  }
  if (pvh) return { bootable: "pvh", obstacle: null };
  if (multiboot?.version === 2) return { bootable: "multiboot2", obstacle: null };
  return refused("no-boot-protocol");
}

/** GRUB brings every part to its place at the very last, so none is in its way. */
function byGrubIfLow(
  verdict: Verdict,
  header: MultibootHeader | undefined,
  parts: readonly ElfPart[],
  fileBytes: number,
): Verdict {
  if (header?.version !== 1 || !/^multiboot(-as-elf32)?$/.test(verdict.bootable ?? "")) {
    return verdict;
  }
  const span = spanOfMultiboot(header, parts, fileBytes);
  if (span === undefined || !overwritesLoader(...span)) return verdict;
  return { bootable: "multiboot-by-grub", obstacle: null };
}

function refused(obstacle: ElfObstacle): Verdict {
  return { bootable: null, obstacle };
}

/**
 * Whether the file asks for a dynamic loader of Linux ("/lib64/ld-linux-x86-64.so.2"). That it asks
 * for any is not enough: FreeBSD's kernel names "/red/herring".
 */
async function namesLinuxLoader(source: ByteSource, elf: Elf): Promise<boolean> {
  const segment = elf.segments.find(({ type }) => type === segmentType.interpreter);
  if (segment === undefined) return false;
  const lengthBytes = Math.min(Number(segment.fileSizeBytes), 256);
  const name = await source.read(segment.offset, lengthBytes, "the name of the program's loader");
  return /\/(?:ld[-.0-9]|linker)/.test(name.toString("latin1"));
}

/** NT_GNU_ABI_TAG with the operating system 0: linked with a C library for Linux. */
function isLinuxNote(note: { name: string; type: number; descriptor: Buffer }): boolean {
  const { name, type, descriptor } = note;
  return name === "GNU" && type === 1 && descriptor.length >= 4 && descriptor.readUInt32LE(0) === 0;
}
