/** Files that are given in place of a kernel by mistake: each is called what it is. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { detectImage } from "../../harness/machine/image.ts";
import { checkImage } from "../../harness/machine/image-check.ts";
import { buildElf, temporaryDirectory } from "../guest/clang.ts";
import { bytesWith } from "./image-samples.ts";

/** The first line of what is said, without the path; "" where nothing is. */
async function complaint(path: string): Promise<string> {
  try {
    checkImage(await detectImage(path));
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return String((error as SpecError).message.split("\n")[0]).replaceAll(path, "PATH");
  }
  return "";
}

async function complaintAbout(content: string | Buffer): Promise<string> {
  const path = join(await temporaryDirectory(), "kernel.elf");
  await writeFile(path, content);
  return await complaint(path);
}

test.each(["qcow2", "qed", "vmdk", "vdi", "vhdx", "vpc", "parallels"])(
  "a %s image, as qemu-img makes it",
  async (format) => {
    const path = join(await temporaryDirectory(), "kernel.elf");
    execFileSync("qemu-img", ["create", "-q", "-f", format, path, "64M"]);
    expect(await complaint(path)).toMatch(
      /^kernel: PATH is a .+ disk image, not a kernel; give it as a disk: disks: \["PATH"\]$/,
    );
  },
);

test.each([
  ["xz", ["-k"], ".xz", "a file compressed with xz"],
  ["bzip2", ["-k"], ".bz2", "a file compressed with bzip2"],
  ["zstd", ["-q", "-k"], ".zst", "a file compressed with zstd"],
  ["gzip", ["-k"], ".gz", "gzip-compressed"],
] as const)("what %s makes", async (program, options, ending, what) => {
  const path = join(await temporaryDirectory(), "kernel");
  await writeFile(path, "x".repeat(4000));
  try {
    execFileSync(program, [...options, path]);
  } catch (error) {
    // The program may be missing here, but its format is no secret.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    writeFileSync(`${path}${ending}`, "\x28\xb5\x2f\xfd", "latin1");
  }
  expect(await complaint(`${path}${ending}`)).toMatch(`is ${what}`);
});

test("archives: tar, ar of one object, a Debian package, cpio, zip", async () => {
  const directory = await temporaryDirectory();
  const object = await buildElf({
    target: "x86_64-elf",
    file: "kernel.S",
    source: "nop",
    link: null,
    directory,
  });
  const [tar, library] = [join(directory, "a.tar"), join(directory, "a.a")];
  execFileSync("tar", ["-cf", tar, "-C", directory, "kernel.o"]);
  execFileSync("llvm-ar", ["rc", library, object]);
  expect(await complaint(tar)).toMatch("is a tar archive, not a kernel; unpack it");
  expect(await complaint(library)).toMatch("is a static library, not a kernel; link it");
  expect(await complaint(object)).toMatch("is an object file, not a kernel; link it first");
  const debian = "!<arch>\ndebian-binary   1700000000  0     0     100644  4         `\n2.0\n";
  expect(await complaintAbout(debian)).toMatch("is a Debian package");
  expect(await complaintAbout("070701000002D1000041ED\0\0")).toMatch(
    "is a cpio archive, not a kernel; give it as initrd",
  );
  expect(await complaintAbout("PK\x03\x04\x14\0\0\0")).toMatch("is a zip archive");
});

test.each([
  ["\xcf\xfa\xed\xfe\x07\0\0\x01", "a Mach-O file for macOS"],
  ["#!/usr/bin/env bash\nmake run\n", "a script"],
  ["<!DOCTYPE html>\n<title>404</title>\n", "a web page, as a server sends it with an error"],
  ["\n  <html lang=en><body>Not Found", "a web page, as a server sends it with an error"],
  [
    "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    "a pointer of Git LFS in place of the file itself",
  ],
  [":020000040000FA\n:0400000300000000F9\n", "an Intel HEX file"],
  ["S00600004844521B\nS1130000\n", "a Motorola S-record file"],
])("%j is %s", async (content, what) => {
  const bytes = Buffer.from(content, "latin1");
  expect(await complaintAbout(bytes)).toMatch(`is ${what}, not a kernel; `);
});

test("a file system without a boot sector, and one made by mkfs", async () => {
  const path = join(await temporaryDirectory(), "root.img");
  const ext4 = bytesWith(65536, { 1080: "\x53\xef", 1100: 1, 1048: 0 });
  expect(await complaintAbout(ext4)).toMatch("is a file system (ext2, ext3 or ext4)");
  writeFileSync(path, Buffer.alloc(2 ** 20));
  execFileSync("/sbin/mkfs.ext4", ["-q", "-F", path]);
  expect(await complaint(path)).toMatch("is a file system (ext2, ext3 or ext4) without a boot");
  // Its magic alone is two bytes, which a flat binary may have there.
  const other = bytesWith(65536, { 0: "\x01\x02", 1080: "\x53\xef", 1100: 77 });
  expect(await complaintAbout(other)).toMatch("of a format that is not known");
});

test("texts and data that only begin alike are none of these", async () => {
  for (const content of ["BZh is no archive\n", "0707 items\n", "S1: fine\n", ":)\n"]) {
    expect(await complaintAbout(content)).toMatch("is no boot image but a text file starting");
  }
  const lzma = Buffer.from("5d00008000010203040506070800", "hex");
  expect(await complaintAbout(lzma)).toMatch("of a format that is not known");
});

test("a text with a control character is no vector table, and a real one is", async () => {
  const path = join(await temporaryDirectory(), "notes");
  // Both words would do: 0x3431_3030 in RAM, and an odd address.
  await writeFile(path, "0014a bc notes of a day\0\x01 and more");
  expect(await detectImage(path)).not.toHaveProperty("isVectorTable");
  const table = Buffer.alloc(64);
  table.writeUInt32LE(0x2000_4000, 0);
  table.writeUInt32LE(0x0000_0101, 4);
  await writeFile(path, table);
  expect(await detectImage(path)).toHaveProperty("isVectorTable", true);
});

test("a directory and an empty file", async () => {
  const directory = await temporaryDirectory();
  mkdirSync(join(directory, "build"));
  expect(await complaint(join(directory, "build"))).toMatch("is a directory; give the image");
  expect(await complaintAbout("")).toMatch("is empty; did the build fail half-way?");
});
