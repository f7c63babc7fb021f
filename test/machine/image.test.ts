import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { detectImage } from "../../harness/machine/image.ts";
import { type DetectedImage, describeImage } from "../../harness/machine/image-types.ts";
import { temporaryDirectory } from "../guest/clang.ts";
import { elfSamples, samples } from "./image-samples.ts";

async function detect(bytes: Buffer): Promise<DetectedImage> {
  const path = join(await temporaryDirectory(), "kernel.elf");
  await writeFile(path, bytes);
  return detectImage(path);
}

async function refusal(path: string): Promise<string> {
  const error = await detectImage(path).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(SpecError);
  expect((error as SpecError).field).toBe("kernel");
  return (error as SpecError).message.replaceAll(path, "PATH");
}

test.each([
  [
    "bzImage",
    { kind: "bzimage", version: "6.1.0-test #1", protocol: "2.15", is64Bit: true },
    "Linux bzImage for x86 (6.1.0-test #1)",
  ],
  ["bzImage32", { kind: "bzimage", version: undefined, is64Bit: false }, "Linux bzImage for x86"],
  ["arm64Image", { kind: "arm64-image", arch: "aarch64" }, "Linux Image for aarch64"],
  ["riscv64Image", { kind: "riscv-image", arch: "riscv64" }, "Linux Image for riscv64"],
  ["riscv32Image", { kind: "riscv-image", arch: "riscv32" }, "Linux Image for riscv32"],
  ["zImage", { kind: "arm-zimage", arch: "arm" }, "Linux zImage for arm"],
  [
    "bootSector",
    { kind: "boot-sector", partitions: "none", floppy: false, sizeBytes: 512 },
    "boot sector",
  ],
  ["floppy", { kind: "boot-sector", partitions: "none", floppy: true }, "bootable floppy image"],
  [
    "mbrDisk",
    { kind: "boot-sector", partitions: "mbr", floppy: false },
    "bootable disk image with MBR partitions",
  ],
  [
    "gptDisk",
    { kind: "boot-sector", partitions: "gpt" },
    "bootable disk image with GPT partitions",
  ],
  ["disk", { kind: "boot-sector", partitions: "none" }, "bootable disk image"],
  [
    "isoBios",
    { kind: "iso9660", elTorito: { bios: true, uefi: false }, label: "SAMPLE" },
    "ISO 9660 image bootable by BIOS",
  ],
  [
    "isoUefi",
    { kind: "iso9660", elTorito: { bios: false, uefi: true }, label: undefined },
    "ISO 9660 image bootable by UEFI",
  ],
  [
    "isoBoth",
    { kind: "iso9660", elTorito: { bios: true, uefi: true } },
    "ISO 9660 image bootable by BIOS and UEFI",
  ],
  [
    "isoWithoutBoot",
    { kind: "iso9660", elTorito: { bios: false, uefi: false } },
    "ISO 9660 image without a boot entry",
  ],
  [
    "isoCut",
    { kind: "iso9660", elTorito: { bios: false, uefi: false } },
    "ISO 9660 image without a boot entry",
  ],
  [
    "efiX86",
    { kind: "efi-application", arch: "x86_64", peMachine: 0x8664 },
    "EFI application for x86_64",
  ],
  ["efiArm", { kind: "efi-application", arch: "aarch64" }, "EFI application for aarch64"],
  [
    "efiByteCode",
    { kind: "efi-application", arch: undefined },
    "EFI application for machine 0xebc",
  ],
  ["windows", { kind: "windows-program" }, "Windows program"],
  ["multibootBinary", { kind: "multiboot-binary" }, "flat binary with a Multiboot header"],
  ["gzip", { kind: "gzip" }, "gzip-compressed file"],
  ["uimage", { kind: "uimage" }, "U-Boot uImage"],
  ["deviceTree", { kind: "device-tree-blob" }, "device tree blob"],
  ["qcow2", { kind: "disk-image", format: "qcow2" }, "qcow2 disk image"],
  [
    "text",
    { kind: "unknown", looks: "text", firstLine: "all: kernel.elf" },
    'text file starting "all: kernel.elf"',
  ],
  ["japanese", { kind: "unknown", looks: "text" }, 'text file starting "カーネルではない"'],
  ["zeros", { kind: "unknown", looks: "zeros" }, "2048 bytes of nothing but zeros"],
  ["data", { kind: "unknown", looks: "data" }, "7 bytes of a format that is not known"],
  [
    "multibootWithoutAddresses",
    { kind: "unknown", looks: "data" },
    "16384 bytes of a format that is not known",
  ],
] as const)("%s", async (name, expected, description) => {
  // The name says ELF in every case: only the content counts.
  const image = await detect(samples[name]);
  expect(image).toMatchObject(expected);
  expect(describeImage(image)).toBe(description);
});

describe("a file that is several things", () => {
  test.each([
    ["a bzImage with an EFI stub is a bzImage", samples.bzImageWithEfiStub, "bzimage"],
    ["an arm64 Image with an EFI stub is an Image", samples.arm64ImageWithEfiStub, "arm64-image"],
    ["an ISO with the boot sector of a disk is an ISO", samples.isoHybrid, "iso9660"],
    [
      "a disk with a Multiboot kernel right behind its boot sector is a disk",
      samples.diskWithMultibootKernel,
      "boot-sector",
    ],
    ["gzip with 55 AA in the right place is gzip", samples.gzip, "gzip"],
  ])("%s", async (_name, bytes, kind) => {
    expect((await detect(bytes)).kind).toBe(kind);
  });
});

test("a bootable ISO by xorriso", async () => {
  const directory = await temporaryDirectory();
  const [tree, image] = [join(directory, "tree"), join(directory, "image.iso")];
  await mkdir(tree);
  await writeFile(join(tree, "boot.bin"), samples.bootSector);
  await writeFile(join(tree, "efi.img"), samples.floppy);
  const bios = ["-b", "boot.bin", "-no-emul-boot", "-boot-load-size", "4"];
  const uefi = ["-eltorito-alt-boot", "-e", "efi.img", "-no-emul-boot"];
  const options = ["-as", "mkisofs", "-quiet", "-V", "BRINGUP", "-o", image];
  await execa("xorriso", [...options, ...bios, ...uefi, tree]);
  const expected = { kind: "iso9660", label: "BRINGUP", elTorito: { bios: true, uefi: true } };
  expect(await detectImage(image)).toMatchObject(expected);
  await execa("xorriso", [...options, ...uefi.slice(1), tree]);
  expect(await detectImage(image)).toMatchObject({ elTorito: { bios: false, uefi: true } });
});

describe("nothing to judge is a SpecError", () => {
  test("missing, below a file, a directory, a device, a FIFO, empty", async () => {
    const directory = await temporaryDirectory();
    const missing =
      "kernel: PATH does not exist; was it built, " +
      "and is the path relative to the working directory?";
    expect(await refusal(join(directory, "gone"))).toBe(missing);
    const empty = join(directory, "empty");
    await writeFile(empty, "");
    expect(await refusal(empty)).toMatch(
      /^kernel: PATH is empty; did the build fail half-way\?\n {2}taken are: an ELF kernel/,
    );
    expect(await refusal(join(empty, "below"))).toBe(missing);
    expect(await refusal(join(directory, "emty"))).toBe(
      `kernel: PATH does not exist; the nearest is ${empty}`,
    );
    await mkdir(join(directory, "build", "kernel"), { recursive: true });
    expect(await refusal(join(directory, "build", "kernal"))).toBe(missing);
    for (const name of ["kernel.o", "kernel.c"]) await writeFile(join(directory, name), "x");
    expect(await refusal(join(directory, "kernel.elf"))).toBe(missing);
    const built = join(directory, "build", "kernel.elf");
    await writeFile(built, "x");
    const near = `kernel: PATH does not exist; the nearest is ${built}`;
    expect(await refusal(join(directory, "biuld", "kernel.elf"))).toBe(near);
    expect(await refusal(join(directory, "biuld", "kernle.elf"))).toBe(near);
    expect(await refusal(directory)).toMatch(
      /^kernel: PATH is a directory; give the image itself\n/,
    );
    expect(await refusal("/dev/zero")).toMatch(
      /^kernel: PATH is not a regular file; give the image itself\n/,
    );
    const fifo = join(directory, "fifo");
    await execa("mkfifo", [fifo]);
    expect(await refusal(fifo)).toMatch(/^kernel: PATH is not a regular file/);
    expect(await refusal("kernel\0.elf")).toMatch(
      /^kernel: kernel\\u\{0\}\.elf could not be opened: /,
    );
  });

  // style-allow skip: a file that root may not read cannot be made
  test.skipIf(process.getuid?.() === 0)("not readable", async () => {
    const path = join(await temporaryDirectory(), "kernel.elf");
    await writeFile(path, elfSamples.pvh);
    await chmod(path, 0o000);
    expect(await refusal(path)).toMatch(/^kernel: PATH may not be read; check its permissions/);
  });

  test("truncated ELF files, wherever they end", async () => {
    const path = join(await temporaryDirectory(), "kernel.elf");
    const { pvh, aarch64 } = elfSamples;
    const cuts = [4, 20, 63, 100, pvh.length - 1].map((length) => pvh.subarray(0, length));
    for (const bytes of [...cuts, aarch64.subarray(0, aarch64.length - 1)]) {
      await writeFile(path, bytes);
      expect(await refusal(path)).toMatch(
        /^kernel: PATH is a broken ELF file; build it again \(.*ends at byte/,
      );
    }
  });
});

test("no bytes end in anything but an image or a SpecError", async () => {
  const path = join(await temporaryDirectory(), "file");
  const all = [...Object.values(samples), ...Object.values(elfSamples)].map((bytes) =>
    bytes.subarray(0, 49152),
  );
  const change = fc.tuple(fc.nat(49151), fc.nat(255));
  const early = fc.tuple(fc.nat(700), fc.nat(255));
  const changed = fc
    .tuple(
      fc.constantFrom(...all),
      fc.array(fc.oneof(change, early), { maxLength: 6 }),
      fc.nat(49152),
    )
    .map(([bytes, changes, length]) => {
      const copy = Buffer.from(bytes);
      for (const [offset, value] of changes) if (offset < copy.length) copy[offset] = value;
      return copy.subarray(0, length);
    });
  await fc.assert(
    fc.asyncProperty(changed, async (bytes) => {
      await writeFile(path, bytes);
      const result = await detectImage(path).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toBeInstanceOf(SpecError);
      else expect(describeImage(result as DetectedImage)).not.toBe("");
    }),
    { numRuns: 250 },
  );
});
