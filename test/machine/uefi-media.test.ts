/** Disks and ISO images that UEFI firmware boots, by partitions and by El Torito. */
import { truncateSync, writeFileSync } from "node:fs";
import { copyFile, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { makeSystemPartition } from "../../harness/machine/boot-media/efi-system-partition.ts";
import { chooseBoard } from "../../harness/machine/choose-board.ts";
import { detectImage } from "../../harness/machine/image.ts";
import { checkImage } from "../../harness/machine/image-check.ts";
import { describeImage, type IsoImage } from "../../harness/machine/image-types.ts";
import { assembleBootSector } from "./assemble.ts";
import { buildApplication } from "./efi-application.ts";
import { writeGptDisk } from "./gpt.ts";
import { boot, errorOf, temporaryDirectory } from "./machines.ts";

const mebibyte = 1024 ** 2;
const firmwareMs = 120_000;
vi.setConfig({ testTimeout: firmwareMs + 20_000 });
const slow = { timeoutMs: firmwareMs };
const hello = "Hello from an EFI application\n";

async function makePartition(arch: "x86_64" | "aarch64" | "riscv64", count = 1): Promise<string> {
  const application = await buildApplication(arch === "aarch64" ? arch : "x86_64");
  const image = await makeSystemPartition({ application, arch, directory: temporaryDirectory() });
  if (count > 1) await execa("mcopy", ["-i", image, application, "::/EFI/BOOT/BOOTARM.EFI"]);
  return image;
}

describe("a disk with an EFI system partition and without boot code", () => {
  test("with a GUID partition table boots by UEFI, and nobody has to say so", async () => {
    const disk = join(temporaryDirectory(), "disk.img");
    await writeGptDisk(disk, await makePartition("x86_64"));
    const vm = await boot({ kernel: disk });
    await vm.serial.waitFor(hello, slow);
    expect(vm.record()).toMatchObject({
      machineType: "q35",
      kernel: { image: "disk image bootable by UEFI" },
    });
  });

  test.each(["aarch64", "riscv64"] as const)(
    "tells by its boot file that it is for %s",
    async (arch) => {
      const disk = join(temporaryDirectory(), "disk.img");
      await writeGptDisk(disk, await makePartition(arch));
      expect(await detectImage(disk)).toMatchObject({ kind: "boot-sector", uefiOnly: [arch] });
      const error = await errorOf(boot({ kernel: disk, arch: "x86_64" }), SpecError);
      expect(error.message).toMatch(`arch: x86_64 was asked for, but ${disk} is for ${arch} (disk`);
    },
  );

  test("asks for the architecture where boot files do not tell", async () => {
    const disk = join(temporaryDirectory(), "disk.img");
    await writeGptDisk(disk, await makePartition("aarch64", 2));
    const error = await errorOf(boot({ kernel: disk }), SpecError);
    expect(error.message).toMatch(/^arch: is missing: the EFI system partition has not one boot/);
    checkImage(await detectImage(disk), { arch: "arm" });
  });

  test("may have an MBR, but no code in it", async () => {
    const disk = join(temporaryDirectory(), "disk.img");
    await writeGptDisk(disk, await makePartition("x86_64"));
    await using file = await open(disk, "r+");
    await file.write(Buffer.alloc(512), 0, 512, 512);
    const entry = Buffer.alloc(16);
    entry.writeUInt8(0xef, 4);
    entry.writeUInt32LE(2048, 8);
    entry.writeUInt32LE(32768, 12);
    await file.write(entry, 0, 16, 446);
    expect(await detectImage(disk)).toMatchObject({ partitions: "mbr", uefiOnly: ["x86_64"] });
    await file.write(Buffer.from([0xeb, 0xfe]), 0, 2, 0);
    const withCode = await detectImage(disk);
    expect(describeImage(withCode)).toBe("bootable disk image with MBR partitions");
  });
});

describe("a disk that is a FAT file system as a whole", () => {
  async function makeFat(sizeBytes: number, words: readonly string[], names: readonly string[]) {
    const image = join(temporaryDirectory(), "fat.img");
    writeFileSync(image, "");
    truncateSync(image, sizeBytes);
    await execa("mformat", ["-i", image, ...words, "::"]);
    await execa("mmd", ["-i", image, "::/EFI", "::/EFI/BOOT"]);
    const application = await buildApplication();
    for (const name of names) {
      await execa("mcopy", ["-i", image, application, `::/EFI/BOOT/${name}`]);
    }
    return image;
  }

  test.each([
    ["of a disk's size", 16 * mebibyte, []],
    ["of a floppy's size, of which UEFI knows no drives", 1440 * 1024, ["-f", "1440"]],
    ["FAT32", 64 * mebibyte, ["-F"]],
  ])("and %s boots by UEFI", async (_, sizeBytes, words) => {
    const vm = await boot({ kernel: await makeFat(sizeBytes, words, ["BOOTX64.EFI"]) });
    await vm.serial.waitFor(hello, slow);
    expect(vm.record().kernel).toMatchObject({ image: "disk image bootable by UEFI" });
  });

  test.each([
    ["BootRiscV64.efi", "riscv64"],
    ["bootloongarch64.efi", "loongarch64"],
    ["bootaa64.efi", "aarch64"],
  ])("tells by %s that it is for %s", async (name, arch) => {
    expect(await detectImage(await makeFat(16 * mebibyte, [], [name]))).toMatchObject({
      uefiOnly: [arch],
    });
  });

  test.each([
    ["has no boot file", [], []],
    ["has a boot loader's code", ["BOOTX64.EFI"], ["-B"]],
  ])("and %s is left to the BIOS", async (_, names, words) => {
    const sector = await assembleBootSector("1: hlt\n  jmp 1b");
    const image = await makeFat(
      1440 * 1024,
      ["-f", "1440", ...words.flatMap((word) => [word, sector])],
      names,
    );
    expect(await detectImage(image)).not.toHaveProperty("uefiOnly");
  });

  test("is a disk where the spec asks for UEFI", async () => {
    const kernel = await makeFat(1440 * 1024, ["-f", "1440"], []);
    const vm = await boot({ kernel, firmware: "uefi" });
    expect(vm.record().reproduce).not.toContain("if=floppy");
  });
});

describe("an ISO image", () => {
  /** Boot sector in the system area, for disks; El Torito for a BIOS, and for UEFI. */
  async function makeHybrid(arch: "x86_64" | "aarch64", isBios: boolean): Promise<string> {
    const directory = temporaryDirectory();
    const say = (text: string) => `  mov $text, %si\n  call print\ntext: .asciz "${text}\\n"`;
    const sector = await assembleBootSector(say("from the disk"));
    await rename(sector, join(directory, "disk.bin"));
    const entry = await assembleBootSector(say("from the CD"), 2048);
    await copyFile(entry, join(directory, "cd.bin"));
    await copyFile(await makePartition(arch), join(directory, "efi.img"));
    const iso = join(temporaryDirectory(), "system.iso");
    const bios = ["-b", "cd.bin", "-no-emul-boot", "-boot-load-size", "4", "-eltorito-alt-boot"];
    const uefi = ["-e", "efi.img", "-no-emul-boot"];
    const options = ["-as", "mkisofs", "-quiet", "-G", join(directory, "disk.bin"), "-o", iso];
    await execa("xorriso", [...options, ...(isBios ? bios : []), ...uefi, directory]);
    return iso;
  }

  test("that is all at once boots by BIOS, as a disk, and by UEFI", async () => {
    const iso = await makeHybrid("x86_64", true);
    const byBios = await boot({ kernel: iso });
    await byBios.serial.waitFor("from the CD\n", slow);
    const asDisk = await boot({ disks: [{ file: iso, format: "raw" }] });
    await asDisk.serial.waitFor("from the disk\n", slow);
    const byUefi = await boot({ kernel: iso, firmware: "uefi" });
    await byUefi.serial.waitFor(hello, slow);
  });

  test("that only UEFI boots, and several could, asks for the architecture", async () => {
    const image: IsoImage = {
      kind: "iso9660",
      path: "system.iso",
      sizeBytes: 1,
      label: undefined,
      elTorito: { bios: false, uefi: true },
    };
    const several = { ...image, architectures: ["aarch64", "riscv64"] };
    for (const untold of [image, several]) {
      expect(() => chooseBoard({}, untold)).toThrow(/^arch: is missing: the EFI system partition/);
    }
    const withMine = { ...image, architectures: ["aarch64", "x86_64"] };
    expect(chooseBoard({}, withMine)).toMatchObject({ arch: "x86_64", firmware: "uefi" });
  });

  test("that only UEFI boots tells its architecture", async () => {
    const iso = await makeHybrid("aarch64", false);
    const expected = { elTorito: { bios: false, uefi: true }, architectures: ["aarch64"] };
    expect(await detectImage(iso)).toMatchObject(expected);
    const board = chooseBoard({}, await detectImage(iso));
    expect(board).toMatchObject({ arch: "aarch64", machine: "virt", firmware: "uefi" });
  });
});
