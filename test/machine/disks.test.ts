/** Disks are seen by the guest, on every bus, and never written to unless that is asked for. */
import { existsSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { planDisk } from "../../harness/machine/disks.ts";
import type { Disk, DiskBus } from "../../harness/machine/spec.ts";
import { assembleBootSector } from "./assemble.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";
import { makeWriterDisk } from "./writer-disk.ts";

useKernels("hello");
const soon = { timeoutMs: soonMs };

const buses: readonly (readonly [DiskBus, string])[] = [
  ["ide", "pc"],
  ["ahci", "pc"],
  ["ahci", "q35"],
  ["virtio", "q35"],
  ["scsi", "pc"],
  ["nvme", "pc"],
  ["usb", "pc"],
  ["floppy", "pc"],
];

describe("booted from and written to, but the image stays as it was", () => {
  test.each(buses)("%s on %s", async (bus, machine) => {
    const file = await makeWriterDisk("label");
    const before = await readFile(file);
    const vm = await boot({ disks: [{ file, bus }], machine, arch: "x86_64" });
    await vm.serial.waitFor("label WRITTEN done\n", soon);
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test("sd, whose size is a power of two", async () => {
    const file = await makeWriterDisk("label");
    truncateSync(file, 2 * 1024 ** 2);
    const vm = await boot({ disks: [{ file, bus: "sd" }], arch: "x86_64" });
    await vm.serial.waitFor("label WRITTEN done\n", soon);
  });
});

describe("options", () => {
  test("persist: the guest writes to the image itself", async () => {
    const file = await makeWriterDisk("label");
    const vm = await boot({ disks: [{ file, persist: true }], arch: "x86_64" });
    await vm.serial.waitFor("label WRITTEN done\n", soon);
    await vm[Symbol.asyncDispose]();
    expect((await readFile(file)).toString("latin1", 512, 520)).toBe("WRITTEN\0");
  });

  test("readOnly: the guest is refused", async () => {
    const file = await makeWriterDisk("label");
    const disks: Disk[] = [{ file, bus: "virtio", readOnly: true }];
    const vm = await boot({ disks, arch: "x86_64" });
    await vm.serial.waitFor("label refused done\n", soon);
  });

  test("the format is found in the file, whatever it is called", async () => {
    const raw = await makeWriterDisk("label");
    const file = `${raw}.raw`;
    await execa("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, file]);
    const before = await readFile(file);
    const vm = await boot({ disks: [file], arch: "x86_64" });
    await vm.serial.waitFor("label WRITTEN done\n", soon);
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test("names with commas and spaces", async () => {
    const file = join(temporaryDirectory(), "my disk, the first.img");
    await copyFile(await makeWriterDisk("label"), file);
    const vm = await boot({ disks: [file], arch: "x86_64" });
    await vm.serial.waitFor("label WRITTEN done\n", soon);
  });

  test("the image under test is booted, and not the disk beside it", async () => {
    const kernel = await makeWriterDisk("kernel");
    truncateSync(kernel, 2 * 1024 ** 2);
    const disks: Disk[] = [{ file: await makeWriterDisk("disk"), bus: "virtio" }];
    const vm = await boot({ kernel, disks });
    await vm.serial.waitFor("kernel WRITTEN done\n", soon);
    expect(vm.serial.text).not.toContain("disk");
  });

  test("an image of a floppy's size is a floppy", async () => {
    const vm = await boot({ kernel: await makeWriterDisk("floppy") });
    await vm.serial.waitFor("floppy WRITTEN done\n", soon);
    expect(vm.record().reproduce).toContain("if=floppy");
  });
});

test.each<[DiskBus, string]>([
  ["ahci", "q35"],
  ["virtio", "pc"],
  ["usb", "pc"],
])("512 bytes boot from %s on %s, though firmware sees no such disk", async (bus, machine) => {
  const file = await assembleBootSector(`  mov $text, %si
  call print
1: hlt
  jmp 1b
text: .asciz "small\\n"`);
  const vm = await boot({ disks: [{ file, bus }], machine, arch: "x86_64" });
  await vm.serial.waitFor("small\n", soon);
  expect(statSync(file).size).toBe(512);
});

describe("a CD", () => {
  async function makeIso(): Promise<string> {
    const directory = temporaryDirectory();
    const text = `  mov $text, %si
  call print
1: hlt
  jmp 1b
text: .asciz "from the CD\\n"`;
    await copyFile(await assembleBootSector(text, 2048), join(directory, "boot.img"));
    const iso = join(directory, "system.iso");
    const options = ["-b", "boot.img", "-no-emul-boot", "-boot-load-size", "4"];
    await execa("xorriso", ["-as", "mkisofs", "-quiet", ...options, "-o", iso, directory]);
    return iso;
  }

  test.each(["pc", "q35"])("as the image under test on %s, before a disk", async (machine) => {
    const disk = { file: await makeWriterDisk("disk"), bus: "virtio" } as const;
    const vm = await boot({ kernel: await makeIso(), machine, disks: [disk] });
    await vm.serial.waitFor("from the CD\n", soon);
  });

  test("beside an empty disk", async () => {
    const file = join(temporaryDirectory(), "empty.img");
    writeFileSync(file, "");
    truncateSync(file, 1024 ** 2);
    const vm = await boot({ cdrom: await makeIso(), disks: [file], arch: "x86_64" });
    await vm.serial.waitFor("from the CD\n", soon);
  });
});

describe("planned", () => {
  const place = {
    field: "disks[0]",
    defaultBus: "ide",
    isPc: true,
    directory: "/nowhere",
  } as const;

  test.each<[string, Disk, string]>([
    [
      "a file that is not there",
      { file: "/nowhere/a.img" },
      "disks[0].file: /nowhere/a.img cannot",
    ],
    ["a directory", { file: "/" }, "disks[0].file: / cannot be read as a disk: "],
    [
      "read-only and persistent",
      { file: import.meta.filename, readOnly: true, persist: true },
      "disks[0].persist: is",
    ],
    [
      "read-only on ide",
      { file: import.meta.filename, readOnly: true },
      "disks[0].readOnly: is true, but QEMU has no",
    ],
    [
      "read-only on sd",
      { file: import.meta.filename, readOnly: true, bus: "sd" },
      "disks[0].readOnly: is true",
    ],
  ])("%s is refused", async (_, disk, message) => {
    expect((await errorOf(planDisk(disk, place), SpecError)).message.startsWith(message)).toBe(
      true,
    );
  });

  test.each([
    ["QFI\xfb\0\0\0\x03", "qcow2"],
    ["KDMV", "vmdk"],
    ["COWD", "vmdk"],
    ["<<< no image of VirtualBox", "raw"],
    ["anything", "raw"],
    ["", "raw"],
  ])("the format of what begins with %j is %s", async (start, format) => {
    const file = join(temporaryDirectory(), "disk");
    writeFileSync(file, start, "latin1");
    expect((await planDisk(file, place)).format).toBe(format);
    expect((await planDisk({ file, format: "dmg" }, place)).format).toBe("dmg");
  });

  test.each([
    ["qcow", ""],
    ["qcow2", ""],
    ["qed", ""],
    ["vmdk", "subformat=monolithicSparse"],
    ["vmdk", "subformat=monolithicFlat"],
    ["vmdk", "subformat=twoGbMaxExtentSparse"],
    ["vhdx", ""],
    ["vpc", "subformat=dynamic"],
    ["vpc", "subformat=fixed"],
    ["vdi", ""],
    ["parallels", ""],
    ["raw", ""],
  ])("the format of an image that qemu-img makes as %s %s", async (format, options) => {
    const file = join(temporaryDirectory(), "disk");
    const words = options === "" ? [] : ["-o", options];
    await execa("qemu-img", ["create", "-q", "-f", format, ...words, file, "2M"]);
    expect((await planDisk(file, place)).format).toBe(format);
    expect((await planDisk({ file, format }, place)).format).toBe(format);
  });

  test("two small disks of one name keep their contents apart", async () => {
    const at = { ...place, directory: temporaryDirectory() };
    const files = [temporaryDirectory(), temporaryDirectory()].map((one) => join(one, "disk.img"));
    for (const [index, file] of files.entries()) writeFileSync(file, `disk ${index}`);
    const disks = files.map((file) => planDisk({ file, bus: "virtio" }, at));
    const texts = disks.map(async (disk) =>
      (await readFile((await disk).file)).toString("latin1", 0, 6),
    );
    expect(await Promise.all(texts)).toEqual(["disk 0", "disk 1"]);
  });

  test("a small disk that is to be written to, or that is a floppy, is used as it is", async () => {
    const directory = temporaryDirectory();
    const file = join(directory, "small.img");
    writeFileSync(file, "x");
    const at = { ...place, directory };
    for (const disk of [
      { persist: true, bus: "virtio" },
      { bus: "floppy" },
      { bus: "ide" },
    ] as const) {
      expect((await planDisk({ file, ...disk }, at)).file).toBe(file);
    }
    const copy = (await planDisk({ file, bus: "virtio" }, at)).file;
    expect(dirname(copy)).toBe(directory);
    expect(basename(copy)).toMatch(/^padded-\d+-small\.img$/);
    expect(statSync(copy).size).toBe(512 * 1024);
    expect(existsSync(file)).toBe(true);
  });
});
