/** Directories that are turned into FAT disks. */
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { HostError, SpecError } from "../../harness/evidence/index.ts";
import {
  makeDirectoryDisk,
  surveyDirectory,
} from "../../harness/machine/boot-media/directory-disk.ts";
import { makeSystemPartition } from "../../harness/machine/boot-media/efi-system-partition.ts";
import { makeFatDisk } from "../../harness/machine/boot-media/fat-image.ts";
import { assembleBootSector } from "./assemble.ts";
import { boot, errorOf, soonMs, temporaryDirectory } from "./machines.ts";

vi.setConfig({ testTimeout: 60_000 });

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

/** Every path on a FAT disk, as mtools reads it; directories end with a slash. */
async function listDisk(image: string): Promise<string[]> {
  const listed = await execa("mdir", ["-/", "-b", "-i", image, "::"], {
    env: { LC_ALL: "C.UTF-8" },
  });
  return listed.stdout.split("\n").map((path) => path.replace("::/", ""));
}

test("the disk has every file under its own name, and links as what they lead to", async () => {
  const names = Array.from({ length: 180 }, (_, index) => `a file with a long name ${index}.txt`);
  const many = Object.fromEntries(names.map((name) => [name, name]));
  const files = { ...many, "Deep/er/日本 語.txt": "hello", ".hidden": "", empty: "" };
  const directory = directoryWith(files);
  mkdirSync(join(directory, "nothing"));
  symlinkSync("empty", join(directory, "link"));
  const output = temporaryDirectory();
  const image = await makeDirectoryDisk(await surveyDirectory(directory), output);
  const expected = [...Object.keys(files), "Deep/", "Deep/er/", "nothing/", "link"];
  expect((await listDisk(image)).sort()).toEqual(expected.sort());
  const { stdout } = await execa("mtype", ["-i", image, `::/${names[179]}`]);
  expect(stdout).toBe(names[179]);
});

test("a disk for much data is FAT32, and one for less is FAT16", async () => {
  const empty = { rootEntries: 0, sources: [], directories: [], files: [] };
  const image = join(temporaryDirectory(), "disk.img");
  await makeFatDisk({ ...empty, sizeBytes: 600 * 1024 ** 2 }, image);
  expect((await execa("minfo", ["-i", image, "::"])).stdout).toContain('disk type="FAT32   "');
  await makeFatDisk({ ...empty, sizeBytes: 400 * 1024 ** 2 }, image);
  expect((await execa("minfo", ["-i", image, "::"])).stdout).toContain('disk type="FAT16   "');
});

test("a guest reads the disk beside the kernel", async () => {
  // INT 13h, function 2 (read sectors): the first one of the second hard disk, to 0000:8000.
  const kernel = await assembleBootSector(`
  mov $0x0201, %ax
  mov $0x0001, %cx
  mov $0x0081, %dx
  mov $0x8000, %bx
  int $0x13
  movb $0, 0x803b
  mov $0x8036, %si
  call print
1: hlt
  jmp 1b`);
  const vm = await boot({ kernel, directory: directoryWith({ file: "content" }) });
  await vm.serial.waitFor("FAT16", { timeoutMs: soonMs });
});

test("an EFI application is beside the files of the directory", async () => {
  const directory = directoryWith({
    "EFI/BOOT/BOOTX64.EFI": "other",
    "efi/x": "",
    "kernel.elf": "k",
  });
  const [application, output] = [join(directory, "kernel.elf"), temporaryDirectory()];
  const surveyed = await surveyDirectory(join(directory, "EFI"));
  const request = { application, arch: "x86_64", directory: output, surveyed };
  const image = await makeSystemPartition(request);
  const paths = ["EFI/", "BOOT/", "EFI/BOOT/", "EFI/BOOT/BOOTX64.EFI", "BOOT/BOOTX64.EFI"];
  expect((await listDisk(image)).sort()).toEqual(paths.sort());
  const started = await makeSystemPartition({ ...request, commandLine: "a=1" });
  expect(await listDisk(started)).toContain("bringup/application.efi");
  const script = await execa("mtype", ["-i", started, "::/startup.nsh"]);
  expect(script.stdout).toContain("fs%i:\\bringup\\application.efi a=1");
  const shell = join(directory, "EFI/BOOT/BOOTX64.EFI");
  const shelled = await makeSystemPartition({ ...request, commandLine: "a=1", shell });
  const read = (path: string) => execa("mtype", ["-i", shelled, `::/${path}`]);
  expect((await read("EFI/BOOT/BOOTX64.EFI")).stdout).toBe("other");
  expect((await read("bringup/application.efi")).stdout).toBe("k");
});

describe("refused before QEMU starts", () => {
  test.each<[words: RegExp, make: (directory: string) => string | undefined]>([
    [/nowhere does not exist/, (directory) => join(directory, "nowhere")],
    [/package\.json is not a directory; give a file in disks/, () => "package.json"],
    [
      /dangling does not exist, or is a symbolic link to/,
      (directory) => void symlinkSync("no", join(directory, "dangling")),
    ],
    [
      /more than 32 directories deep/,
      (directory) => void symlinkSync(".", join(directory, "loop")),
    ],
    [
      /a:b has a name that FAT cannot hold; rename it/,
      (directory) => void writeFileSync(join(directory, "a:b"), ""),
    ],
    [
      /dot\. has a name that FAT cannot hold/,
      (directory) => void writeFileSync(join(directory, "dot."), ""),
    ],
    [
      /Aux has a name that FAT cannot hold/,
      (directory) => void writeFileSync(join(directory, "Aux"), ""),
    ],
    [
      /😀\.txt has a name that FAT cannot hold/,
      (directory) => void writeFileSync(join(directory, "😀.txt"), ""),
    ],
    [
      /\/dev\/null|null is neither a file nor a directory/,
      (directory) => void symlinkSync("/dev/null", join(directory, "null")),
    ],
    [
      /is the same name to FAT as/,
      (directory) =>
        ["Name", "name"].forEach(
          (name) => void writeFileSync(join(directory, name), ""),
        ) as undefined,
    ],
    [
      /huge brings the directory to more than 1073741824 bytes/,
      (directory) => {
        writeFileSync(join(directory, "huge"), "");
        truncateSync(join(directory, "huge"), 1024 ** 3);
        return undefined;
      },
    ],
  ])("%s", async (words, make) => {
    const directory = temporaryDirectory();
    const error = await errorOf(boot({ directory: make(directory) ?? directory }), SpecError);
    expect(error.field).toBe("directory");
    expect(error.message).toMatch(words);
  });

  test("a directory that nothing could boot from says which field decides", async () => {
    const directory = directoryWith({ file: "" });
    const error = await errorOf(boot({ directory }), SpecError);
    expect(error.message).toMatch(
      /^firmware: has to be "uefi" or a file for a machine that boots from .* has no boot sector and has no boot file in EFI\/BOOT/,
    );
    const both = directoryWith({
      "EFI/BOOT/BOOTX64.EFI": "",
      "efi2/x": "",
      "EFI/BOOT/BOOTAA64.EFI": "",
    });
    const which = await errorOf(boot({ directory: both }), SpecError);
    expect(which.message).toMatch(
      /^arch: is missing: .* has boot files for (x86_64, aarch64|aarch64, x86_64); say/,
    );
  });

  test("a computer without mtools", async () => {
    const surveyed = await surveyDirectory(directoryWith({ file: "" }));
    vi.stubEnv("PATH", temporaryDirectory());
    const error = await errorOf(makeDirectoryDisk(surveyed, temporaryDirectory()), HostError);
    vi.unstubAllEnvs();
    expect(error.message).toMatch(
      /^install mtools: it makes FAT file systems, and mformat is not on/,
    );
  });
});
