/** Boot images of every kind but ELF, as small as their formats allow. */
import { sampleElf, sampleNote } from "../guest/elf-sample.ts";

/** Zeros of a size with some bytes set; a text sets one byte a character. */
export function bytesWith(
  sizeBytes: number,
  parts: Readonly<Record<number, string | number>>,
): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (const [offset, part] of Object.entries(parts)) {
    if (typeof part === "string") bytes.write(part, Number(offset), "latin1");
    else bytes.writeUInt32LE(part, Number(offset));
  }
  return bytes;
}

const bootSignature = { 510: "\x55\xaa" };
const usedPartition = { 446: 0x80, 450: 0x0c, 454: 2048, 458: 4096 };
const multibootHeader = (flags: number) => ({
  4096: 0x1badb002,
  4100: flags,
  4104: (2 ** 33 - 0x1badb002 - flags) % 2 ** 32,
});

const isoDescriptors = (label: string) => ({
  32768: "\x01CD001\x01",
  32808: label.padEnd(32),
  34816: "\x00CD001\x01EL TORITO SPECIFICATION",
  34887: 20,
  36864: "\xffCD001\x01",
});
const catalogue = (platform: string, ...entries: string[]) => ({
  40960: `\x01${platform}`,
  40990: "\x55\xaa",
  ...Object.fromEntries(entries.map((entry, index) => [40992 + index * 32, entry])),
});
const isoBytes = 45056;

const peHeader = (machine: string, subsystem: number) => ({
  0: "MZ",
  60: 128,
  128: `PE\0\0${machine}`,
  152: "\x0b\x02",
  220: subsystem,
});

const linuxSetup = { 510: "\x55\xaa", 514: "HdrS", 518: "\x0f\x02" };

export const samples = {
  bzImage: bytesWith(4096, { ...linuxSetup, 526: "\x00\x04", 566: "\x3f", 1536: "6.1.0-test #1" }),
  bzImage32: bytesWith(4096, { ...linuxSetup, 566: "\x3e" }),
  bzImageWithEfiStub: bytesWith(4096, { ...peHeader("\x64\x86", 10), ...linuxSetup, 566: "\x3f" }),
  arm64Image: bytesWith(4096, { 56: "ARM\x64" }),
  arm64ImageWithEfiStub: bytesWith(4096, { ...peHeader("\x64\xaa", 10), 56: "ARM\x64" }),
  riscv64Image: bytesWith(4096, { 8: 0x200000, 48: "RISCV\0\0\0", 56: "RSC\x05" }),
  riscv32Image: bytesWith(4096, { 8: 0x400000, 48: "RISCV\0\0\0", 56: "RSC\x05" }),
  zImage: bytesWith(4096, { 36: 0x016f2818 }),
  bootSector: bytesWith(512, { 0: "\xfa\xf4", ...bootSignature }),
  floppy: bytesWith(1474560, { 0: "\xfa\xf4", ...bootSignature }),
  mbrDisk: bytesWith(1048576, { 0: "\xfa\xf4", ...usedPartition, ...bootSignature }),
  gptDisk: bytesWith(1048576, { ...usedPartition, ...bootSignature, 512: "EFI PART" }),
  disk: bytesWith(1048576, { 0: "\xfa\xf4", 446: 0x77, ...bootSignature }),
  diskWithMultibootKernel: bytesWith(1048576, { ...bootSignature, ...multibootHeader(0x10003) }),
  isoBios: bytesWith(isoBytes, { ...isoDescriptors("SAMPLE"), ...catalogue("\x00", "\x88") }),
  isoUefi: bytesWith(isoBytes, { ...isoDescriptors(""), ...catalogue("\xef", "\x88") }),
  isoBoth: bytesWith(isoBytes, {
    ...isoDescriptors("SAMPLE"),
    ...catalogue("\x00", "\x88", "\x91\xef", "\x88"),
  }),
  isoHybrid: bytesWith(isoBytes, {
    ...usedPartition,
    ...bootSignature,
    ...isoDescriptors("SAMPLE"),
    ...catalogue("\x00", "\x88"),
  }),
  isoWithoutBoot: bytesWith(isoBytes, { 32768: "\x01CD001\x01", 34816: "\xffCD001\x01" }),
  isoCut: bytesWith(isoBytes, {
    ...isoDescriptors("SAMPLE"),
    ...catalogue("\x00", "\x88"),
  }).subarray(0, 38912),
  efiX86: bytesWith(4096, peHeader("\x64\x86", 10)),
  efiArm: bytesWith(4096, peHeader("\x64\xaa", 12)),
  efiByteCode: bytesWith(4096, peHeader("\xbc\x0e", 10)),
  windows: bytesWith(4096, peHeader("\x64\x86", 3)),
  multibootBinary: bytesWith(16384, multibootHeader(0x10003)),
  multibootWithoutAddresses: bytesWith(16384, multibootHeader(3)),
  gzip: bytesWith(600, { 0: "\x1f\x8b\x08", ...bootSignature }),
  uimage: bytesWith(600, { 0: "\x27\x05\x19\x56" }),
  deviceTree: bytesWith(600, { 0: "\xd0\x0d\xfe\xed" }),
  qcow2: bytesWith(600, { 0: "QFI\xfb" }),
  text: Buffer.from("all: kernel.elf\n\tld kernel.o\n"),
  japanese: Buffer.from("カーネルではない\n"),
  zeros: Buffer.alloc(2048),
  data: Buffer.from("00ff8001020304", "hex"),
};

const load = { content: Buffer.alloc(16, 0x90) };
const pvhNote = { type: 4, content: sampleNote("Xen", 18, Buffer.from("0000100000000000", "hex")) };

/** A Multiboot header as the content of a segment; its checksum is right. */
function multibootSegment(physicalAddress?: bigint): { content: Buffer; physicalAddress?: bigint } {
  const content = Buffer.alloc(64);
  content.writeUInt32LE(0x1badb002, 0);
  content.writeUInt32LE(3, 4);
  content.writeUInt32LE((2 ** 33 - 0x1badb002 - 3) % 2 ** 32, 8);
  return physicalAddress === undefined ? { content } : { content, physicalAddress };
}

function multiboot2Segment(): { content: Buffer } {
  const content = Buffer.alloc(64);
  content.writeUInt32LE(0xe85250d6, 8);
  content.writeUInt32LE(24, 16);
  content.writeUInt32LE((2 ** 33 - 0xe85250d6 - 24) % 2 ** 32, 20);
  return { content };
}

export const elfSamples = {
  pvh: sampleElf({ segments: [load, pvhNote] }),
  pvh32: sampleElf({ bits: 32, machine: 3, segments: [load, pvhNote] }),
  multiboot32: sampleElf({ bits: 32, machine: 3, segments: [multibootSegment()] }),
  multiboot64: sampleElf({ segments: [multibootSegment()] }),
  multiboot64AndPvh: sampleElf({ segments: [multibootSegment(), pvhNote] }),
  multiboot64High: sampleElf({ segments: [multibootSegment(2n ** 32n)] }),
  multiboot2: sampleElf({ segments: [multiboot2Segment()] }),
  bare: sampleElf({ segments: [load] }),
  limine: sampleElf({
    segments: [{ content: Buffer.from("888b4cdf30ddb1c77bf194a183e8820a", "hex") }],
  }),
  pvhOutside: sampleElf({ segments: [{ content: pvhNote.content }] }),
  aarch64: sampleElf({ machine: 183, segments: [load] }),
  arm: sampleElf({ bits: 32, machine: 40, segments: [load] }),
  riscv64: sampleElf({ machine: 243, segments: [load] }),
  riscv32: sampleElf({ bits: 32, machine: 243, segments: [load] }),
  mipsBig: sampleElf({ bits: 32, endian: "big", machine: 8, segments: [load] }),
  loongarch64: sampleElf({ machine: 258, segments: [load] }),
  strange: sampleElf({ machine: 999, segments: [load] }),
  object: sampleElf({ type: 1, segments: [] }),
  library: sampleElf({ type: 3, entry: 0n, machine: 183, segments: [load] }),
  positionIndependent: sampleElf({ type: 3, machine: 183, segments: [load] }),
  core: sampleElf({ type: 4, segments: [load] }),
  hollow: sampleElf({ machine: 183, segments: [] }),
  hollowPvh: sampleElf({ segments: [pvhNote] }),
  linuxProgram: sampleElf({
    segments: [load, { type: 3, content: Buffer.from("/lib64/ld-linux-x86-64.so.2\0") }],
  }),
  linuxStatic: sampleElf({
    machine: 183,
    segments: [load, { type: 4, content: sampleNote("GNU", 1, Buffer.alloc(16)) }],
  }),
  freebsdKernel: sampleElf({
    segments: [load, pvhNote, { type: 3, content: Buffer.from("/red/herring\0") }],
  }),
};
