/**
 * What QEMU tells of memory in its human monitor alone: text → data. Pure. The formats are those of
 * `mtree_print_flatview` in QEMU's softmmu/memory.c, of target/i386/monitor.c and of
 * target/riscv/monitor.c, version 7.2.
 */
import { QmpError } from "../evidence/index.ts";

/** A range of guest-physical addresses, and what answers there. */
export interface MemoryRange {
  readonly startAddress: bigint;
  /** The last address of the range. */
  readonly endAddress: bigint;
  /** "rom" is what the guest only reads; "io" is a device. */
  readonly kind: "ram" | "rom" | "io";
  /** QEMU's name for what is there: "pc.ram", "ioapic", "serial", … */
  readonly name: string;
}

/** A range of virtual addresses that the guest has mapped with the same rights. */
export interface PageMapping {
  readonly startAddress: bigint;
  /** The last address of the range. */
  readonly endAddress: bigint;
  /** Where it begins in guest-physical memory; QEMU tells that on RISC-V only. */
  readonly physicalAddress: bigint | undefined;
  readonly isReadable: boolean;
  readonly isWritable: boolean;
  /** QEMU tells that on RISC-V only. */
  readonly isExecutable: boolean | undefined;
  /** Whether code without privileges may use it. */
  readonly isUser: boolean;
}

const rangeLine =
  /^ +([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, (?:nv-)?(i\/o|ramd?|romd?)\): (.*)$/;

/**
 * The flat view of the address space "memory", which is the machine's own, from `info mtree -f`.
 *
 * @throws QmpError with the text, if it has no such view.
 */
export function parseMemoryMap(text: string): readonly MemoryRange[] {
  const views = text.split(/^FlatView #\d+\r?$/m);
  const view = views.find((one) => /^ AS "memory",/m.test(one));
  const ranges = (view ?? "").split(/\r?\n/).flatMap((line) => {
    const [, start, end, kind, words] = rangeLine.exec(line) ?? [];
    if (start === undefined || end === undefined || words === undefined) return [];
    return [
      {
        startAddress: BigInt(`0x${start}`),
        endAddress: BigInt(`0x${end}`),
        kind: kindOf(kind),
        // Behind the name may be where in its region the range begins, and who accelerates it.
        name: words.replace(/ (?:@[0-9a-f]{16}|KVM|HVF)(?= |$)/g, ""),
      },
    ];
  });
  if (ranges.length > 0) return ranges;
  throw unreadable("info mtree -f", "no flat view of memory", text);
}

function kindOf(kind: string | undefined): MemoryRange["kind"] {
  // "romd" answers reads as a ROM and hands writes to a device; "ramd" is memory of a device.
  if (kind === "i/o") return "io";
  return kind?.startsWith("rom") ? "rom" : "ram";
}

/**
 * The mappings of `info mem`, or `undefined` where the guest has not switched paging on.
 *
 * @throws QmpError with the text, if this QEMU shows none for this architecture.
 */
export function parsePageMappings(text: string): readonly PageMapping[] | undefined {
  if (/^(?:PG disabled|No translation or protection)\s*$/.test(text)) return undefined;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const mappings = lines.flatMap((line) => parseX86(line) ?? parseRiscv(line) ?? []);
  const headings = lines.filter((line) => /^vaddr |^-+ /.test(line)).length;
  if (mappings.length + headings === lines.length) return mappings;
  throw unreadable("info mem", "QEMU shows the mappings of x86 and of RISC-V only", text);
}

/** "start-end size urw", the end being the first address behind the range. */
function parseX86(line: string): PageMapping | undefined {
  const [, start, end, rights] =
    /^([0-9a-f]{8,16})-([0-9a-f]{8,16}) [0-9a-f]{8,16} ([u-][r-][w-])$/.exec(line) ?? [];
  if (start === undefined || end === undefined || rights === undefined) return undefined;
  return {
    startAddress: BigInt(`0x${start}`),
    // The end of the highest range may have wrapped around to zero.
    endAddress: BigInt.asUintN(64, BigInt(`0x${end}`) - 1n),
    physicalAddress: undefined,
    isReadable: rights.includes("r"),
    isWritable: rights.includes("w"),
    isExecutable: undefined,
    isUser: rights.includes("u"),
  };
}

/** "virtual physical size rwxugad". */
function parseRiscv(line: string): PageMapping | undefined {
  const [, virtual, physical, size, rights] =
    /^([0-9a-f]{8,16}) ([0-9a-f]{8,16}) ([0-9a-f]{8,16}) ([r-][w-][x-][u-][g-][a-][d-])$/.exec(
      line,
    ) ?? [];
  if (virtual === undefined || size === undefined || rights === undefined) return undefined;
  const startAddress = BigInt(`0x${virtual}`);
  return {
    startAddress,
    endAddress: startAddress + BigInt(`0x${size}`) - 1n,
    physicalAddress: BigInt(`0x${physical}`),
    isReadable: rights.includes("r"),
    isWritable: rights.includes("w"),
    isExecutable: rights.includes("x"),
    isUser: rights.includes("u"),
  };
}

/**
 * The answer of `gva2gpa`: a guest-physical address, or `undefined` where nothing is mapped.
 *
 * @throws QmpError with the text, if it is neither.
 */
export function parseTranslation(text: string): bigint | undefined {
  const found = /^gpa: (?:0x)?([0-9a-f]+)\s*$/.exec(text)?.[1];
  if (found !== undefined) return BigInt(`0x${found}`);
  if (/^Unmapped\s*$/.test(text)) return undefined;
  throw unreadable("gva2gpa", "neither an address nor Unmapped", text);
}

function unreadable(command: string, what: string, text: string): QmpError {
  const [first = ""] = text.trim().split("\n", 1);
  const message = `QEMU's monitor answered "${command}" with something else: ${what}: ${first}`;
  return new QmpError(message, { sent: command, received: text });
}
